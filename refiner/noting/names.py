"""What a note's file is called: the day of writing and its first words, in letters that every file system has. Pure."""

from __future__ import annotations

import re
import unicodedata

from refiner.errors import UsageError
from refiner.notes import SUFFIXES

_SMALL = frozenset(["a", "an", "the", "and", "or", "of", "to", "in", "on", "at", "i", "my", "me", "was", "is", "it"])
_LONGEST = 50  # characters of the words in a name
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def slug(text: str, words: int = 6) -> str:
    """The first words that say something, as `taught-to-solder`; "" where none has a Latin letter or a figure."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS)).casefold()
    found = re.findall(r"[a-z0-9]+", re.sub(r"['’`\u0300-\u036f]", "", plain)[:2000])
    chosen = [w for w in found if w not in _SMALL] or found
    out = ""
    for word in chosen[:words]:
        if len(out) + len(word) + 1 > _LONGEST and out:
            break
        out = f"{out}-{word}" if out else word[:_LONGEST]
    return out


def file_name(day: str, words: str) -> str:
    """`2026-11-23-taught-to-solder.md`: names sort by the day of writing and never change with what is told."""
    return f"{day}-{slug(words) or 'note'}.md"


def numbered(name: str, number: int) -> str:
    """The name for a note whose name is taken: `…-2.md`, `…-3.md`."""
    stem, dot, suffix = name.rpartition(".")
    return name if number < 2 else f"{stem}-{number}{dot}{suffix}"


def given_name(name: str) -> str:
    """The path below data/raw that a person asked for, `.md` added where no suffix of a note is there.

    Raises UsageError for a path out of the folder, and for a name that is not read as a note.
    """
    path = name.strip().replace("\\", "/")
    if not path.lower().endswith(SUFFIXES):
        path += ".md"
    parts = path.split("/")
    try:
        path.encode()
    except UnicodeEncodeError:
        raise UsageError(f'--file "{name}" is not UTF-8', mend="write the name in UTF-8") from None
    if path.startswith(("/", "~")) or any(p in ("", ".", "..") for p in parts):
        raise UsageError(f'--file "{name}" is no place in data/raw', mend="write it as solder.md or school/solder.md")
    if any(p.startswith(".") for p in parts) or path.lower() == "readme.md":
        raise UsageError(f'--file "{name}" would not be read as a note', mend="choose another name")
    if any(len(p.encode("utf-8", "replace")) > 200 for p in parts):
        raise UsageError("--file is longer than a file system takes", mend="choose a shorter name")
    return path
