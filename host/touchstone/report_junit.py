# SPDX-License-Identifier: BSD-2-Clause
"""The JUnit report: one case a check, and one for each thing that cannot be laid to a check.

Failures and errors are exactly what makes the run fail; a deviation that does not is `skipped`, with its reason.
"""

from junit_xml import TestCase, TestSuite, to_xml_report_file


def write(file, run, outcome, sessions):
    """Writes the report to an open text file."""
    suites = []
    for session in sessions:
        vmm = _vmm_name(run, session.config)
        stale = {entry.result: entry for entry in outcome.stale if entry.result}
        cases = [_case(vmm, result, stale.get(result)) for result in outcome.results if result.config == session.config]
        for number, problem in enumerate((p for config, p in outcome.problems if config == session.config), 1):
            case = TestCase(f"problem {number}", f"{vmm}.boot")
            case.add_error_info(problem.text, "\n".join(problem.lines))
            cases.append(case)
        suites.append(TestSuite(vmm, cases, stdout="\n".join(session.notes)))
    if unused := [entry for entry in outcome.stale if not entry.result]:
        suites.append(TestSuite("expectations", [_unused(entry) for entry in unused]))
    to_xml_report_file(file, suites)


def _vmm_name(run, config):
    """The first, plain configuration has the name of the VMM, the others add their own."""
    return run.vmm if config in ("", "modern") else f"{run.vmm}-{config}"


def _case(vmm, result, stale):
    check = result.check
    case = TestCase(check.id, f"{vmm}.{check.device}.{check.id.partition('.')[0]}", check.seconds)
    text = "\n".join(check.lines)
    said = [line for line in check.lines if line.startswith(f"{check.verdict.lower()}:")]
    message = said[0] if said else check.reason or check.verdict
    if stale:
        case.add_failure_info(f"stale expectation {stale.expectation.where}: {stale.text}", text)
    elif result.expectation:
        case.add_skipped_info(f"known deviation {check.verdict}: {result.expectation.reason} -> "
                              f"{result.expectation.link}", text)
    elif check.verdict == "SKIP":
        case.add_skipped_info(check.reason)
    elif check.verdict != "PASS" and not result.gates:
        case.add_skipped_info(f"does not gate ({check.level}): {message}", text)
    elif check.verdict in ("FAIL", "WARN"):
        case.add_failure_info(message, text)
    elif check.verdict != "PASS":
        case.add_error_info(message, text)
    return case


def _unused(entry):
    case = TestCase(entry.expectation.where, "expectations")
    case.add_failure_info(f"stale expectation: {entry.text}")
    return case
