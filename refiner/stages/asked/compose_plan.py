"""Which samples a model is asked for: first the rules choose what will be a sample, then only that is asked."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from refiner.asking.untrusted import addresses_a_model
from refiner.edits import digest
from refiner.models import SampleKind
from refiner.stages.asked.compose_checks import Source, content
from refiner.stages.asked.compose_kept import What, answer_of, guard, passage_at
from refiner.stages.composing.draft import Draft, Told
from refiner.stages.composing.questions import fill, forms, ordered
from refiner.stages.composing.scenes import Passage, Unit
from refiner.stages.composing.text import leans, normal, words
from refiner.stages.composing.topics import rarest
from refiner.stages.composing.when import in_words, when_words

LONGEST = 130  # words of a passage that is shown
SHORTEST = 7
LEAST_DONE = 8  # words of a passage in which something happens or shows
LEAST_ROOM = 4  # of the share of a kind that the rules fill already, one in so many may be written by a model
OTHERS = 3  # passages beside the true one


@dataclass(frozen=True)
class Wanted:
    """One sample to ask for. `first`: the passage told before, in a talk of two turns."""

    what: What
    kind: SampleKind
    scene: str
    passage: Passage
    first: Passage | None = None
    question: str = ""  # of the rules: the one to replace, the first of a talk, the one for a record
    trait: str = ""
    title: str = ""
    when: str = ""  # in words, where it is known

    def key(self, told: Told) -> str:
        """The name under which its result is kept: all that it follows from but the model and its prompt."""
        first = (self.first.id, self.first.text, self.question) if self.first else ()
        of = (self.passage.id, self.passage.text, self.scene, self.trait, self.title, self.when, *first)
        return digest("written", self.what, *of, guard(told, self.trait))


def wanted(told: Told, chosen: Sequence[Draft]) -> list[Wanted]:
    """What to ask for, situations first. `chosen`: the drafts of the rules that will be samples."""
    train = [d for d in chosen if not d.held_out]
    mix = told.life.config.samples.mix
    total = sum(mix.values())
    have = Counter(d.kind for d in train)

    def room(kind: SampleKind) -> int:
        share = math.ceil(mix.get(kind, 0) / total * len(train))
        return max(share - have[kind], share // LEAST_ROOM)

    asks = list(_asks(told, train))
    return [
        *_situations(told, room("situation")),
        *(w for w in asks if w.what != "follow"),
        *(w for w in asks if w.what == "follow"),
        *_events(told, train, room("event")),
    ]


def source_of(told: Told, want: Wanted) -> Source:
    """What a text about a passage may draw on."""
    life = told.life
    after = life.config.persona.after
    names = {w.casefold() for n in (life.name, life.first, *after.nicknames) for w in words(n)}
    return Source(want.passage.text, want.when, frozenset(names))


def _when(passage: Passage) -> str:
    """When a passage was written, or when it was, as a sentence."""
    said = in_words(passage.date)
    return f"It was {'written ' if passage.at_the_time else ''}{said}." if said else ""


def others_for(told: Told, passage: Passage, *also: Passage) -> list[str]:
    """Passages that a question about this one is held against: the likest one of another place, and others by hash."""
    places = {u.place for p in (passage, *also) for u in p.units}
    near = content(passage.text)
    rest = [p for p in told.passages if not places & {u.place for u in p.units} and _fit(p.units, SHORTEST)]
    by_hash = sorted(rest, key=lambda p: digest("other", passage.id, p.id))
    likest = sorted(by_hash[:40], key=lambda p: -len(near & content(p.text)))[:1]
    return [p.text for p in dict.fromkeys((*likest, *by_hash))][:OTHERS]


def _fit(units: Iterable[Unit], least: int) -> bool:
    found = list(units)
    size = sum(u.length for u in found)
    return least <= size <= LONGEST and not any(u.speaker or addresses_a_model(u.text) for u in found)


def _asks(told: Told, train: Sequence[Draft]) -> Iterable[Wanted]:
    done: set[tuple[str, str, int]] = set()
    for draft in train:
        if draft.kind not in ("memory", "opinion", "voice") or len(draft.notes) != 1:
            continue
        found = [u for u in told.units.get(draft.notes[0], ()) if (u.start, u.end) in set(draft.spans)]
        same = (draft.scene, normal(draft.told), len(draft.turns))
        if not found or not _fit(found, SHORTEST) or same in done:
            continue
        parts = _parts(told, draft, found)
        if parts is None:
            continue
        done.add(same)
        first, rest = parts
        if first is not None:
            yield Wanted("follow", draft.kind, draft.scene, rest, first, draft.turns[0][0])
        elif draft.kind == "opinion" and (title := _title(told, draft)):
            yield Wanted("media", draft.kind, draft.scene, rest, question=draft.question, title=title)
        elif not leans(rest.units[0].text):
            yield Wanted("ask", draft.kind, draft.scene, rest, question=draft.question, when=_when(rest))


def _parts(told: Told, draft: Draft, found: Sequence[Unit]) -> tuple[Passage | None, Passage] | None:
    """What was told before, and what answers, where the draft's answers are nothing but her sentences."""
    note = draft.notes[0]
    places = [u.place for u in found]
    if not draft.turns:
        whole = passage_at(told, note, places)
        fits = whole and answer_of(told, draft.kind, whole, draft.question) == draft.answer
        return (None, whole) if whole and fits else None
    if len(draft.turns) > 1:
        return None
    for at in range(1, len(places)):
        first, rest = passage_at(told, note, places[:at]), passage_at(told, note, places[at:])
        if first and rest and first.text == draft.turns[0][1] and rest.text == draft.answer:
            return first, rest
    return None


def _title(told: Told, draft: Draft) -> str:
    """The work that an opinion is about: the longest title that its question names."""
    asked = f" {normal(draft.question)} "
    titles = (m.title for m in told.life.media if m.title and f" {normal(m.title)} " in asked)
    return max(titles, key=lambda t: (len(t), t), default="")


def _events(told: Told, train: Sequence[Draft], most: int) -> list[Wanted]:
    """Her passages in which something happened, those with events that bear on important traits first."""
    shown = {d.scene for d in train if d.kind == "memory"}
    importance = {t.id: t.importance for t in told.life.config.traits}
    ranked: list[tuple[int, int, str, Passage, str]] = []
    for passage in told.passages:
        if f"memory/{passage.id}" not in shown or passage.lead or not _fit(passage.units, LEAST_DONE):
            continue
        spans = [(u.start, u.end) for u in passage.units]
        found = [e for e in told.events_in(passage.note, spans) if e.modality == "actual" and e.subject == "self"]
        weight = max((importance.get(f.trait, 0) for e in found for f in e.effects), default=0)
        # The day of a note is not that of all it tells; of one event it is known.
        when = when_words(found[0].when) if len(found) == 1 else ""
        ranked.append((-weight, -len(found), digest("event", passage.id), passage, when))
    ranked.sort(key=lambda r: r[:3])
    out: list[Wanted] = []
    used = set(told.asked.taken)
    for *_, passage, when in ranked:
        if len(out) < most and (question := _record_question(told, passage, when, used)):
            used.add(normal(question))
            out.append(Wanted("event", "event", f"event/written/{passage.id}", passage, question=question, when=when))
    return out


def _record_question(told: Told, passage: Passage, when: str, used: Collection[str]) -> str:
    """A question of the rules' forms for a record, by what it is about and its time, that nobody asks yet; "" for none.
    It takes nothing, so that it is the same on every run."""
    first = told.life.first or "the narrator"
    her = "her" if told.life.config.persona.after.gender == "female" else "his"
    group = "event.topic_when" if when else "event.topic"
    for topic in rarest(told.about(passage), told.seen):
        about = re.sub(r"^your\b", her, topic.words)
        for form in ordered(forms(group), group, passage.id, topic.words):
            question = fill(form, {"first": first, "when": when, "topic": about})
            if question and normal(question) not in used:
                return question
    return ""


def _situations(told: Told, most: int) -> list[Wanted]:
    """Passages that show a trait which holds, each trait in its turn, the most important first."""
    by_trait: dict[str, list[Passage]] = defaultdict(list)
    living = [t for t, _ in told.life.taught("HOLDS")]
    for trait in living:
        seen: set[str] = set()
        for path in sorted(told.life.bearings):
            for b in sorted(told.life.bearings[path], key=lambda b: b.start):
                if b.trait != trait.id or b.side != "for" or b.teller != "self":
                    continue
                unit = next((u for u in told.units.get(path, ()) if u.start <= b.start < u.end and not u.speaker), None)
                part = told.around(unit, after=1) if unit else None
                held = passage_at(told, path, [u.place for u in part.units]) if part else None
                if held and held.id not in seen and _fit(held.units, LEAST_DONE):
                    seen.add(held.id)
                    by_trait[trait.id].append(held)
    out: list[Wanted] = []
    for turn in range(max((len(p) for p in by_trait.values()), default=0)):
        for trait in living:
            if turn < len(by_trait[trait.id]):
                held = by_trait[trait.id][turn]
                scene = f"situation/{trait.id}/written/{held.id}"
                out.append(Wanted("situation", "situation", scene, held, trait=trait.id))
    return out[:most]
