# SPDX-License-Identifier: BSD-2-Clause
"""The JSON report; docs/report.md describes its fields."""

import json

from stream import VERDICTS

FORMAT = 1


def write(file, run, outcome, sessions):
    """Writes the report to an open text file."""
    json.dump(_document(run, outcome, sessions), file, indent=1)
    file.write("\n")


def _document(run, outcome, sessions):
    verdicts = VERDICTS + ("CRASH", "TIMEOUT")
    return {
        "format": FORMAT,
        "vmm": run.vmm,
        "version": run.version,
        "expectations": run.expectations,
        "level": run.level,
        "seed": run.seed,
        "seconds": round(run.seconds, 3),
        "exit": outcome.code,
        "totals": {verdict: sum(result.check.verdict == verdict for result in outcome.results) for verdict in verdicts},
        "configs": [_config(session, outcome) for session in sessions],
        "results": [_result(result) for result in outcome.results],
        "stale": [{"line": entry.expectation.where, "pattern": entry.expectation.pattern, "text": entry.text}
                  for entry in outcome.stale],
    }


def _config(session, outcome):
    return {
        "name": session.config,
        "plan": session.plan,
        "nothing_to_test": session.nothing,
        "seconds": round(session.seconds, 3),
        "environment": session.notes,
        "remarks": session.remarks,
        "problems": [{"exit": problem.code, "text": problem.text, "lines": problem.lines}
                     for config, problem in outcome.problems if config == session.config],
    }


def _result(result):
    check, line = result.check, result.expectation
    return {
        "name": result.full,
        "config": result.config,
        "device": check.device,
        "id": check.id,
        "verdict": check.verdict,
        "reason": check.reason,
        "level": check.level,
        "reqs": check.reqs,
        "seconds": round(check.seconds, 6),
        "diagnostics": check.lines,
        "expected": line is not None,
        "expectation": {"line": line.where, "reason": line.reason, "link": line.link} if line else None,
        "gates": result.gates,
    }
