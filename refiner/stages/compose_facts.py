"""What the timeline and the extractions say, in the words of the refined life: event labels, trait phrases, verdicts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from refiner.config import Config, Trait
from refiner.edits import in_force
from refiner.language.inflect import match_case
from refiner.language.lexicon import noun, other
from refiner.models import Edit, Event, Extraction, Gender, Medium, Note, Person, Timeline, TraitVerdict
from refiner.stages.compose_text import words

TraitShape = Literal["adjective", "thing", "someone", "habit", "other"]
GONE = ("NOT", "RETRACTED")  # dead: never said in the present


@dataclass(frozen=True)
class Life:
    """All that the parts of `compose` share."""

    config: Config
    timeline: Timeline
    notes: Mapping[str, Note]
    edits: Mapping[str, Sequence[Edit]]
    events: Mapping[str, Event]
    people: tuple[Person, ...]
    media: tuple[Medium, ...]
    labels: Mapping[str, str] = field(default_factory=dict)  # event id -> refined label, where it is safe to say
    name: str = ""

    @property
    def first(self) -> str:
        return self.name.split()[0] if self.name else next((n for n in self.config.persona.after.nicknames if n), "")

    def verdict(self, trait: str) -> str:
        found = self.timeline.verdict(trait)
        return found.verdict if found else "UNKNOWN"

    def dead(self) -> list[Trait]:
        return [t for t in self.config.traits if self.verdict(t.id) in GONE]

    def taught(self, *verdicts: str) -> list[tuple[Trait, TraitVerdict]]:
        """The important traits with one of these verdicts, the most important first."""
        pairs = [(t, v) for t in self.config.important if (v := self.timeline.verdict(t.id)) and v.verdict in verdicts]
        return sorted(pairs, key=lambda p: (-p[0].importance, p[0].id))


def life_of(
    notes: Sequence[Note],
    edits: Mapping[str, Sequence[Edit]],
    config: Config,
    timeline: Timeline,
    extractions: Sequence[Extraction],
    name: str = "",
) -> Life:
    """The notes and what is known of them, in an order that does not depend on that of the arguments."""
    read = {n.path: n for n in sorted(notes, key=lambda n: n.path) if not n.meta.skip}
    of_notes = sorted((x for x in extractions if x.note in read), key=lambda x: x.note)
    # The timeline's copy of an event is the resolved one: its time has bounds.
    resolved = {e.id: e for e in timeline.events}
    events = {e.id: resolved.get(e.id, e) for x in of_notes for e in x.events}
    return Life(
        config, timeline, read, edits, events,
        tuple(p for x in of_notes for p in x.people), tuple(m for x in of_notes for m in x.media),
        refined_labels(events.values(), edits, config), (name or config.persona.after.name or "").strip(),
    )  # fmt: skip


# ---- labels --------------------------------------------------------------------------------------------------------


def refined_labels(
    events: Iterable[Event], edits: Mapping[str, Sequence[Edit]], config: Config
) -> dict[str, str]:
    """Event labels as the refined life would have them. A label was read from the raw note, so the edits of its note
    are applied to it by their words; one that an edit rewrote beyond that, or whose event is dropped, is left out."""
    out = {}
    for event in events:
        label = event.label.strip()
        if not label or not (label := _relabel(label, event, edits.get(event.note, ()))):
            continue
        label = renamed(label, config)
        if not _old_self(label, config):
            out[event.id] = label
    return out


def _relabel(label: str, event: Event, edits: Sequence[Edit]) -> str:
    spans = [s for s in event.spans if s.note == event.note]
    for edit in in_force(edits):
        near = not spans or any(s.start < edit.end and edit.start < s.end for s in spans)
        if not edit.before.strip():
            continue
        pattern = re.compile(rf"(?<!\w){re.escape(edit.before.strip())}(?!\w)", re.I)
        if len(words(edit.before)) > 6:
            # A whole sentence was rewritten or dropped; whether the label still holds cannot be told from words.
            if near and spans:
                return ""
        elif near and edit.after.strip():
            label = pattern.sub(lambda m, a=edit.after.strip(): match_case(m[0], a) if len(words(a)) == 1 else a, label)  # type: ignore[misc]
        elif near and pattern.search(label):
            return ""
    return label


def renamed(text: str, config: Config) -> str:
    """The person's old names replaced by the new ones, where both are given."""
    before, after = config.persona.before, config.persona.after
    pairs = [*zip(before.nicknames, after.nicknames, strict=False), *zip(before.handles, after.handles, strict=False)]
    if before.name and after.name:
        pairs += [(before.name, after.name), (before.name.split()[0], after.name.split()[0])]
    for old, new in sorted(pairs, key=lambda p: -len(p[0])):
        if old and new:
            text = re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", new, text)
    return text


def _old_self(text: str, config: Config) -> bool:
    """Whether a text still names the person as before: an old name, or "boy" and the like said of nobody else."""
    before = config.persona.before
    names = {n.casefold() for n in (*before.nicknames, *before.handles, *before.name.split()[:1]) if n}
    found = {w.casefold() for w in words(text)}
    own = {"boy", "man", "lad", "guy"} if before.gender == "male" else {"girl", "woman", "lady"}
    return bool(found & (names | own))


# ---- traits --------------------------------------------------------------------------------------------------------

_HABIT = frozenset(
    """argues asks avoids bargains believes blames blushes boasts breaks buys calls cannot cares carries changes chases
    checks collects complains controls cooks counts cries criticises dances daydreams defends delays digs does doubts
    drinks eats enjoys exaggerates expects fears feels fights finishes follows forgets forgives gambles gets gives goes
    gossips hates has helps hides hoards hoped hopes interrupts jokes judges jumps keeps knows laughs leaves lends lies
    likes listens looks loses loves makes minds misses moves needs never-stops notices obeys overthinks overworks paints
    pays plans plays pleases prays procrastinates pushes puts questions quits reads refuses regrets remembers repairs
    resents rises runs saves says seeks sees sells shares shouts shows shuts sings sleeps smokes snaps speaks spends
    stands starts stays steals stops studies stutters sulks swears swims takes talks teaches tells thinks travels tries
    trusts tutors underestimates volunteers waits wakes walks wants wastes watches wears wins withdraws works worries
    writes yells""".split()
)  # fmt: skip
_THING = frozenset(
    """ability affection ambition anger anxiety appetite attachment aversion calm care compassion confidence contempt
    courage craving creativity curiosity depression devotion difficulty discipline dislike distrust dread eagerness envy
    empathy enthusiasm faith fear fondness generosity gratitude greed grief grudge guilt habit hate hatred homesickness
    honesty hope humility humour humor hunger impatience independence insecurity insomnia intuition jealousy joy kindness
    laziness leadership loneliness longing love loyalty melancholy mistrust modesty need nostalgia obsession optimism
    pain passion patience perfectionism pessimism pride procrastination punctuality rage resentment resilience respect
    responsibility sadness sarcasm self-confidence self-discipline self-doubt self-esteem sensitivity shame shyness skill
    spirituality stage-fright stoicism stubbornness sweet sympathy taste temper tenderness tendency thrift trust urge
    vanity wanderlust warmth weakness wit workaholism worry""".split()
)  # fmt: skip
_SOMEONE = frozenset(
    """addict artist believer bookworm chef child coder collector cook daughter dreamer drinker eater expert fan father
    fighter gambler geek giver hoarder idealist insomniac introvert extrovert joker leader learner liar listener loner
    lover maker mediator mother nerd optimist organiser owl painter parent perfectionist pessimist planner player pleaser
    procrastinator reader rebel rider riser runner saver sceptic skeptic singer sleeper smoker sister brother spender
    starter storyteller swimmer talker taker teacher thinker traveller traveler vegan vegetarian volunteer walker worker
    worrier writer workaholic""".split()
)  # fmt: skip
_COUNTED = frozenset("fear love sense need hatred distrust passion longing habit dread grudge temper tendency urge craving sweet skill taste appetite".split())
_IRREGULAR_BASE = {"has": "have", "does": "do", "goes": "go", "is": "be", "cannot": "cannot", "dies": "die", "lies": "lie"}
_ARTICLE = re.compile(r"^(?:an?|the)\s+", re.I)


def _head(name: str) -> str:
    """The last word before a preposition, lower case: the head of an English noun phrase."""
    part = re.split(r"\s+(?:of|for|about|with|to|at|in|on|from|who|that|when|under|around|towards?)\s+", name.lower(), maxsplit=1)[0]
    return part.split()[-1] if part.split() else ""


def shape(trait: Trait) -> TraitShape:
    """What the name of a trait is in grammar, which decides how it is asked for."""
    name = (trait.name or trait.id.replace("-", " ").replace("_", " ")).strip()
    if re.search(r"[,;:.!?()/]", name) or len(words(name)) > 8:
        return "other"
    first, head = name.split()[0].lower(), _head(name)
    if first in _HABIT and first not in _THING:
        return "habit"
    bare = _ARTICLE.sub("", name)
    if head in _SOMEONE or head.rstrip("s") in _SOMEONE and first in ("a", "an"):
        return "someone"
    abstract = re.search(r"(?:ness|ism|ity|ance|ence|tion|sion|ship|phobia|itis|ment)$", head)
    if _head(bare) in _THING or bare.split()[0].lower() in _THING or abstract or head == "tooth":
        return "thing"
    return "adjective" if _ARTICLE.match(name) is None and not bare.split()[0].endswith("ing") else "other"


def base_form(verb: str) -> str:
    """ "takes" -> "take", "worries" -> "worry", "goes" -> "go"."""
    if verb in _IRREGULAR_BASE:
        return _IRREGULAR_BASE[verb]
    if verb.endswith("ies") and len(verb) > 4:
        return verb[:-3] + "y"
    if re.search(r"(?:s|x|z|ch|sh)es$", verb):
        # "closes", "loses", "refuses" keep their e; "pushes", "watches", "misses" do not.
        return verb[:-1] if re.search(r"[^s]ses$|zes$", verb) else verb[:-2]
    return verb[:-1] if verb.endswith("s") and not verb.endswith("ss") else verb


def her_words(text: str, config: Config) -> str:
    """Words about the person from refiner.toml, for the persona's gender: "hands-on father" -> "hands-on mother"."""
    target: Gender = config.persona.after.gender
    table = {"he": "she", "his": "her", "him": "her", "himself": "herself"}
    if target == "male":
        table = {"she": "he", "her": "his", "hers": "his", "herself": "himself"}

    def turn(match: re.Match[str]) -> str:
        low = match[0].lower()
        if low in table:
            return match_case(match[0], table[low])
        found = noun(low, other(target)) if low in _OWN_ROLE else None
        return match_case(match[0], found.after) if found else match[0]

    return re.sub(r"[A-Za-z]+", turn, text)


_OWN_ROLE = frozenset("father mother husband wife son daughter brother sister man woman boy girl".split())


@dataclass(frozen=True)
class TraitWords:
    """A trait's name in the forms that sentences need."""

    shape: TraitShape
    trait: str  # "stubborn", "a fear of dogs", "a heavy coffee drinker", "take career risks"
    bare: str  # without an article
    trait_s: str = ""  # "takes career risks"
    you: str = ""  # "You are stubborn", "You have a fear of dogs"

    @property
    def that(self) -> str:
        """For "I mean …": a noun phrase that says the trait."""
        if self.shape in ("adjective", "someone"):
            return f"being {self.trait}"
        if self.shape == "habit":
            return f"the way you {self.trait}"
        return f"your {self.bare}" if self.shape == "thing" else f"“{self.trait}”"

    @property
    def slots(self) -> dict[str, str]:
        return {
            "trait": self.trait, "bare_trait": self.bare, "trait_s": self.trait_s,
            "that_trait": self.that,
        }  # fmt: skip


def trait_words(trait: Trait, config: Config) -> TraitWords:
    """How to say a trait in a sentence about her, its context included ("stubborn at work")."""
    kind = shape(trait)
    raw = (trait.name or trait.id.replace("-", " ").replace("_", " ")).strip()
    name = her_words(raw, config)
    if not any(c.isupper() for c in name.split()[0][1:]):
        name = name[:1].lower() + name[1:]
    if trait.context and trait.context.casefold() not in name.casefold():
        name = f"{name} {trait.context}"
    bare = _ARTICLE.sub("", name)
    an = "an" if bare[:1].lower() in "aeiou" and not bare.lower().startswith(("uni", "one", "use")) else "a"
    if kind == "habit":
        first, _, rest = bare.partition(" ")
        base = f"{base_form(first)} {rest}".strip()
        return TraitWords(kind, base, base, bare, f"You {base}")
    if kind == "someone":
        said = name if _ARTICLE.match(name) else f"{an} {bare}"
        return TraitWords(kind, said, bare, you=f"You are {said}")
    if kind == "thing":
        said = f"{an} {bare}" if bare.split()[0].lower() in _COUNTED and " " in bare else bare
        return TraitWords(kind, said, bare, you=f"You have {said}")
    if kind == "adjective":
        return TraitWords(kind, name, name, you=f"You are {name}")
    return TraitWords(kind, name, name, you=f"True of you: “{name}”")
