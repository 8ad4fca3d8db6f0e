"""The words of a sport that another one replaces, in the notes: "opened the batting", "my innings", "I bowled".

A word follows by itself where the sport is named for the narrator nearby, or where the word says that sport alone, and
the word is the narrator's beyond doubt. A word that the new sport lacks is asked about; other people's words stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from refiner.language import activities_sports as sports
from refiner.language.activities_sports import Follower
from refiner.language.blocks import Block
from refiner.language.evidence import Reading
from refiner.language.inflect import fix_article, match_case
from refiner.language.lexicon import plural_of
from refiner.language.reader import Reader
from refiner.language.scene import Proposal, Scene
from refiner.models import CanonEntry

CERTAIN = 0.93  # a word follows by itself only where it is as plainly the narrator's as "I had a bat"
NAMED = 0.88  # so sure it must be that the sport is the narrator's for its words to follow
CLEAR = 0.965  # above the sport's own name, so that "cricket ball" becomes one word
ASKED = 0.6
DOUBT = 0.45
RULE = "sport-word"
_ORDER = {"opening", "middle", "order", "lower", "night", "star", "strike"}  # of these the neutral word makes no sense


@dataclass(frozen=True)
class Named:
    """Where the sport is named for the narrator: blocks by index, sentences as spans in the note."""

    blocks: frozenset[int]
    sentences: frozenset[tuple[int, int]]


class Follow:
    """Proposes what stands for a replaced sport's own words. `whose` reads whose a noun at a span is."""

    def __init__(self, scene: Scene, reader: Reader, whose: Callable[[CanonEntry, Block, int, int], Reading]) -> None:
        self.scene, self.reader, self.whose = scene, reader, whose

    def run(self, entry: CanonEntry, found: list[Proposal], listed: frozenset[str]) -> Iterator[Proposal]:
        """Proposals for one entry. `found`: those for the sport's name; `listed`: words the person gave, lower case.

        Where the person listed words of the sport, the others are only asked about: the list says what follows.
        """
        after = entry.after
        words = [f for f in sports.followers(entry.before, after) if f.word not in listed]
        own_list = any(f.word in listed for f in sports.followers(entry.before, after))
        yield from self._acts(entry, found)
        named = self._named([p for p in found if p.confidence >= NAMED])
        maybe = self._named([p for p in found if p.confidence >= DOUBT])
        taken: list[tuple[int, int]] = []
        for f in words:
            if not f.own and not maybe.blocks:
                continue
            for m in _pattern(f).finditer(self.scene.text, self.scene.body):
                if any(a < m.end() and m.start() < b for a, b in taken) or m[0].casefold() == entry.before.casefold():
                    continue
                p = self._one(entry, f, m, named, maybe, own_list)
                if p is not None:
                    taken.append(m.span())
                    yield p
        yield from self._matches(entry, found)

    def _named(self, sure: list[Proposal]) -> Named:
        blocks, sentences = set(), set()
        for p in sure:
            block = self.scene.block_at(p.end - 1)
            if block is not None:
                blocks.add(block.index)
                if (t := self._token(block, p.end - 1)) is not None:
                    sentences.add(self._sentence(block, t))
        return Named(frozenset(blocks), frozenset(sentences))

    def _sentence(self, block: Block, t: Any) -> tuple[int, int]:
        return block.start + t.sent.start_char, block.start + t.sent.end_char

    def _token(self, block: Block, position: int) -> Any | None:
        doc = self.scene.doc(block)
        return next((t for t in doc if block.start + t.idx <= position < block.start + t.idx + len(t)), None)

    # ---- one word ----------------------------------------------------------------------------------------------------

    def _one(
        self, entry: CanonEntry, f: Follower, m: re.Match[str], named: Named, maybe: Named, own_list: bool
    ) -> Proposal | None:
        scene, (start, end) = self.scene, m.span()
        block = scene.block_at(start)
        t = None if block is None else self._token(block, end - 1)
        if block is None or t is None or self.reader.fixed(start, end) or self._else(m):
            return None
        if f.verb:
            if t.pos_ != "VERB":
                return None
            r = self.reader.verb_reading(block, t)
        else:
            if not f.own and " " not in f.word and "-" not in f.word and t.pos_ not in ("NOUN", "PROPN"):
                return None
            first = self._token(block, start)
            verb = first if first is not None and first.pos_ == "VERB" and " " in f.word else None
            if verb is not None:
                r = self.reader.verb_reading(block, verb)
            elif f.role in ("player", "position"):
                r = self._player(entry, block, t, start, end)
            else:
                r = self.whose(entry, block, start, end)
        if not self._worth_asking(f, r, block, self._sentence(block, t), maybe):
            return None
        here, near = self._sentence(block, t) in named.sentences, block.index in named.blocks
        clear = f.sure and not own_list and r.confidence >= CERTAIN and (f.own or bool(named.blocks))
        clear = clear and self._plain(entry.before, f, t, here, near)
        after, rule = self._after(f, t, start), "canon" if f.sure else RULE
        if after == m[0].casefold():
            return None
        at, new = fix_article(scene.text, start, m[0], match_case(m[0], after))
        left = re.search(rf"\b{re.escape(entry.before)}[ \t]+$", scene.text[:start], re.IGNORECASE)
        if left and f.role == "ball" and f.sure and not after.endswith(("ball", "balls")):
            at, new = fix_article(scene.text, left.start(), left[0], match_case(left[0], after))
        why = f"{entry.before} becomes {entry.after} in the narrator's life, and this is a word of it"
        if not f.sure:
            why = f"{entry.before} becomes {entry.after} in the narrator's life, which has no such word"
        return Proposal(
            at, end, new, rule, why, max(r.confidence, CLEAR) if clear else ASKED, tuple(r.why),
            group=f"canon:{entry.id}:{start}", options=("",) if not f.sure and new else (),
        )  # fmt: skip

    def _player(self, entry: CanonEntry, block: Block, t: Any, start: int, end: int) -> Reading:
        """Whether a word for a player says what the narrator is ("I was a good batsman", "as a bowler I")."""
        if t.dep_ in ("attr", "oprd") and t.head.pos_ in ("VERB", "AUX"):
            r = self.reader.verb_reading(block, t.head)
        elif t.dep_ == "pobj" and t.head.lower_ == "as" and t.head.head.pos_ in ("VERB", "AUX"):
            r = self.reader.verb_reading(block, t.head.head)
        else:
            return self.whose(entry, block, start, end) if t.dep_ == "compound" else Reading(0.0)
        told_by = self.scene.frame_at(start).speaker.role
        return Reading(DOUBT, ["somebody speaks of it"]) if r.confidence < DOUBT and told_by != "narrator" else r

    def _else(self, m: re.Match[str]) -> bool:
        """Whether the word is part of a name, or of a phrase in which it means something else ("pitch dark")."""
        around = self.scene.text[max(0, m.start() - 20) : m.end() + 20]
        return _in_name(self.scene.text, *m.span()) or any(
            p.start() <= min(m.start(), 20) < p.end() for p in sports.other_senses().finditer(around)
        )

    def _worth_asking(self, f: Follower, r: Reading, block: Block, sentence: tuple[int, int], maybe: Named) -> bool:
        """Whether the word in its place may be the narrator's and the sport's at all."""
        near = block.index in maybe.blocks
        if not f.sure and sentence not in maybe.sentences:
            return r.confidence >= NAMED  # nobody can say what else it would be: no question on a mere chance
        if f.verb and not near:
            return False
        if f.common and sentence not in maybe.sentences:
            return near and r.confidence >= CERTAIN
        if near or f.own and bool(maybe.blocks):
            return r.confidence >= DOUBT
        return r.confidence >= NAMED  # the sport is not named here: an own word, or one from another paragraph

    def _plain(self, sport: str, f: Follower, t: Any, here: bool, near: bool) -> bool:
        """Whether the word in its place can only be the sport's, and the other word fits there."""
        if f.verb:  # "bowled him out", "was bowled", "bowl a googly": the other verb may not take that
            blocked = {"dobj", "nsubjpass", "auxpass", "prt", "dative", "agent"}
            return near and not any(c.dep_ in blocked for c in t.children)
        if f.role == "position":  # "a good bowler" is a good player; "a bowler" and "an opening bowler" say more
            beside = [c for c in t.children if c.dep_ in ("amod", "compound")]
            if not beside or any(c.dep_ == "compound" or c.lower_ in _ORDER for c in t.subtree if c.i != t.i):
                return False
        if f.own:
            return True
        if t.dep_ in ("compound", "amod", "npadvmod"):
            return False
        if f.common:
            return here and f.role in ("ball", "position", "tool")
        return not any(self._mentions(name) for name in sports.shares(f.word, sport))

    def _mentions(self, name: str) -> bool:
        return re.search(rf"\b{re.escape(name)}\b", self.scene.text[self.scene.body :], re.IGNORECASE) is not None

    def _after(self, f: Follower, t: Any, start: int) -> str:
        if f.verb:
            return sports.inflect(f.after, t.tag_)
        if f.word.endswith("s") and not f.plural and f.role == "unit" and sports.plural_after(self.scene.text, start):
            return plural_of(f.after)
        return f.after

    # ---- the words beside the sport's name ---------------------------------------------------------------------------

    def _acts(self, entry: CanonEntry, found: list[Proposal]) -> Iterator[Proposal]:
        """ "played football" -> "did judo": the verb that goes with the new sport's name."""
        old, new = sports.act(entry.before), sports.act(entry.after)
        if old == new or sports.sport(entry.before) is None or sports.sport(entry.after) is None:
            return
        forms = {v: tag for tag, v in sports.conjugated(old).items()}
        one_of = "|".join(forms)
        for p in found:
            left = self.scene.text[max(self.scene.body, p.start - 40) : p.start]
            m = re.search(rf"\b({one_of})(?P<mid>(?:[ \t]+[\w'’-]+){{0,4}})[ \t]+$", left, re.IGNORECASE)
            block = self.scene.block_at(p.start)
            if m is None or block is None:
                continue
            at = p.start - len(left) + m.start(1)
            t = self._token(block, at)
            if t is None or t.pos_ not in ("VERB", "AUX"):
                continue
            verb = "do" if new == "go" and m["mid"].strip() else new
            after = match_case(m[1], sports.inflect(verb, t.tag_))
            yield Proposal(
                at, at + len(m[1]), after, "canon", f"one says {verb} {entry.after}", p.confidence, p.evidence,
                group=p.group,
            )  # fmt: skip

    def _matches(self, entry: CanonEntry, found: list[Proposal]) -> Iterator[Proposal]:
        """ "a football match" -> "a swimming race", where the sport's name stands before the word."""
        old, new = sports.match_word(entry.before), sports.match_word(entry.after)
        if old == new or sports.sport(entry.before) is None or sports.sport(entry.after) is None:
            return
        for p in found:
            m = re.compile(rf"[ \t]+({old})(e?s)?\b", re.IGNORECASE).match(self.scene.text, p.end)
            if m is not None:
                after = match_case(m[1], plural_of(new) if m[2] else new)
                yield Proposal(
                    m.start(1), m.end(), after, "canon", f"{entry.after} has no {old}", p.confidence, p.evidence,
                    group=p.group,
                )  # fmt: skip


def _pattern(f: Follower) -> re.Pattern[str]:
    words = dict.fromkeys(sports.conjugated(f.word).values()) if f.verb else (f.word,)
    one_of = "|".join(sorted((re.escape(w) for w in words), key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{one_of})(?![\w]|-\w)", re.IGNORECASE)


def _in_name(text: str, start: int, end: int) -> bool:
    """Whether the word is capital among capitals within a sentence ("Diamond Cricket Pitch"): part of a name."""
    return text[start].isupper() and bool(
        re.search(r"[a-z,] (?:[A-Z]\w+ )*$", text[max(0, start - 40) : start])
        or re.match(r" [A-Z]", text[end : end + 2])
    )
