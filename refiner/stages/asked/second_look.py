"""A second look at the refined notes: the model reads each again and says what still contradicts; the person is asked.

Nothing changes unasked. The model answers with a short list; each item is checked, put to it once more as a closed
choice, and becomes one question with the mended sentence as its first choice. Stage "second-look".

Lines, and the checks of a rewritten sentence, are shared with `refiner.stages.asked.implicit`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from refiner.asking.agreement import Agreed, choose
from refiner.asking.anchors import anchor
from refiner.asking.ask import Ask, Shape
from refiner.asking.asker import Asker
from refiner.asking.pieces import pieces
from refiner.asking.untrusted import LEFT_OUT, addresses_a_model, as_data
from refiner.checks.gender import leftover_gender
from refiner.checks.stems import WORD, stems, stop
from refiner.config import Config
from refiner.edits import digest, in_force, parents_of, question_id, raw_span, render_span
from refiner.language import lexicon
from refiner.models import Choice, ChoiceEffect, Edit, Gender, Note, ProposedEdit, Question, Sentence, StageResult
from refiner.notes import note_from_text
from refiner.prompts import Prompt
from refiner.stages.canon import full_name, seed_canon
from refiner.stages.selfimage import PRAISE
from refiner.stages.sentence_edits import can_drop, drop
from refiner.timeline.numbers import NUMBERS

NAME = "second-look"
MOST = 3  # questions about one note
YES = "yes"
WRITER = 'the writer ("I")'
SURE = (YES, "no", "it is about somebody else", "cannot tell")
Kind = Literal["leftover", "pronoun", "name", "nonsense", "impossible"]

_ASKED = {
    "leftover": "Do the marked words say that {who} is a {was}?",
    "pronoun": "Do the marked words point to another person than the one who is meant?",
    "name": "Are the marked words a second name for somebody who is called otherwise in this passage?",
    "nonsense": "Has the sentence lost its sense at the marked words?",
    "impossible": "Is it certain that the marked words could not have been so for a {now} in those days?",
}
# A small model says yes to nearly everything, in every order. Before it is believed about a note it must tell these
# apart, whose answers are known; they are asked once in a life, since equal questions are.
CONTROLS: dict[str, tuple[tuple[str, bool], ...]] = {
    "leftover": (
        ("I lost my umbrella on the tram. I was <<<the only {boy}>>> without one in that rain.", True),
        ("I lost my umbrella on the tram. <<<The {boy} beside me>>> had two and gave me one.", False),
        ("I lost <<<my umbrella>>> on the tram and walked home in the rain.", False),
    ),
    "pronoun": (
        ("My aunt Olga rang from the harbour. <<<He>>> wanted her oars back, she said, by noon.", True),
        ("My aunt Olga rang from the harbour. <<<She>>> wanted her oars back by noon.", False),
    ),
    "name": (
        ("Olga took the oars. <<<Helga>>>, as I said, took the oars, and Olga rowed us home.", True),
        ("Olga took the oars. <<<Pavel>>>, her husband, sat in the bow and slept.", False),
    ),
    "nonsense": (
        ("I tied the boat <<<to of opened the>>> and went home.", True),
        ("I tied the boat <<<to the old crane>>> and went home.", False),
    ),
    "impossible": (
        ("In 1890 I, a {girl} of ten, <<<was crowned king>>> of Sweden in the cathedral.", True),
        ("In 1990 I, a {girl} of ten, <<<mended the pump>>> with a spoon.", False),
    ),
}
_TOLD = {
    "leftover": 'does "{quote}" still tell of a {was}?',
    "pronoun": 'does "{quote}" point to the wrong person?',
    "name": 'is "{quote}" a second name for the same person?',
    "nonsense": 'has the sentence lost its sense at "{quote}"?',
    "impossible": 'could "{quote}" have been so for {now_her}?',
}


class Found(Shape):
    """One contradiction: the line's number, its words, what is wrong, the whole line mended or ""."""

    n: int
    quote: str
    kind: Kind
    instead: str


class Contradictions(Shape):
    """What the model found. More than MOST are not read; a server with grammars stops there."""

    found: Annotated[tuple[Found, ...], Field(json_schema_extra={"maxItems": MOST})]


# ---- lines: the sentences as the edits left them ---------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A sentence as the edits left it. `[start, end)` is raw and holds every edit in it whole; `at` counts in the
    refined note. `sentence` is None where an edit joined several: such a line cannot be left out."""

    start: int
    end: int
    at: int
    text: str
    sentence: Sentence | None
    first: int  # the number of its first raw sentence

    @property
    def shown(self) -> str:
        """As a prompt holds it: in one line, so that a note cannot begin lines of its own, and without its marks."""
        return LEFT_OUT if addresses_a_model(self.text) else as_data(" ".join(self.text.split()))

    def marked(self, start: int, end: int) -> str:
        """The same with `text[start:end]` between <<< and >>>."""
        a, b, c = (re.sub(r"\s+", " ", as_data(x)) for x in (self.text[:start], self.text[start:end], self.text[end:]))
        return f"{a}<<<{b}>>>{c}".strip()

    def spot(self, quote: str) -> tuple[int, int] | None:
        """Where a quote stands in `text`, white space and slips of the pen aside."""
        return anchor(quote, self.text)

    def behind(self, start: int, end: int, edits: Sequence[Edit]) -> tuple[int, int]:
        """The raw span behind `text[start:end]`: edits that it touches count whole, and nothing beyond the line."""
        low, high = raw_span(self.at + start, self.at + end, edits)
        return max(self.start, low), min(self.end, max(low, high))


_PLAIN = {0x201C: '"', 0x201D: '"', 0x2018: "'", 0x2019: "'"}


def lines_of(note: Note, edits: Sequence[Edit]) -> list[Line]:
    """The refined note's sentences in order; what the edits left out is not among them."""
    live, spans = in_force(edits), list[tuple[int, int, Sentence | None, int]]()
    for first, s in enumerate(note.sentences):
        touching = parents_of(s.start, s.end, live)
        start, end = min([s.start, *(e.start for e in touching)]), max([s.end, *(e.end for e in touching)])
        sentence: Sentence | None = s
        while spans and (start < spans[-1][1] or start == spans[-1][1] and _added(start, live)):
            before = spans.pop()
            start, end, sentence, first = min(start, before[0]), max(end, before[1]), None, before[3]
        spans.append((start, end, sentence, first))
    out, shift, rest = [], 0, list(live)
    for start, end, sentence, first in spans:
        while rest and rest[0].start < start and rest[0].end <= start:
            shift += len(rest[0].after) - (rest[0].end - rest[0].start)
            rest.pop(0)
        text = render_span(note.text, start, end, live)
        if text.strip():
            out.append(Line(start, end, start + shift, text, sentence, first))
    return out


def _added(at: int, live: Sequence[Edit]) -> bool:
    return any(e.start == e.end == at for e in live)


def parts_of(note: Note, lines: Sequence[Line]) -> list[list[Line]]:
    """A long note's lines in parts that can be read at once."""
    parts = ([line for line in lines if line.first in run] for run in pieces(note))
    return [part for part in parts if part]


def numbered(lines: Sequence[Line], silent: Collection[Line] = ()) -> str:
    """The lines with their numbers, as the model gets them; `silent` ones have "-" and cannot be spoken of."""
    return "\n".join(f"{'-' if line in silent else f'{n}.'} {line.shown}" for n, line in enumerate(lines, 1))


def placed(n: int, quote: str, lines: Sequence[Line]) -> Line | None:
    """The line that a quote is from: the one that was named, else the only one that holds it."""
    if 1 <= n <= len(lines) and lines[n - 1].spot(quote):
        return lines[n - 1]
    holding = [line for line in lines if line.spot(quote)]
    return holding[0] if len(holding) == 1 and len(quote.split()) > 1 else None


def is_asked(line: Line, asked: Sequence[Question]) -> bool:
    """Whether a question that stands already is about the line, or it speaks to a model and is not shown."""
    if addresses_a_model(line.text):
        return True
    spans = [m for q in asked for m in (q.mentions or ((q.start or 0, q.end or 0),) if q.start is not None else ())]
    return any(a < line.end and line.start < b for a, b in spans)


# ---- what a rewritten sentence must be -------------------------------------------------------------------------------

_FIRST = frozenset(("i", "me", "my", "mine", "myself", "i'm", "i've", "i'd", "i'll"))
_DIGITS = re.compile(r"\d+(?:[.,:/-]\d+)*")
_QUOTED = re.compile(r"^[\"“‘'(\[*_]*")


@dataclass(frozen=True)
class Mending:
    """What a rewritten sentence is held against: the new names, those in the note, and the prompt's own words."""

    config: Config
    new_names: frozenset[str]
    old_names: frozenset[str]
    known: frozenset[str]  # words with capitals within sentences of the note
    prompt: frozenset[tuple[str, ...]]  # its runs of words

    @property
    def was(self) -> Gender:
        return self.config.persona.before.gender


def mending(config: Config, lines: Sequence[Line], prompt: Sequence[str]) -> Mending:
    persona, canon = config.persona, seed_canon(config)
    new = {persona.after.name, full_name(canon), *persona.after.nicknames, *persona.after.handles}
    new |= {c.after for c in canon if c.kind == "name"}
    old = {persona.before.name, *persona.before.nicknames, *persona.before.handles}
    return Mending(
        config,
        frozenset(w for name in new for w in _low(name)),
        frozenset(w for name in old for w in _low(name)),
        frozenset(w for line in lines for w in _capitals(line.text, first=False)),
        frozenset(run for part in prompt for run in _runs(_low(part))),
    )


def _low(text: str) -> list[str]:
    return [re.sub(r"'s?$", "", m[0].casefold().translate(_PLAIN)) for m in WORD.finditer(text)]


def _capitals(text: str, *, first: bool) -> set[str]:
    """The words with a capital, in lower case, without those that only begin a sentence or say nothing."""
    out = set[str]()
    for m in WORD.finditer(text):
        begins = not re.search(r"[\w,;:)\]]", text[max(0, m.start() - 2) : m.start()])
        if m[0][0].isupper() and (first or not begins) and m[0].casefold().translate(_PLAIN) not in stop():
            out.update(_low(m[0]))
    return out


def _names(text: str, known: Collection[str]) -> set[str]:
    """Words for people, places, months: those with a capital; one that begins a sentence only where it is known."""
    sure = _capitals(text, first=False)
    return sure | {w for w in _capitals(text, first=True) - sure if w in known or lexicon.gender_of_name(w)}


def _numbers(text: str) -> Counter[str]:
    words = (w for w in _low(text) if w in NUMBERS and w != "one")
    return Counter([m.rstrip(".,:/-") for m in _DIGITS.findall(text)]) + Counter(words)


def _person(word: str) -> bool:
    """Whether a word with a capital calls somebody, so that it must not go: a given name, or kin."""
    found = lexicon.noun(word, "male") or lexicon.noun(word, "female")
    return word != "adam" and (lexicon.gender_of_name(word) is not None or found is not None and found.kind == "kin")


def wrong_with(old: str, new: str, quote: str, m: Mending, kind: str = "leftover") -> str:
    """Why a rewritten sentence cannot be offered, in words for the model; "" if it can."""
    new = new.strip()
    had, has = _low(old), _low(new)
    if "\n" in new or _sentences(new) > _sentences(old):
        return "it must be one sentence"
    if not 0.5 * len(old) <= len(new) <= 1.6 * len(old):
        return "it must be about as long as the sentence"
    if _FIRST & set(had) and not _FIRST & set(has):
        return 'it must stay in the first person ("I", "my")'
    if _numbers(old) != _numbers(new):
        return "it must keep the numbers of the sentence and add none"
    # A second name, and a pronoun in doubt, are mended with the names of the note; her own may always take his place.
    may_add = m.new_names | (m.known if kind in ("name", "pronoun") else frozenset())
    may_go = m.old_names | {w for w in _low(quote) if kind == "name" or not _person(w)}
    lost = _names(old, m.known) - set(has) - may_go - _gendered(old, m.was)
    added = _names(new, m.known) - set(had) - may_add
    begins = _QUOTED.sub("", new)[:1].isupper() and has and has[0] not in {*had, *stop(), *may_add}
    if begins and not (has[0].endswith(("ed", "ing")) or stems(has[0])[0] in {s for w in had for s in stems(w)}):
        added.add(has[0])
    if lost:
        return f"it must keep the names, dates and places of the sentence: {', '.join(sorted(lost))}"
    if added:
        return f"it must not bring in new names, nor begin with a new word: {', '.join(sorted(added))}"
    fresh = set(has) - set(had)
    if kind != "pronoun" and any(lexicon.gender_of_word(w) == m.was for w in fresh):
        return f"it must not call {'him' if m.was == 'female' else 'her'} by a word for a {_a(m.was)}"
    if kind == "leftover" and leftover_gender(new, m.config):
        return f"it still says that the writer is a {_a(m.was)}"
    if any(s in PRAISE for w in fresh for s in stems(w)[:1]):
        return "it must not praise anybody"
    if (_runs(has) - _runs(had)) & m.prompt:
        return "it must be the sentence of the diary, not words of this task"
    told = set(had) - set(_low(quote)) - stop() - _names(old, m.known) - set(NUMBERS)
    rest = {stems(w)[0] for w in told if not w.isdecimal()}
    if len(rest & {stems(w)[0] for w in has}) < len(rest) / 2:
        return "change only what must change, and keep the rest of the sentence"
    return ""


def unchanged(line: Line, instead: str) -> bool:
    """Whether a model "mends" a line into itself: it has found nothing (small ones do so with the first line)."""
    return bool(instead) and _low(instead) == _low(line.shown)


def _runs(words: Sequence[str]) -> set[tuple[str, ...]]:
    """All runs of so many words that nobody writes them twice by chance."""
    return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}


def _sentences(text: str) -> int:
    return len(note_from_text(text).sentences)


def _gendered(text: str, gender: Gender) -> set[str]:
    """Words of the old gender in names that change with it ("Boys' School"); kin are people, who stay."""
    return {w for w in _low(text) if (n := lexicon.noun(w, gender)) is not None and n.kind in ("person", "role")}


def _a(gender: Gender) -> str:
    return {"male": "man", "female": "woman"}[gender]


# ---- from answers to questions ---------------------------------------------------------------------------------------


def persons(note: Note, config: Config) -> dict[str, str]:
    """Who the prompts speak of, and the two genders in words."""
    name = (full_name(seed_canon(config)) or config.persona.after.name or "the narrator").split()[0]
    own = note.meta.author in ("", "self")
    who = WRITER if own else f"{name} (the writer is {note.meta.author})"
    return {"who": who, "was": _a(config.persona.before.gender), "now": _a(config.persona.after.gender)}


async def is_so(
    asker: Asker, prompt: Prompt, note: Note, lines: Sequence[Line], line: Line, spot: tuple[int, int], ask: str,
    known: tuple[str, Sequence[tuple[str, bool]]],
) -> bool | None:  # fmt: skip
    """Whether the model says yes to a question about words of a line, whatever the order of the answers.

    None where its answers could not be used. `known`: the question as the controls are asked it, and the controls.
    """
    at, before = lines.index(line), asker.usage.failed
    if not await can_tell(asker, prompt, *known):
        return False
    near = [x.marked(*spot) if x is line else x.shown for x in lines[max(0, at - 1) : at + 2]]
    agreed = await _choice(asker, prompt, note.path, "\n".join(near), ask)
    if agreed.asked < 2 and asker.usage.failed > before:
        return None
    return agreed.index == SURE.index(YES)


async def can_tell(asker: Asker, prompt: Prompt, ask: str, controls: Sequence[tuple[str, bool]]) -> bool:
    """Whether the model answers all control questions as they should be answered: only then it is heard."""
    for text, truth in controls:
        agreed = await _choice(asker, prompt, "", text, ask)
        if agreed.index is None or (agreed.index == SURE.index(YES)) != truth:
            return False
    return True


async def _choice(asker: Asker, prompt: Prompt, note: str, text: str, ask: str) -> Agreed:
    return await choose(asker, prompt, note, SURE, {"who": "", "was": "", "now": "", "text": text, "ask": ask})


def controls_for(given: Sequence[tuple[str, bool]], was: str) -> list[tuple[str, bool]]:
    """The controls with the words for this direction: `was` is "man" or "woman"."""
    words = {"man": ("boy", "girl"), "woman": ("girl", "boy")}[was]
    return [(text.format(boy=words[0], girl=words[1]), truth) for text, truth in given]


def question(
    note: Note, stage: str, line: Line, spot: tuple[int, int], edits: Sequence[Edit], *,
    kind: str, text: str, instead: str, reason: str,
) -> Question:  # fmt: skip
    """The question to the person about words of a line. Each of its edits holds the earlier edits of the line whole."""
    start, end = line.behind(*spot, edits)
    qid, sha = question_id(note, stage, start, end, kind)
    choices = []
    if instead:
        put = ProposedEdit(start=line.start, end=line.end, after=_like(line.text, instead))
        choices.append(Choice(id="1", label=f'"{_short(instead)}"', effect=ChoiceEffect(edits=(put,))))
    if (gone := _left_out(note, line, edits)) is not None:
        choices.append(Choice(id="out", label="leave the sentence out", effect=ChoiceEffect(edits=(gone,))))
    choices.append(Choice(id="stay", label="it stays as it is"))
    return Question(
        id=qid, note=note.path, stage=stage, start=start, end=end, question=text, choices=tuple(choices),
        mentions=((start, end),), reason=reason,
        text_sha=sha,
    )  # fmt: skip


def _left_out(note: Note, line: Line, edits: Sequence[Edit]) -> ProposedEdit | None:
    live = in_force(edits)
    if line.sentence is None or not can_drop(note, line.sentence, live):
        return None
    gone = [e for e in live if not e.after]
    made = drop(note, NAME, line.sentence, live, reason="", source="person", confidence=1.0, taken=gone)
    return None if made is None else ProposedEdit(start=made.start, end=made.end, after="")


def _like(old: str, new: str) -> str:
    """The new sentence with the white space around the old one, which an edit may have brought in."""
    return old[: len(old) - len(old.lstrip())] + new + old[len(old.rstrip()) :]


def unread(note: Note, stage: str, text: str) -> Question:
    """The one question of a note that the model could not read."""
    qid, sha = question_id(note, stage, note.body_start, note.body_start, "unread")
    return Question(
        id=qid, note=note.path, stage=stage, question=text,
        choices=(Choice(id="fine", label="it is fine"), Choice(id="mend", label="I shall mend it")),
        reason="its answers did not stand up to the checks", text_sha=digest(sha, note.sha),
    )  # fmt: skip


def _short(words: str, limit: int = 90) -> str:
    return words if len(words) <= limit else words[: limit - 1].rsplit(" ", 1)[0] + "…"


def bare(instead: str, n: int) -> str:
    """The rewritten sentence without the number that the model may have copied, in one line."""
    return re.sub(rf"^{n}\.\s+", "", " ".join(instead.split()))


# ---- the second look -------------------------------------------------------------------------------------------------


async def look_again(
    asker: Asker, note: Note, config: Config, edits: Sequence[Edit], asked: Sequence[Question] = ()
) -> StageResult:
    """Questions about what still contradicts in one refined note; none where nothing was edited.

    `asked`: questions that stand already; the model gets their sentences and cannot speak of them.
    """
    nothing = StageResult(note=note.path, stage=NAME)
    live = in_force(edits)
    lines = lines_of(note, live)
    if not live or not lines:
        return nothing
    prompt, who = asker.prompt("second_look"), persons(note, config)
    made: list[Question] = []
    failed = False
    for part in parts_of(note, lines):
        silent = [line for line in part if is_asked(line, asked)]
        if len(silent) == len(part) or len(made) == MOST:
            continue
        text = numbered(part, silent)
        messages = prompt.messages(text=text, ask="", options=[], **who)
        check = _checker(part, silent, mending(config, lines, [m["content"] for m in messages[:1]]))
        before = asker.usage.failed
        answer = await asker.ask(Ask("second_look", note.path, tuple(messages), Contradictions, 320, check))
        failed = failed or answer is None and asker.usage.failed > before
        taken = set[Line](silent)
        for item in answer.value.found[:MOST] if answer else ():
            line = placed(item.n, item.quote, part)
            spot = line.spot(item.quote) if line else None
            if line is None or spot is None or line in taken or len(made) == MOST:
                continue
            if unchanged(line, bare(item.instead, item.n)):
                continue
            taken.add(line)
            ask = _ASKED[item.kind].format(**who)
            known = _ASKED[item.kind].format(**{**who, "who": WRITER}), controls_for(CONTROLS[item.kind], who["was"])
            so = await is_so(asker, prompt, note, lines, line, spot, ask, known)
            failed = failed or so is None
            if not so:
                continue
            told = _TOLD[item.kind].format(quote=line.text[slice(*spot)], now_her=f"a {who['now']}", **who)
            made.append(
                question(
                    note, NAME, line, spot, edits, kind=item.kind, instead=bare(item.instead, item.n),
                    text=f"Read again: {told}", reason="the model read the refined note again; it may be wrong",
                )
            )  # fmt: skip
    if failed:
        made.append(unread(note, NAME, "The model could not read this note a second time: read it yourself."))
    return nothing.model_copy(update={"questions": tuple(made)})


def _checker(lines: Sequence[Line], silent: Collection[Line], held: Mending) -> Callable[[Contradictions], str]:
    def check(answer: Contradictions) -> str:
        wrong = []
        for i, item in enumerate(answer.found[:MOST]):
            line = placed(item.n, item.quote, lines)
            if line in silent or line is not None and unchanged(line, bare(item.instead, item.n)):
                continue
            if line is None or len(item.quote.split()) > 12:
                wrong.append(f"found[{i}].quote: copy a few words from sentence {item.n}, as they stand there")
            elif item.instead and (
                why := wrong_with(line.shown, bare(item.instead, item.n), item.quote, held, item.kind)
            ):
                wrong.append(f"found[{i}].instead: {why}, or be empty")
        return "; ".join(wrong)

    return check
