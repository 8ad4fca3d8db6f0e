"""Who and what is only named: people of whom nothing is said, media without a word on what they did. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from refiner.gaps.facts import Facts
from refiner.gaps.gap import Gap, note_command, slug
from refiner.gaps.gentle import Weight, weight_of
from refiner.gaps.traits import counted
from refiner.gaps.wording import questions
from refiner.language import lexicon
from refiner.review.visible import one_line
from refiner.stages.people import ADDRESSES, RELATIONS
from refiner.stages.self_image_words import persona_names

OFTEN = 3  # notes in which a name must stand
SAYS = 4  # words from which something is said about a medium
# Without a surname: "Robert Brown" and "Robert Owen" are two people.
_NAME = re.compile(r"(?<=[a-zà-ÿ,;:] )([A-Z][a-zà-ÿ]{2,})\b(?! [A-Z])")
_KIN = re.compile(
    rf"\b(?:{'|'.join(sorted((re.escape(r) for r in [*RELATIONS, *ADDRESSES]), key=len, reverse=True))}|sir|madam|ma'am"
    r"|aunty|auntie|uncle|bhai|bhabhi|bhaiya|didi|di|ji|master|miss|mr|mrs|ms|professor|dr|engaged|married|dating"
    r"|wedding|born|works?|worked|batch|landlord|landlady|maid|cook|driver|boss|hero|actor|singer|minister|god)s?\b",
    re.I,
)


def strangers(facts: Facts) -> Iterable[Gap]:
    """People who are named in several notes, by a name that can only be a person's, and of whom no sentence that names
    them says who they are."""
    own = persona_names(facts.config.persona)
    known = {w.casefold() for p in facts.people if p.relation for n in p.names for w in n.split()}
    known |= {w.casefold() for n in facts.notes if n.meta.author != "self" for w in n.meta.author.split()}
    found: dict[str, set[str]] = {}
    for note in facts.notes:
        for s in note.sentences:
            for m in _NAME.finditer(s.text):
                name = m[1]
                if name.casefold() not in own | known and lexicon.gender_of_name(name):
                    found.setdefault(name, set()).add(note.path)
    for name, notes in sorted(found.items()):
        if len(notes) < OFTEN:
            continue
        word = re.compile(rf"\b{re.escape(name)}\b")
        said = [s.text for n in facts.notes for s in n.sentences if word.search(s.text)]
        if any(_KIN.search(word.sub(" ", text)) for text in said):
            continue  # rather no question than one about somebody whom the notes explain
        key, weight = f"who:{slug(name)}", max((weight_of(t) for t in said), default=Weight.LIGHT)
        if weight:
            continue  # somebody may be gone; nobody is asked to introduce them
        yield Gap(
            id=key, kind="who", why=f"{name} is named in {counted(len(notes), 'note')}; no sentence says who that is",
            questions=questions("who", key, {"name": name, "count": str(len(notes))}, shape="plain"),
            notes=tuple(sorted(notes)[:4]), command=note_command(key), worth=min(0.45, 0.2 + 0.05 * len(notes)),
        )  # fmt: skip


def silent_media(facts: Facts) -> Iterable[Gap]:
    """Books, films, games and music that are listed without a word on what they did; one gap for each kind."""
    bare: dict[str, dict[str, str]] = {}
    for path, x in facts.extractions.items():
        for medium in x.media:
            if len(medium.effect.split()) < SAYS:
                bare.setdefault(medium.kind or "other", {}).setdefault(one_line(medium.title), path)
    for kind, titles in sorted(bare.items()):
        key = f"media:{slug(kind)}"
        listed = sorted(titles)
        asked: list[str] = []
        for title in listed[:3]:
            made = questions("media", f"{key}:{title}", {"title": title}, shape="plain")
            asked += [q for q in made if q not in asked][:1]
        shown = ", ".join(f"“{t}”" for t in listed[:3]) + (" and others" if len(listed) > 3 else "")
        word = {"book": "book", "film": "film", "game": "game", "music": "piece of music", "series": "series"}
        name = word.get(kind, "title")
        many = counted(len(listed), name) if name not in ("series", "piece of music") else f"{len(listed)} of {kind}"
        them = "it" if len(listed) == 1 else "them"
        yield Gap(
            id=key, kind="media", why=f"{many} without a word on what stayed of {them}: {shown}",
            questions=tuple(asked), notes=tuple(sorted(set(titles.values()))[:4]), command=note_command(key),
            worth=0.3,
        )  # fmt: skip
