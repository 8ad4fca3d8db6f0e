"""The narrator-targeted gender swap by rules: edits where the text shows who is meant, questions where it does not.

Stage "swap". Reads the note, the persona and policy of the configuration, the canon and the people of the whole life.
Front matter is never edited; what is not about the narrator stays as it is. See `refiner.language` for the rules.
"""

from __future__ import annotations

from typing import ClassVar

from refiner.edits import make_edit, question_id
from refiner.language.activities_ask import ask
from refiner.language.activities_follow import RULE
from refiner.language.already import telling, told_as_other
from refiner.language.institutions import PREFIX
from refiner.language.lexicon import other
from refiner.language.names import from_canon
from refiner.language.scene import Proposal, Scene
from refiner.language.swap_rules import Options, plan, sure
from refiner.models import (
    CanonEntry,
    Choice,
    ChoiceEffect,
    Edit,
    Finding,
    Gender,
    Note,
    ProposedEdit,
    Question,
    StageResult,
)
from refiner.stages.base import StageInput
from refiner.stages.canon import seed_canon


class Swap:
    """One note at a time: edits where the rules are sure, questions below, nothing where others are meant."""

    name: ClassVar[str] = "swap"
    version: ClassVar[str] = "7"
    needs_timeline: ClassVar[bool] = False

    def run(self, given: StageInput) -> StageResult:
        """Edits, questions and new canon entries of one note. Raises RefinerError where spaCy's model is missing."""
        note, config = given.note, given.config
        if not note.text[note.body_start :].strip():
            return StageResult(note=note.path, stage=self.name)
        canon = whole_canon(given.canon, seed_canon(config), given.rejected)
        scene = make_scene(note, config.persona.before.gender, canon, given, config.persona.culture)
        policy = config.policy
        staying = frozenset(i.removeprefix(PREFIX) for i in given.rejected if i.startswith(PREFIX))
        made = plan(scene, canon, Options(policy.partners, policy.institutions, policy.body, staying))
        edits, asked = [], []
        sure_ones = [p for p in made.proposals if sure(p) and note.text[p.start : p.end] != p.after]
        other_already = told_as_other(sure_ones, lambda: _opposite(note, canon, given))
        findings: tuple[Finding, ...] = ()
        if other_already == "yes":
            gender = config.persona.after.gender
            told = f"this note seems to tell of the narrator as {gender} already: nothing of that is changed"
            findings = (Finding(check="already-swapped", severity="warning", note=note.path, message=told),)
        for p in made.proposals:
            if note.text[p.start : p.end] == p.after:
                continue
            if sure(p) and not (other_already != "no" and telling(p)):
                edit = _edit(note, p)
                if edit.id not in given.rejected:
                    edits.append(edit)
            else:
                asked.append(p)
        known = {c.id for c in canon}
        new = tuple(c for c in made.canon if c.id not in known and c.id not in given.rejected)
        questions = _questions(note, asked)
        if policy.activities == "ask":
            life = ask(note, scene, config, canon, given.rejected)
            questions, new = [*questions, *life.questions], (*new, *life.canon)
        return StageResult(
            note=note.path,
            stage=self.name,
            edits=tuple(edits),
            questions=tuple(questions),
            canon=new,
            findings=findings,
        )


def _opposite(note: Note, canon: tuple[CanonEntry, ...], given: StageInput) -> list[Proposal]:
    """The sure edits of the opposite swap, by the rules on who is meant alone: no canon but the names."""
    persona = given.config.persona
    names = tuple(
        c.model_copy(update={"before": c.after, "after": c.before}) for c in canon if c.kind == "name" and c.after
    )
    scene = make_scene(note, other(persona.before.gender), names, given, persona.culture)
    return [p for p in plan(scene, names, Options()).proposals if sure(p) and note.text[p.start : p.end] != p.after]


def whole_canon(
    canon: tuple[CanonEntry, ...], seeds: tuple[CanonEntry, ...], rejected: frozenset[str] = frozenset()
) -> tuple[CanonEntry, ...]:
    """The canon with the configuration's seeds; what the person wrote about the same words wins."""
    out = {c.id: c for c in seeds}
    out.update({c.id: c for c in canon})
    by_words = {(c.kind == "name", c.before.casefold()): c for c in canon if c.origin == "person"}
    final = []
    for c in out.values():
        said = by_words.get((c.kind == "name", c.before.casefold()))
        if said is not None and said.id != c.id and c.id.startswith(("name:", "replace:")):
            c = c.model_copy(
                update={
                    "after": said.after,
                    "forms": said.forms or (c.forms if said.after == c.after else {}),
                    "status": said.status,
                }
            )
        elif said is not None and said.id == c.id:
            c = said
        if c.status != "rejected" and c.id not in rejected:
            final.append(c)
    return tuple(final)


def make_scene(note: Note, gender: Gender, canon: tuple[CanonEntry, ...], given: StageInput, culture: str) -> Scene:
    """The note as the rules see it."""
    scene = Scene(
        note.text,
        note.body_start,
        gender,
        other(gender),
        from_canon(canon),
        note.meta.author,
        note.meta.kind,
        culture=culture,
    )
    for person in given.people:
        if person.gender:
            for name in person.names:
                scene.known[name.split()[0].casefold()] = person.gender
    return scene


def _edit(note: Note, p: Proposal) -> Edit:
    return make_edit(
        note, Swap.name, p.start, p.end, p.after or "", reason=p.reason, source=f"rule:{p.rule}",
        confidence=p.confidence, evidence=p.evidence,
    )  # fmt: skip


def _questions(note: Note, asked: list[Proposal]) -> list[Question]:
    """One question for all the spans that one answer settles."""
    groups: dict[str, list[Proposal]] = {}
    for p in asked:
        groups.setdefault(p.group or f"{p.rule}:{p.start}", []).append(p)
    out = []
    for group in groups.values():
        first = group[0]
        qid, sha = question_id(note, Swap.name, first.start, first.end, first.rule)
        words = note.text[first.start : first.end]
        edits = tuple(ProposedEdit(start=p.start, end=p.end, after=p.after or "") for p in group)
        if first.rule == RULE and not first.after:
            edits = _whole_sentence(note, first) or edits
        choices = [Choice(id="1", label=_label(first), effect=ChoiceEffect(edits=edits))]
        for i, text in enumerate(dict.fromkeys(first.options), 2):
            if text != first.after and len(group) == 1:
                other_text = _whole_sentence(note, first) if first.rule == RULE and not text else ()
                other_text = other_text or (ProposedEdit(start=first.start, end=first.end, after=text),)
                choices.append(
                    Choice(
                        id=str(i), label=f'"{text}"' if text else "leave it out", effect=ChoiceEffect(edits=other_text)
                    )
                )
        choices.append(Choice(id="stay", label=f'no: "{_short(words)}" stays'))
        out.append(
            Question(
                id=qid, note=note.path, stage=Swap.name, start=first.start, end=first.end, question=_ask(first, words),
                choices=tuple(choices), mentions=tuple((p.start, p.end) for p in group), reason=first.reason,
                rule=first.rule, confidence=first.confidence,
                text_sha=sha,
            )
        )  # fmt: skip
    return out


def _whole_sentence(note: Note, p: Proposal) -> tuple[ProposedEdit, ...]:
    """The sentence left out: a word of a game that is no longer played cannot go without the rest. () outside one."""
    sentence = note.sentence_at(p.start)
    if sentence is None or p.end > sentence.end:
        return ()
    end = sentence.end
    while end < len(note.text) and note.text[end] in " \t":
        end += 1
    return (ProposedEdit(start=sentence.start, end=end, after=""),)


def _short(words: str) -> str:
    return words if len(words) < 60 else words[:57] + "…"


def _label(p: Proposal) -> str:
    if not p.after:
        return "leave it out"
    return f'yes: "{_short(p.after)}"'


def _ask(p: Proposal, words: str) -> str:
    if p.rule.startswith("body"):
        return f'"{_short(words)}" is about a body that is no longer so. What shall become of it?'
    if p.rule.startswith("institution"):
        return f'Was the narrator there ("{words}"), so that it changes too?'
    if p.rule == RULE:
        return f'"{words}": {p.reason}. What shall stand there, if it is the narrator\'s?'
    if p.rule == "canon":
        return f'Is "{words}" here the narrator\'s own, so that "{p.after}" stands there?'
    if p.rule == "partner":
        return f'Does the partner ("{words}") change too?'
    return f'Does "{_short(words)}" mean the narrator?'
