"""Stops an export of a life that is idealised: what is missing, and the command that brings each of it back."""

from __future__ import annotations

from collections.abc import Iterable

from refiner.errors import Undecided
from refiner.models import Edit
from refiner.review.visible import one_line
from refiner.stages.self_image_life import LifeImage, Row

LISTED = 12  # sentences that a refusal lists; `refiner selfimage` shows all
_QUOTE = 90


def percent(share: float) -> str:
    """A share as whole percents, rounded down: 89.9 % is no 90 %."""
    return f"{int(share * 100 + 1e-9)} %"


def remedies(row: Row) -> list[str]:
    """The commands that bring a sentence back, one for each edit that took it away or softened it."""
    return list(dict.fromkeys(_remedy(e) for e in row.edits))


def _remedy(edit: Edit) -> str:
    question = next((e.removeprefix("question:") for e in edit.evidence if e.startswith("question:")), "")
    if edit.source == "person" and question:
        return f"refiner review --answer {question}=CHOICE"
    return f"refiner review --reject {edit.id}"


def hold(image: LifeImage, floor: float) -> None:
    """Raises Undecided where the refined notes keep less than `floor` of the evidence of the negative traits."""
    below = image.below(floor)
    if not below:
        return
    lines = []
    if "" in below and image.share is not None:
        lines.append(f"all negative traits together: {_of(image.rows)} sentences are kept, {percent(image.share)}")
    for one in image.traits:
        if one.trait.id in below and one.share is not None:
            lines.append(f"{one_line(one.trait.title)}: {_of(one.rows)} sentences are kept, {percent(one.share)}")
    wanted = set(below)
    missing = [r for r in image.lost if "" in wanted or r.trait in wanted]
    for row in missing[:LISTED]:
        lines.append(f"{row.state}: {row.note}: “{one_line(row.raw, _QUOTE)}”")
        lines += [f"  → {command}" for command in remedies(row)]
    if len(missing) > LISTED:
        lines.append(f"and {len(missing) - LISTED} more: refiner selfimage")
    lines += [f"no sample carries it: {one_line(t.trait.title)}" for t in image.traits if t.without_sample]
    raise Undecided(
        f"the refined notes leave out too much of what is not flattering; at least {percent(floor)} must stay\n  "
        + "\n  ".join(lines),
        mend="take some of these decisions back, or lower negative_floor under [policy] in refiner.toml",
    )


def _of(rows: Iterable[Row]) -> str:
    rows = list(rows)
    return f"{sum(r.kept for r in rows)} of {len(rows)}"
