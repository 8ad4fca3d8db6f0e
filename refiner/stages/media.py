"""Books, films, games and music, from notes of kind `media`: one line each, "Title (book, 2009): what it did"."""

from __future__ import annotations

import re

from refiner.models import Medium, Note

KINDS = {
    "book": "book", "novel": "book", "comic": "book", "poem": "book", "story": "book",
    "film": "film", "movie": "film", "documentary": "film",
    "game": "game", "videogame": "game", "music": "music", "song": "music", "album": "music", "band": "music",
    "raga": "music", "record": "music",
    "series": "series", "serial": "series", "show": "series", "anime": "series", "podcast": "series", "play": "film",
}  # fmt: skip
_KIND = re.compile(rf"\b({'|'.join(KINDS)})s?\b", re.I)
_TITLE = re.compile(r"[*_]{1,2}(?P<star>[^*_\n]{1,120}?)[*_]{1,2}|[\"“](?P<quote>[^\"”\n]{1,120})[\"”]")
_LINE = re.compile(
    r"(?:[*_]{1,2}(?P<star>[^*_\n]{1,120}?)[*_]{1,2}|[\"“](?P<quote>[^\"”\n]{1,120})[\"”]|(?P<plain>[^(:\n–—]{1,120}?))"
    r"(?:\s*,?\s+by\s+[^(:\n–—]+?)?\s*(?:\((?P<note>[^)\n]*)\))?\s*(?:[:–—]|\s-\s|$)\s*(?P<effect>.*)\Z",
    re.S,
)
_YEAR = re.compile(r"\b(?:c\.\s*|circa |about |around |early |late )?(?:19|20)\d\d(?:[-–](?:19|20)?\d\d|s)?\b")
_BULLET = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+[*_\"“]*")
_HEADING = re.compile(r"(?m)^[ \t]*#{1,6}[ \t]+(?P<title>.+?)[ \t]*$")


def media_of(note: Note) -> tuple[Medium, ...]:
    """What a media note lists; other notes give none (a title in running text proves no effect)."""
    if note.meta.kind != "media":
        return ()
    headings = [(m.start(), m["title"]) for m in _HEADING.finditer(note.text, note.body_start)]
    found: dict[str, Medium] = {}
    sentences = list(note.sentences)
    for index, sentence in enumerate(sentences):
        above = next((t for at, t in reversed(headings) if at <= sentence.start), "")
        line_start = note.text.rfind("\n", 0, sentence.start) + 1
        if note.text[line_start : sentence.start].lstrip().startswith("#"):
            continue
        before = note.text[line_start : sentence.start]
        if _BULLET.match(before + " ") and not _BULLET.fullmatch(before + " "):
            continue  # what the item goes on to say is no other work
        listed = bool(_BULLET.match(before + " "))
        if not listed:
            for title in _TITLE.finditer(sentence.text):
                _add(
                    found,
                    note,
                    (title["star"] or title["quote"]).strip(),
                    _kind(sentence.text) or _kind(above),
                    sentence.text,
                    sentence.text,
                )
            continue
        line_end = note.text.find("\n", sentence.start)
        block = [s.text for s in sentences[index:] if s.start < (line_end if line_end >= 0 else len(note.text))]
        first, rest = sentence.text.rstrip(" ."), " ".join(block[1:])
        # "Swami and Friends. Read it to my sister": the title ends where its sentence does.
        alone = bool(rest) and not re.search(r"[:–—]|\s-\s", first) and len(first.split()) <= 10
        match = _LINE.match(f"{first}: {rest}" if alone else " ".join(block))
        title_words = (match["star"] or match["quote"] or match["plain"] or "").strip() if match else ""
        if match and title_words:
            inside = match["note"] or ""
            _add(found, note, title_words, _kind(inside) or _kind(above), inside, match["effect"].strip())
    return tuple(found.values())


def _kind(text: str) -> str:
    match = _KIND.search(text)
    return KINDS[match[1].lower()] if match else ""


def _add(found: dict[str, Medium], note: Note, title: str, kind: str, dated: str, effect: str) -> None:
    year = _YEAR.search(dated)
    found.setdefault(
        title,
        Medium(
            title=title, kind=kind, when=year[0] if year else "", effect=" ".join(effect.split()), notes=(note.path,)
        ),
    )
