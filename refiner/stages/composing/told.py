"""Samples that her own sentences answer: memory, voice, opinion, situation (her habits), and third-person events."""

from __future__ import annotations

import re
from collections.abc import Iterator

from refiner.models import Event
from refiner.stages.composing.draft import Draft, Told
from refiner.stages.composing.facts import renamed
from refiner.stages.composing.labels import did, happened, names_something, thing
from refiner.stages.composing.questions import ordered
from refiner.stages.composing.scenes import Passage, Unit, by_narrator, passages
from refiner.stages.composing.text import leans, lower_first, normal, says_i, third, to_you, upper_first, words
from refiner.stages.composing.topics import rarest
from refiner.stages.composing.when import in_month, when_words

EACH_SCENE = 3  # questions that training asks of one scene
OPENING = 22  # words of a first sentence that can stand in a question

_HABIT = re.compile(
    r"(?:When(?:ever)?|If|Each time|Every time) (?P<clause>[^,;:]{6,90}), (?:I|I['’]m|my)\b.*"
    r"|I (?:always|never|usually|often|still|tend to|have to|simply) [^,;:]{4,90}"
    r" when(?:ever)? (?P<late>[^,;:]{6,90})[.!]"
)
_PAST_WORD = re.compile(
    r"\b(?:was|were|had|did|went|came|got|said|told|knew|thought|felt|used to|would|ago|once"
    r"|(?<!am )(?<!'m )(?<!is )(?<!are )(?<!be )(?<!get )(?<!feel )(?<!gets )\w{3,}ed)\b",
    re.I,
)


def memory(told: Told) -> Iterator[Draft]:
    """What she remembers: each passage asked for by what is in it, by when it was, or by its own first sentence."""
    for passage in told.passages:
        yield from _memory_of(told, passage)


def _memory_of(told: Told, passage: Passage) -> Iterator[Draft]:
    # What a note of these days says can be asked without its date; what is older is asked for with it.
    when = in_month(passage.date) if not passage.at_the_time or _old(told, passage) else ""
    options: list[tuple[str, dict[str, str], str]] = []  # group, slots, what makes its hash its own
    if passage.lead:
        # It leans on what stands before it, so only her own sentence before can lead to it.
        if len(words(passage.lead)) <= OPENING:
            options = [("memory.goes_on", {"opening": passage.lead}, "lead")]
    else:
        for event in told.events_in(passage.note, [(u.start, u.end) for u in passage.units]):
            options += _by_event(told, event)
        for topic in rarest(told.topics[passage.id], told.seen)[:6]:
            if when:
                group = "memory.topic_wrote" if passage.at_the_time else "memory.topic_when"
                options.append((group, {"topic": topic.words, "when": when}, topic.words))
            else:
                slots = {topic.kind: topic.words, "bare_topic": re.sub(r"^(?:the|your) ", "", topic.words)}
                options.append((f"memory.{topic.kind}", slots, topic.words))
        if when:
            group = "memory.wrote" if passage.at_the_time else "memory.when"
            options.insert(min(1, len(options)), (group, {"when": when}, "when"))
    first = passage.units[0].text
    goes_on = not passage.lead and len(passage.units) > 1 and 4 <= len(words(first)) <= OPENING and not when
    made = 0
    for held_out in (False, True):
        for group, slots, key in options:
            if made >= EACH_SCENE and not held_out:
                break
            if question := told.asked.ask(group, slots, (passage.id, key), held_out=held_out):
                made += 1
                yield told.from_passage("memory", passage, question, held_out=held_out)
                if held_out:
                    break
    rest = Passage(passage.note, passage.units[1:], passage.date, passage.at_the_time)
    if goes_on and made < EACH_SCENE and len(words(rest.text)) >= 8:
        for held_out in (False, True):
            if question := told.asked.ask("memory.goes_on", {"opening": first}, (passage.id,), held_out=held_out):
                yield told.from_passage("memory", rest, question, scene=f"memory/{passage.id}", held_out=held_out)


def _old(told: Told, passage: Passage, years: int = 2) -> bool:
    """Whether it was told, in the present of its day, more than some years ago: what it says may be over."""
    year = passage.date[:4]
    return passage.at_the_time and year.isdigit() and int(year) < int(told.life.timeline.now[:4]) - years


def _by_event(told: Told, event: Event) -> list[tuple[str, dict[str, str], str]]:
    label = told.life.labels.get(event.id, "")
    if event.modality != "actual" or event.subject != "self" or not label:
        return []
    if clause := did(label):
        return [("memory.did", {"did": clause}, event.id)]
    if name := thing(label):
        when = when_words(event.when)
        group = "memory.topic_when" if when else "memory.topic"
        return [(group, {"topic": name, "bare_topic": label, "when": when}, event.id)]
    return []


def voice(told: Told) -> Iterator[Draft]:
    """Her sentences as they are: one of each passage, and her lines in a chat."""
    for passage in told.passages:
        fit = [
            u
            for u in passage.units
            if 7 <= u.length <= 38 and says_i(u.text) and not leans(u.text) and "?" not in u.text
        ]
        for unit in (
            fit if len(fit) < 2 else [next(u for u in fit if u.place == ordered((u.place for u in fit), "voice")[0])]
        ):
            yield from _voice_of(told, passage, unit)
    for path, units in told.units.items():
        yield from _chat(told, path, units)


def _voice_of(told: Told, passage: Passage, unit: Unit) -> Iterator[Draft]:
    part = Passage(unit.note, (unit,), passage.date, passage.at_the_time)
    old = (
        passage.at_the_time
        and passage.date[:4].isdigit()
        and int(passage.date[:4]) < int(told.life.timeline.now[:4]) - 2
    )
    when = in_month(passage.date)
    here = [
        t
        for t in rarest(told.topics[passage.id], told.seen)
        if normal(re.sub(r"^(?:the|your) ", "", t.words)) in normal(unit.text)
    ]
    options: list[tuple[str, dict[str, str]]] = [("voice.topic", {"topic": t.words}) for t in here[:2]]
    if old:  # what she said of herself long ago may be over: it is quoted with its time
        options = [("voice.then", {"when": when, "when_bare": re.sub(r"^(?:in|on|around) ", "", when)})] if when else []
    else:
        options.append(("voice.open", {}))
    for group, slots in options:
        if question := told.asked.ask(group, slots, (unit.place,)):
            yield told.from_passage("voice", part, question)
            if held := told.asked.ask(group, slots, (unit.place,), held_out=True):
                yield told.from_passage("voice", part, held, held_out=True)
            return


def _chat(told: Told, path: str, units: list[Unit]) -> Iterator[Draft]:
    """What others wrote to her, and what she wrote back: the lines as they are."""
    at = 0
    while at < len(units):
        if not units[at].speaker or units[at].speaker == "self":
            at += 1
            continue
        asked = at
        while at < len(units) and units[at].speaker not in ("self", ""):
            at += 1
        mine = at
        while at < len(units) and units[at].speaker == "self":
            at += 1
        lines = sorted({u.paragraph for u in units[asked:mine]})[-2:]
        heard, said = [u for u in units[asked:mine] if u.paragraph in lines], units[mine:at]
        question = Passage(path, tuple(heard)).text
        if (
            said
            and sum(u.length for u in said) >= 3
            and len(words(question)) >= 2
            and told.asked.claim(question, (path, said[0].place))
        ):
            draft = told.from_passage(
                "voice", Passage(path, tuple(said)), question, scene=f"voice/chat/{said[0].place}"
            )
            # The other's lines are a source as well: an edit in them is part of the sample.
            spans = (*draft.spans, *((u.start, u.end) for u in heard))
            edits = tuple(dict.fromkeys((*draft.edits, *(e for u in heard for e in u.edits))))
            yield Draft(**{**draft.__dict__, "spans": spans, "edits": edits})


def habits(told: Told) -> Iterator[Draft]:
    """ "When I'm angry, I go silent" answers "What do you do when you're angry?"."""
    for passage in told.passages:
        if _old(told, passage, 4):
            continue
        for unit in passage.units:
            match = _HABIT.fullmatch(unit.text)
            if match is None or _PAST_WORD.search(unit.text):
                continue
            clause = to_you(lower_first(match["clause"] or match["late"]))
            part = told.around(unit)
            for held_out in (False, True):
                for _ in range(1 if held_out else 2):
                    question = told.asked.ask("situation.habit", {"clause": clause}, (unit.place,), held_out=held_out)
                    if part and question:
                        yield told.from_passage(
                            "situation", part, question, scene=f"situation/{unit.place}", held_out=held_out
                        )


def opinion(told: Told) -> Iterator[Draft]:
    """What she says of books, films, games and music."""
    done: set[str] = set()
    for medium in sorted(told.life.media, key=lambda m: (m.title.casefold(), m.notes)):
        key = normal(medium.title)
        if not key or key in done:
            continue
        for unit in (u for n in told.life.notes for u in told.units[n] if not medium.notes or n in medium.notes):
            if (
                key not in normal(unit.text)
                or unit.speaker
                or unit.length < 5
                or not by_narrator(told.life.notes[unit.note], told.life.config)
            ):
                continue
            part = told.around(unit, after=3)
            if part is None or len(words(part.text)) > 120 or len(words(part.text)) <= len(words(medium.title)) + 2:
                continue
            done.add(key)
            for held_out in (False, True):
                for _ in range(1 if held_out else 2):
                    if question := told.asked.ask("opinion.media", {"title": medium.title}, (key,), held_out=held_out):
                        yield told.from_passage(
                            "opinion", part, question, scene=f"opinion/{part.id}", held_out=held_out
                        )
            break


def events(told: Told) -> Iterator[Draft]:
    """Third person and objective: what happened to her, and what others wrote about her."""
    life = told.life
    gender = life.config.persona.after.gender
    for event in life.events.values():
        when = when_words(event.when)
        label = life.labels.get(event.id, "")
        action = life.timeline.actions.get(event.id, "keep")
        if (
            event.modality != "actual"
            or event.subject != "self"
            or action == "drop"
            or not (when and label and life.first)
        ):
            continue
        if event.when.earliest > life.timeline.now:
            continue
        sentence = happened(label, life.first, third(label, gender, life.first))
        answer = f"{upper_first(when)}, {sentence}" if sentence else ""
        if not sentence and names_something(label):
            answer = f"{upper_first(when)}: {third(lower_first(label), gender, life.first).rstrip('.')}."
        if not answer or not event.spans:
            continue
        spans = tuple((s.start, s.end) for s in event.spans if s.note == event.note)
        units = [u for u in told.units.get(event.note, ()) if any(u.start < b and a < u.end for a, b in spans)]
        if not units:
            continue  # its sentences were dropped
        for held_out in (False, True):
            for _ in range(1 if held_out else 2):
                if question := told.asked.ask(
                    "event.when", {"first": life.first, "when": when}, (event.id,), held_out=held_out
                ):
                    yield Draft(
                        "event", f"event/{event.id}", question, answer, (event.note, event.id), (event.note,), spans,
                        tuple(dict.fromkeys(e for u in units for e in u.edits)), told.traits_of([event]), (event.id,),
                        held_out,
                    )  # fmt: skip
    yield from _others(told)


def _others(told: Told) -> Iterator[Draft]:
    """The words of others about her, quoted as theirs."""
    config = told.life.config
    about = {normal(n) for n in (told.life.first, *config.persona.after.nicknames) if n}
    pronoun = r"\b(?:she|her)\b" if config.persona.after.gender == "female" else r"\b(?:he|him|his)\b"
    for path, note in told.life.notes.items():
        if by_narrator(note, config):
            continue
        author = renamed(note.meta.author, config)
        for part in passages(note, told.units[path]):
            if not about & set(normal(part.text).split()) and not re.search(pronoun, part.text, re.I):
                continue
            for held_out in (False, True):
                question = told.asked.ask("event.others", {"author": author}, (path, part.id), held_out=held_out)
                if question:
                    answer = f"{author} wrote: “{part.text}”"
                    scene = f"event/{part.id}"
                    yield told.from_passage("event", part, question, scene=scene, answer=answer, held_out=held_out)
