# SPDX-License-Identifier: BSD-2-Clause
"""The JSON report; docs/report.md describes its fields."""

from __future__ import annotations

import json
from typing import Any, Sequence, TextIO

from .judge import Outcome, Result
from .session import Session
from .summary import Run
from .verdicts import VERDICTS

FORMAT = 1


def write(file: TextIO, run: Run, outcome: Outcome, sessions: Sequence[Session]) -> None:
    """Writes the report to an open text file."""
    json.dump(_document(run, outcome, sessions), file, indent=1)
    file.write("\n")


def _document(run: Run, outcome: Outcome, sessions: Sequence[Session]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "vmm": run.vmm,
        "version": run.version,
        "expectations": run.expectations,
        "level": run.level,
        "seed": run.seed,
        "seconds": round(run.seconds, 3),
        "exit": outcome.code,
        "totals": {verdict.name: sum(result.check.verdict is verdict for result in outcome.results) for verdict in VERDICTS},
        "configs": [_config(session, outcome) for session in sessions],
        "results": [_result(result) for result in outcome.results],
        "stale": [{"line": entry.expectation.where, "pattern": entry.expectation.pattern, "text": entry.text}
                  for entry in outcome.stale],
    }


def _config(session: Session, outcome: Outcome) -> dict[str, Any]:
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


def _result(result: Result) -> dict[str, Any]:
    check, line = result.check, result.expectation
    return {
        "name": result.full,
        "config": result.config,
        "device": check.device,
        "id": check.id,
        "verdict": check.verdict.name,
        "reason": check.reason,
        "level": check.level,
        "reqs": check.reqs,
        "seconds": round(check.seconds, 6),
        "diagnostics": check.lines,
        "expected": line is not None,
        "expectation": {"line": line.where, "reason": line.reason, "link": line.link} if line else None,
        "gates": result.gates,
        "doubt": result.doubt,
    }
