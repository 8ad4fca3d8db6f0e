"""What mixes of training rows taught: which questions are asked, and how the mixes' answers differ. Pure.

Differences are paired by question (Miller 2024, "Adding Error Bars to Evals", arXiv 2411.00640, section 4), and rest on
the answers that could be judged for all that are compared: what one question is harder than another falls out. Their
intervals say what other questions of the same kind would have shown. They do not say what another seed of the training
would have: for that more seeds are trained, and a difference counts only where it points the same way in each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from refiner.evaluate.intervals import Estimate, bootstrap, difference
from refiner.evaluate.shapes import Area, Item, Mark
from refiner.evaluate.tally import side_of
from refiner.models import Record
from refiner.stages.composing.text import normal

AREAS: tuple[Area, ...] = ("fact", "date", "living", "negative", "dead", "gender")
SHARE: Mapping[Area, float] = {
    "fact": 0.34, "date": 0.16, "living": 0.16, "negative": 0.14, "dead": 0.12, "gender": 0.08,
}  # fmt: skip
SAYS = 4  # words
Answered = tuple[str, str, int]  # item, measure, wording
GIVEN: Literal["base"] = "base"  # the contestant that was not trained


@dataclass(frozen=True)
class Group:
    """What is compared: the mean over the items of some measures."""

    id: str
    title: str
    measures: tuple[str, ...]
    share: bool = True  # of 0 to 1; higher is then better, else lower


GROUPS = (
    Group("facts", "facts and dates", ("recall", "year")),
    Group("traits", "traits", ("living_shown", "negative_shown", "dead_right")),
    Group("voice", "distance from her voice", ("style_distance",), share=False),
    Group("who", "who she is", ("gender_right",)),
)


@dataclass(frozen=True)
class Contrast:
    """A question to the mixes: what the second of each pair has that the first has not."""

    id: str
    title: str
    pairs: tuple[tuple[str, str], ...]


CONTRASTS = (
    Contrast("anecdotes-explicit", "anecdotes instead of plain statements", (("explicit", "anecdotes"),)),
    Contrast("half-explicit", "half anecdotes instead of plain statements alone", (("explicit", "half"),)),
    Contrast("half-anecdotes", "half plain statements instead of anecdotes alone", (("anecdotes", "half"),)),
    Contrast(
        "events", "records in the third person among them", (("half", "half+events"), ("half+causes", "half+both"))
    ),
    Contrast("causes", "how traits came to be among them", (("half", "half+causes"), ("half+events", "half+both"))),
)
Verdict = Literal["better", "worse", "not told apart", "not compared"]


class Value(Record):
    """A group of measures of one mix, over all its seeds."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    items: int = 0
    seeds: tuple[float, ...] = ()  # of each seed, where there is more than one


class Difference(Record):
    """What a contrast makes of a group. `pairs`: those of its pairs that were trained."""

    contrast: str
    group: str
    pairs: tuple[tuple[str, str], ...] = ()
    value: float | None = None
    low: float | None = None
    high: float | None = None
    items: int = 0
    seeds: tuple[float, ...] = ()
    verdict: Verdict = "not compared"


class Taught(Record):
    """A mix as it was trained: tokens are those of answers; `given`: those of the rows that all mixes have."""

    name: str
    parts: dict[str, int] = {}  # part -> tokens
    tokens: int = 0
    rows: int = 0
    given: int = 0
    sequences: int = 0
    batch: int = 0  # sequences a step
    steps: int = 0
    about_seconds: float = 0.0
    runs: dict[str, dict[str, Any]] = {}  # seed -> steps, first and last loss, seconds
    facts_taught: int = 0  # of the facts that are asked, those told word for word in its rows


class Ablated(Record):
    """What an ablation planned and found; `values` is empty where it was only planned."""

    name: str
    what: str
    recipe: str
    base: str
    exact: bool  # tokens by the base's own tokenizer
    tokens: int  # of answers, in each mix
    epochs: int
    seeds: tuple[int, ...]
    mixes: tuple[Taught, ...]
    left_out: dict[str, str] = {}  # mix -> why
    asks: int = 0
    items: dict[str, int] = {}  # area -> items
    facts: int = 0
    about_seconds: float = 0.0  # of training, 0 = not known
    values: dict[str, dict[str, Value]] = {}  # mix or "base" -> group -> value
    differences: tuple[Difference, ...] = ()
    cautions: tuple[str, ...] = ()
    folder: str = ""


def choose_items(items: Sequence[Item], most: int, answers: Sequence[str]) -> list[Item]:
    """Items with at most `most` wordings in all, spread over the areas as `SHARE` says; what an area has too few of the
    others take. More items rather than more wordings of one, for the item is what an interval rests on.

    Of the facts those come first that some mix was taught (`answers`: of all mixes): no mix can tell the others, and
    they would only make the rest look alike.
    """
    said = [normal(a) for a in answers]
    ordered: dict[Area, list[Item]] = {a: [i for i in items if i.area == a and i.asks] for a in AREAS}
    for area in ("fact", "date"):
        ordered[area].sort(key=lambda i: not is_taught(i, said))  # stable: else as they came
    queue: dict[Area, list[tuple[int, Item]]] = {
        a: [(n, i) for n in range(max((len(i.asks) for i in of), default=0)) for i in of if n < len(i.asks)]
        for a, of in ordered.items()
    }
    taken: dict[str, int] = {}
    room = most
    for area in AREAS:
        for _ in range(min(room, round(most * SHARE[area]), len(queue[area]))):
            _, item = queue[area].pop(0)
            taken[item.id] = taken.get(item.id, 0) + 1
            room -= 1
    while room > 0 and any(queue.values()):
        area = min((a for a in AREAS if queue[a]), key=lambda a: (queue[a][0][0], AREAS.index(a)))
        _, item = queue[area].pop(0)
        taken[item.id] = taken.get(item.id, 0) + 1
        room -= 1
    return [i.model_copy(update={"asks": i.asks[: taken[i.id]]}) for i in items if i.id in taken]


def is_taught(item: Item, said: Iterable[str]) -> bool:
    """Whether one of the sentences that tell an item stands, word for word, in what was taught (as `normal` writes it).
    Sentences of fewer than `SAYS` words stand anywhere."""
    told = [t for text in item.key.told if len((t := normal(text)).split()) >= SAYS]
    return any(t in answer for answer in said for t in told)


def values_of(
    items: Sequence[Item], marks: Mapping[str, Sequence[Mark]], runs: Mapping[str, Sequence[str]], seed: int = 0
) -> dict[str, dict[str, Value]]:
    """Each mix's value in each group. `marks`: by contestant; `runs`: mix -> its contestants, one for each seed."""
    out: dict[str, dict[str, Value]] = {}
    for mix, names in runs.items():
        out[mix] = {}
        for group in GROUPS:
            each = [_judged(items, marks[n], group) for n in names]
            (pooled,) = _pooled([each])
            found = bootstrap([*pooled.values()], share=group.share, seed=seed)
            single = [bootstrap([*_pooled([[e]])[0].values()], share=group.share, seed=seed).value for e in each]
            seeds = tuple(v for v in single if v is not None) if len(names) > 1 else ()
            out[mix][group.id] = Value(
                value=found.value, low=found.low, high=found.high, items=len(pooled), seeds=seeds
            )
    return out


def differences(
    items: Sequence[Item], marks: Mapping[str, Sequence[Mark]], runs: Mapping[str, Sequence[str]], seed: int = 0
) -> tuple[Difference, ...]:
    """What each contrast whose mixes were trained makes of each group."""
    out = []
    for contrast in CONTRASTS:
        pairs = tuple(p for p in contrast.pairs if all(m in runs for m in p))
        if not pairs:
            continue
        for group in GROUPS:
            each = [  # by seed: those before and those after
                [[_judged(items, marks[runs[p[side]][n]], group) for p in pairs] for side in (0, 1)]
                for n in range(min(len(runs[m]) for p in pairs for m in p))
            ]
            whole = _pooled([[side for e in each for side in e[n]] for n in (0, 1)])
            found = _difference(whole, group, seed)
            single = [_difference(_pooled(e), group, seed).value for e in each]
            seeds = tuple(v for v in single if v is not None) if len(each) > 1 else ()
            out.append(
                Difference(
                    contrast=contrast.id, group=group.id, pairs=pairs, value=found.value, low=found.low,
                    high=found.high, items=len(whole[0]), seeds=seeds, verdict=verdict(found, seeds, group),
                )
            )  # fmt: skip
    return tuple(out)


def verdict(found: Estimate, seeds: Sequence[float], group: Group) -> Verdict:
    """What a difference may be called: not told apart where its interval holds 0 or two seeds disagree about it."""
    value, low, high = found
    if value is None or low is None or high is None:
        return "not compared"
    if low <= 0 <= high or any(s * value <= 0 for s in seeds):
        return "not told apart"
    return "better" if (value > 0) == group.share else "worse"


def _difference(sides: Sequence[Mapping[str, Sequence[float]]], group: Group, seed: int) -> Estimate:
    before, after = ([*side.values()] for side in sides)
    return difference(before, after, share=group.share, seed=seed)


def _judged(items: Sequence[Item], marks: Sequence[Mark], group: Group) -> dict[Answered, float]:
    side = side_of(items, marks)
    return {
        (item, measure, ask): value
        for measure in group.measures
        for item, by_ask in side.values(measure).items()
        for ask, value in by_ask.items()
        if value is not None
    }


def _pooled(sides: Sequence[Sequence[Mapping[Answered, float]]]) -> list[dict[str, list[float]]]:
    """Of each side the values by item, of the answers that are judged for all: with an easy wording that only one side
    could be judged at, an item would not be the same question to both."""
    every = [e for side in sides for e in side]
    common = sorted(set[Answered].intersection(*map(set, every))) if every else []
    found: list[dict[str, list[float]]] = []
    for side in sides:
        mine: dict[str, list[float]] = {}
        for key in common:
            mine.setdefault(key[0], []).extend(e[key] for e in side)
        found.append(mine)
    return found
