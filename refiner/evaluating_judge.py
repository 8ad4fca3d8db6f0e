"""Has a model judge answers: calibrated on planted ones first, asked narrow closed questions, each in two orders.

The model is one at the endpoint of [llm], under the same rules as everywhere: an endpoint that is not on this machine
is refused unless it is allowed, names are hidden where that is asked for, answers are kept and asked for once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from refiner.asking.agreement import choose
from refiner.asking.asker import Asker
from refiner.asking.untrusted import addresses_a_model, as_data
from refiner.config import Config
from refiner.engine import ModelOptions, connected, pick_engine, served_models
from refiner.errors import ModelError
from refiner.evaluate.judge import (
    BOUND,
    LEAST,
    Calibration,
    Judged,
    JudgeResult,
    calibrated,
    judge_scores,
    marks_of,
)
from refiner.evaluate.judge_claims import (
    GROUPS,
    MOST_ANSWER,
    WORDINGS,
    claim_of,
    judge_measures,
    judged_asks,
    name_of,
    shortened,
)
from refiner.evaluate.material import Material
from refiner.evaluate.planted import PLANTED, Planted, plant
from refiner.evaluate.shapes import Answer, Area, Item, Mark
from refiner.notes import note_from_text, read_notes
from refiner.refine import Plan, last_options
from refiner.remote import is_local
from refiner.store import Workspace, locked

Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class _Question:
    """One claim about one answer. `answer` is as it was given."""

    item: Item
    ask: int
    answer: str


def ready_to_judge(config: Config, model: str) -> None:
    """Looks whether the judge can be asked: to be called before an interview that takes long.

    An endpoint that is not on this machine is not asked, for that is sending.
    Raises UsageError without a model, RemoteRefused, ModelError where nobody answers or no such model is served.
    """
    llm = pick_engine(config, "llm", ModelOptions(model=model)).llm
    if llm is None or not is_local(llm.base_url):
        return
    served = served_models(llm.base_url)
    if served is None:
        raise ModelError(
            f"the judge {llm.model} cannot be asked: nobody answers at {llm.base_url}",
            mend="start its server (ollama serve), or leave --judge out; nothing was asked yet",
        )
    if served and llm.model not in served:
        there = ", ".join(served[:4])
        raise ModelError(f"{llm.base_url} has no model {llm.model}; it has {there}", mend="--judge with one of these")


def judge_answers(
    ws: Workspace,
    config: Config,
    model: str,
    items: Sequence[Item],
    answers_by_contestant: Mapping[str, Sequence[Answer]],
    material: Material,
    *,
    progress: Progress = lambda stage, done: None,
    options: ModelOptions = ModelOptions(),  # noqa: B008 - frozen
    per_side: int = PLANTED,
    wordings: int = WORDINGS,
    seed: int = 0,
) -> JudgeResult:
    """Judges the answers of all contestants by the model of this name ("": the one of [llm]).

    `per_side`: planted right answers of each area, and as many wrong ones; `wordings`: of an item that are judged.
    What is answered is kept at once, so that a run that is stopped goes on where it was. To be called without holding
    the workspace's lock, which is taken for a moment where names are to be hidden.
    Raises UsageError without a model, RemoteRefused, StoreError, WorkspaceBusy, ModelError.
    """
    given = replace(options, model=model or options.model, pseudonymise=_hidden(ws, config, options))
    engine = connected(pick_engine(config, "llm", given), ws, given)
    try:
        asker = engine.asker
        assert asker is not None
        _cover(ws, config, asker, items, answers_by_contestant, material)
        asker.progress = progress
        return judged_by(asker, items, answers_by_contestant, material, per_side=per_side, wordings=wordings, seed=seed)
    finally:
        engine.close()


def plan_judging(
    ws: Workspace,
    config: Config,
    model: str,
    items: Sequence[Item],
    contestants: Sequence[str],
    material: Material,
    *,
    options: ModelOptions = ModelOptions(),  # noqa: B008 - frozen
    per_side: int = PLANTED,
    wordings: int = WORDINGS,
    seed: int = 0,
) -> Plan:
    """What `judge_answers` would send at most, and where; nothing is sent.

    The answers are not there yet: planted ones, among those about the longest, stand for them, so that the tokens are
    about right; every area counts as one in which the judge is heard.
    """
    given = replace(options, model=model or options.model, pseudonymise=_hidden(ws, config, options), dry=True)
    engine = connected(pick_engine(config, "llm", given), ws, given)
    try:
        asker = engine.asker
        assert asker is not None
        _cover(ws, config, asker, items, {}, material)
        planted = plant(items, material, per_side=per_side, seed=seed)
        like = {area: max((p.text for p in made), key=len, default="") for area, made in planted.items()}
        supposed = {
            c: [
                Answer(contestant=c, item=i.id, ask=n, text=f"({c}) {like.get(i.area) or i.label}")
                for i in items
                for n in range(len(i.asks))
            ]
            for c in contestants
        }
        judged_by(asker, items, supposed, material, per_side=per_side, wordings=wordings, seed=seed)
        return Plan(engine, tuple(asker.waiting), asker.usage.cached)
    finally:
        engine.close()


def judged_by(
    asker: Asker,
    items: Sequence[Item],
    answers_by_contestant: Mapping[str, Sequence[Answer]],
    material: Material,
    *,
    per_side: int = PLANTED,
    wordings: int = WORDINGS,
    seed: int = 0,
) -> JudgeResult:
    """The same by an asker that is there already. Raises ModelError; what was answered until then is kept."""
    planted = plant(items, material, per_side=per_side, seed=seed)
    calibration = _calibrate(asker, planted, material)
    heard = {a for a, c in calibration.items() if asker.dry or not c.why_not}
    by_id = {i.id: i for i in items}
    wanted = {i.id: judged_asks(i, material, wordings) for i in items}
    marks = dict[str, tuple[Mark, ...]]()
    for contestant, answers in answers_by_contestant.items():
        mine = [a for a in answers if a.item in by_id and a.ask in wanted[a.item]]
        marks[contestant] = _judge(asker, mine, by_id, heard, calibration, material)
    scores = [s for c, found in marks.items() for s in judge_scores(c, items, found, calibration)]
    report = _report(asker, planted, calibration, wordings)
    return JudgeResult(judge_measures(), tuple(scores), marks, report, tuple(asker.lost))


def _calibrate(asker: Asker, planted: Mapping[Area, Sequence[Planted]], material: Material) -> dict[Area, Calibration]:
    """Puts all planted answers and says, area by area, how the judge did."""
    flat = [(area, p) for area, made in planted.items() for p in made]
    said = asker.run([partial(_ask, asker, _Question(p.item, p.ask, p.text), material) for _, p in flat])
    out: dict[Area, Calibration] = {}
    for area in planted:
        mine = [(p, v) for (a, p), v in zip(flat, said, strict=True) if a == area]
        out[area] = calibrated([p for p, _ in mine], [v for _, v in mine])
    return out


def _judge(
    asker: Asker,
    answers: Sequence[Answer],
    by_id: Mapping[str, Item],
    heard: set[Area],
    calibration: Mapping[Area, Calibration],
    material: Material,
) -> tuple[Mark, ...]:
    """The marks of one contestant's answers. An area in which the judge is not heard is not asked about."""

    async def one(answer: Answer) -> Judged:
        area = by_id[answer.item].area
        if answer.error or not answer.text.strip():
            return Judged(None, "there is no answer")
        if area not in heard:
            return Judged(None, f"the judge is not heard: {calibration[area].why_not}")
        return await _ask(asker, _Question(by_id[answer.item], answer.ask, answer.text), material)

    said = asker.run([partial(one, a) for a in answers])
    found: dict[str, dict[int, Judged]] = {}
    for answer, verdict in zip(answers, said, strict=True):
        found.setdefault(answer.item, {})[answer.ask] = verdict
    return tuple(m for item, verdicts in found.items() for m in marks_of(by_id[item], verdicts))


async def _ask(asker: Asker, question: _Question, material: Material) -> Judged:
    """One verdict: the options as they are and turned about; only what both orders say counts."""
    claim = claim_of(question.item, question.ask, material)
    if claim is None:
        return Judged(None, "there is nothing to hold it against")
    if addresses_a_model(question.answer):
        return Judged(None, "the answer speaks to a model")
    values = {
        "name": as_data(name_of(material)),
        "question": as_data(question.item.asks[question.ask].text),
        "answer": as_data(shortened(question.answer, MOST_ANSWER)),
        **claim.values,
    }
    note = question.item.notes[0] if question.item.notes else ""
    agreed = await choose(asker, asker.prompt(claim.prompt), note, claim.options, values)
    if agreed.asked < 2:
        return Judged(None, "the judge gave no valid answer")
    if agreed.index is None:
        return Judged(None, "the judge said something else when the options stood in another order")
    return Judged(agreed.index in claim.right, f"judged: {claim.options[agreed.index]}")


def _report(
    asker: Asker, planted: Mapping[Area, Sequence[Planted]], calibration: Mapping[Area, Calibration], wordings: int
) -> dict[str, Any]:
    """What report.json keeps of the judge: nothing of the answers."""
    order = [a for areas in GROUPS.values() for a in areas if a in calibration]
    heard = [a for a in order if not calibration[a].why_not]
    not_heard = {a: calibration[a].why_not for a in order if calibration[a].why_not}
    return {
        "model": asker.name,
        "endpoint": asker.llm.base_url,
        "orders": 2,
        "wordings": wordings,
        "bound": {"youden": BOUND, "youden_low": LEAST},
        "planted": {a: {"right": sum(p.right for p in planted[a]), "wrong": sum(not p.right for p in planted[a])}
                    for a in order},
        "calibration": {a: calibration[a].told() for a in order},
        "usable": bool(heard),
        "heard_on": heard,
        "why": "; ".join(f"{a}: {why}" for a, why in not_heard.items()),
        "calls": asker.usage.calls,
        "kept": asker.usage.cached,
        "unasked": asker.unasked,
        "tokens": asker.usage.prompt_tokens + asker.usage.completion_tokens,
        "seconds": round(asker.usage.seconds, 1),
    }  # fmt: skip


def _hidden(ws: Workspace, config: Config, options: ModelOptions) -> bool:
    """Whether names are hidden: as asked for, or as the last `refine` hid them."""
    return options.pseudonymise or config.llm.pseudonymise or last_options(ws.refined).pseudonymise


def _cover(
    ws: Workspace,
    config: Config,
    asker: Asker,
    items: Sequence[Item],
    answers: Mapping[str, Sequence[Answer]],
    material: Material,
) -> None:
    """Stand-ins for the names of the notes, and for those that only questions or answers have."""
    if not asker.pseudonymise:
        return
    from refiner.stages.standing_in import stand_ins

    notes = list(read_notes(ws.raw).notes)
    said = [a.text for found in answers.values() for a in found] + [a.text for i in items for a in i.asks]
    said += [*material.texts.values(), *(t for i in items for t in i.key.told)]
    with locked(ws, "evaluate"):
        asker.stand_ins = stand_ins(
            [*notes, note_from_text("\n\n".join(said), "evaluation")], config, material.people, asker.answers
        )
