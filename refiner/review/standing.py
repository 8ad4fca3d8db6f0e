"""What stands for more than one item: rules that the person turned off, and words that stay as they are. Pure.

"Never again" at a rejection turns a rule off (a line of the log about `rule:STAGE:NAME`) or writes the words into the
canon as they are. What such a rule proposes, and edits of such words, count as rejected until the person decides on
one of them otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from refiner.models import CanonEntry, Edit
from refiner.review.history import Decided, History
from refiner.review.identity import Reviewable, item_id, rule_of, text_shas

TURNED_OFF = "you turned this rule off"
STAYS = "your canon says that these words stay"


def turned_off(history: History, record: object) -> Decided | None:
    """The rejection of a record whose rule is off; None where it is on."""
    if not history.off or not (rule := rule_of(record)) or rule not in history.off:
        return None
    return Decided(item_id(record), "rejected", "reject", reason=TURNED_OFF)  # type: ignore[arg-type]


def staying(canon: Iterable[CanonEntry]) -> frozenset[str]:
    """The words, in small letters, of which the person said that they stay in every note."""
    mine = (e for e in canon if e.origin == "person" and e.status != "rejected")
    return frozenset(e.before.casefold() for e in mine if e.before == e.after and e.kind == "other")


def stays(record: object, words: frozenset[str]) -> bool:
    """Whether a record is an edit of words that stay."""
    return isinstance(record, Edit) and record.stage == "swap" and record.before.strip().casefold() in words


def verdicts_on(
    records: Iterable[Reviewable], history: History, words: frozenset[str] = frozenset()
) -> Mapping[str, Decided]:
    """What is decided of records, by their own decisions first, then by what stands for more than one."""
    records = list(records)
    out = dict(history.verdicts(text_shas(records)))
    if not history.off and not words:
        return out
    for record in records:
        name = item_id(record)
        if name in out:
            continue
        if by_rule := turned_off(history, record):
            out[name] = by_rule
        elif stays(record, words):
            out[name] = Decided(name, "rejected", "reject", reason=STAYS)
    return out
