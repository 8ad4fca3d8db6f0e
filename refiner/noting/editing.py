"""A note in the person's editor: opened on its draft, read again, and opened once more where something is wrong.

The editor writes to the draft's own file, so that nothing is lost whatever becomes of the editor or of this program.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from refiner.errors import NoteError, RefinerError, UsageError
from refiner.frontmatter import read_frontmatter
from refiner.noting.answers import Answers
from refiner.noting.drafts import Draft
from refiner.noting.quoting import control_in
from refiner.noting.scissors import with_help, without_help
from refiner.noting.terminal import Asking
from refiner.review import editor
from refiner.review.visible import visible
from refiner.store import write_atomic


class Left(RefinerError):
    """The person left the note as a draft."""


def editor_command(env: Mapping[str, str] | None = None) -> list[str]:
    """The words of $VISUAL or $EDITOR; [] where none is set. Raises UsageError where it cannot be run."""
    env = os.environ if env is None else env
    return editor.command(env) if (env.get("VISUAL") or env.get("EDITOR") or "").strip() else []


def open_on(path: Path, command: list[str]) -> str:
    """Runs the editor on a file until it ends; what went wrong, "" for nothing."""
    with _left_alone():
        try:
            code = subprocess.run([*command, str(path)], check=False).returncode
        except OSError as error:
            return f"the editor {command[0]} cannot be started: {error.strerror}"
    if code < 0:
        return f"the editor {command[0]} was ended by signal {-code}"
    return f"the editor {command[0]} failed (exit code {code})" if code else ""


@contextmanager
def _left_alone() -> Iterator[None]:
    """Ctrl-C is the editor's while it runs: a handler, unlike "ignore", is not passed on to it."""
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def edited(draft: Draft, answers: Answers, text: str, lines: tuple[str, ...], ask: Asking) -> str:
    """The note as the person left it in the editor; "" where it was left empty.

    Raises Left when it shall stay a draft, KeyboardInterrupt. In both cases the draft holds what the editor wrote.
    """
    while True:
        draft.keep(answers, with_help(text, lines))
        try:
            command = editor_command()
            problem = open_on(draft.text, command) if command else "no $EDITOR is set"
        except UsageError as error:
            problem = error.message
        wrote, unread = _read(draft.text, lines)
        problem = problem or unread or (_problem(wrote, draft.text) if wrote.strip() else "")
        if not problem:
            return wrote if _tells(wrote) else ""
        text = wrote if wrote.strip() and not unread else text
        ask.say(problem)
        answer = _choice(ask, saves=not _problem(text, draft.text))
        if answer == "s":
            return text
        if answer == "d":
            if not unread or not draft.text.exists():
                draft.keep(answers, with_help(text, lines))
            raise Left("the note is kept as a draft", mend="refiner note --draft goes on with it")


def _choice(ask: Asking, *, saves: bool) -> str:
    """What to do after something went wrong: "e" the editor again, "s" save, "d" keep as a draft."""
    while True:
        ask.say("Enter opens the editor again, d keeps a draft" + (", s saves the note as it is" if saves else ""))
        line = ask.line()
        answer = "d" if line is None else line.strip().casefold() or "e"
        if answer in ("e", "d") or (answer == "s" and saves):
            return answer


def _read(path: Path, lines: tuple[str, ...]) -> tuple[str, str]:
    """The text that the editor left, and why it cannot be read."""
    try:
        return without_help(path.read_bytes().decode("utf-8"), lines), ""
    except FileNotFoundError:
        return "", f"{path} is gone; the note stands as it was before the editor"
    except UnicodeDecodeError as error:
        return "", f"{path}: byte {error.start} is no UTF-8; save it as UTF-8"
    except OSError as error:
        return "", f"{path} cannot be read: {error.strerror}"


def _problem(text: str, path: Path) -> str:
    """What keeps the text from being a note, with file and line; "" for nothing."""
    if found := control_in(text):
        line = text.count("\n", 0, text.index(found)) + 1
        return f"{path}:{line}: {visible(found)} is a control character, which no note takes"
    try:
        read_frontmatter(text, str(path))
    except NoteError as error:
        return str(error)
    return ""


def _tells(text: str) -> bool:
    """Does a note say anything? Front matter that declares something does."""
    meta, start = read_frontmatter(text, "note")
    return bool(text[start:].strip() or meta.events or meta.observations or meta.retracts)


def part_editor(draft: Draft, ask: Asking) -> Callable[[str], str | None]:
    """Opens a few words of the form in the editor; None where that failed, and the person is told."""

    def run(text: str) -> str | None:
        try:
            write_atomic(draft.part, text + ("\n" if text else ""))
            problem = open_on(draft.part, editor_command())
            words = draft.part.read_bytes().decode("utf-8")
            found = control_in(words)
            problem = problem or (
                f"it holds {visible(found)}, a control character, which no note takes" if found else ""
            )
        except (OSError, UnicodeDecodeError):
            problem, words = "what the editor left cannot be read", ""
        except RefinerError as error:
            problem, words = error.message, ""
        if problem:
            ask.say(f"  {problem}; type it here instead" + (f" ({draft.part} has what was written)" if words else ""))
            return None
        draft.part.unlink(missing_ok=True)
        return words

    return run
