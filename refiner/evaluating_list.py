"""The evaluations of a workspace at the terminal: their list, and two of them compared."""

from __future__ import annotations

from typing import Any

from refiner.console import Output
from refiner.evaluate.compare import Comparison, compare
from refiner.evaluate.keeping import find_report, folder_of, list_reports
from refiner.evaluate.shapes import Measure, Report
from refiner.store import Workspace


def compared_by_name(
    ws: Workspace, first: str, second: str, contestant: str = ""
) -> tuple[Comparison, tuple[Measure, ...]]:
    """Two evaluations compared, each given by name or file, and their measures.

    `contestant`: who of both; else the one that each is about. Raises UsageError, StoreError.
    """
    one, other = (find_report(folder_of(ws), given) for given in (first, second))
    known = {m.id for m in other.measures}
    return compare(one, other, contestant), (*other.measures, *(m for m in one.measures if m.id not in known))


def list_run(ws: Workspace, show: Output) -> None:
    """Prints the evaluations there are."""
    found = list_reports(folder_of(ws))
    if show.as_json:
        show.json([_line(name, report) for name, report in found])
        return
    if not found:
        show.say("nothing was evaluated yet: refiner evaluate interviews the current run")
    for name, report in found:
        line = _line(name, report)
        likeness = ", ".join(f"{c} {v:.2f}" for c, v in line["likeness"].items() if v is not None)
        tail = f"{line['questions']} questions; likeness {likeness or 'not measured'}" if report else "cannot be read"
        show.data(f"{name}  {line['made'][:16].replace('T', ' ')}  {tail}")


def _line(name: str, report: Report | None) -> dict[str, Any]:
    likeness = {s.contestant: s.value for s in report.scores if s.measure == "likeness"} if report else {}
    return {
        "name": name, "made": report.made if report else "", "questions": len(report.items) if report else 0,
        "likeness": likeness,
    }  # fmt: skip
