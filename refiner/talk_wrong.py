"""An answer that was wrong becomes a sample: the talk as it led there, and what she would have said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from refiner.checks.again import Again
from refiner.checks.whole_life import read_life, read_note
from refiner.dataset.near import alike
from refiner.errors import NoteError
from refiner.models import Decision, Message, Sample, SampleKind, TraitVerdict
from refiner.notes import note_from_text
from refiner.refine import Life
from refiner.review.effects import apply_status
from refiner.review.history import replay
from refiner.review.identity import text_shas
from refiner.review.texts import messages_text
from refiner.review.visible import one_line
from refiner.sampling import Samples
from refiner.stages.composing.when import in_words
from refiner.stages.today import dead_samples
from refiner.store import DecisionLog, Workspace, locked, read_jsonl, to_jsonl, write_atomic
from refiner.talk_corrections import Correction, add_correction, correction_id, corrections_file
from refiner.talk_files import Turn

KIND: SampleKind = "voice"  # "what was written to her in a chat; her lines", where nothing trained asks the same


@dataclass(frozen=True)
class Concern:
    """Something about the person's words that a check found. `holds`: the sample waits until they are changed."""

    message: str
    holds: bool = False


def correction_of(
    turns: Sequence[Turn], *, talk: str, who: str, trained: Sequence[Sample] = (), context: bool = True
) -> Correction:
    """The correction that the last of `turns` becomes. Earlier answers that were corrected stand as corrected; those
    that were only wrong are left out with their questions. `context`: whether the talk before it goes along.

    Kind, traits and events are those of a trained sample that asks nearly the same, where there is one.
    """
    last = turns[-1]
    before = [t for t in turns[:-1] if t.said and (t.better or not t.wrong)] if context else []
    said = [(t.user, t.said) for t in before] + [(last.user, last.answer or "…")]
    messages = tuple(
        Message(role=role, content=text)
        for turn in said
        for role, text in (("user", turn[0]), ("assistant", turn[1]))
    )  # fmt: skip
    same = next((s for s in trained if len(s.messages) == 2 and alike(s.messages[0].content, last.user)), None)
    return Correction(
        id=correction_id(messages), at=datetime.now(UTC).isoformat(timespec="seconds"), talk=talk, turn=last.id,
        who=who, kind=same.kind if same else KIND, messages=messages,
        traits=same.traits if same else (), events=same.events if same else (),
    )  # fmt: skip


def concerns(life: Life, correction: Correction, better: str) -> list[Concern]:
    """What the checks say of the person's words: those that refined notes and samples pass. Nothing is forbidden."""
    chain, found = life.chain, list[Concern]()
    if chain.timeline is not None:
        sample = _edited(correction, better)
        for _, trait, sentence in dead_samples([sample], life.config, chain.timeline):
            said = f"“{sentence}” says that {trait.title} holds today, and by your notes it is over"
            found.append(Concern(said, holds=True))
    try:
        note = note_from_text(better, "what you wrote")
    except NoteError:
        return found
    again = Again(note=note, text=better, config=life.config, canon=tuple(chain.canon))
    reading = read_note(again, None)
    findings = [*reading.findings, *read_life(reading.said, chain.canon, life.config)]
    return found + [Concern(f.message) for f in findings if f.severity != "info"]


def over_today(life: Life, answer: str) -> list[str]:
    """What is to be said first of an answer that claims of a trait that is over that it is so today: a line a trait,
    with the date of its end where the timeline has one. The check is the one that samples pass."""
    timeline = life.chain.timeline
    if timeline is None or not answer.strip():
        return []
    said = Sample(id="answer", kind=KIND, messages=(Message(role="assistant", content=answer),))
    out = []
    for _, trait, sentence in dead_samples([said], life.config, timeline):
        out.append(f"Careful: by your notes this {_fate(timeline.verdict(trait.id))}. (“{one_line(sentence, 150)}”)")
    return out


def _fate(verdict: TraitVerdict | None) -> str:
    if verdict is not None and verdict.verdict == "RETRACTED":
        return "was never so"
    until = verdict.intervals[-1].until if verdict is not None and verdict.intervals else ""
    return f"ended {in_words(until)}".rstrip() if until else "is over"


def keep(ws: Workspace, correction: Correction, better: str, why: str) -> str:
    """Writes it down: the answer as a sample, and the person's words (or, without any, a rejection) as the decision
    about it. Its id.

    Raises StoreError, WorkspaceBusy. What a crash cuts short leaves a sample that waits in the review.
    """
    sample = correction.sample()
    decision = Decision(item=sample.id, text_sha=sample.text_sha, verdict="reject", reason=why or None)
    if better:
        text = messages_text(_edited(correction, better).messages)
        decision = decision.model_copy(update={"verdict": "edit", "text": text})
    with locked(ws, "chat"):
        add_correction(corrections_file(ws), correction)
        log = DecisionLog(ws.decisions)
        log.append(decision)
        _into_samples(ws, sample, log)
    return sample.id


def _edited(correction: Correction, better: str) -> Sample:
    sample = correction.sample()
    last = Message(role="assistant", content=better)
    return sample.model_copy(update={"messages": (*sample.messages[:-1], last), "status": "edited"})


def _into_samples(ws: Workspace, sample: Sample, log: DecisionLog) -> None:
    """Into samples.jsonl too, where there is one: `refiner status` then knows that there is something to export."""
    path = ws.refined / "samples.jsonl"
    if not path.exists():
        return
    decided = replay(log.read()).verdicts(text_shas([sample]))
    others = [s for s in read_jsonl(path, Sample) if s.id != sample.id]
    write_atomic(path, to_jsonl([*others, *apply_status([sample], decided)]))


def trained_samples(made: Samples) -> list[Sample]:
    """The samples that may be trained on."""
    return [s for s in made.samples if s.status in ("approved", "edited")]
