"""Cuts a long note into pieces that a small model can read at once: at entries, then paragraphs, then sentences.

Also makes the mark between which a note stands in a prompt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from refiner.edits import digest
from refiner.models import Note

MOST = 450  # words in a piece
_GAP = re.compile(r"\n[ \t\r]*\n")


def pieces(note: Note, most: int = MOST) -> list[range]:
    """The indices of the note's sentences in runs of at most `most` words; every sentence is in one run, in order.

    A sentence that is longer than that stands alone.
    """
    words = [len(s.text.split()) for s in note.sentences]
    return list(_cut(note, range(len(words)), words, most, 0))


def _cut(note: Note, run: range, words: list[int], most: int, level: int) -> Iterator[range]:
    """Packs the parts of a run into pieces; a part that is too long is cut by itself, at the next finer level."""
    held = range(run.start, run.start)
    start = run.start
    for stop in [*(i for i in run[1:] if _CUTS[level](note, i)), *([run.stop] if run else [])]:
        part, start = range(start, stop), stop
        if sum(words[i] for i in range(held.start, stop)) <= most:
            held = range(held.start, stop)
            continue
        if held:
            yield held
        held = part
        if level + 1 < len(_CUTS) and sum(words[i] for i in part) > most:
            yield from _cut(note, part, words, most, level + 1)
            held = range(stop, stop)
    if held:
        yield held


def _new_entry(note: Note, i: int) -> bool:
    return note.sentences[i].entry != note.sentences[i - 1].entry


def _new_paragraph(note: Note, i: int) -> bool:
    return bool(_GAP.search(note.text, note.sentences[i - 1].end, note.sentences[i].start))


def _new_sentence(note: Note, i: int) -> bool:
    return True


_CUTS: tuple[Callable[[Note, int], bool], ...] = (_new_entry, _new_paragraph, _new_sentence)


def mark_for(text: str) -> str:
    """A mark that does not stand in the text, so that nothing in it can look like its end."""
    mark = "#" + digest("mark", text)[:6]
    while mark in text:
        mark = "#" + digest("mark", mark, text)[:6]
    return mark
