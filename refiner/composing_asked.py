"""Samples that a model writes: asked for, checked, kept. Each answer is kept as it comes, like all others, so that a
run that is killed asks nothing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from refiner.asking.asker import Asker
from refiner.asking.trail import TRAIL, Trail
from refiner.checks.voice import profile
from refiner.composing_written import STAGE, keep_index
from refiner.refine import Life
from refiner.stages.asked.compose_kept import Kept, answer_of, guard
from refiner.stages.asked.compose_plan import Wanted, others_for, source_of, wanted
from refiner.stages.asked.compose_questions import Setting, ask_for, follow_up, media_answer
from refiner.stages.asked.compose_told import Around, recorded, situated
from refiner.stages.asked.compose_trust import MATCH_RIGHT, can_compare, can_match, can_relate, controls
from refiner.stages.composing.draft import Draft, Told
from refiner.stages.composing.scenes import Passage
from refiner.stages.composing.text import normal
from refiner.stages.extract import trait_words
from refiner.stages.standing_in import stand_ins

Progress = Callable[[str, int], None]


@dataclass
class Writing:
    """What a run asked for and got, by what it is (ask, follow, media, event, situation)."""

    wanted: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    unheard: list[str] = field(default_factory=list)  # what the model is not heard on, and why


@dataclass(frozen=True)
class _Heard:
    match: bool
    compare: bool
    relate: bool


def write_samples(
    life: Life, told: Told, drafts: Sequence[Draft], asker: Asker, progress: Progress = lambda stage, done: None
) -> Writing:
    """Asks the model for the samples that the mix can use, and keeps what stands up to the checks.

    `drafts`: what the rules would make samples of. Raises ModelError as `Asker.run` does; what was answered until then
    is kept.
    """
    asker.progress = progress
    chain = life.chain
    if asker.pseudonymise and asker.stand_ins is None:
        asker.stand_ins = stand_ins(chain.notes, life.config, chain.people, asker.answers)
    wants = wanted(told, drafts)
    done = Writing(Counter(w.what for w in wants))
    if not wants:
        return done
    heard = _hear(asker, done)
    keys = [w.key(told) for w in wants]
    keep_index(life.cache, told, keys)
    work = _Work(life, told, asker, heard, drafts)
    flows = [partial(work.one, want, key) for want, key in zip(wants, keys, strict=True)]
    for kept in asker.run(flows):
        if kept is not None:
            done.written[kept.what] += 1
    return done


def _hear(asker: Asker, done: Writing) -> _Heard:
    """On what the model can be heard, after items of known truth. A dry run lists the questions as if it were heard."""
    (match, of_match), (compare, of_compare), (relate, of_relate) = asker.run(
        [partial(can_match, asker), partial(can_compare, asker), partial(can_relate, asker)]
    )
    if asker.dry:
        return _Heard(True, True, True)
    heard = _Heard(match >= MATCH_RIGHT, compare == of_compare, relate == of_relate)
    if not asker.unasked and not asker.absent and not asker.lost:  # else they were not put
        for ok, right, of, what in (
            (heard.match, match, of_match, "which passage answers a question: it writes no questions"),
            (heard.compare, compare, of_compare, "what a record says: it writes no records of events"),
            (heard.relate, relate, of_relate, "what shows a trait: only answers with the trait's own words are taken"),
        ):
            if not ok:
                done.unheard.append(f"{asker.name} got {right} of {of} items right on {what}")
    return heard


class _Work:
    """The flows of one run: each asks for one sample and keeps it."""

    def __init__(self, life: Life, told: Told, asker: Asker, heard: _Heard, drafts: Sequence[Draft]) -> None:
        self.told, self.asker, self.heard, self.cache = told, asker, heard, life.cache
        config, of = life.config, told.life
        taken = frozenset(normal(q) for d in drafts for q in (d.question, *(q for q, _ in d.turns)))
        self.setting = Setting(config, tuple(life.chain.canon), of.first or "the narrator", taken)
        mine = {p.note for p in told.passages}
        texts = ["\n".join(u.text for u in told.units[n] if u.speaker in ("", "self")) for n in sorted(mine)]
        self.around = Around(
            self.setting, tuple(of.dead()), config.traits, trait_words(config.traits), profile(texts), heard.relate
        )

    async def one(self, want: Wanted, key: str) -> Kept | None:
        """Asks for one sample. What came is kept at once; that nothing could be made of it, too."""
        trail = Trail()
        token = TRAIL.set(trail)
        try:
            kept = await self._made(want)
        finally:
            TRAIL.reset(token)
        if kept is not None or trail.whole:
            self.cache.put(key, STAGE, want.passage.note, kept.model_dump_json() if kept else "")
        return kept

    async def _made(self, want: Wanted) -> Kept | None:
        flow = {
            "ask": self._ask, "follow": self._follow, "media": self._media, "event": self._event,
            "situation": self._situation,
        }[want.what]  # fmt: skip
        return await flow(want)

    def _kept(self, want: Wanted, question: str, answer: str, *checks: str, answers: Sequence[str] = ()) -> Kept:
        prompt = self.asker.prompt(f"compose_{want.what}")
        first = want.first
        return Kept(
            what=want.what, kind=want.kind, scene=want.scene, note=want.passage.note,
            places=tuple(u.place for u in want.passage.units), text=want.passage.text, answers=tuple(answers),
            before=tuple(u.place for u in first.units) if first else (),
            turns=((want.question, first.text),) if first else (),
            question=question, answer=answer, trait=want.trait, model=self.asker.name,
            prompt=f"{prompt.name}@{prompt.version}", checks=checks, guard=guard(self.told, want.trait),
        )  # fmt: skip

    async def _ask(self, want: Wanted) -> Kept | None:
        if not self.heard.match:
            return None
        passage, source = want.passage, source_of(self.told, want)
        others = self._others(want)
        question = await ask_for(self.asker, passage.note, source, others, self.setting, want.question)
        return self._kept(want, question, self._answer(want, passage, question), _FOUND) if question else None

    async def _follow(self, want: Wanted) -> Kept | None:
        if not self.heard.match or want.first is None:
            return None
        names = source_of(self.told, want).names
        talk, others = (want.question, want.first.text), self._others(want)
        question = await follow_up(
            self.asker, want.passage.note, talk, want.passage.text, others, self.setting, want.question, names
        )
        answer = self._answer(want, want.passage, question)
        return self._kept(want, question, answer, _FOUND) if question else None

    async def _media(self, want: Wanted) -> Kept | None:
        if not self.heard.match:
            return None
        units, names = want.passage.units, source_of(self.told, want).names
        part, question = await media_answer(
            self.asker, want.passage.note, want.title, units, self._others(want), self.setting, want.question, names
        )
        if not question:
            return None
        answer = self._answer(want, replace(want.passage, units=part), question)
        return self._kept(want, question, answer, _FOUND, answers=[u.place for u in part])

    async def _event(self, want: Wanted) -> Kept | None:
        if not self.heard.compare:
            return None
        source = source_of(self.told, want)
        record = await recorded(self.asker, want.passage.note, source, self.around)
        return self._kept(want, want.question, record, "read against its passage in two orders") if record else None

    async def _situation(self, want: Wanted) -> Kept | None:
        trait = self.told.life.config.trait(want.trait)
        if trait is None:
            return None
        source = source_of(self.told, want)
        friend, answer, why = await situated(self.asker, want.passage.note, source, trait, self.around)
        return self._kept(want, friend, answer, *why) if friend else None

    def _answer(self, want: Wanted, passage: Passage, question: str) -> str:
        return answer_of(self.told, want.kind, passage, question)

    def _others(self, want: Wanted) -> list[str]:
        """Three passages that are not it; of a short life, some of the control items."""
        also = (want.first,) if want.first else ()
        return [*others_for(self.told, want.passage, *also), *controls()["match"]["passages"]][:3]


_FOUND = "found again by its question among four passages, in two orders"
