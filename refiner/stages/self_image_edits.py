"""Which edits make the self-image more flattering: they take evidence of a negative trait away, or bring praise. Pure.

Each edit is judged by itself: the note with what the edit was made on, against the same with the edit. What the person
decided about it does not matter here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from refiner.checks.trait_words import TraitWords
from refiner.config import Config, Trait
from refiner.edits import in_force
from refiner.models import Edit, Extraction, Note
from refiner.stages.self_image_evidence import Evidence, evidence_sentences
from refiner.stages.self_image_kept import RANK, kept, touching
from refiner.stages.self_image_words import only_gender, persona_names, praise_added


def idealising(
    note: Note,
    edits: Sequence[Edit],
    config: Config,
    traits: Sequence[Trait],
    words: TraitWords,
    extraction: Extraction | None,
    found: Mapping[str, Sequence[Evidence]] | None = None,
) -> dict[str, tuple[str, ...]]:
    """The edits of a note that idealise, by id, each with what it does in words.

    `traits` are the negative ones that are not over; `found` is their evidence in the note, where it is known already.
    An edit that changes only words that say a gender, or the narrator's names, never idealises.
    """
    names = persona_names(config.persona)
    side = config.persona.before
    if found is None:
        found = {t.id: evidence_sentences(note, t, words, extraction, side) for t in traits}
    by_id = {e.id: e.model_copy(update={"status": "undecided"}) for e in edits}
    judged = [e for e in by_id.values() if not only_gender(e, names)]
    out: dict[str, list[str]] = {}
    for edit in judged:
        if praise := praise_added(edit, names):
            out.setdefault(edit.id, []).append(f"adds {_listed(praise)}, which the note does not say")
    standing = in_force(edits)
    for trait in traits:
        for evidence in found.get(trait.id, ()):
            near = touching(evidence.sentence, judged)
            _judge(note, evidence, trait, words, near, by_id, standing, out)
    return {name: tuple(dict.fromkeys(why)) for name, why in out.items()}


def _judge(
    note: Note,
    evidence: Evidence,
    trait: Trait,
    words: TraitWords,
    near: Sequence[Edit],
    by_id: Mapping[str, Edit],
    standing: Sequence[Edit],
    out: dict[str, list[str]],
) -> None:
    """Adds what each of the edits near a sentence of evidence does to it."""
    if not near:
        return
    quote = short(evidence.sentence.text)
    lowering = []
    blamed = False
    for edit in near:
        base = ancestors(edit, by_id)
        before, after = kept(note, evidence, trait, words, base), kept(note, evidence, trait, words, [*base, edit])
        if RANK[after.state] < RANK[before.state]:
            how = f"softens ({', '.join(after.why)})" if after.state == "softened" else "takes away"
            out.setdefault(edit.id, []).append(f"{how} “{quote}” ({trait.title})")
            blamed |= any(e.id == edit.id for e in standing)
        elif after.share < before.share:
            lowering.append(edit)
    # Several edits can take away together what none of them takes away alone.
    if lowering and not blamed and kept(note, evidence, trait, words, standing).state == "gone":
        for edit in lowering:
            if any(e.id == edit.id for e in standing):
                out.setdefault(edit.id, []).append(f"takes away a part of “{quote}” ({trait.title})")


def ancestors(edit: Edit, by_id: Mapping[str, Edit]) -> list[Edit]:
    """The edits that an edit was made on, theirs too."""
    out: dict[str, Edit] = {}
    todo = list(edit.parents)
    while todo:
        name = todo.pop()
        if name in by_id and name not in out and name != edit.id:
            out[name] = by_id[name]
            todo += by_id[name].parents
    return list(out.values())


def _listed(words: Collection[str]) -> str:
    return ", ".join(f"“{w}”" for w in words)


def short(text: str, limit: int = 60) -> str:
    """A quotation in one line, cut at a word."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0] + "…"


def flags(
    notes: Iterable[Note],
    edits_by_note: Mapping[str, Sequence[Edit]],
    config: Config,
    traits: Sequence[Trait],
    words: TraitWords,
    extractions: Iterable[Extraction],
) -> dict[str, tuple[str, ...]]:
    """`idealising` of a whole life."""
    read = {x.note: x for x in extractions}
    out: dict[str, tuple[str, ...]] = {}
    for note in notes:
        if edits := edits_by_note.get(note.path):
            out |= idealising(note, edits, config, traits, words, read.get(note.path))
    return out
