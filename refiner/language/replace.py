"""What the canon replaces in the narrator's life and nobody else's: a sport, clothes, a partner's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from refiner.language import activities, lexicon
from refiner.language import activities_sports as sports
from refiner.language.activities import Activities, Activity
from refiner.language.activities_follow import Follow
from refiner.language.blocks import Block
from refiner.language.evidence import Reading
from refiner.language.inflect import fix_article, match_case
from refiner.language.people import people
from refiner.language.reader import Reader
from refiner.language.scene import Proposal, Scene
from refiner.models import CanonEntry

_WATCHED = re.compile(
    r"\b(?:on (?:the )?(?:tv|television|telly|radio|screen|big screen|"
    r"air)|was on\b|is on\b|watch\w*|commentary|highlights|telecast|broadcast|"
    r"live score|world cup|test match|ipl|stadium|channel|team india|"
    r"national team|tournament on)",
    re.IGNORECASE,
)


def _many(words: str) -> str:
    """The plural; of what is one already, the same."""
    return words if words.endswith("s") else lexicon.plural_of(words)


class Replacements:
    """Proposes the canon's substitutes where the words are about the narrator."""

    def __init__(self, scene: Scene, reader: Reader, canon: tuple[CanonEntry, ...]) -> None:
        self.scene, self.reader = scene, reader
        self.entries = [
            c
            for c in canon
            if c.kind not in ("name", "institution", "address")
            and c.before
            and c.status != "rejected"
            and c.before != c.after  # decided: it stays
        ]
        self.mine_so_far: dict[str, int] = {}  # entry -> block of the last use that was the narrator's
        self.seen_other = False

    def run(self) -> Iterator[Proposal]:
        for entry in self.entries:
            activity = activities.of_entry(entry)
            if activity is not None and not activity.named:
                yield from self._decided(entry, activity)
                continue
            if activity is not None and entry.after == "":
                continue  # a sport cannot be left out word by word
            names = activity.words if activity is not None else (entry.before,)
            found = [p for name in names for p in self._entry(entry, name, entry.after)]
            yield from found
            made = sports.forms(entry.before, entry.after)
            given = {w: after for w, after in entry.forms.items() if made.get(w) != after}  # what a person wrote
            if any(p.confidence >= 0.88 for p in found):
                for word, after in given.items():
                    for p in self._entry(entry, word, after):
                        if p.confidence >= 0.93:
                            yield p
            listed = frozenset(w.casefold() for w in (*given, *(e.before for e in self.entries if e is not entry)))
            yield from Follow(self.scene, self.reader, self.whose).run(entry, found, listed)

    def _decided(self, entry: CanonEntry, activity: Activity) -> Iterator[Proposal]:
        """What the person decided for the whole life about doings that no single word names ("home at midnight")."""
        text = self.scene.text
        for f in Activities(self.scene, self.reader, self.whose).find(activity):
            why = f"decided for the whole life: {entry.before}"
            if not entry.after:
                start, end = f.sentence
                while end < len(text) and text[end] in " \t":
                    end += 1
                yield Proposal(start, end, "", "activity", why, 0.9, group=f"canon:{entry.id}:{f.start}")
                continue
            words = activities.stands_for(entry.after, f.tag)
            at, new = fix_article(text, f.start, text[f.start : f.end], match_case(text[f.start : f.end], words))
            yield Proposal(at, f.end, new, "activity", why, 0.95, group=f"canon:{entry.id}:{f.start}")

    def _entry(self, entry: CanonEntry, before: str, after: str) -> Iterator[Proposal]:
        scene, text = self.scene, self.scene.text
        proper = before[:1].isupper()
        for m in re.compile(
            rf"(?<![\w-])(?P<w>{re.escape(before)})(?P<s>s|es)?(?![\w]|-\w)", 0 if proper else re.IGNORECASE
        ).finditer(text, scene.body):
            start, end = m.span()
            if proper:
                yield Proposal(start, start + len(before), after, "canon", entry.reason or "the canon says so", 0.97)
                continue
            block = scene.block_at(start)
            if block is None or self._in_name(start, end):
                continue
            r = self.whose(entry, block, start, end)
            if r.confidence < 0.3:
                continue
            if r.confidence >= 0.88:
                self.mine_so_far[entry.id] = block.index
            at, new = fix_article(text, start, m[0], match_case(m[0], _many(after) if m["s"] else after))
            yield Proposal(
                at,
                end,
                new,
                "canon",
                f"{before} becomes {after} in the narrator's life: {'; '.join(r.why[:2])}",
                r.confidence,
                tuple(r.why),
                group=f"canon:{entry.id}:{start}",
            )

    def _in_name(self, start: int, end: int) -> bool:
        """Whether the word is part of a name ("Mumbai Cricket Club"), which stays."""
        text = self.scene.text
        if not text[start].isupper():
            return False
        return bool(
            re.search(r"[a-z.,] (?:[A-Z][\w]+ )+$", text[max(0, start - 40) : start])
            or re.match(r" (?:[A-Z][\w]+)", text[end : end + 20])
        )

    def whose(self, entry: CanonEntry, block: Block, start: int, end: int) -> Reading:
        """How sure it is that the mention is about the narrator."""
        scene = self.scene
        doc = scene.doc(block)
        tokens = [t for t in doc if start <= block.start + t.idx < end]
        if not tokens:
            return Reading(0.0)
        t = tokens[-1]
        frame = scene.frame_at(start)
        s, e = block.start + t.sent.start_char, block.start + t.sent.end_char
        sentence = scene.text[s:e]
        gender_word = lexicon.gender_of_word(tokens[-1].lower_) is not None
        while t.dep_ in ("compound", "amod") and t.head.i > t.i:
            t = t.head
        poss = next((c for x in (t, *tokens) for c in x.children if c.dep_ == "poss"), None)
        if poss is not None:
            r = self.reader.means(block, poss)
            if r.confidence > 0.4 or poss.lower_ not in ("our",):
                return (
                    Reading(r.confidence, ["the narrator's own"])
                    if r.confidence >= 0.3
                    else Reading(0.05, ["somebody else's"])
                )
        if gender_word:
            return Reading(0.2, ["whose is not said"])
        if self._dressed(block, t, entry):
            return Reading(0.05, ["somebody else wears it"])
        watched = _WATCHED.search(sentence)
        for c in t.children:
            if c.dep_ in ("relcl", "acl"):
                r = self.reader.verb_reading(block, c)
                if r.confidence > 0.8:
                    return Reading(0.95, ["what the narrator did"])
        agent = self._agent(block, t, entry)
        if agent is not None:
            if watched and agent.confidence >= 0.5:
                return Reading(0.5, ["it may be what others play"])
            return agent
        others = [
            p
            for p in people(scene, block.index)
            if s <= p.start < e
            and p.key not in ("I", "narrator")
            and p.role == "subj"
            and scene.frame_at(p.start) is frame
        ]
        if watched:
            return Reading(0.15, ["something that is watched"])
        first = t.sent[0]
        named = first.text[:1].isupper() and lexicon.gender_of_name(first.text) is not None
        if named and not scene.plain_first(s, e) and not scene.is_name(*scene.at(block, first)):
            return Reading(0.3, ["a sentence about somebody else"])
        if frame.speaker.role == "narrator" and not others:
            if scene.plain_first(s, e):
                return Reading(
                    0.92,
                    ["the narrator speaks of himself" if scene.gender == "male" else "the narrator speaks of herself"],
                )
            near = (
                scene.plain_first(max(block.start, s - 250), min(block.end, e + 250)) or scene.first_person[block.index]
            )
            return Reading(0.9 if near else 0.5, ["nobody else is spoken of"])
        if frame.speaker.role != "narrator":
            you = self.reader.you(start)
            if re.search(r"\b(?:you|your)\b", sentence) and you.confidence > 0.8:
                return Reading(0.9, ["it is said to the narrator"])
            return Reading(0.45, ["somebody speaks of it"])
        return Reading(0.45 if scene.plain_first(s, e) else 0.2, ["whose it is cannot be told"])

    def _person(self, block: Block, t: Any) -> bool:
        """Whether the word is a person other than the narrator."""
        known = lexicon.is_role(t.lower_) or t.pos_ == "PROPN" or lexicon.gender_of_name(t.text) is not None
        return known and self.reader.means(block, t).confidence < 0.5

    def _dressed(self, block: Block, t: Any, entry: CanonEntry) -> bool:
        """Whether it is on somebody else: "I met a man in a lungi". A sport is nothing to be dressed in."""
        if t.dep_ != "pobj" or t.head.lower_ not in ("in", "with") or t.head.i == 0 or sports.sport(entry.before):
            return False
        return self._person(block, t.doc[t.head.i - 1])

    def _agent(self, block: Block, t: Any, entry: CanonEntry) -> Reading | None:
        """Whose doing the word is, by the subjects of the verbs above it; None where no person is."""
        node, passed, scene = t, False, self.scene
        for _ in range(12):
            if node.head.i == node.i:
                break
            node = node.head
            if node.pos_ not in ("VERB", "AUX"):
                if node.dep_ in ("nsubj", "pobj", "dobj", "appos") and lexicon.is_role(node.lower_):
                    return Reading(0.1, [f"it is the {node.text}'s"])
                continue
            if node.dep_ == "relcl":
                own = next((c for c in node.children if c.dep_ in ("nsubj", "nsubjpass")), None)
                if own is not None and own.lower_ in ("who", "that") and own.i < node.i:
                    r = self.reader.means(block, node.head)
                    if r.confidence < 0.5 and (lexicon.is_role(node.head.lower_) or node.head.pos_ == "PROPN"):
                        return Reading(0.05, ["somebody else does it"])
            if node.dep_ == "acl" and self._person(block, node.head):  # "a man wearing a lungi"
                return Reading(0.05, ["somebody else does it"])
            subject = self.reader.subject(node)
            if node.dep_ == "ccomp" and node.tag_ == "VBD" and subject is not None and node.i < subject.i:
                # "sold the bat, his father bargained": a diary's comma between two sentences
                r = self.reader.implied(block, node)
                return Reading(r.confidence, r.why)
            if subject is None or subject.i == t.i or t in list(subject.subtree):
                passed = True
                continue
            r = self.reader.means(block, subject)
            beside = [
                c for c in (*subject.children, *node.children) if c.dep_ in ("conj", "nsubj") and c.pos_ == "PRON"
            ]
            if r.confidence < 0.5 and any(self.reader.means(block, c).confidence > 0.8 for c in beside):
                return Reading(0.6, ["the narrator and somebody else do it"])
            if subject.lower_ in ("we", "us"):
                return Reading(0.9, ["the narrator among others"]) if r.confidence >= 0.4 else r
            if r.confidence >= 0.5:
                return Reading(
                    min(0.96, r.confidence), ["the narrator does it" if not passed else "the narrator speaks of it"]
                )
            if subject.tag_ == "NN" and subject.text[:1].isupper() and subject.is_sent_start and node.lemma_ != "be":
                # A name at the beginning of a sentence, which the tagger may take for a noun: "Ravi played".
                name = lexicon.gender_of_name(subject.text) or subject.lower_ in scene.known
                return Reading(0.05 if name else 0.5, ["somebody else does it"])
            person = (
                lexicon.is_role(subject.lower_)
                or subject.pos_ in ("PROPN",)
                or subject.lower_ in ("he", "she", "they", "who", "everyone", "people", "boys", "you")
            )
            if person:
                if passed:  # "he said that cricket was …": of the game at large
                    near = self.mine_so_far.get(entry.id)
                    return (
                        Reading(0.89, ["the narrator's was spoken of just before"])
                        if near == block.index
                        else Reading(0.5, ["somebody speaks of it"])
                    )
                return Reading(0.05, ["somebody else does it"])
        return None
