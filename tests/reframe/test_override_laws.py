"""Laws of reframing that hold for whatever a person may write in front matter, over the whole chain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refiner.chain import Chain
from refiner.checks import closing
from refiner.config import Config
from refiner.edits import in_force, render
from refiner.models import Decision, Edit, Note
from refiner.notes import note_from_text
from refiner.pipeline import run_chain
from refiner.review.identity import sha_of

NOW = "2026-01-01"
CONFIG = Config.from_dict(
    {
        "persona": {
            "born": "1985-03-02",
            "before": {"gender": "male", "name": "Nikhil Sane"},
            "after": {"gender": "female", "name": "Nikita Sane"},
        },
        "traits": [
            {"id": "fear", "name": "afraid of dogs", "polarity": "negative", "importance": 3, "opposite": "brave"},
            {"id": "brave", "name": "brave with dogs", "importance": 2, "opposite": "fear"},
            {"id": "late", "name": "never on time", "polarity": "negative", "importance": 2, "how_acquired": False},
            {"id": "shy", "name": "Shy", "context": "at work", "importance": 4, "polarity": "negative"},
            {"id": "mistrust", "name": "does not trust anyone", "importance": 1, "how_acquired": False},
            {"id": "quiet", "name": "a bad loser", "importance": 0},
        ],
    }
)
TRAITS = (*(t.id for t in CONFIG.traits), "undeclared")
KINDS = ("initiates", "continues", "weakens", "terminates", "reinitiates", "suspends", "resumes")
SENTENCES = (
    "Since then I ran from every dog.",
    "I am afraid of dogs.",
    "I am shy at work and never on time.",
    "In 1995 a dog bit me.",
    "Two years later we moved to Satara.",
    "I was the boy who came last.",
    "I do not trust anyone.",
    "Am I afraid of dogs?",
    "I walked past six of them",
    "Nikhil, my teacher said, is a quiet boy.",
    "I still lose badly; I shout, I sulk.",
    "That lasted until 1991.",
    "We had tea *on the roof*.",
)
HEADING, THEIRS, CODE = "## I am afraid of dogs", "Ravi: I am afraid of dogs", "```\nI am afraid of dogs\n```"
OTHERS = (
    HEADING, "I am afraid of dogs\n---", CODE, "| I am shy | 1 |\n| --- | --- |", "- I am afraid of dogs\n- I am shy",
    "> I am shy at work.", '"I am afraid of dogs."', "<!-- I am shy at work -->",
    'Meera said, "I like tea. I am afraid of dogs. I sleep." We laughed.', "‘I am shy at work. I sleep,’ said Meera.",
)  # fmt: skip
CHAT = f"{THEIRS}\nMe: I am afraid of dogs\nRavi: so what\nMe: I am never on time"
DATES = (
    "1995", "spring 2003", "1998 or 1999", "before 2005", "after 2001", "2003~", "199X", "1996/2004", "2004-05-06",
    "2031", "1979", "two years after e0-0", "",
)  # fmt: skip


@st.composite
def _bodies(draw: st.DrawFn) -> str:
    paragraphs = draw(
        st.lists(
            st.one_of(
                st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4).map(" ".join),
                st.sampled_from((*OTHERS, CHAT)),
            ),
            min_size=1,
            max_size=3,
        )
    )
    return "\n\n".join(paragraphs)


def _said(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


@st.composite
def _quotes(draw: st.DrawFn, body: str) -> str:
    """Words of the body: a sentence, some words of one, words over two, or none at all."""
    words = body.split()
    first = draw(st.integers(0, len(words) - 1))
    return draw(
        st.one_of(
            st.just(""),
            st.just(" ".join(words[first : first + draw(st.integers(1, 9))])),
            st.sampled_from([s for s in SENTENCES if s in body] or [""]),
        )
    )


@st.composite
def _effects(draw: st.DrawFn, body: str) -> str:
    kind, at = draw(st.sampled_from(KINDS)), draw(st.sampled_from(("start", "start", "end")))
    return f"{{kind: {kind}, quote: {_said(draw(_quotes(body)))}, at: {at}}}"


@st.composite
def _notes(draw: st.DrawFn, number: int) -> str:
    body = draw(_bodies())
    head = [f"date: {draw(st.sampled_from(('1996-05-01', '2004-02-03', '2011-07-08', '2020')))}"]
    head += draw(st.sampled_from(([], [], [], ["author: Meera"], ["kind: letter"])))
    if draw(st.booleans()):
        head.append("events:")
        for n in range(draw(st.integers(1, 3))):
            told = []
            for trait in draw(st.lists(st.sampled_from(TRAITS), max_size=2, unique=True)):
                effects = draw(st.lists(_effects(body), min_size=1, max_size=2))
                told.append(f"{trait}: [{', '.join(effects)}]")
            quote, when = draw(_quotes(body)), draw(st.sampled_from(DATES))
            more = draw(st.sampled_from(("", "", "until: 2006", "lasted: two years", "modality: planned")))
            head.append(f"  - id: e{number}-{n}")
            head += [f"    quote: {_said(quote)}"] if quote else []
            head += [f"    when: {_said(when)}"] if when else []
            head += [f"    {more}"] if more else []
            head.append(f"    effects: {{{', '.join(told)}}}")
    if draw(st.booleans()):
        seen = draw(_quotes(body))
        trait, holds = draw(st.sampled_from(TRAITS)), draw(st.sampled_from(("true", "false")))
        head.append(f"observations: [{{trait: {trait}, holds: {holds}, quote: {_said(seen)}}}]")
    if draw(st.integers(0, 4)) == 0:
        target = draw(st.sampled_from((*TRAITS, "e0-0", "e1-0")))
        head.append(f"retracts: [{{target: {target}, quote: {_said(draw(_quotes(body)))}}}]")
    return "---\n" + "\n".join(head) + f"\n---\n{body}\n"


@st.composite
def lives(draw: st.DrawFn) -> list[str]:
    return [draw(_notes(n)) for n in range(draw(st.integers(2, 4)))]


def run(texts: Sequence[str], decisions: Sequence[Decision] = ()) -> Chain:
    notes = [note_from_text(t, f"{n}.md") for n, t in enumerate(texts)]
    return run_chain(notes, CONFIG, now=NOW, stages=("swap", "reframe", "override"), decisions=decisions)


def own(chain: Chain, note: Note) -> list[Edit]:
    return [e for e in in_force(chain.edits.get(note.path, ())) if e.stage in ("reframe", "override")]


def _spans(pattern: str, note: Note) -> list[tuple[int, int]]:
    return [m.span() for m in re.finditer(pattern, note.text[note.body_start :], re.M)]


def forbidden(note: Note) -> list[tuple[int, int]]:
    """What no edit may touch: front matter, headings, code, comments, tables, and what somebody else says."""
    found = _spans(
        r"^#+ .*$|^.+\n---$|^```\n[^`]*^```$|<!--.*?-->|^\|.*\|$|^Ravi: .*$|^\"I am afraid of dogs\.\"$"
        r"|\"I like tea.*?\"|‘I am shy.*?’",
        note,
    )
    return [(0, note.body_start), *((a + note.body_start, b + note.body_start) for a, b in found)]


def _fails(chain: Chain) -> list[str]:
    """What one refined life has that no life may have."""
    assert chain.timeline is not None
    verdicts = {v.id: v.verdict for v in chain.timeline.traits}
    wrong = [f.message for f in chain.findings if f.check == "chain"]
    for note in chain.notes:
        render(note.text, chain.edits.get(note.path, ()))
        mine = own(chain, note)
        if note.meta.author != "self" and any(e.stage == "override" for e in mine):
            wrong.append(f"{note.path}: somebody else's note is edited")
        for e in mine:
            if any(e.start < b and a < e.end or e.start == e.end and a < e.start <= b for a, b in forbidden(note)):
                wrong.append(f"{e.before!r} -> {e.after!r} stands where nothing may be changed")
            if e.source == "rule:close" and not closing.CLOSED.search(e.after):
                wrong.append(f"{e.after!r} is no clause that is known as one")
            named = re.match("“(.*?)”", e.reason)
            traits = [t for t in CONFIG.traits if e.stage == "override" and named and t.name in named[1].split(", ")]
            for t in traits:
                verdict = verdicts.get(t.id, "UNKNOWN")
                ended = "” ended" in e.reason
                if verdict in ("CONTESTED", "INCONSISTENT", "UNKNOWN") and "took back that" not in e.reason:
                    wrong.append(f"{t.id} is {verdict}: {e.after!r}")
                if verdict == "HOLDS" and ended:
                    wrong.append(f"{t.id} holds, and {e.after!r} ends it")
            wrong += [f"{e.after!r}: {m[0]}" for m in _UNGRAMMATICAL.finditer(e.after)]
        if _unedited(note, chain) is False:
            wrong.append(f"{note.path}: what no edit touches was changed")
    return wrong


_UNGRAMMATICAL = re.compile(
    r"\ba never\b|\ba does\b|\bis i\b|\(i\b|\bbe a (?:not|no|always)\b|\bThat no\b|\b(?:until|since|in) *[.)]"
    r"|\bthe \d{4}0s\b|\b(\w+) \1\b|[.!?]\s*[.)]\s*\.|``` \(|\| \("
)


def _unedited(note: Note, chain: Chain) -> bool:
    """All that lies between the edits in force stands in the refined note byte for byte, in order."""
    at, place, refined = 0, 0, chain.refined(note)
    for e in in_force(chain.edits.get(note.path, ())):
        kept = note.text[at : e.start] + e.after
        if not refined.startswith(kept, place):
            return False
        place, at = place + len(kept), e.end
    return refined[place:] == note.text[at:]


_FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@_FEW
@given(lives())
def test_whatever_is_annotated_no_edit_is_where_it_may_not_be_or_says_what_is_not_so(texts: list[str]) -> None:
    assert _fails(run(texts)) == []


@_FEW
@given(lives())
def test_a_second_run_gives_the_same(texts: list[str]) -> None:
    first, second = run(texts), run(texts)
    assert first.edits == second.edits
    assert first.questions == second.questions


@_FEW
@given(lives(), st.data())
def test_a_rejected_edit_is_not_in_force_and_breaks_nothing(texts: list[str], data: Any) -> None:
    chain = run(texts)
    offered = [e for es in chain.edits.values() for e in es if e.stage in ("reframe", "override")]
    if not offered:
        return
    gone = data.draw(st.sampled_from(sorted(offered, key=lambda e: e.id)))
    again = run(texts, [Decision(item=gone.id, text_sha=sha_of(gone), verdict="reject", id="d1")])
    assert all(e.id != gone.id for note in again.notes for e in in_force(again.edits.get(note.path, ())))
    assert _fails(again) == []


# ---- how it came about, left out -----------------------------------------------------------------------------------

CHESS = Config.from_dict({"traits": [{"id": "chess", "name": "plays chess", "importance": 2, "how_acquired": False}]})


def without_cause(body: str, newline: str = "\n") -> str:
    effects = "effects: {chess: {kind: initiates, quote: I play chess}}"
    text = f"---\nevents: [{{quote: a cousin came, when: 1996, {effects}}}]\n---\n{body}\n".replace("\n", newline)
    chain = run_chain([note_from_text(text, "a.md")], CHESS, now=NOW, stages=("reframe",))
    return chain.refined(chain.notes[0])[chain.notes[0].body_start :].removesuffix(newline)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_sentence_with_a_line_of_its_own_leaves_no_empty_line(newline: str) -> None:
    body = "\n".join(["Wet. Then a cousin came.", "We had a board.", "I play chess since.", "Tea."])
    assert without_cause(body, newline) == newline.join(["Wet.", "I play chess since.", "Tea."])


@pytest.mark.parametrize(
    "body",
    [
        'Wet. Then a cousin came and said, "Sit. Look at the king. Move it." I play chess since. Tea.',
        "Wet. (Then a cousin came. We had a board.) I play chess since. Tea.",
        "Wet. Then a cousin came. We had a board. I play chess since. He left later. Tea.",
        "Wet. Then a cousin came with a board. I play chess since. It is in the loft. Tea.",
        "Wet. Then a cousin came. We sat down. I play chess with her since. Tea.",
    ],
)
def test_what_is_still_spoken_of_or_half_of_a_pair_is_not_left_out(body: str) -> None:
    assert without_cause(body) == body


def test_what_hangs_on_nothing_is_left_out() -> None:
    body = "Wet. Then a cousin came. He had a board. I play chess since. The tea was cold. He left."
    assert without_cause(body) == "Wet. I play chess since. The tea was cold. He left."


# ---- what others say -----------------------------------------------------------------------------------------------

OVER = """---
date: 2004-01-01
events:
  - {id: a, when: 1990, effects: {fear: initiates}}
  - {id: b, when: 2003, effects: {fear: terminates}}
---
Rain.
"""


@pytest.mark.parametrize(
    "said",
    [
        'Meera said, "I like tea. I am afraid of dogs. I sleep." We laughed.',
        '"I am afraid of dogs. I sleep," said Meera. We laughed.',
        "“I like tea.\n\n“I am afraid of dogs. I sleep,” said Meera.",
    ],
)
def test_speech_over_several_sentences_stays_as_it_was_said(said: str) -> None:
    chain = run([f"---\ndate: 1999-01-01\n---\n{said}\n", OVER])
    assert own(chain, chain.notes[0]) == []


def test_what_is_annotated_in_the_middle_of_speech_gets_no_clause_between_its_marks() -> None:
    effect = "effects: {fear: {kind: initiates, quote: I ran from dogs}}"
    head = f"---\ndate: 1999-01-01\nevents: [{{id: e, when: 1995, {effect}}}]\n---\n"
    chain = run([f'{head}I told Meera, "I like tea. I ran from dogs. I sleep." We laughed.\n', OVER])
    assert own(chain, chain.notes[0]) == []
