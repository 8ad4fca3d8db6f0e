"""The order of a run: what is taught, the plan, the two parts of the training, and what is kept.

Nothing heavy is imported before it is needed, and Unsloth before everything that it patches.
"""

from __future__ import annotations

import dataclasses
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .continued import Before, read_before, require_same, seen, taught, what_is_new
from .errors import Refused
from .folder import Folder, beginning, half_neutral, mix_replay, read_folder, read_replay
from .pace import in_words
from .preferences import encode_decided, keys_of, read_decided, teaches
from .prepare import Started, prepare
from .recipe import Recipe
from .record import say
from .together import join, leave

if TYPE_CHECKING:
    from .backends import Choice, Machine
    from .base import Base
    from .fit import Fitted, Way
    from .labels import Encoded
    from .plan import Plan
    from .preferences import Decided, Tokens


FORGOTTEN = 0.1  # nats for each token: more than a fresh seed changes


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    dataset: Path
    recipe: Recipe
    recipe_file: Path
    out: Path | None
    continues: Path | None = None
    validate: bool = False
    plan: bool = False
    resume: bool = False
    stop_after: int = 0
    quiet: bool = False


@dataclass(frozen=True)
class Taught:
    """What a run teaches: rows of messages, and the decisions after them."""

    folder: Folder
    rows: list[Any]
    general: int
    decided: list[Decided]
    before: Before | None
    remembered: frozenset[int] = frozenset()  # places of the held-out rows about what `before` was taught
    seen: tuple[str, ...] = ()  # keys of all rows of the dataset, also of those that are left out


@dataclass(frozen=True)
class Encodings:
    """The same as token ids. Empty where the base model is not here."""

    train: list[Encoded]
    evaluation: list[Encoded]
    decided: list[Tokens]


def run(asked: Asked) -> int:
    """Do what is asked; returns the exit code (0 done, 130 interrupted). Raises `Refused`."""
    recipe = asked.recipe
    what = _what_is_taught(asked)
    if asked.validate:
        more = f", {len(what.decided)} decisions for {recipe.method}" if what.decided else ""
        say(f"recipe {recipe.name} and dataset {asked.dataset} are valid: {len(what.rows)} rows to train on{more}")
        return 0
    from .backends import choose_backend, import_unsloth, look_at_machine
    from .base import resolve_base

    if sys.stderr.isatty() and not asked.quiet:
        say("reading the base model and the data set …")  # some seconds, without a sign of life otherwise
    machine = look_at_machine()
    choice = choose_backend(recipe, machine, planning=asked.plan)
    try:
        base = resolve_base(recipe.base.model, revision=recipe.base.revision, allow_download=recipe.base.allow_download)
    except Refused as absent:
        if not asked.plan:
            raise
        say(f"note: {absent}")
        base = None
    if choice.name == "unsloth" and not asked.plan:
        import_unsloth()  # before transformers, which the tokenizer brings in
    encodings, plan = _planned(asked, what, base, choice, machine)
    for line in plan.lines():
        say(line, to=sys.stdout if asked.plan else sys.stderr)
    plan.refuse_what_cannot_fit(recipe)
    if asked.plan:
        return 0
    assert base is not None
    try:
        join(choice.name == "trl-cpu")
        return _trained(asked, what, encodings, base, choice, machine, plan)
    finally:
        leave()


def _what_is_taught(asked: Asked) -> Taught:
    recipe = asked.recipe
    folder = whole_folder = read_folder(asked.dataset)
    decided: list[Decided] = []
    if recipe.method != "sft":
        decided = read_decided(asked.dataset, recipe.method)
    before, remembered = None, frozenset[int]()
    if asked.continues is not None:
        before = read_before(asked.continues)
        require_same(before, recipe)
        news = what_is_new(folder, before, recipe)
        decided = _not_in(before.decided, decided)
        if recipe.method != "sft" and not teaches(decided, recipe.method):
            say(f"note: there are no new decisions that {recipe.method} could learn from")
            decided = []
        if not news.new and not decided:
            raise Refused(
                f"there is nothing new: {before.name} was taught all of the dataset's rows",
                mend="write a note, then: refiner refine, review, samples, export",
                exit_code=2,
            )
        say(f"continues  {before.name}: {news.new} new rows, {news.again} of the old again")
        if news.left:
            say(f"note: {news.left} rows that max_rows and max_chars of the recipe left out are left out again")
        if news.gone:
            say(
                f"note: {news.gone} rows that {before.name} was taught are not in the dataset any more. Leaving them "
                "out does not take them back:\n      if they must be forgotten, train anew, without --continue"
            )
        folder, remembered = news.folder, news.remembered
    else:
        whole = len(folder.train)
        folder = beginning(folder, recipe.data.max_rows, recipe.data.max_chars)
        if len(folder.train) < whole:
            say(f"note: by max_rows and max_chars of the recipe {len(folder.train)} of {whole} rows are trained on")
    added: list[Any] = []
    if recipe.data.replay and folder.train:
        places = [asked.recipe_file.parent, Path(__file__).resolve().parents[1]]
        added = mix_replay(folder, read_replay(recipe.data.replay_file, places), recipe.data.replay, recipe.train.seed)
    rows, general = half_neutral(folder) + added, len(added) + folder.replay_inside
    return Taught(folder, rows, general, decided, before, remembered, tuple(seen(whole_folder, before)))


def _planned(asked: Asked, what: Taught, base: Base | None, choice: Choice, machine: Machine) -> tuple[Encodings, Plan]:
    from .base import load_tokenizer
    from .labels import encode
    from .plan import Counts, guess_counts, make_plan

    recipe, folder = asked.recipe, what.folder
    if base is None:
        counts = guess_counts(what.rows, what.general, len(folder.evaluation))
        counts = dataclasses.replace(counts, decided=len(what.decided), longest_decided=counts.longest)
        return Encodings([], [], []), make_plan(recipe, None, counts, choice, machine)
    tokenizer = load_tokenizer(base)
    train = encode(tokenizer, what.rows, recipe.data.max_length)
    evaluation = encode(tokenizer, folder.evaluation, recipe.data.max_length)
    decided, too_long = encode_decided(tokenizer, what.decided, recipe.data.max_length)
    if too_long:
        say(f"note: {too_long} decisions are longer than max_length = {recipe.data.max_length} tokens and left out")
        decided = decided if teaches(decided, recipe.method) else []
    if not train and not decided:
        raise Refused(
            "nothing is left to train on: all that is new are decisions that are too long",
            mend=f"set [data] max_length above {recipe.data.max_length} in the recipe",
        )
    lengths = tuple(len(sequence.input_ids) for sequence in train)
    counts = Counts(
        persona_rows=len(what.rows) - what.general,
        replay_rows=what.general,
        eval_rows=len(folder.evaluation),
        sequences=len(train),
        tokens=sum(lengths),
        labels=sum(label != -100 for sequence in train for label in sequence.labels),
        longest=max(lengths, default=0),
        exact=True,
        lengths=lengths,
        held_out_tokens=sum(len(sequence.input_ids) for sequence in evaluation),
        decided=len(decided),
        longest_decided=max((tokens.longest for tokens in decided), default=0),
    )
    return Encodings(train, evaluation, decided), make_plan(recipe, base, counts, choice, machine)


def _trained(
    asked: Asked, what: Taught, encodings: Encodings, base: Base, choice: Choice, machine: Machine, plan: Plan
) -> int:
    from .backends import load
    from .base import require_agreement
    from .finish import finish
    from .fit import Way, held_out_loss
    from .labels import stop_ids
    from .preferred import preferred

    assert asked.out is not None
    began = time.time()
    before = what.before
    decided = keys_of(what.decided)
    started = prepare(asked.out, asked.recipe, asked.recipe_file, what.folder, before, decided, resume=asked.resume)
    recipe = started.recipe
    if encodings.train and not encodings.evaluation:
        say("note: the dataset holds nothing out, so there is no early stopping and no best checkpoint")
    adapter = started.supervised_adapter or (before.adapter if before else None)
    model, tokenizer = load(choice.name, base, recipe, adapter)
    if encodings.train:
        require_agreement(model, tokenizer, stop_ids(tokenizer, encodings.train))
    old = [sequence for sequence in encodings.evaluation if sequence.row in what.remembered]
    known = held_out_loss(model, tokenizer, old, recipe.train.batch_size) if old and not started.resume else None
    way = Way(asked.out, "checkpoints", choice.name == "trl-cpu", started.resume, asked.stop_after, asked.quiet)
    fitted = started.fitted or _supervised(model, tokenizer, encodings, recipe, way, started)
    after = None
    if not fitted.stopped_at and encodings.decided:
        second = dataclasses.replace(way, checkpoints="checkpoints-2")
        after = preferred(model, tokenizer, encodings.decided, encodings.evaluation, recipe, second)
    stopped = after.fitted if after and after.fitted.stopped_at else fitted
    if stopped.stopped_at:
        say(f"stopped and saved at step {stopped.stopped_at} of {stopped.planned_steps}; go on with --resume")
        return 130 if stopped.interrupted else 0
    still = _still_known(known, held_out_loss(model, tokenizer, old, recipe.train.batch_size)) if old else None
    finish(
        *(asked.out, model, tokenizer, base, recipe, what.folder, plan, fitted, machine),
        seconds=time.time() - began,
        before=before,
        still_known=still,
        rows=taught(what.folder, before),
        seen=what.seen,
        after=after,
        decided=_decided_keys(what),
    )
    losses = fitted.losses or (after.fitted.losses if after else [])
    first, last = losses[0]["loss"], losses[-1]["loss"]
    best = f", held out {fitted.best['loss']:.2f} at best" if fitted.best else ""
    took = in_words(time.time() - began)
    say(f"loss {first:.2f} → {last:.2f}{best}, in {took}; the adapter is in {asked.out / 'adapter'}")
    return 0


def _supervised(model: Any, tokenizer: Any, encodings: Encodings, recipe: Recipe, way: Way, started: Started) -> Fitted:
    from .fit import Fitted, fit

    if not encodings.train:
        return Fitted(0, 0, [], [], None, 0, False, 0, 0)
    fitted = fit(model, tokenizer, encodings.train, encodings.evaluation, recipe, way)
    if encodings.decided and not fitted.stopped_at:
        started.keep_supervised(model, fitted)
    return fitted


def _still_known(was: float | None, now: float) -> dict[str, float | None]:
    """What the held-out answers about the old lost or won, said and for the record (nats for each token)."""
    if was is not None:
        say(f"held-out loss of what was taught before: {was:.3f}, now {now:.3f}")
        if now - was > FORGOTTEN:
            say("note: some of it is forgotten\n  → [data] old_rows = 2 in the recipe teaches more of the old again")
    return {"before": was, "after": now}


def _not_in(known: frozenset[str], rows: list[Decided]) -> list[Decided]:
    return [row for row, key in zip(rows, keys_of(rows), strict=True) if key not in known]


def _decided_keys(what: Taught) -> list[str]:
    known = what.before.decided if what.before else frozenset()
    return sorted({*keys_of(what.decided), *known}) if what.decided or known else []
