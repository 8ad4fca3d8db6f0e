"""The whole way of `refiner note`: options, the form, the editor, the file, and what the reader makes of it."""

from __future__ import annotations

import sys
from pathlib import Path

from refiner.config import Config
from refiner.console import Output
from refiner.errors import RefinerError, UsageError
from refiner.frontmatter import read_frontmatter
from refiner.notes import decode, note_files, note_from_text
from refiner.noting.answers import Answers, body_of, note_of
from refiner.noting.drafts import Draft, folder_of, newest
from refiner.noting.editing import edited, editor_command, open_on, part_editor
from refiner.noting.form import Form
from refiner.noting.gap import Missing, gap_of
from refiner.noting.given import Request, alone, given
from refiner.noting.known import Known, known_of
from refiner.noting.names import file_name
from refiner.noting.saving import save_new
from refiner.noting.scissors import with_help, without_help
from refiner.noting.terminal import Terminal, wrapped
from refiner.noting.understood import Understood, understand
from refiner.noting.wording import editor_help
from refiner.store import Workspace


def run_note(ws: Workspace, asked: Request, show: Output, *, now: str) -> int:
    """Writes one note and says what the reader makes of it; the exit code.

    Raises RefinerError for what cannot be taken or written (a draft is kept then), KeyboardInterrupt never.
    """
    known = known_of(ws, Config.load(ws.config))
    talks = sys.stdin.isatty() and sys.stdout.isatty() and not (show.as_json or show.quiet or asked.no_ask)
    if asked.last:
        return _last(ws, known, show, talks)
    gap = gap_of(ws, asked.gap, now=now) if asked.gap else None
    draft, answers, text = Draft(folder_of(ws)), Answers(), None
    if asked.draft:
        alone(asked)
        draft, answers, text, others = newest(ws)
        text = None if text is None else without_help(text, editor_help(t.id for t in known.traits))
        if others:
            show.say(f"going on with the newest draft; {others} older in {draft.folder}")
        if answers.gap and gap is None:
            gap = gap_of(ws, answers.gap, now=now)
    else:
        answers = given(asked, known, now)
    if gap is not None:
        _say(show, f"the gap: {gap.question}")
    try:
        note = _written(answers, text, draft, known, gap, show, asked if talks else None)
        path = _saved(ws, note, draft, answers, now)
    except KeyboardInterrupt:
        show.say("")
        if draft.kept:
            show.say(f"interrupted; what you typed is kept in {draft.folder}")
            show.say(
                "go on with: refiner note --draft" if draft.folder == folder_of(ws) else f"look at {draft.answers}"
            )
        else:
            show.say("interrupted; nothing was typed")
        return 130
    draft.drop()
    _tell(show, path, ws, understand(note_from_text(note, path.relative_to(ws.raw).as_posix()), known))
    return 0


# ---- the form, the editor, the file --------------------------------------------------------------------------------


def _written(
    answers: Answers,
    text: str | None,
    draft: Draft,
    known: Known,
    gap: Missing | None,
    show: Output,
    asked: Request | None,
) -> str:
    """The text of the note. `asked` is None where nobody can be asked; then options alone make the note."""
    if asked is None:
        if text is None and answers.empty:
            raise UsageError(
                "there is nothing to write", mend='refiner note "what happened", or in a terminal: refiner note'
            )
        return text if text is not None else note_of(answers)
    ask, command = Terminal(show), _editor(show)
    lines = editor_help(t.id for t in known.traits)
    fetched = text is not None
    if text is None:
        part, name = (part_editor(draft, ask), Path(command[0]).name) if command else (None, "")
        form = Form(ask, known, draft.keep, part, name, gap)
        if not answers.done:
            show.data("A new note. Enter passes a question, Ctrl-D leaves it, Ctrl-C keeps a draft.")
        for said in (answers.when and f"when: {answers.when}", body_of(answers)):
            if said:
                ask.say(said)
        answers = form.fill(answers)
        text = note_of(answers)
    if asked.no_edit or not command:
        if answers.empty and not fetched:
            draft.drop()
            raise RefinerError("nothing was written: the note is empty")
        return text
    note = edited(draft, answers, text, lines, ask)
    if not note:
        draft.drop()
        raise RefinerError("nothing was written: you left the note empty")
    return note


def _editor(show: Output) -> list[str]:
    try:
        return editor_command()
    except UsageError as error:
        show.say(f"{error.message}: the note is saved without an editor")
        return []


def _saved(ws: Workspace, note: str, draft: Draft, answers: Answers, now: str) -> Path:
    """The new file. Where it cannot be written the note stays a draft, and the error says so."""
    try:
        meta, _ = read_frontmatter(note, "the note")
        sentences = note_from_text(note).sentences
        name = answers.file or file_name(
            now, sentences[0].text if sentences else meta.events[0].label if meta.events else ""
        )
        return save_new(ws.raw, name, note, exact=bool(answers.file))
    except RefinerError as error:
        draft.keep(answers, with_help(note, ()))
        place = "refiner note --draft goes on with it" if draft.folder == folder_of(ws) else f"it is in {draft.text}"
        raise type(error)(f"{error.message}; nothing is lost: the note is a draft", mend=place) from None


def _last(ws: Workspace, known: Known, show: Output, talks: bool) -> int:
    """Opens the note that was written last in the person's own editor."""
    files = sorted(note_files(ws.raw), key=lambda p: p.stat().st_mtime_ns)
    command = editor_command()
    if not files:
        raise UsageError(f"there are no notes in {ws.raw}", mend='refiner note "what happened"')
    if not talks or not command:
        raise UsageError("--last needs a terminal and an editor", mend="export EDITOR=nano")
    if problem := open_on(files[-1], command):
        raise RefinerError(f"{problem}; the note is as the editor left it: {files[-1]}")
    name = files[-1].relative_to(ws.raw).as_posix()
    _tell(show, files[-1], ws, understand(note_from_text(decode(files[-1].read_bytes(), name), name), known))
    return 0


# ---- what is said --------------------------------------------------------------------------------------------------


def _tell(show: Output, path: Path, ws: Workspace, read: Understood) -> None:
    place = path.relative_to(ws.root) if path.is_relative_to(ws.root) else path
    if show.as_json:
        show.json({"path": str(path), **read.as_dict()})
        return
    show.data(f"wrote {place}")
    said = [*(f"{'reads: ' if not n else '       '}{line}" for n, line in enumerate(read.lines))]
    said += [f"look at {problem}" for problem in read.problems]
    for line in said:
        _say(show, line, len("reads: ") if line.startswith("reads: ") else 0)
    show.say("next: refiner refine")


def _say(show: Output, text: str, indent: int = 0) -> None:
    """A remark, wrapped where it goes to a terminal."""
    for line in wrapped(text, show.err.width, indent) if show.err.is_terminal else [text]:
        show.say(line)
