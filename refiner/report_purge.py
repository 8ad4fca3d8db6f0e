"""What `refiner purge` prints: what would go with its size, what went, and what the search found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from refiner.purge_files import count_of
from refiner.report import plural
from refiner.report_runs import in_bytes

if TYPE_CHECKING:
    from refiner.console import Output
    from refiner.purging import Plan, Purged

SHOWN = 20  # files that are listed
NO_ERASURE = (
    "Deleted is not erased: on an SSD, a copy-on-write file system, in a snapshot, backup or synchronised folder the "
    "bytes can live on."
)


def planned(show: Output, plan: Plan) -> None:
    """What would be removed, a line a kind, and what is to be known before."""
    for what, (files, records, size) in _kinds(plan).items():
        said = plural(records, "record") if records else plural(files, "file")
        show.say(f"  {what:<28} {said:>14} {in_bytes(size):>10}")
    for text in _remarks(plan):
        show.say(text)


def purged(show: Output, done: Purged) -> None:
    """What was removed, made again and found."""
    plan = done.plan
    if show.as_json:
        show.json(as_dict(plan, done))
    what = f"of {plan.known.note}" if plan.known else "derived"
    if plan.steps:
        show.say(f"removed what was {what}: {in_bytes(plan.size)}")
    if done.rebuilt:
        show.say(f"made again without it: {done.rebuilt}")
    elif done.unbuilt:
        show.say(f"the rest was not made again ({done.unbuilt}); next: refiner refine")
    for error in done.failed:
        show.error(str(error))
    search = done.search
    if search.left:
        show.error(f"searched {plural(search.files, 'file')}, {in_bytes(search.size)}: this is left")
        files = list(dict.fromkeys(left.path for left in search.left))
        for path in files[:SHOWN]:
            here = [left for left in search.left if left.path == path]
            more = f", and {plural(len(here) - 1, 'place')} more" if here[1:] else ""
            show.error(f"  {path}, {here[0].place}: {here[0].words}{more}")
        if files[SHOWN:]:
            show.error(f"  and {plural(len(files) - SHOWN, 'file')} more")
        show.error("  → what you wrote or exported yourself is yours: delete it by hand, then run this again")
    else:
        show.say(f"searched {plural(search.files, 'file')}, {in_bytes(search.size)}: nothing of it is left")
    for text in search.unsearched[:SHOWN]:
        show.say(f"not searched: {text}")
    if done.stands is not None:
        show.say(f"the note itself stands: {done.stands}. The next refiner refine reads it again, unless you delete it")
    show.say(NO_ERASURE)


def as_dict(plan: Plan, done: Purged | None = None) -> dict[str, Any]:
    """A plan, and what came of it, as plain data."""
    out: dict[str, Any] = {
        "workspace": str(plan.ws.root),
        "note": plan.known.note if plan.known else None,
        "done": done is not None,
        "bytes": plan.size,
        "removed": [
            {"what": s.what, "path": str(s.path), "bytes": s.size, "records": s.records or None} for s in plan.steps
        ],
        "runs": [run.name for run in plan.runs],
        "runs_kept": plan.wanted.keep_runs,
        "remarks": list(_remarks(plan)),
    }
    if done is not None:
        out |= {
            "failed": [error.message for error in done.failed],
            "rebuilt": done.rebuilt or None,
            "note_stands": str(done.stands) if done.stands else None,
            "search": {
                "files": done.search.files,
                "bytes": done.search.size,
                "left": [{"path": str(f.path), "place": f.place, "words": f.words} for f in done.search.left],
                "not_searched": done.search.unsearched,
            },
        }
    return out


def _kinds(plan: Plan) -> dict[str, tuple[int, int, int]]:
    out: dict[str, tuple[int, int, int]] = {}
    for step in plan.steps:
        files, records, size = out.get(step.what, (0, 0, 0))
        out[step.what] = (files + count_of(step.path), records + step.records, size + step.size)
    return out


def _remarks(plan: Plan) -> list[str]:
    out = []
    if plan.runs:
        names = ", ".join(run.name for run in plan.runs)
        one = len(plan.runs) == 1
        if plan.wanted.keep_runs:
            out.append(
                f"{names}: {'this run was' if one else 'these runs were'} trained on the note, or nothing shows that "
                f"{'it was' if one else 'they were'} not. Kept as you asked: what an adapter learnt cannot be taken out"
                " of it, and no search finds it there"
            )
        else:
            out.append(
                f"{names}: trained on the note, or nothing shows that it was not; a run cannot unlearn, so it goes"
            )
    if plan.talks:
        out.append(f"{plural(plan.talks, 'talk')} with her cannot be made again")
    if any("answers" in step.what for step in plan.steps):
        out.append("a model's answers can be made again, in the time that it took to ask")
    return [*out, *plan.remarks]
