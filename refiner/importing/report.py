"""What `refiner import` prints: the plan before anything is written, one note of it, the plan as JSON."""

from __future__ import annotations

from collections import Counter
from typing import Any

from refiner.errors import UsageError
from refiner.importing.chats import others_said
from refiner.importing.formats import FORMATS
from refiner.importing.model import plural, span
from refiner.importing.planning import WHY, Item, Plan
from refiner.review.visible import one_line

MOST = 24  # rows shown; --list shows all


def chosen(plan: Plan, which: str) -> Item:
    """The note that --show names: its number in the table, its path, or the end of it. Raises UsageError."""
    if which.isdigit() and 1 <= int(which) <= len(plan.items):
        return plan.items[int(which) - 1]
    found = [i for i in plan.items if i.path == which or i.path.removesuffix(".md").endswith(which.removesuffix(".md"))]
    if len(found) == 1 or found and found[0].path == which:
        return found[0]
    what = "more than one note ends so" if found else "there is no such note"
    raise UsageError(f'--show "{which}": {what}', mend=f"give a number of the table, 1 to {len(plan.items)}")


def plan(show: Any, made: Plan, *, every: bool = False) -> None:
    """The table of what would be written, what is kept, what was left out, and what there is to know."""
    show.data(f"{FORMATS[made.format].says.partition(':')[0]}: {one_line(str(made.source), 60)}")
    if not made.items:
        show.data("There is nothing in it to import.")
    rows = [(n, i) for n, i in enumerate(made.items, 1) if every or i.writes]
    cut = len(rows) - MOST if len(rows) > MOST + 2 and not every else 0
    if cut:
        rows = [*rows[: MOST // 2], *rows[-MOST // 2 :]]
    _table(show, rows, cut, len(made.items))
    if made.writes:
        first, last = span(i.draft for i in made.writes)
        words = sum(i.draft.words for i in made.writes)
        when = f", {first} to {last}" if first else ""
        show.data(f"\n{plural(len(made.writes), 'note')} to write below data/raw, {plural(words, 'word')}{when}.")
        if said := others_said([i.draft for i in made.writes]):
            show.data(f"Among them {said}: their words are private too.")
            if made.format in ("whatsapp", "telegram"):
                show.data("  --mine-only takes your lines alone, each with the line before it.")
    kept = Counter(i.status for i in made.items if not i.writes)
    for status, count in kept.items():
        show.data(f"{plural(count, 'note')} {WHY[status]}{_named(made, status)}")
    if made.left:
        show.data("Left out:")
        for what, count in made.left.most_common():
            show.data(f"  {count:>7,}  {what}")
    for line in made.said[:8]:
        show.data(f"Note: {line}")
    if len(made.said) > 8:
        show.data(f"… and {len(made.said) - 8} more of that kind (--json has all)")


def _named(made: Plan, status: str) -> str:
    """Which notes are kept: named where the person has to know."""
    if status == "same":
        return ""
    paths = [i.path for i in made.items if i.status == status]
    return (
        ":"
        + "".join(f"\n    {p}" for p in paths[:6])
        + (f"\n    … and {len(paths) - 6} more" if len(paths) > 6 else "")
    )


def _table(show: Any, rows: list[tuple[int, Item]], cut: int, most: int) -> None:
    if not rows:
        return
    width = len(str(most))
    folder = ""
    names = {n: i.path.rpartition("/") for n, i in rows}
    longest = min(38, max(len(tail) for _, _, tail in names.values()))
    for row, (number, item) in enumerate(rows):
        if cut and row == MOST // 2:
            show.data(f"\n  … {plural(cut, 'more note')} (--list shows every one)")
            folder = ""
        head, _, tail = names[number]
        if head != folder:
            folder = head
            show.data(f"\n  {one_line(folder)}/")
        tail = one_line(tail)
        shown = tail if len(tail) <= longest else tail[: longest - 12] + "…" + tail[-11:]
        days = item.draft.first if item.draft.first == item.draft.last else f"{item.draft.first}–{item.draft.last}"
        if len(days) > 10 and item.draft.first[:7] == item.draft.last[:7]:
            days = f"{item.draft.first}–{item.draft.last[8:]}"
        state = "" if item.status == "new" else f"  {item.status}"
        show.data(
            f"  {number:>{width}}  {shown:<{longest}}  {days or 'no date':<21} {item.draft.words:>7,} words{state}"
        )


def as_json(made: Plan, written: int | None) -> dict[str, Any]:
    """The plan as data; `written`: how many notes were, None where nothing was to be."""
    return {
        "format": made.format,
        "source": str(made.source),
        "written": written or 0,
        "notes": [
            {
                "path": i.path, "status": i.status, "first": i.draft.first, "last": i.draft.last,
                "words": i.draft.words, "kind": i.draft.kind, "author": i.draft.author,
                "others": dict(i.draft.others),
            }
            for i in made.items
        ],
        "left_out": dict(made.left),
        "said": made.said,
    }  # fmt: skip
