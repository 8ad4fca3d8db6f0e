"""All rules on one scene, overlaps settled: what the swap would change, and how sure each change is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from refiner.language import lexicon
from refiner.language.body import Body
from refiner.language.evidence import ASK_SPEECH, is_predicate
from refiner.language.forms import Forms
from refiner.language.groups import Groups
from refiner.language.inflect import before_noun, pronoun
from refiner.language.institutions import Institutions
from refiner.language.kinship import Kinship
from refiner.language.names import namesake_in, wordlike
from refiner.language.page import FIRST
from refiner.language.partner import Partner
from refiner.language.reader import Reader
from refiner.language.replace import Replacements
from refiner.language.roles import Roles
from refiner.language.scene import Proposal, Scene
from refiner.language.unexplained import Unexplained
from refiner.language.vocatives import Vocatives
from refiner.models import CanonEntry

EDIT = 0.88  # from here on the rules are right often enough to change the text
# Pronouns and epithets carry a confidence that was held against marked passages: from here on they are right 97 times
# of 100, and all rules pooled 98 times (`benchmarks/passages.py --bounds`).
READ = 0.8
_READ_RULES = ("speech-pronoun", "told-pronoun", "role-epithet")
LIBERAL = (
    "speech-pronoun",
    "role-epithet",
    "role-predicate",
    "role-interrupted",
    "vocative",
)  # in speech a question costs less than a miss
PRONOUNS = ("he", "him", "his", "himself", "she", "her", "hers", "herself")
ASK = 0.4  # from here on it is worth a question


@dataclass(frozen=True)
class Plan:
    """Proposals without overlaps, in order of place, and institutions that the canon does not know yet."""

    proposals: tuple[Proposal, ...]
    canon: tuple[CanonEntry, ...] = ()


@dataclass(frozen=True)
class Options:
    """The parts of the policy that the rules read."""

    partners: str = "keep"
    institutions: str = "swap"
    body: str = "ask"
    staying: frozenset[str] = frozenset()  # names of institutions that the person wants as they are


def plan(scene: Scene, canon: tuple[CanonEntry, ...], options: Options) -> Plan:
    """Runs every rule on the scene. `canon`: the entries that apply."""
    reader = Reader(scene)
    institutions = Institutions(scene, reader, canon, options.staying)
    found: list[Proposal] = []
    found += _names(scene, reader)
    found += Forms(scene, reader).run()
    found += _pronouns(scene, reader)
    found += _after_name(scene, reader)
    roles = list(Roles(scene, reader).run())
    found += roles
    found += Kinship(scene, reader).run()
    found += Groups(scene, reader).run()
    said = {
        scene.text[p.start : p.end].casefold().split()[-1]
        for p in roles
        if p.rule == "role-predicate" and p.confidence >= EDIT
    }
    vocatives = Vocatives(scene, reader, frozenset(w for w in said if lexicon.address(w, scene.gender)), canon)
    found += vocatives.run()
    ceiling = 1.0 if options.institutions == "swap" else 0.6
    places = [replace(p, confidence=min(p.confidence, ceiling)) for p in institutions.run()]
    found = [_among(scene, p, places) for p in found] + places
    found += Body(scene, reader, drop=options.body == "drop").run()
    replaced = list(Replacements(scene, reader, canon).run())  # "batsman" is the canon's where cricket goes
    sports = [r for r in replaced if r.confidence >= ASK]
    found = [
        p for p in found if not any(p.rule.startswith("role-") and p.start < r.end and r.start < p.end for r in sports)
    ]
    found += replaced
    if options.partners != "keep":
        found += Partner(scene, reader, canon).run(1.0 if options.partners == "swap" else 0.5)
    found += _bound(scene, reader, found)
    found += Unexplained(scene, reader).run(found)
    return Plan(
        tuple(
            settle(
                p
                for p in found
                if p.confidence >= (ASK_SPEECH if p.rule in LIBERAL else ASK)
                and p.after is not None
                and p.start >= scene.body
            )
        ),
        (*institutions.proposed.values(), *vocatives.proposed.values()),
    )


def sure(p: Proposal) -> bool:
    """Whether the proposal is an edit; below that it is a question."""
    return p.confidence >= (READ if p.rule in _READ_RULES else EDIT)


def _among(scene: Scene, p: Proposal, places: list[Proposal]) -> Proposal:
    """A group that is called ("Girls, …") where the narrator lives in a women's hostel has the narrator in it."""
    here = scene.block_at(p.start)
    if p.rule != "group-called" or p.confidence < 0.4 or here is None:
        return p
    lives_there = any(x.confidence >= EDIT and scene.block_at(x.start) == here for x in places)
    return replace(p, confidence=0.9) if lives_there else p


def settle(found: Iterator[Proposal]) -> list[Proposal]:
    """Of overlapping proposals the surest stays, of equal ones the longest."""
    kept: list[Proposal] = []
    for p in sorted(found, key=lambda p: (-sure(p), -p.confidence, p.start - p.end, p.start)):
        if not any(p.start < k.end and k.start < p.end for k in kept):
            kept.append(p)
    return sorted(kept, key=lambda p: p.start)


def _names(scene: Scene, reader: Reader) -> Iterator[Proposal]:
    first = re.escape(scene.names.first[0])
    doubtful = (
        namesake_in(scene.text[scene.body :])
        or any("namesake" in m.why for m in scene.mentions)
        or bool(first)
        and re.search(rf"(?<!\w)(?:an?|another) {first}\b", scene.text, re.IGNORECASE) is not None
    )
    for m in scene.mentions:
        confidence = m.confidence
        before = scene.text[m.start : m.end]
        if reader.fixed(m.start, m.end):
            continue
        if wordlike(before) and m.kind in ("first", "nick") and not _is_name(scene, m.start):
            continue
        if doubtful and confidence < 0.99 and m.kind in ("first", "full") and scene.frame_at(m.start).kind == "base":
            confidence = min(confidence, 0.6)
        if confidence >= 0.2 and before != m.after:
            yield Proposal(
                m.start,
                m.end,
                m.after,
                f"name-{m.kind}",
                m.why,
                max(confidence, ASK) if confidence >= 0.3 else confidence,
                group=f"name:{before.casefold()}",
            )


def _is_name(scene: Scene, start: int) -> bool:
    """Whether a name that is a word too ("Will", "Grace") is a name here, by its tag."""
    block = scene.block_at(start)
    if block is None:
        return False
    t = scene.token_at(block, start)
    if t is None or not t.text[:1].isupper():
        return False
    after = t.nbor() if t.i + 1 < len(t.doc) else None
    acts = after is not None and (after.tag_ in ("VBZ", "VBD", "MD") or after.lower_ in ("'s", "and"))
    if acts and t.tag_ in ("MD", "NNP", "NN", "JJ", "VB"):
        return True
    return t.pos_ == "PROPN" or t.pos_ in ("NOUN", "X", "INTJ") and not t.is_sent_start


def _after_name(scene: Scene, reader: Reader) -> Iterator[Proposal]:
    """The narrator's name in what others are reported to say, and the pronouns that go on from it in the sentence."""
    for m in scene.mentions:
        if not m.head or m.confidence < 0.9 or scene.frame_at(m.start).kind != "base":
            continue
        block = scene.block_at(m.start)
        if block is None or scene.told[block.index]:
            continue
        if wordlike(scene.text[m.start : m.end]) and not _is_name(scene, m.start):
            continue
        here = reader.speech.people(block.index)
        name = next((p for p in here if p.start == m.start), None)
        if name is None:
            continue
        plain = scene.narration(block)
        doc = scene.doc(block)
        open_until = name.sent
        loose = any(c.lower_ in ("the", "that", "a") for c in name.token.children) or name.token.dep_ == "ROOT"
        sentences = list(doc.sents)
        first = FIRST.search(plain[sentences[name.sent].start_char : sentences[name.sent].end_char])
        if name.role == "subj" and not first:
            while open_until + 1 < len(sentences) and not FIRST.search(
                plain[sentences[open_until + 1].start_char : sentences[open_until + 1].end_char]
            ):
                open_until += 1
        rivals = [
            p
            for p in here
            if name.sent <= p.sent <= open_until
            and p.key not in ("I", "narrator", "?")
            and not p.plural
            and p.gender in (None, scene.gender)
            and not p.quoted
            and not is_predicate(p.token)
        ]
        for p in here:
            if (
                name.sent <= p.sent <= open_until
                and p.start > m.start
                and p.pronoun
                and p.key == "?"
                and p.gender == scene.gender
                and not p.quoted
            ):
                near = [x for x in rivals if x.start < p.start]
                sure = [x for x in near if x.gender == scene.gender or x.token.pos_ == "PROPN"]
                confidence = (
                    0.6
                    if loose or first and not near
                    else 0.92
                    if not near
                    else 0.3
                    if sure and sure[-1].start > m.start and first
                    else 0.6
                )
                yield Proposal(
                    p.start,
                    p.end,
                    pronoun(p.token.text, scene.to, before_noun(p.token)),
                    "reported-pronoun",
                    "goes on from the narrator's name",
                    confidence,
                    group=f"reported:{block.index}:{p.sent}",
                )


def _bound(scene: Scene, reader: Reader, found: list[Proposal]) -> Iterator[Proposal]:
    """Pronouns in the relative clause of a noun that becomes the other: "a guy who answers his mails"."""
    for p in [p for p in found if p.rule.startswith("role-") and sure(p)]:
        block = scene.block_at(p.start)
        if block is None:
            continue
        noun = scene.token_at(block, p.end - 1)
        clause = next((c for c in noun.children if c.dep_ == "relcl"), None) if noun is not None else None
        if clause is None or not any(
            c.lower_ in ("who", "that") and c.dep_ in ("nsubj", "nsubjpass") for c in clause.children
        ):
            continue
        inside = {t.i for t in clause.subtree}
        rivals = [
            m
            for m in reader.speech.people(block.index)
            if m.token.i in inside and not m.pronoun and m.gender in (None, scene.gender)
        ]
        for t in clause.subtree:
            own = t.dep_ == "poss" or t.lower_.endswith("self")
            if own and t.lower_ in PRONOUNS and lexicon.gender_of_word(t.lower_) == scene.gender and not rivals:
                start, end = scene.at(block, t)
                after = pronoun(t.text, scene.to, before_noun(t))
                yield Proposal(start, end, after, "bound-pronoun", "goes back to a word that changes", 0.9)


def _pronouns(scene: Scene, reader: Reader) -> Iterator[Proposal]:
    for readings, rule in ((reader.quoted, "speech"), (reader.told, "told")):
        for start, r in readings.items():
            block = scene.block_at(start)
            if block is None or r.confidence < ASK_SPEECH:
                continue
            t = scene.token_at(block, start)
            if t is None or t.lower_ not in PRONOUNS:
                continue
            group = (
                f"speech:{scene.frame_at(start).start}" if rule == "speech" else f"told:{block.index}:{t.sent.start}"
            )
            if r.chain >= 0:
                group = f"chain:{r.chain}"
            yield Proposal(
                start,
                start + len(t.text),
                pronoun(t.text, scene.to, before_noun(t)),
                f"{rule}-pronoun",
                "; ".join(r.why[:3]),
                min(r.confidence, 0.99),
                tuple(r.why),
                group=group,
            )
