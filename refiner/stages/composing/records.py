"""Samples in the third person, objective: what happened to her, what she did, and what others wrote about her."""

from __future__ import annotations

import re
from collections.abc import Iterator

from refiner.stages.composing.draft import Draft, Told
from refiner.stages.composing.facts import names_old_self, renamed
from refiner.stages.composing.labels import happened, names_something
from refiner.stages.composing.scenes import Passage, Unit, by_narrator, passages
from refiner.stages.composing.text import counts_from_now, leans, lower_first, normal, third, upper_first
from refiner.stages.composing.topics import rarest
from refiner.stages.composing.when import MONTHS, when_words

_MONTH = re.compile(rf"\b(?:{'|'.join(MONTHS)})\b")
LONGEST_RECORD = 45  # words of a sentence that can stand in a chronicle


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
    yield from deeds_told(told)
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
        if names_old_self(author, config):
            continue  # whose mother it is cannot be said
        for part in passages(note, told.units[path]):
            if not about & set(normal(part.text).split()) and not re.search(pronoun, part.text, re.I):
                continue
            for held_out in (False, True):
                question = told.asked.ask("event.others", {"author": author}, (path, part.id), held_out=held_out)
                if question:
                    answer = f"{author} wrote: “{part.text}”"
                    scene = f"event/{part.id}"
                    yield told.from_passage("event", part, question, scene=scene, answer=answer, held_out=held_out)


def deeds_told(told: Told) -> Iterator[Draft]:
    """Her sentences in the third person, where nothing but "I" and "my" has to change in them, asked for by what they
    are about. Two that follow each other are told together."""
    life = told.life
    if not life.first:
        return
    for passage in told.passages:
        run: list[tuple[Unit, str]] = []
        for unit in (*passage.units, None):
            text = _record(told, unit) if unit is not None else ""
            if unit is not None and text:
                run.append((unit, text))
                if len(run) < 2:
                    continue
            if run:
                yield from _record_of(told, passage, run)
            run = []


def _record(told: Told, unit: Unit) -> str:
    if unit.speaker or not 5 <= unit.length <= LONGEST_RECORD or leans(unit.text):
        return ""
    if told.life.notes[unit.note].meta.kind == "media" or counts_from_now(unit.text):
        return ""
    if _MONTH.search(unit.text) and not re.search(r"\b(?:1[89]|20)\d\d\b", unit.text):
        return ""  # which September that was only the note knows
    return told.readings.record(unit.text, told.life.first) if told.readings.sentence(unit.text).alone else ""


def _record_of(told: Told, passage: Passage, run: list[tuple[Unit, str]]) -> Iterator[Draft]:
    part = Passage(passage.note, tuple(u for u, _ in run), passage.date, passage.at_the_time)
    answer = " ".join(f"{t}." if t[-1:].isalnum() or t[-1:] == ")" else t for _, t in run)
    first = told.life.first
    within = told.events_in(part.note, [(u.start, u.end) for u in part.units])
    when = next((w for e in within if e.modality == "actual" and (w := when_words(e.when))), "")
    options = [
        (f"event.topic{'_when' if when else ''}", {"topic": t.words.replace("your ", "her ", 1), "when": when})
        for t in rarest(told.about(part), told.seen)
        if t.telling
    ]
    for unit in part.units:
        options += [
            ("event.did", {"base": re.sub(r"\byour\b", "her", d.base)})
            for d in told.deeds(unit)
            if d.tense == "past" and d.base and not re.search(r"\byou(?:rs|rself)?\b", d.base)
        ]
    for held_out in (False, True):
        made = 0
        for group, slots in options:
            if made >= (1 if held_out else 2):
                break
            if question := told.asked.ask(group, {**slots, "first": first}, (part.id,), held_out=held_out):
                made += 1
                scene = f"event/{part.id}"
                yield told.from_passage("event", part, question, scene=scene, answer=answer, held_out=held_out)
