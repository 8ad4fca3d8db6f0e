"""Samples of chats: what others wrote to her and what she wrote back, where the answer follows from what was written.

A line of a chat says little without the lines before it, so a stretch of a talk is one sample of several turns: the
others' messages are what is said to her, hers are the answers, in their order. What begins nowhere, answers a picture
that is not there or another's message of hours before would teach her to answer anything with anything; such stretches
are cut there or left out. Nothing is reworded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from refiner.stages.composing.draft import Draft, Told
from refiner.stages.composing.scenes import Passage, Unit, narrator_names
from refiner.stages.composing.text import listed, normal, words

TURNS = 4  # exchanges of one sample at most: what a small model can follow
HEARD = 40  # words of the other's lines that one turn has at most
_GAP = 60  # code points of the raw note between two lines from which something stands between them
_NOT_THERE = re.compile(
    r"<media omitted>|\b(?:image|video|audio|sticker|gif|document|photo|contact card) omitted\b|https?://|www\."
    r"|\bthis message was deleted\b|\byou deleted this message\b|\bmissed (?:voice|video) call\b",
    re.I,
)
_QUESTION = re.compile(r"\?\s*[\W_]*$|\?\s")
_ASKS = re.compile(
    r"^\W*(?:and |so |but |ok |arre |hey |yaar |bhai )*(?:who|what|when|where|why|which|whose|whom|how|are|is|am|was"
    r"|were|do|does|did|have|has|had|can|could|will|would|shall|should|may|kya|kab|kahan|kaun|kyun|kyon|kaise|kitn[aei])\b",
    re.I,
)
_TO_YOU = re.compile(
    r"\b(?:you|your|yours|yourself|u|ur|tum|tu|aap|tera|teri|tere|tumhara|tumhari|aapka|aapki)\b", re.I
)
_PLEASE = re.compile(r"^\W*(?:please |pls |just |now |and |ok |don['’]?t )*(?P<verb>[a-z]+)\b", re.I)
_REPLIES = re.compile(
    r"^\W*(?:yes|yeah|yup|yep|no|nope|nah|ok|okay|k|fine|sure|haan|han|haa|nahi|nahin|na|theek|thik|accha|acha|arre|hmm+"
    r"|hm|same|true|sorry|thanks|thank you|thx|done|exactly|never|always|nothing|maybe|of course|tomorrow|today|tonight"
    r"|because|in|at|on|by|about|around|after|before|\d+)\b",
    re.I,
)


def chats(told: Told) -> Iterator[Draft]:
    """The exchanges of every chat."""
    names = narrator_names(told.life.config) - {"i", "me", "self"} | listed("calls")
    for path, units in told.units.items():
        for talk in _talks(units, told.life.notes[path].text, names):
            if len(talk) > 1 or sum(u.length for u in talk[0][1]) > 1:
                yield from _samples(told, path, talk)


Exchange = tuple[tuple[Unit, ...], tuple[Unit, ...]]  # what was written to her, what she wrote back


def _talks(units: Sequence[Unit], text: str, names: frozenset[str]) -> Iterator[list[Exchange]]:
    """Runs of exchanges in which each answer follows from what stands before it."""
    run: list[Exchange] = []
    at = 0
    while at < len(units):
        start = at
        while at < len(units) and units[at].speaker not in ("self", ""):
            at += 1
        heard = _last_lines(units[start:at])
        mine_from = at
        while at < len(units) and units[at].speaker == "self" and (at == mine_from or _near(units[at - 1], units[at])):
            at += 1
        mine = units[mine_from:at]
        if at == start:  # a line of nobody's
            at += 1
        if heard and mine and _usable(heard, mine, text) and _follows(heard, mine, names):
            if run and not _near(run[-1][1][-1], heard[0]):
                yield run
                run = []
            run.append((tuple(heard), tuple(mine)))
            if len(run) == TURNS:
                yield run
                run = []
        elif run:
            yield run
            run = []
    if run:
        yield run


def _near(a: Unit, b: Unit) -> bool:
    """Whether two lines stand in one entry and nothing that was left out stands between them."""
    return a.entry == b.entry and a.section == b.section and b.start - a.end <= _GAP


def _last_lines(heard: Sequence[Unit]) -> list[Unit]:
    """The end of what others wrote: the last messages that belong together, at most two speakers' and so many words."""
    out: list[Unit] = []
    for unit in reversed(heard):
        size = sum(u.length for u in out) + unit.length
        if out and (size > HEARD or not _near(unit, out[0]) or len({u.paragraph for u in (unit, *out)}) > 2):
            break
        out.insert(0, unit)
    return out


def _usable(heard: Sequence[Unit], mine: Sequence[Unit], text: str) -> bool:
    both = "\n".join(text[u.start : u.end] for u in (*heard, *mine))
    return not _NOT_THERE.search(both) and _near(heard[-1], mine[0]) and bool(words(both))


def _follows(heard: Sequence[Unit], mine: Sequence[Unit], names: frozenset[str]) -> bool:
    """Whether her lines answer the others': these ask something or are said to her, or hers take up what they say.

    Two others who talk to each other do neither, and what she writes after that may be about anything.
    """
    said, answer = " ".join(u.text for u in heard), " ".join(u.text for u in mine)
    if _QUESTION.search(said) or any(_ASKS.match(u.text) for u in heard) or _TO_YOU.search(said):
        return True
    asks_for = _PLEASE.match(heard[-1].text)
    if asks_for is not None and asks_for["verb"].lower() in listed("asks_for") or names & set(normal(said).split()):
        return True
    shared = {w for w in normal(said).split() if len(w) > 3} & {w for w in normal(answer).split() if len(w) > 3}
    return bool(_REPLIES.match(answer) or shared or _TO_YOU.search(answer))


def _samples(told: Told, path: str, talk: list[Exchange]) -> Iterator[Draft]:
    """One sample of a talk: its last answer is the sample's, the exchanges before it are its turns."""
    heard, mine = talk[-1]
    question = Passage(path, heard).text
    if not told.asked.claim(
        question if len(talk) == 1 else f"{Passage(path, talk[0][0]).text} {question}", (path, mine[0].place)
    ):
        return
    draft = told.from_passage("voice", Passage(path, mine), question, scene=f"voice/chat/{mine[0].place}")
    # The others' lines are a source as well: an edit in them is part of the sample.
    rest = [*heard, *(u for h, m in talk[:-1] for u in (*h, *m))]
    yield replace(
        draft,
        turns=tuple((Passage(path, h).text, Passage(path, m).text) for h, m in talk[:-1]),
        sources=(*draft.sources, *(u.place for u in rest)),
        spans=(*draft.spans, *((u.start, u.end) for u in rest)),
        edits=tuple(dict.fromkeys((*draft.edits, *(e for u in rest for e in u.edits)))),
    )
