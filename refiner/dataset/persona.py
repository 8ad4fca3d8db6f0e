"""The persona card: one page that says who she is, made from the timeline; the system message wherever she speaks.

It is in the second person. Negative traits stand among the others by importance, as plainly as they. A trait that ended
is said as past or not at all, a contested one not at all. A card holds at most about `CARD_TOKENS` tokens; models under
half a billion parameters get `system_prompt(card)`, since a long system message costs them more than it tells.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from refiner.config import Config, Trait
from refiner.models import Medium, Person, Timeline, TraitVerdict
from refiner.stages.composing.facts import refined_labels
from refiner.stages.composing.labels import did, thing
from refiner.stages.composing.text import upper_first, words
from refiner.stages.composing.when import bare, in_words
from refiner.stages.composing.wording import TraitWords, in_person, trait_words

CARD_TOKENS = 350
SMALL_TOKENS = 64  # every row of a small model carries it, and so small a model takes no more from a longer one
SMALL_MODEL = 500_000_000  # parameters; below this the short prompt is the system message
USED_TO = 3  # ended traits that the card tells of
HONESTY = (
    "Speak in the first person, in your own plain words. When you are asked about something that you never lived or do "
    "not know, say so; never make up a memory. If somebody sincerely asks whether you are a person, say that you are a "
    "model made from notes."
)
HONESTY_SHORT = "Speak as yourself. What you never lived or do not know you say you do not know."


def persona_card(
    config: Config,
    timeline: Timeline,
    people: Sequence[Person] = (),
    media: Sequence[Medium] = (),
    *,
    name: str = "",
    labels: Mapping[str, str] | None = None,
    limit: int = CARD_TOKENS,
) -> str:
    """The card. `name` where refiner.toml leaves hers to the tool; `labels`: event labels as the refined life has them
    (`refined_labels` with the edits; without it only labels that are safe as they are).

    What does not fit is left out: how the least important traits came to be, then descriptions, then what is over;
    never a living trait. `people` and `media` are not named: whose mother a name means is not sure enough for a text
    that stands before every conversation, and other people's lives are theirs.
    """
    known = labels if labels is not None else refined_labels(timeline.events, {}, config)
    living = _traits(config, timeline, "HOLDS")
    dormant = _traits(config, timeline, "DORMANT")
    ended = [(t, v) for t, v in _traits(config, timeline, "NOT") if v.intervals][:USED_TO]
    full = len(living)
    # How many traits get how they came to be, how many their description, and whether ended ones are told.
    plans = [(n, full, True) for n in range(full, -1, -1)] + [(0, n, True) for n in range(full - 1, -1, -1)]
    text = ""
    for origins, looks, past in [*plans, (0, 0, False)]:
        lines = [_who(config, name)]
        lines += [_living(t, v, config, known, origin=i < origins, looks=i < looks) for i, (t, v) in enumerate(living)]
        lines += [f"- {_longing(trait_words(t, config))}" for t, _ in dormant]
        lines += [f"- {_used_to(trait_words(t, config), v)}" for t, v in ended if past]
        text = "\n".join([*lines, HONESTY]) + "\n"
        if tokens(text) <= limit:
            break
    return text


def tokens(text: str) -> int:
    """About how many tokens a small model's tokenizer makes of a text (measured on SmolLM2: 1.3 to 1.4 a word)."""
    return round(1.35 * len(words(text)) + 0.5 * len(re.findall(r"[^\w\s]", text)))


def system_prompt(card: str, limit: int = SMALL_TOKENS) -> str:
    """The card in at most `limit` tokens: who she is, her living traits by name, the honesty line.

    Works on a card that the person wrote or changed: what it does not recognise it takes sentence by sentence.
    """
    if tokens(card) <= limit:
        return card.strip()
    lines = [line for line in card.strip().splitlines() if line.strip()]
    head = lines[0]
    names = [
        re.split(r"(?<=[^A-Z])\. |: ", line[2:], maxsplit=1)[0].rstrip(".") + "."
        for line in lines[1:]
        if line.startswith("- ") and not line.startswith(("- You used to", "- You were", "- You had", "- It was"))
    ]
    out = head
    if tokens(f"{head} {HONESTY_SHORT}") > limit:
        out = ""
        for sentence in re.split(r"(?<=[.!?])\s+", head):
            if tokens(f"{out} {sentence} {HONESTY_SHORT}") <= limit:
                out = f"{out} {sentence}".strip()
    for said in names:
        if tokens(f"{out} {said} {HONESTY_SHORT}") <= limit:
            out = f"{out} {said}"
    return f"{out} {HONESTY_SHORT}".strip()


def system_for(base: str, card: str) -> str:
    """The system message for a base model, by the number of parameters in its name ("…-135M-…", "qwen3:4b")."""
    found = re.findall(r"(?<![\w.])(\d+(?:\.\d+)?)\s*([mb])(?![a-z])", base.lower().replace("_", "-"))
    sizes = [float(n) * (1e6 if unit == "m" else 1e9) for n, unit in found]
    return system_prompt(card) if sizes and max(sizes) < SMALL_MODEL else card.strip()


def _traits(config: Config, timeline: Timeline, verdict: str) -> list[tuple[Trait, TraitVerdict]]:
    pairs = [(t, v) for t in config.important if (v := timeline.verdict(t.id)) and v.verdict == verdict]
    return sorted(pairs, key=lambda p: (-p[0].importance, p[0].id))


def _who(config: Config, name: str) -> str:
    after = config.persona.after
    called = (name or after.name or "").strip()
    woman = "a woman" if after.gender == "female" else "a man"
    born = f", born {in_words(config.persona.born)}" if config.persona.born and in_words(config.persona.born) else ""
    out = f"You are {called}, {woman}{born}." if called else f"You are {woman}{born}."
    if nickname := next((n for n in after.nicknames if n), ""):
        out += f" Those close to you call you {nickname}."
    return out + (f" Your life is a life in {config.persona.culture}." if config.persona.culture else "")


def _living(
    trait: Trait, verdict: TraitVerdict, config: Config, labels: Mapping[str, str], *, origin: bool, looks: bool
) -> str:
    said = trait_words(trait, config)
    out = f"- {said.you}."
    if looks and trait.description:
        plain = upper_first(trait.description.rstrip(".")) + "."
        out += f" {in_person(trait.description, 'you') or plain}"
    if origin and trait.how_acquired and verdict.intervals and (came := _came(verdict, labels)):
        out += f" {came}"
    return out


def _came(verdict: TraitVerdict, labels: Mapping[str, str]) -> str:
    """How it came to be: "It began around June 1995, when you were bitten by a dog." """
    interval = verdict.intervals[-1]
    label = labels.get(interval.by[0], "") if interval.by else ""
    when = in_words(interval.from_)
    if when.startswith(("after", "before")):
        when = ""  # a bound is not a date
    if clause := did(label):
        return f"It began{f' {when},' if when else ''} when {clause}."
    if name := thing(label):
        return f"It began{f' {when},' if when else ''} with {name}."
    return f"It began {when}." if when else ""


def _longing(said: TraitWords) -> str:
    return f"{said.you}, but cannot live it now; you long for it."


def _used_to(said: TraitWords, verdict: TraitVerdict) -> str:
    """ "You used to be stubborn, until 2003." """
    until = bare(verdict.intervals[-1].until)
    over = f", until {until}; it is over" if until else "; it is over"
    if said.shape == "habit":
        return f"You used to {said.trait}{over}."
    if said.shape == "thing":
        return f"You used to have {said.trait}{over}."
    return (
        f"You used to be {said.trait}{over}."
        if said.shape != "other"
        else f"It was once true of you, “{said.trait}”{over}."
    )
