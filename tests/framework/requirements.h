/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of the requirement table that the report needs. The build makes its data from requirements.csv. */
#ifndef TESTS_REQUIREMENTS_H
#define TESTS_REQUIREMENTS_H

/* The section of the specification that a row comes from ("4.2.2.1"); NULL if there is no such row. */
const char *requirement_section(const char *row);

#endif
