"""What `refiner status` prints: where a workspace stands, in numbers, within a screen of 80 columns."""

from __future__ import annotations

from refiner.console import Output
from refiner.since import named
from refiner.standing import Standing

_LINE = 79
_ROWS = ("train.jsonl", "eval.jsonl", "preferences.jsonl", "kto.jsonl")
_RUNS = 3  # named; the newest are last


def standing(show: Output, s: Standing) -> None:
    """Prints where a workspace stands; with --json the record."""
    if show.as_json:
        show.json(s.as_dict())
        return
    show.data(f"workspace  {s.workspace}")
    show.data(f"notes      {s.notes}; refined {s.refined}; {_stale(s)}")
    for what, paths in (("new", s.notes_new), ("changed", s.notes_changed), ("removed", s.notes_removed)):
        if paths:
            show.data(_fit(f"           {len(paths)} {what} since the last refine: {named(paths)}"))
    _counts(show, s)
    if s.blocked:
        show.data(f"           {s.blocked} samples wait for undecided sources")
    if s.rules_off:
        show.data(f"rules off  {', '.join(s.rules_off)}; on again: refiner review --turn-on {s.rules_off[0]}")
    _answers(show, s)
    rows = ", ".join(f"{s.dataset[name]} {name.removesuffix('.jsonl')}" for name in _ROWS if name in s.dataset)
    show.data(f"data set   {rows or 'not exported'}")
    if s.export and any(s.export.values()):
        said = ", ".join(f"{n} {what}" for what, n in s.export.items() if n)
        show.data(f"           samples since the last export: {said}; anew: refiner export")
    _runs(show, s)
    if s.evaluations:
        found = f"; {s.run_current}: likeness {s.evaluated}" if s.evaluated else ""
        show.data(_fit(f"evaluated  {', '.join(s.evaluations[-_RUNS:])}{found}"))
    elif s.run_current:
        show.data("evaluated  never: refiner evaluate")
    show.say(f"next: {s.next}")


def _stale(s: Standing) -> str:
    if not s.stale:
        return "up to date"
    if s.notes_new or s.notes_changed or s.notes_removed or not s.refined:
        return "not up to date"
    return "settings, decisions or refiner itself changed since"


def _counts(show: Output, s: Standing) -> None:
    """Edits, questions and samples by status, and what of them the last refine brought."""
    for name, given in (("edits", s.edits), ("questions", s.questions), ("samples", s.samples)):
        new = s.fresh.get(name, 0)
        parts = [f"{n} {k}" + (f" ({new} new)" if k == "undecided" and new and n else "") for k, n in given.items()]
        show.data(f"{name:<10} " + ", ".join(parts))
    if s.samples_outdated:
        show.data("           made before the last change of the refined notes: refiner samples")


def _answers(show: Output, s: Standing) -> None:
    if not s.answers:
        return
    used, stale, bad = (sum(n[k] for n in s.answers.values()) for k in ("used", "stale", "unusable"))
    kinds = ", ".join(f"{p} {n['used']}" for p, n in s.answers.items() if n["used"])
    show.data(f"answers    {used} of the model in use" + (f" ({kinds})" if kinds else "") + f"; {stale} stale")
    if bad:
        show.data(f"           {bad} could not be used: refiner refine --ask-again asks once more")


def _runs(show: Output, s: Standing) -> None:
    older = len(s.runs) - _RUNS
    show.data("runs       " + (f"{older} older, " if older > 0 else "") + (", ".join(s.runs[-_RUNS:]) or "none"))
    if s.run_current:
        show.data(_fit(f"           {s.run_current} is the current one") + (f"; {s.run_note}" if s.run_note else ""))
    if s.run_current in s.runs_outdated:
        show.data(f"           {s.run_current} was trained on other data than the data set of today")


def _fit(line: str) -> str:
    return line if len(line) <= _LINE else line[: _LINE - 1].rstrip(" ,") + "…"
