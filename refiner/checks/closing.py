"""Short clauses that say that something told is over, in the narrator's voice: past tense, no new facts.

They name no feeling and no cause, only that it ended and when, as far as that is known. Which one of several is taken
depends on the event alone, so a second run takes the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from refiner.edits import digest
from refiner.language.lexicon import gender_of_word
from refiner.language.past_forms import past_form
from refiner.models import Edit, Event, Timeline
from refiner.phrases import phrase

CLOSES = "rule:close"  # the source of an edit that says that something is over
_ENDED = ("That lasted until {when}.", "That ended in {when}.", "That stopped in {when}.")
_ENDED_UNDATED = ("That is no longer so.", "Today that is no longer so.")
_CHANGED = ("That changed in {when}.",)  # what had never been so before
_CHANGED_UNDATED = ("That changed later.",)
_BACK = ("That held until {when}.", "That held only until {when}.", "That did not last: it came back in {when}.")
_BACK_UNDATED = ("That did not last: it came back later.", "That did not hold.")
_FALSE = (
    "I believed that then; it was not so.",
    "So I thought at the time; it was not true.",
    "I thought so then; it never was true.",
)
_FELT = "There was nothing behind it, as I know now."  # of what one feels and does not think
_RESTS = ("I have not done so since {when}, but it is not given up.",)
_RESTS_UNDATED = ("At present I do not, but it is not given up.",)
_UNHAPPENED = (
    "I told it so then; it did not happen.",
    "That is how I told it; it did not happen.",
    "It never happened.",
)
_SEVERAL = ("None of that lasted.", "All of that is over now.")
# Written before, and known again where they stand.
_OLDER = (
    "That has not been so since {when}.", "That did not last.", "That ended later.", "That is over now.",
    "That has rested since {when}.", "At present that rests.", "That was not so, as I know now.",
    "It came back in {when}.", "It came back later.", "That changed again in {when}.", "That changed again later.",
)  # fmt: skip

_ALL = (
    *_ENDED, *_ENDED_UNDATED, *_CHANGED, *_CHANGED_UNDATED, *_BACK, *_BACK_UNDATED, *_FALSE, _FELT, *_RESTS,
    *_RESTS_UNDATED, *_UNHAPPENED, *_SEVERAL, *_OLDER,
)  # fmt: skip
_WHEN = r"(?:\d{4}(?: or \d{4})?|the \d{3}0s)"
_HABIT = re.compile(r"(?!(?:do|be|can|have)\b|cannot)([a-z-]+)\b")
_RUN = tuple(
    (re.compile(said), all_of)
    for said, all_of in (
        (rf"(?:That [^.]*|I [^.]*) (?:until|in) ({_WHEN})(?: and no longer)?\.", r"All that lasted until \1."),
        (r"(?:Today )?[Tt]hat is no longer so\.|I (?:am|do) not [^.]* any more\.", "All that is no longer so."),
    )
)
_TEMPLATES = "|".join(re.escape(t[:-1]).replace(re.escape("{when}"), _WHEN) for t in _ALL)
_NAMED = (
    rf"\bI have not been [^.]* since {_WHEN}|\b(?:Since {_WHEN} )?I (?:am|do) not [^.]* any more"
    rf"|\b(?:All of that|All that|That [^.]{{1,40}}) lasted until {_WHEN}|\bThat [^.]{{1,40}} is over now"
    rf"|\bI [^.;]* until {_WHEN} and no longer|\b(?:Since {_WHEN}|At present) I do not [^.;]*; that rests"
    r"|\bAll that is no longer so|\bThat, too, is over"
)
CLOSED = phrase(rf"(?:{_TEMPLATES}|{_NAMED})[.)]", re.IGNORECASE)
"""A closing clause that stands in a text already."""


_ALL_OF = "|".join(
    re.escape(t[:-1]).replace(re.escape("{when}"), _WHEN) for t in (*_FALSE, _FELT, *_RESTS, *_RESTS_UNDATED)
)
CLOSES_ALL = phrase(rf"(?:{_NAMED}|{_ALL_OF})\.?", re.IGNORECASE)
"""A clause that may close the sentences before it as well."""
LONGEST_RUN = 4  # sentences that one clause closes; behind more, nobody knows what "all that" is
RUN = "run:"


def run_mark(sentences: int) -> str:
    """For the evidence of a clause: how many sentences before its own it closes with it."""
    return f"{RUN}{sentences}"


def run_of(edit: Edit) -> int:
    """How many sentences before the one that a clause stands behind it closes too."""
    return next((int(x.removeprefix(RUN)) for x in edit.evidence if x.startswith(RUN)), 0)


def said_when(earliest: str, latest: str) -> str:
    """Two ISO days as a reader says them: "2003", "2003 or 2004", "the 1990s"; "" where the window is wider."""
    if not earliest or not latest:
        return ""
    first, last = earliest[:4], latest[:4]
    if first == last:
        return first
    if int(last) - int(first) == 1:
        return f"{first} or {last}"
    return f"the {first[:3]}0s" if first[:3] == last[:3] else ""


def _edtf_years(text: str) -> tuple[str, str]:
    years = re.findall(r"\d{4}", text)
    return (years[0], years[-1]) if years and not re.search(r"\d{3}X|\.\.|^/|/$", text) else ("", "")


def when_ended(event: str, trait: str, by: Event | None, timeline: Timeline) -> str:
    """When the interval that the event began came to its end, in words; "" where only "later" can be said."""
    verdict = timeline.verdict(trait)
    intervals = verdict.intervals if verdict else ()
    mine = next((i for i in intervals if event in i.by[:1]), None) or next(
        (i for i in intervals if event in i.by), None
    )
    if mine is None and len(intervals) == 1:
        mine = intervals[0]
    if mine and mine.until:
        return said_when(*_edtf_years(mine.until))
    return said_when(by.when.earliest, by.when.latest) if by and len(intervals) < 2 else ""


def _pick(options: tuple[str, ...], *seed: str) -> str:
    return options[int(digest("closing", *seed), 16) % len(options)]


def ended(event: str, trait: str, when: str) -> str:
    """That it is over."""
    return _pick(_ENDED, event, trait).format(when=when) if when else _pick(_ENDED_UNDATED, event, trait)


def ended_named(shape: str, said: str, when: str) -> str:
    """That one named trait is over: where the sentence tells of another that is not, where it only shows the trait, or
    where "that" could be anything else in it. "" where it cannot be said.

    `shape`: what `said` is in grammar: "adjective" ("afraid of dogs"), "someone" ("a smoker"), "thing" ("fear of
    dogs", without article), "habit" ("lie about money").
    """
    if not _sayable(shape, said):
        return ""
    if shape == "someone" or shape == "adjective" and _ADJECTIVE.match(said):
        return f"I was {said} until {when} and no longer." if when else f"I am not {said} any more."
    if shape == "thing":
        return f"That {said} lasted until {when}." if when else f"That {said} is over now."
    habit = _HABIT.match(said) if shape == "habit" else None
    if habit is None:
        return ""
    past = past_form(habit[1], said[habit.end() :])
    if when and past:
        return f"I {past}{said[habit.end() :]} until {when} and no longer."
    return "" if when or _DENIES.search(said) else f"I do not {said} any more."


def _sayable(shape: str, said: str) -> bool:
    """Whether a trait's words can stand behind "I": none of a third person ("loves her mother"), and where they name a
    thing or a kind of person, none that cannot be one ("a never on time")."""
    if _THIRD.search(said) or shape == "adjective" and gender_of_word(said.split()[-1].lower()):
        return False  # "I was lazy girl"
    return shape not in ("someone", "thing") or not (_DENIES.search(said) or _NOBODY.search(said))


def rests_named(shape: str, said: str, when: str) -> str:
    """That a named habit rests; "" for what is none."""
    if shape != "habit" or not _HABIT.match(said) or not _sayable(shape, said) or _DENIES.search(said):
        return ""
    return f"Since {when} I do not {said}; that rests." if when else f"At present I do not {said}; that rests."


def all_of(clause: str) -> str:
    """What closes several sentences in a row on the same trait, by what would close the last of them."""
    for said, instead in _RUN:
        if m := said.fullmatch(clause):
            return m.expand(instead)
    return clause


def too() -> str:
    """That another sentence on what was just said to be over is no more so than the one before."""
    return "That, too, is over."


def back_again(event: str, trait: str, when: str) -> str:
    """That what had ended came back."""
    return _pick(_BACK, event, trait).format(when=when) if when else _pick(_BACK_UNDATED, event, trait)


def changed(event: str, trait: str, when: str) -> str:
    """That what was not so yet has begun."""
    return _pick(_CHANGED, event, trait).format(when=when) if when else _pick(_CHANGED_UNDATED, event, trait)


def never_true(event: str, trait: str, name: str = "") -> str:
    """That it was only thought so; of a feeling (`name`, the trait's), that there was nothing behind it."""
    return _FELT if _FEELING.search(name) else _pick(_FALSE, event, trait)


def rests(event: str, trait: str, when: str, *, habit: bool = True) -> str:
    """That it is not given up but rests. `habit`: it is something one does; nobody pauses being shy."""
    if not habit:
        return f"That has rested since {when}." if when else "At present that rests."
    return _pick(_RESTS, event, trait).format(when=when) if when else _pick(_RESTS_UNDATED, event, trait)


def unhappened(event: str) -> str:
    """That an event was told and did not happen."""
    return _pick(_UNHAPPENED, event)


def several(events: Iterable[str], when: str) -> str:
    """That several things of one sentence are over."""
    return f"All of that lasted until {when}." if when else _pick(_SEVERAL, *events)


_THIRD = re.compile(r"\b(?:s?he|his|him|hers?|(?:him|her|one)self|themsel(?:f|ves)|yours?|you)\b", re.I)
_DENIES = re.compile(r"\b(?:not|no|never|none|nothing|nobody|nor|neither|cannot|without|hardly)\b|n['’]t\b", re.I)
# Looks like "smoker", or has another word before its preposition, and is nobody that one can be.
_NOBODY = re.compile(
    r"^(?:an? |the )?(?:always|forever|often|better|worse|under|over|out|off|on|in|at)\b"
    r"|\b(?:eager|dapper|clever|tender|disorder|fever|stutter|stammer|cancer|ulcer|blur|error|terror|tremor)\b",
    re.I,
)
_FEELING = re.compile(
    r"\b(?:afraid|scared|frightened|terrified|fears?|phobia|dread|panic|anxious|ashamed|shame)\b", re.I
)
_ADJECTIVE = re.compile(
    r"^(?:very |too |rather )?(?:afraid|scared|frightened|terrified|shy|ashamed|jealous|suspicious|anxious|nervous"
    r"|impatient|lazy|stubborn|blunt|angry|bitter|proud|lonely|homesick|superstitious|careless|untidy|messy|forgetful"
    r"|unpunctual|short-tempered|hot-headed|quick-tempered|dishonest|religious|vegetarian|vegan|sad|restless|clumsy"
    r"|envious|greedy|stingy|vain|arrogant|selfish|rude|timid|insecure|quiet|reckless|impulsive|obsessed|addicted"
    r"|hooked)\b",
    re.I,
)
