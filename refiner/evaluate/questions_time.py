"""Questions about when: the year of an event, of a deed whose sentence has its year, of the beginning and the end of a
trait; and which of two came first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from refiner.edits import digest
from refiner.evaluate.material import Material
from refiner.evaluate.questions_forms import Offer, Wordings, offer
from refiner.evaluate.questions_life import around, named, own_sentence, tellable
from refiner.evaluate.questions_scenes import said_of
from refiner.evaluate.questions_words import telling_words
from refiner.evaluate.shapes import Ask, Key
from refiner.models import TraitVerdict
from refiner.stages.composing.when import MONTHS
from refiner.stages.composing.wording import TraitWords

YEAR = 370  # days of a window within which a year can be asked for
ORDER_APART = 60  # days between two events that are put in order
MOST_PAIRS = 40
_DATED = re.compile(
    rf"[ ,]*\b(?:in|on|around|by|since)\b (?:the \w+ of )?(?:\d{{1,2}} )?(?:(?P<month>{'|'.join(MONTHS)})[ ,]+)?"
    r"(?P<year>(?:19|20)\d\d)\b"
)


_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_MONTH = re.compile(rf"\b(?:{'|'.join(MONTHS)}|summer|autumn|winter|spring)\b")


@dataclass(frozen=True)
class Point:
    """Something with a time: a clause about her ("you moved to Pune", "your fear of dogs began") or a thing."""

    about: str
    way: str  # did thing: how it is asked for
    clause: str
    slots: tuple[tuple[str, str], ...]
    earliest: str
    latest: str
    told: tuple[str, ...]
    notes: tuple[str, ...]
    weight: int

    @property
    def topic(self) -> str:
        return dict(self.slots).get("topic", "")

    @property
    def days(self) -> tuple[int, int]:
        return date.fromisoformat(self.earliest).toordinal(), date.fromisoformat(self.latest).toordinal()


def points(material: Material) -> list[Point]:
    """All that a year or an order can be asked of."""
    found = [*_events(material), *_traits(material), *_deeds(material)]
    out: list[Point] = []
    for point in found:
        if _days(point.earliest, point.latest) and not any(_same(point, known) for known in out):
            out.append(point)
    return out


def _same(point: Point, known: Point) -> bool:
    """Whether two points are one thing, told in a label and again in a sentence."""
    one, other = ({w.lower() for w in telling_words(p.clause or p.topic)} for p in (point, known))
    overlap = point.earliest <= known.latest and known.earliest <= point.latest
    return overlap and bool(set(point.notes) & set(known.notes)) and (one <= other or other <= one)


def dates(material: Material, wordings: Wordings) -> Iterator[Offer]:
    """The year of what is known to about a year."""
    for point in points(material):
        low, high = point.days
        if high - low > YEAR:
            continue
        slots = dict(point.slots)
        asks = wordings.choose("date", f"date.{point.way}", slots, (point.about, point.way), 2, "year")
        asks = [a for a in asks if not re.search(r"\b(?:19|20)\d\d\b", a.text)]
        key = Key(earliest=point.earliest, latest=point.latest, told=point.told)
        label = point.clause or point.topic
        yield from offer("date", point.about, label, asks, key, notes=point.notes, weight=point.weight)


def orders(material: Material, wordings: Wordings) -> Iterator[Offer]:
    """Which of two came first, asked with either of them first, so that a liking for the first named cancels out."""
    able = [p for p in points(material) if p.clause]
    pairs = []
    for a, b in combinations(able, 2):
        one, other = (a, b) if a.days <= b.days else (b, a)
        if one.days[1] + ORDER_APART < other.days[0] and one.about != other.about:
            pairs.append((one, other))
    pairs.sort(key=lambda p: digest("order", str(wordings.seed), p[0].clause, p[1].clause))
    used: dict[str, int] = {}
    made = 0
    for one, other in pairs:
        if made >= MOST_PAIRS or max(used.get(one.about, 0), used.get(other.about, 0)) > 5:
            continue
        groups = _told_apart(one, other)
        forms = wordings.filled("order.asked", {"one": "\0", "two": "\1"}, (one.clause, other.clause))
        asks: list[Ask] = []
        for form in forms:
            texts = [form.replace("\0", a.clause).replace("\1", b.clause) for a, b in ((one, other), (other, one))]
            asks = wordings.of("order", texts, 2, "first")
            if len(asks) == 2:
                break
        if not groups or len(asks) < 2:
            continue
        made += 1
        for point in (one, other):
            used[point.about] = used.get(point.about, 0) + 1
        key = Key(groups=groups, told=(*one.told[:1], *other.told[:1]), earliest=one.earliest, latest=one.latest)
        notes = tuple(dict.fromkeys((*one.notes, *other.notes)))
        about = f"{one.about}<{other.about}"
        yield from offer("order", about, f"{one.clause} < {other.clause}", asks, key, notes=notes, group=one.about)


def _told_apart(one: Point, other: Point) -> tuple[tuple[str, ...], ...]:
    """For each the clause and the words that only it has; () where one has none."""
    first, second = telling_words(one.clause), telling_words(other.clause)
    low = [{w.lower() for w in of} for of in (first, second)]
    a = tuple(w for w in first if w.lower() not in low[1])
    b = tuple(w for w in second if w.lower() not in low[0])
    return ((one.clause, *a), (other.clause, *b)) if a and b else ()


def _days(earliest: str, latest: str) -> bool:
    try:
        return date.fromisoformat(earliest) <= date.fromisoformat(latest)
    except ValueError:
        return False


def _events(material: Material) -> Iterator[Point]:
    for event in material.timeline.events:
        label = material.labels.get(event.id, "")
        clause, topic = named(label)
        if event.id in material.held_out or not tellable(material, event) or not (clause or topic):
            continue
        first, last = material.timeline.windows.get(event.id, ("", ""))
        told = _timed(around(material, event), own_sentence(material, event), first, last)
        notes = tuple(dict.fromkeys(s.note for s in event.spans)) or (event.note,)
        slots = (("did", clause),) if clause else (("topic", topic),)
        yield Point(event.id, "did" if clause else "thing", clause, slots, first, last, told, notes, 3)


def _timed(told: tuple[str, ...], own: str, first: str, last: str) -> tuple[str, ...]:
    """The sentences that tell of something with a time: those that say the year first, then its own, then the month."""
    years = {first[:4], last[:4]}
    dated = [(s, set(_YEAR.findall(s))) for s in told if s != own]
    timed = [s for s, said in dated if years & said or not said and _MONTH.search(s)]
    found = sorted((s for s in (own, *timed) if s), key=lambda s: not years & set(_YEAR.findall(s)))
    return tuple(found) or told


def _traits(material: Material) -> Iterator[Point]:
    """When an important trait began, and when it ended, by the events that the timeline names for it."""
    for trait in material.config.important:
        verdict = material.verdict(trait.id)
        if verdict is None or verdict.verdict not in ("HOLDS", "NOT", "DORMANT") or len(verdict.intervals) != 1:
            continue
        said = said_of(trait, material.config)
        for way, kinds in (("began", ("initiates", "reinitiates")), ("ended", ("terminates",))):
            if way == "ended" and verdict.verdict != "NOT":
                continue
            if found := _changed(material, verdict, kinds):
                event, first, last = found
                own = own_sentence(material, material.events[event])
                told = _timed(around(material, material.events[event]), own, first, last)
                clause = _clause(said, way)
                notes = (material.events[event].note,)
                if clause:
                    yield Point(
                        f"{trait.id}/{way}", "did", clause, (("did", clause),), first, last, told, notes,
                        trait.importance,
                    )  # fmt: skip


def _changed(material: Material, verdict: TraitVerdict, kinds: tuple[str, ...]) -> tuple[str, str, str] | None:
    for name in verdict.intervals[0].by:
        event = material.events.get(name)
        if event is None or name in material.held_out:
            continue
        if any(f.trait == verdict.id and f.kind in kinds for f in event.effects):
            first, last = material.timeline.windows.get(name, ("", ""))
            return name, first, last
    return None


def _clause(said: TraitWords, way: str) -> str:
    """ "you became stubborn", "your fear of dogs ended"; "" where the grammar does not give one."""
    if said.shape in ("adjective", "someone"):
        often = re.match(r"(?:always|never|often|rarely|seldom|usually|sometimes|constantly)\b", said.trait, re.I)
        began = f"you began to be {said.trait}" if often else f"you became {said.trait}"
        return began if way == "began" else f"you stopped being {said.trait}"
    if said.shape == "thing":
        return f"{said.that} {way}"
    if said.shape == "habit" and way == "began":
        return f"you began to {said.trait}"
    return ""


def _deeds(material: Material) -> Iterator[Point]:
    """Deeds whose own sentence says the year: "sold the racquet in 2017"."""
    for passage in material.passages:
        if material.held_out & set(passage.events):
            continue
        for sentence, deeds in zip(passage.sentences, passage.deeds, strict=False):
            years = set(re.findall(r"\b(?:19|20)\d\d\b", sentence))
            for deed in (d for d in deeds if d.tense == "past"):
                match = _DATED.search(deed.said)
                lead = re.match(
                    rf"In (?:(?P<month>{'|'.join(MONTHS)}) )?(?P<year>(?:19|20)\d\d),? (?:I|we)\b", sentence
                )
                if len(years) != 1 or not (match or lead):
                    continue
                said = (deed.said[: match.start()] + deed.said[match.end() :]) if match else deed.said
                if len(telling_words(said)) < 2 or re.search(r"(?:19|20)\d\d|^[\s,]", said):
                    continue
                where = match or lead
                assert where is not None
                first, last = _bounds(where["year"], where["month"])
                clause = f"you {said.strip(' ,')}"
                about = f"deed/{digest('deed', said)[:8]}"
                yield Point(about, "did", clause, (("did", clause),), first, last, (sentence,), (passage.note,), 2)


def _bounds(year: str, month: str | None) -> tuple[str, str]:
    if not month:
        return f"{year}-01-01", f"{year}-12-31"
    number = MONTHS.index(month) + 1
    after = date(int(year) + number // 12, number % 12 + 1, 1)
    last = date.fromordinal(after.toordinal() - 1)
    return f"{year}-{number:02d}-01", last.isoformat()
