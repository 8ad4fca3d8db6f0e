"""`refiner review`: a queue decided in the terminal or by options; then the notes are brought up to date."""

from __future__ import annotations

import gc
import shlex
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from rich.text import Text

from refiner.console import Output
from refiner.errors import ModelError, UsageError, WorkspaceBusy
from refiner.marks import has_samples, last_state, queue_mark
from refiner.models import CanonEntry
from refiner.review import commands, drawn
from refiner.review.filters import Filters
from refiner.review.history import replay
from refiner.review.items import Item
from refiner.review.kept import read
from refiner.review.keys import make_reader, whole
from refiner.review.session import EXIT_DONE, EXIT_LEFT, run_review
from refiner.review.session import now as time_now
from refiner.review.state import left_words, start
from refiner.store import DecisionLog, Workspace, locked


@dataclass(frozen=True)
class Request:
    """What the command line asks of the review."""

    filters: dict[str, Any]
    list_: bool
    approve: list[str]
    reject: list[str]
    reason: str
    answer: list[str]
    import_: Path | None
    approve_shown: bool
    check: bool
    plain: bool
    turn_off: list[str]
    turn_on: list[str]
    sample: int | None = None
    draw_again: bool = False
    web: bool = False
    port: int | None = None
    no_open: bool = False

    @property
    def decides(self) -> bool:
        named = self.approve or self.reject or self.answer or self.turn_off or self.turn_on
        return bool(named or self.import_ or self.approve_shown)


def open_queue(ws: Workspace, *, now: str) -> list[Item]:
    """Everything that there is to decide: as it was kept, or made by the chain where something changed since.

    The caller holds the lock. Raises ConfigError, StoreError, ModelError.
    """
    queue = _kept_queue(ws, now)
    if queue is not None:
        return queue
    from refiner.queueing import make_queue

    return make_queue(ws, now=now)


def _kept_queue(ws: Workspace, now: str) -> list[Item] | None:
    """The queue as it was kept; None where something changed since."""
    mark = queue_mark(ws, now, with_samples=has_samples(ws))
    gc.disable()  # thousands of records and no cycle among them: looking for one takes longer than reading them
    try:
        queue = read(ws.queue, mark)
        gc.freeze()
    finally:
        gc.enable()
    return queue


def run_review_command(ws: Workspace, asked: Request, show: Output, *, now: str) -> int:
    """Lists, decides or asks; the exit code. Raises UsageError, StoreError, WorkspaceBusy."""
    if asked.reason and not asked.reject:
        raise UsageError("--reason goes with --reject")
    if asked.draw_again and asked.sample is None:
        raise UsageError("--draw-again goes with --sample", mend="refiner review --sample 30 --draw-again")
    if asked.decides and asked.sample is not None:
        raise UsageError("--sample asks about what it draws; it goes with no option that decides")
    if asked.web and (asked.decides or asked.list_ or asked.check):
        raise UsageError("--web asks on a page; it goes with no option that lists or decides")
    if not asked.web and (asked.port is not None or asked.no_open):
        raise UsageError("--port and --no-open go with --web", mend="refiner review --web")
    filters = Filters(**{k: v for k, v in asked.filters.items() if v not in ("", None)})
    log = DecisionLog(ws.decisions)
    reads = (asked.list_ or asked.check) and not (asked.sample is not None and asked.list_)
    found = _kept_queue(ws, now) if reads else None  # what only reads waits for nobody
    with locked(ws, "review") if found is None else nullcontext():
        queue = open_queue(ws, now=now) if found is None else found
        made = _drawn(ws, queue, log, filters, asked)
        if made is not None and (asked.list_ or asked.check):
            return _about(made, queue, log, asked, show)
        if asked.list_:
            history = replay(log.read())
            flagged = frozenset(i.id for i in queue if history.flagged(i.id))
            print(commands.list_items(queue, filters, show.as_json, flagged=flagged))
            return 0
        if asked.check:
            return _check(queue, filters, show)
        before = _size(ws.decisions)
        code = (
            _by_options(ws, queue, log, asked, filters, show)
            if asked.decides
            else _by_hand(ws, queue, log, filters, asked, show, made)
        )
        changed = _size(ws.decisions) != before
    if changed:
        _apply(ws, now, show)
    return code


def _size(path: Path) -> int:
    """How long the log is, in bytes: it only grows."""
    return path.stat().st_size if path.exists() else 0


def _check(queue: list[Item], filters: Filters, show: Output) -> int:
    checked = commands.check(queue, filters)
    if show.as_json:
        show.json({"undecided": checked.undecided})
    show.say(checked.words)
    return checked.code


def _drawn(ws: Workspace, queue: list[Item], log: DecisionLog, filters: Filters, asked: Request) -> drawn.Draw | None:
    """The random sample to go on with; None if none is asked for. `--check` draws none."""
    if asked.sample is None:
        return None
    state, keep = start(queue, log.read()), asked.list_ or not asked.check
    path = ws.review / drawn.FILE
    return drawn.going_on(path, state, asked.sample, filters, at=time_now(), again=asked.draw_again, keep=keep)


def _about(made: drawn.Draw, queue: list[Item], log: DecisionLog, asked: Request, show: Output) -> int:
    """Lists what was drawn, or says what it tells so far."""
    state = start(queue, log.read())
    if asked.list_:
        inside = drawn.shown_in(made, state)
        print(commands.list_items([i for i in queue if i.id in inside], Filters(), show.as_json))
        return EXIT_DONE
    now = drawn.count(made, state)
    if show.as_json:
        show.json(drawn.as_json(now))
    show.say(now.words)
    return EXIT_LEFT if now.waiting or now.rest else EXIT_DONE


def _by_options(
    ws: Workspace, queue: list[Item], log: DecisionLog, asked: Request, filters: Filters, show: Output
) -> int:
    made, code = 0, EXIT_DONE
    left: list[Item] = []
    commands.rehearse(queue, log, asked.approve, asked.reject, asked.answer, asked.turn_off, asked.turn_on)
    if asked.import_ is not None:
        commands.import_file(queue, commands.Rehearsal(log.read()), asked.import_)
    if asked.approve:
        left += commands.left_alone(queue, log, asked.approve)
        code = EXIT_LEFT if left else EXIT_DONE  # they were named, and are not approved
        made += len(commands.approve(queue, log, asked.approve))
    if asked.reject:
        made += len(commands.reject(queue, log, asked.reject, whole(asked.reason)))
    if asked.answer:
        made += len(commands.answer(queue, log, asked.answer))
    made += len(commands.turn(queue, log, off=asked.turn_off, on=asked.turn_on))
    if asked.import_ is not None:
        imported = commands.import_file(queue, log, asked.import_)
        made += len(imported.made)
        if imported.stale:
            show.say(
                f"{len(imported.stale)} lines are about texts that have changed since; they were left out", "yellow"
            )
    if asked.approve_shown:
        left += commands.left_alone(queue, log, filters)
        made += len(commands.approve_shown(queue, log, filters))
    show.say(f"{made} decided")
    if left:
        shown = list(dict.fromkeys(i.id for i in left))
        show.say(
            f"{left_words(len(shown))}, one by one: refiner review --approve {shown[0]}",
            "yellow",
        )
    return code


def _by_hand(
    ws: Workspace, queue: list[Item], log: DecisionLog, filters: Filters, asked: Request, show: Output,
    made: drawn.Draw | None,
) -> int:  # fmt: skip
    def decide_life(entry: CanonEntry) -> None:
        from refiner.canon_file import add_canon  # the writer of TOML: only for who writes

        add_canon(ws.canon, entry)

    def forget_life(entry: CanonEntry) -> bool:
        from refiner.canon_file import remove_canon

        return remove_canon(ws.canon, entry)

    here = Path.cwd().resolve() == ws.root.resolve()
    resume = "refiner review" if here else f"refiner review --workspace {shlex.quote(str(ws.root))}"
    resume = f"{resume} --web" if asked.web else resume
    ask = _on_page(asked, show) if asked.web else _on_terminal(asked, show)
    return ask(
        queue,
        log,
        filters=filters if made is None else None,
        decide_life=decide_life,
        forget_life=forget_life,
        corrects=last_state(ws.refined).get("engine") == "llm",
        resume=resume if made is None else f"{resume} {made.command}",
        within=frozenset(drawn.shown_in(made, start(queue, log.read()))) if made is not None else None,
        drawn_from=len(made.population) if made is not None else 0,
        at_end=drawn.AtEnd(made) if made is not None else None,
    )


def _on_terminal(asked: Request, show: Output) -> Callable[..., int]:
    return partial(run_review, console=show.out, reader=make_reader(), plain=asked.plain)


def _on_page(asked: Request, show: Output) -> Callable[..., int]:
    from refiner.review.web.run import open_browser, run_web_review

    def tell(line: str) -> None:
        show.err.print(Text(line))

    return partial(run_web_review, tell=tell, port=asked.port or 0, browser=None if asked.no_open else open_browser)


def _apply(ws: Workspace, now: str, show: Output) -> None:
    """Refines by the new decisions, so that what lies in data/refined is what was decided.

    The model is asked as the last `refine` asked it; where it does not answer, what it said before is used.
    """
    from refiner.engine import ENGINES
    from refiner.queueing import keep_refined, make_queue
    from refiner.refine import last_options, refine

    engine = str(last_state(ws.refined).get("engine", "rules"))
    engine, options = engine if engine in ENGINES else "rules", last_options(ws.refined)
    with show.progress() as progress:
        try:
            done = refine(ws, now=now, engine=engine, options=options, progress=progress)
        except ModelError as error:
            show.say(f"{error.message}\nrefined by what the model said before; ask it again: refiner refine", "yellow")
            done = refine(ws, now=now, engine=engine, options=replace(options, offline=True), progress=progress)
    if done.life is None:
        return
    if done.life.engine.asker is None:
        keep_refined(ws, done.life, now=now)
    elif not done.unasked and not done.lost:
        with suppress(WorkspaceBusy), locked(ws, "review"):
            make_queue(ws, now=now)
    chain = done.life.chain
    left = sum(e.status == "undecided" for es in chain.edits.values() for e in es)
    left += sum(q.status == "undecided" for q in chain.questions)
    waiting = f"; edits and questions that are undecided: {left}" if left else "; no edit or question is undecided"
    show.say(f"refined notes brought up to date ({done.written} files changed){waiting}")
