"""`refiner chat`: a talk with a run, a GGUF or an endpoint; the talks that were kept."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.text import Text

from refiner.chat import Conversation
from refiner.console import Output
from refiner.errors import RefinerError, StoreError, UsageError, WorkspaceBusy
from refiner.review.editor import command, open_editor
from refiner.review.visible import visible
from refiner.store import Workspace
from refiner.talk_behind import Behind, shown
from refiner.talk_files import KeptTalk, TalkFile, find_talk, last_talk, marked, sha
from refiner.talk_kept import forget_kept, list_kept, tell_end
from refiner.talk_loop import COMMANDS, Loop
from refiner.talk_model import Choice, Opened, her_name, open_choice, tell_opening
from refiner.talk_terminal import Lines, Stream, Tell, wrapped
from refiner.talk_wrong import concerns, correction_of, keep, over_today, trained_samples
from refiner.training.runs import RunInfo
from refiner.training.talk import open_model

WIDEST = 100  # columns of the program's own lines
LONG = 120  # characters: a longer answer is edited in the editor rather than on one line


@dataclass(frozen=True)
class Asked:
    """What the command line asks of `refiner chat`, beside whom."""

    questions: tuple[str, ...] = ()
    max_tokens: int = 200
    temperature: float = 0.0
    seed: int | None = None
    talk: str = ""
    last: bool = False
    talks: bool = False
    forget: str = ""
    yes: bool = False

    def check(self) -> None:
        """Raises UsageError where the options do not go together."""
        if sum(map(bool, (self.talk, self.last, self.talks, self.forget))) > 1:
            raise UsageError("--talk, --last, --talks and --forget go one at a time")
        if self.questions and (self.talks or self.forget or self.talk or self.last):
            raise UsageError("--ask begins talks of its own, which are not kept")
        if self.yes and not self.forget:
            raise UsageError("--yes is for --forget", mend="refiner chat --forget all --yes")


def chat_run(ws: Workspace, show: Output, choice: Choice, asked: Asked, *, now: str) -> None:
    """Talks until the person ends it, asks the given questions and stops, or lists or deletes what was kept.

    Raises as `open_choice` does, and StoreError.
    """
    asked.check()
    choice.check()
    folder = ws.refined / "chats"
    if asked.talks:
        list_kept(folder, show)
        return
    if asked.forget:
        forget_kept(folder, asked.forget, show, yes=asked.yes)
        return
    going_on = last_talk(folder) if asked.last else find_talk(folder, asked.talk) if asked.talk else None
    if going_on and not (choice.run or choice.gguf or choice.endpoint):
        choice = _as_before(choice, going_on)
    opened = open_choice(ws, choice, tell_opening(show))
    try:
        if asked.questions:
            answers = list(_ask_each(opened, asked, show))
            if show.as_json:
                show.json(answers)
            return
        _talk(ws, show, opened, asked, going_on, now=now)
    finally:
        opened.model.close()


def _as_before(choice: Choice, talk: KeptTalk) -> Choice:
    """The same one that the talk was held with."""
    about = talk.about
    if about.get("endpoint"):
        return replace(choice, endpoint=str(about["endpoint"]), model=choice.model or str(about.get("model", "")))
    if about.get("run"):
        return replace(choice, run=str(about["run"]), untrained=choice.untrained or bool(about.get("untrained")))
    if about.get("model"):
        lora = Path(str(about["lora"])) if about.get("lora") else None
        return replace(choice, gguf=Path(str(about["model"])), lora=lora)
    return choice


def _talk(ws: Workspace, show: Output, opened: Opened, asked: Asked, going_on: KeptTalk | None, *, now: str) -> None:
    folder = ws.refined / "chats"
    her = "untrained" if opened.about.get("untrained") else her_name(ws, opened.system)
    about = {**opened.about, "system_sha256": sha(opened.system)}
    file = TalkFile(folder, about, going_on.id if going_on else "")
    turns = going_on.turns if going_on else ()
    lines = Lines("you: ", COMMANDS, (t.user for t in turns))
    tell = _teller(show)
    conversation = Conversation(
        opened.model, opened.system, file, max_tokens=asked.max_tokens, temperature=asked.temperature,
        seed=asked.seed, turns=turns,
    )  # fmt: skip
    where = "on this machine" if opened.local else "NOT on this machine: every word goes there"
    show.say(f"{opened.name}, {where}. /help names the commands; Ctrl-D ends.", style="dim")
    if going_on:
        _before(going_on, her, opened, lines, tell)
    run = opened.run
    taught = (run.data.get("rows") or []) if run else []
    behind = Behind(ws, now=now, trained_on=run.dataset if run else "", taught=map(str, taught))
    loop = Loop(
        conversation,
        lines,
        tell,
        her=her,
        new_file=lambda: TalkFile(folder, about),
        base=opened.base,
        why=lambda talk, lines_, tell_: _why(behind, talk, tell_),
        wrong=lambda talk, lines_, tell_: _wrong(ws, behind, opened.name, her, talk, lines_, tell_),
        saved=folder / "saved",
        who=opened.name,
    )
    loop.run()
    if conversation.turns and conversation.file is not None:
        show.say(f"kept in {conversation.file.path}; go on with: refiner chat --last", style="dim")


def _before(talk: KeptTalk, her: str, opened: Opened, lines: Lines, tell: Tell) -> None:
    """The end of the talk that goes on."""
    if not lines.terminal:
        return
    if talk.about.get("system_sha256") not in (None, sha(opened.system)):
        tell("(who she is has changed since this talk began)")
    tell_end(talk, her, tell)


def _teller(show: Output) -> Tell:
    """Prints the program's own lines: dim on a terminal, so that they are not taken for hers."""

    def tell(text: str) -> None:
        show.out.file.flush()
        safe = wrapped(text, min(show.err.width, WIDEST)) if show.err.is_terminal else visible(text)
        show.err.print(Text(safe, style="dim"))

    return tell


def _why(behind: Behind, talk: Conversation, tell: Tell) -> None:
    last = talk.turns[-1]
    _reading(behind, tell)
    found = behind.find(last.user, last.answer)
    # Likeness does not see a "not": the row that says the opposite may be the nearest.
    for line in (*_over(behind, last.answer), *shown(found)):
        tell(line)


def _over(behind: Behind, answer: str) -> list[str]:
    try:
        return over_today(behind.made.life, answer)
    except RefinerError:  # the notes cannot be read now: what she is like can be said all the same
        return []


def _reading(behind: Behind, tell: Tell) -> None:
    if not behind.is_read:
        tell("(reading your notes)")


def _wrong(
    ws: Workspace, behind: Behind, who: str, her: str, talk: Conversation, lines: Lines, tell: Tell
) -> None:  # fmt: skip
    """Asks what she would have said, and keeps it for the next training."""
    last = talk.turns[-1]
    tell(f"What would {her} have said? Change the line; empty: only that this was wrong; Ctrl-C: leave it.")
    try:
        better = _words(last.answer, lines)
        if better is None or (better and better.split() == _flat(last.answer).split()):
            tell("(it stays as it is)")
            return
        why = lines.ask("why, in a few words (Enter: none): ").strip()
        kept = [t for t in talk.turns[:-1] if t.said and (t.better or not t.wrong)]
        context = not kept or _yes(lines, _along(len(kept)))
    except (KeyboardInterrupt, EOFError):
        tell("(nothing was kept)")
        return
    _reading(behind, tell)
    talk_id = talk.file.id if talk.file else "talk"
    correction = correction_of(
        talk.turns, talk=talk_id, who=who, trained=trained_samples(behind.made), context=context
    )  # fmt: skip
    waits = False
    for concern in concerns(behind.made.life, correction, better) if better else ():
        tell(f"note: {concern.message}")
        waits = waits or concern.holds
    try:
        sample = keep(ws, correction, better, why)
    except (StoreError, WorkspaceBusy):
        talk.mark(marked(last, why=why, better=better))  # his words are not lost with it
        raise
    talk.mark(marked(last, why=why, better=better, sample=sample))
    behind.forget()
    if not better:
        tell(f"kept: {sample[:12]}; she is told at the next export that this was wrong")
    elif waits:
        change = f"refiner review --match {sample[:12]}"
        tell(f"kept: {sample[:12]}; it is held back from training until you change it: {change}")
    else:
        tell(f"kept: {sample[:12]}; it is trained on at the next refiner export and refiner train")


def _along(count: int) -> str:
    learnt = "1 answer, not learnt itself" if count == 1 else f"{count} answers, not learnt themselves"
    return f"take the talk before it along ({learnt})"


def _words(answer: str, lines: Lines) -> str | None:
    """What the person makes of an answer; None where an editor was left without a text."""
    if lines.terminal and (len(answer) > LONG or "\n" in answer) and _has_editor():
        edited = open_editor(answer, "What she would have said. Leave nothing to say only that it was wrong.")
        return None if edited is None else edited.strip()
    return lines.ask("> ", _flat(answer)).strip()


def _flat(answer: str) -> str:
    """An answer on one line, as it can be edited there."""
    return re.sub(r"[\x00-\x1f\x7f]+", " ", answer)


def _has_editor() -> bool:
    """Whether the person named an editor that is there: nobody should land in one unasked."""
    if not (os.environ.get("VISUAL") or os.environ.get("EDITOR")):
        return False
    try:
        return bool(command())
    except UsageError:
        return False


def _yes(lines: Lines, what: str) -> bool:
    return not lines.ask(f"{what}? [Y/n] ").strip().casefold().startswith("n")


def _ask_each(opened: Opened, asked: Asked, show: Output) -> Iterator[dict[str, Any]]:
    for question in asked.questions:
        notices: list[str] = []  # told when her answer has ended, so that they do not stand in it
        talk = Conversation(
            opened.model, opened.system, max_tokens=asked.max_tokens, temperature=asked.temperature, seed=asked.seed,
            say=notices.append,
        )  # fmt: skip
        if show.as_json:
            turn = talk.ask(question, lambda piece: None)
        else:
            show.data(f"? {question}", style="bold")
            stream = Stream()
            stream.wait()
            try:
                turn = talk.ask(question, stream)
            finally:
                stream.end()
        if turn.stopped:
            raise KeyboardInterrupt
        for notice in notices:
            show.say(f"({notice})", style="dim")
        yield {"question": question, "answer": turn.answer}


def ask_all(info: RunInfo, questions: list[str], *, adapter: bool) -> list[str]:
    """Her answers to some questions, each in a talk of its own; `adapter=False`: the untrained model's."""
    model = open_model(info, adapter=adapter)
    try:
        out = []
        for question in questions:
            messages = [{"role": "system", "content": info.system}, {"role": "user", "content": question}]
            out.append("".join(model.reply(messages, max_tokens=120, temperature=0.0)).strip())
        return out
    finally:
        model.close()
