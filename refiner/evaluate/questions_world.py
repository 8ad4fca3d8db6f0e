"""Questions whose answers are the same for every life: the world, and what never happened. And works of art, hers and
others. What never happened is asked only where no note has a word of it; pure."""

from __future__ import annotations

from collections.abc import Iterator

from refiner.edits import digest
from refiner.evaluate.material import Material, Telling
from refiner.evaluate.questions_forms import Offer, Wordings, offer, table
from refiner.evaluate.questions_keys import groups_of
from refiner.evaluate.shapes import Key
from refiner.stages.composing.facts import renamed
from refiner.stages.composing.text import normal, words


def general(material: Material, wordings: Wordings) -> Iterator[Offer]:
    """The world: each question is asked once, as it stands in general.toml."""
    for line in table("general")["asked"]:
        subject, question, answers = (part.strip() for part in str(line).split(" | "))
        groups = tuple(tuple(s.strip() for s in of.split(",")) for of in answers.split("&"))
        asks = wordings.of("general", [question], 1, "tell")
        about = f"general/{digest('general', question)[:8]}"
        yield from offer("general", about, question, asks, Key(groups=groups), group=subject)


def never_lived(material: Material, wordings: Wordings) -> Iterator[Offer]:
    """What most people never did, if no note has a word of it."""
    gender = material.config.persona.after.gender
    for line in table("never")["asked"]:
        question, _, kinds = (part.strip() for part in str(line).partition("|"))
        only = [w for w in kinds.split() if w in ("f", "m")]
        if only and only != ["f" if gender == "female" else "m"]:
            continue
        if material.speaks_of(" ".join(w for w in kinds.split() if len(w) > 1)):
            continue
        asks = wordings.of("unlived", [question], 1, "abstain")
        about = f"never/{digest('never', question)[:8]}"
        yield from offer("unlived", about, question, asks, Key(), group=f"never/{digest(question)[0]}")


def absent(material: Material, kind: str) -> list[str]:
    """The names of never.toml, "places" or "people", that no note has."""
    found = str(table("never")[kind]).split()
    return [name.replace("-", " ") for name in found if not material.speaks_of(name)]


# ---- media ----------------------------------------------------------------------------------------------------------


def media(material: Material, wordings: Wordings) -> Iterator[Offer]:
    """The works that the notes name, and well-known ones that they do not."""
    for title in dict.fromkeys(m.title for m in material.media):
        said = _of_title(material, title)
        if not said:
            continue
        told = tuple(dict.fromkeys(s for p in said for s in _about_title(p, title)))
        slots = {"title": renamed(title, material.config)}
        asks = wordings.choose("media", "media.known", slots, (title,), 1, "yes")
        more = wordings.choose("media", "media.told", slots, (title,), 2, "tell")
        groups = groups_of(told, material, [a.text for a in more])
        asks += more if groups else []
        key = Key(groups=groups, told=told)
        notes = tuple(dict.fromkeys(p.note for p in said))
        yield from offer("media", f"media/{title}", title, asks, key, notes=notes, group="hers", weight=1)
    for title in table("works")["titles"]:
        if any(material.speaks_of(w) for w in words(str(title)) if len(w) > 3) or material.speaks_of(str(title)):
            continue
        slots = {"title": str(title)}
        asks = wordings.choose("media", "media.foil", slots, (str(title),), 1, "abstain")
        asks += wordings.choose("media", "media.foil_known", slots, (str(title),), 1, "no")
        yield from offer("media", f"foil/{title}", f"never named: {title}", asks, Key(), group="foil")


def _about_title(passage: Telling, title: str) -> tuple[str, ...]:
    """The sentence of a passage that names a work, with the two after it."""
    at = next((i for i, s in enumerate(passage.sentences) if normal(title) in normal(s)), 0)
    return passage.sentences[at : at + 3]


def _of_title(material: Material, title: str) -> list[Telling]:
    key = normal(title)
    return [p for p in material.passages if key and f" {key} " in f" {normal(p.text)} "]
