/* SPDX-License-Identifier: BSD-2-Clause */
/* The requirement table as the report needs it. Its data is made from requirements.csv when the image is built. */
#ifndef TESTS_CONFORMANCE_REQUIREMENTS_H
#define TESTS_CONFORMANCE_REQUIREMENTS_H

/* The section of the specification that a row comes from ("4.2.2.1"), NULL for a row that does not exist. */
const char *requirement_section(const char *row);

#endif
