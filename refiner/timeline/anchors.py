"""Times told by an event: "before Amma died", "soon after the wedding", "the year we moved", "between X and Y".

In free prose only a known event counts, or words of a kind that can be looked up elsewhere (a death, a wedding, a
move): "before I could speak" names no day.
"""

from __future__ import annotations

import re

from refiner.timeline.frame import Frame, Piece, Rule
from refiner.timeline.fuzzy import bounds_of
from refiner.timeline.landmarks import name_at
from refiner.timeline.words import SEASONS, any_of

Offset = tuple[int | None, int | None]


def _offset(m: re.Match[str]) -> Offset:
    """Days from the event that the words before it allow."""
    said = m.groupdict()
    way = re.sub(r"\s+", " ", m["way"].casefold())
    how = (said.get("how") or "").casefold()
    if how and how not in ("long", "sometime", "some time"):
        low, high = bounds_of(how, "after an event")
        return (-high, min(-1, -low)) if way == "before" else (low, high)
    return {
        "before": (None, -1), "prior to": (None, -1), "after": (1, None), "until": (None, 0), "till": (None, 0),
        "by the time": (None, 0), "by the time of": (None, 0),
    }.get(way, (None, None))  # fmt: skip


def _named(m: re.Match[str], frame: Frame, offset: Offset) -> Piece | None:
    name = name_at(m.string, m.end(), frame.events)
    if name is None or offset == (None, None):
        return None
    return Piece(m.start(), name.end, None, "range", anchor=name.words, offset=offset)


def _related(m: re.Match[str], frame: Frame) -> Piece | None:
    if _BOTH.search(m.string, 0, m.start()):
        return None  # "before and after the wedding"
    return _named(m, frame, _offset(m))


_BOTH = re.compile(r"\b(?:before|during)\s*,?\s+and\s+\Z", re.IGNORECASE)


def _since(m: re.Match[str], frame: Frame) -> Piece | None:
    return _named(m, frame, bounds_of("since", "an event"))


def _when(m: re.Match[str], frame: Frame) -> Piece | None:
    return _named(m, frame, bounds_of("when", "an event"))


def _unit(m: re.Match[str], frame: Frame) -> Piece | None:
    """the day Dada died, the year we moved, the summer of the wedding."""
    what = m["what"].casefold()
    return _named(m, frame, bounds_of("season" if what in SEASONS else what, "an event"))


def _between(m: re.Match[str], frame: Frame) -> Piece | None:
    """Of two events the first is kept: a time counts from one. It may be later than the second allows, not earlier."""
    first = name_at(m.string, m.end(), frame.events)
    joint = re.match(r"\s+and\s+", m.string[first.end :]) if first else None
    if first is None or joint is None:
        return None
    second = name_at(m.string, first.end + joint.end(), frame.events)
    if second is None:
        return None
    return Piece(m.start(), second.end, None, "range", anchor=first.words, offset=(1, None))


_HOW = r"(?:(?P<how>soon|shortly|just|right|immediately|long|some\s*time)\s+)?"
RULES: tuple[Rule, ...] = (
    Rule(rf"\b{_HOW}(?P<way>before|after|prior\s+to)\s+", _related, True, ("before", "after", "prior")),
    Rule(r"\b(?P<way>until|till|by\s+the\s+time(?:\s+of)?)\s+", _related, True, ("til", "by the")),
    Rule(r"\b(?:ever\s+)?since\s+", _since, True, ("since",)),
    Rule(r"\b(?:when|once|as\s+soon\s+as)\s+", _when, True, ("when", "once", "soon as")),
    Rule(
        rf"\b(?:on\s+|in\s+)?the\s+(?P<what>day|night|morning|evening|week|month|year|{any_of(SEASONS)})\s+(?:(?:of|that|when)\s+)?",
        _unit,
        True,
        ("day", "night", "morning", "evening", "week", "month", "year", *SEASONS),
    ),
    Rule(r"\bbetween\s+", _between, True, ("between",)),
)
