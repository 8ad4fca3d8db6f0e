"""The answers of the form, and the text of a note made of them: front matter, the person's words, who was there.

Words are never changed. What the person says outright about traits becomes `events`; then nothing else is inferred from
the note (FORMATS, A note), so that without such words there are none, and the reader finds out from the prose.
"""

from __future__ import annotations

import re

from refiner.edits import digest
from refiner.models import EffectKind, Record
from refiner.notes import split_entries, split_sentences
from refiner.noting.names import slug
from refiner.noting.quoting import quoted
from refiner.review.visible import one_line
from refiner.timeline.dates import find_times

BEGINNINGS: tuple[EffectKind, ...] = ("initiates", "reinitiates", "resumes", "continues")
"""What can be over later."""
_QUOTE = 300  # characters: of a longer sentence its beginning is enough to find it again
_RELATION = re.compile(
    r"(?:(?:he|she|they|it)(?:'s|’s|\s+(?:is|was|are|were))\s+)?(?:(?:my|our)\s+)?(?P<what>.*?)[\s.,;]*\Z", re.I | re.S
)
_OWN_ARTICLE = re.compile(r"(?:an?|the|his|her|their|one)\s|\S+['’]s\s", re.I)
_SHORT = 3  # words of a relation that stands before the name: "my childhood friend Ritu"


class Who(Record):
    """Somebody who was there. `relation` as the person gave it; "" where it is known, or not said."""

    name: str
    relation: str = ""


class Change(Record):
    """What the told thing did to a trait."""

    trait: str
    kind: EffectKind


class Answers(Record):
    """What was given by options and by the form. `done` holds the questions that were answered or passed over."""

    text: str = ""
    when: str = ""
    who: tuple[Who, ...] = ()
    did: str = ""
    changes: tuple[Change, ...] = ()
    over: str = ""  # what ended it, in words
    over_traits: tuple[str, ...] = ()
    over_when: str = ""
    written: str = ""  # the day of writing
    author: str = "self"
    kind: str = "note"
    gap: str = ""
    file: str = ""
    done: tuple[str, ...] = ()
    left: str = ""  # what stood in the line that Ctrl-C left
    left_in: str = ""  # and the question that it belongs to

    @property
    def empty(self) -> bool:
        """Was nothing told? A time or a trait alone is no note."""
        return not any(t.strip() for t in (self.text, self.did, self.over, *(w.name for w in self.who)))


def body_of(answers: Answers) -> str:
    """The person's words in paragraphs, the told thing first and as it was typed."""
    there = present(answers.who, "\n".join((answers.text, answers.did, answers.over)))
    parts = (answers.text.strip("\r\n"), *(p.strip() for p in (there, answers.did, answers.over)))
    return "\n\n".join(p for p in parts if p.strip())


def present(who: tuple[Who, ...], told: str) -> str:
    """Sentences that say who was there and who they are, as the reader of notes understands them.

    Whom the words name already is not named again, unless it is not known who that is.
    """
    names, sentences = list[str](), list[str]()
    for one in who:
        relation = _relation(one.relation)
        named = re.search(rf"(?<!\w){re.escape(one.name)}(?!\w)", told)
        if named:
            sentences += [f"{one.name} is {relation}."] if relation else []
        elif not relation:
            names.append(one.name)
        elif relation.startswith("my ") and len(relation.split()) <= _SHORT + 1 and "," not in relation:
            names.append(f"{relation} {one.name}")
        else:
            sentences.append(f"{one.name}, {relation}, was there.")
    if names:
        listed = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
        said = f"{listed} {'were' if names[1:] else 'was'} there."
        sentences.insert(0, f"My{said[2:]}" if said.startswith("my ") else said)
    return " ".join(sentences)


def _relation(given: str) -> str:
    """ "cousin", "my cousin", "he is my cousin." -> "my cousin"; "a neighbour" stays."""
    match = _RELATION.match(given.strip())
    what = match["what"].strip() if match else ""
    return what if not what or _OWN_ARTICLE.match(what) else f"my {what}"


def note_of(answers: Answers) -> str:
    """The whole text of the note."""
    body = body_of(answers)
    keys = [f"written: {quoted(answers.written)}"] if answers.written else []
    keys += [f"author: {quoted(answers.author)}"] if answers.author != "self" else []
    keys += [f"kind: {answers.kind}"] if answers.kind != "note" else []
    if answers.changes:
        keys += ["events:", *_events(answers, body)]
    elif answers.when:
        keys.insert(0, f"date: {quoted(answers.when)}")
    return "\n".join(["---", *keys, "---", "", body]) + "\n"


def _events(answers: Answers, body: str) -> list[str]:
    first = _first_sentence(answers.text) or _first_sentence(body)
    did = _first_sentence(answers.did)
    begun = {c.trait for c in answers.changes if c.kind in BEGINNINGS}
    ended = [t for t in dict.fromkeys(answers.over_traits) if t in begun]
    name = event_id(first, body + answers.written)
    lines = [f"  - id: {name}", f"    label: {quoted(one_line(first, 70))}"]
    lines += [f"    quote: {quoted(_cut(first))}"] if first else []
    lines += [f"    when: {quoted(answers.when)}"] if answers.when else []
    lines += ["    effects:"]
    for trait in dict.fromkeys(c.trait for c in answers.changes):
        kinds = list(dict.fromkeys(c.kind for c in answers.changes if c.trait == trait))
        said = [f"{{ kind: {k}, quote: {quoted(_cut(did))} }}" if did else str(k) for k in kinds]
        lines.append(f"      {quoted(trait)}: {said[0] if len(said) == 1 else '[' + ', '.join(said) + ']'}")
    if not ended:
        return lines
    words = _first_sentence(answers.over)
    lines += [f"    before: [{name}-over]", f"  - id: {name}-over"]
    lines += [f"    label: {quoted(one_line(words, 70) or 'it is over')}"]
    lines += [f"    quote: {quoted(_cut(words))}"] if words else []
    when = answers.over_when or time_in(answers.over)
    lines += [f"    when: {quoted(when)}"] if when else []
    return [*lines, "    effects:", *(f"      {quoted(t)}: terminates" for t in ended)]


def event_id(words: str, told: str) -> str:
    """A name for an event that a person can write in another note: its first words, and a mark that no other has."""
    return f"{slug(words, 3) or 'event'}-{digest('noted', told)[:4]}"


def time_in(words: str) -> str:
    """The one time that some words name, as they name it; "" for none or several."""
    found = [t for t in find_times(words) if not t.impossible]
    return found[0].when.raw if len(found) == 1 else ""


def _first_sentence(text: str) -> str:
    """As it stands in the text, so that the reader finds it there again."""
    sentences = split_sentences(text, split_entries(text, 0))
    return sentences[0].text if sentences else ""


def _cut(sentence: str) -> str:
    return sentence if len(sentence) <= _QUOTE else sentence[:_QUOTE].rsplit(None, 1)[0]
