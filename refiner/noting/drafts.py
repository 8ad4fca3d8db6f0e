"""What was typed and is no note yet: kept in data/review/drafts after every answer, gone when the note is written.

A draft is `ID.json` with the answers and, once the editor was open, `ID.md` with the text in it, which is what the
editor writes to: whatever ends the program, that file is there.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from refiner.errors import StoreError, UsageError
from refiner.noting.answers import Answers
from refiner.store import Workspace, write_atomic


def folder_of(ws: Workspace) -> Path:
    return ws.review / "drafts"


@dataclass
class Draft:
    """One draft. Nothing is on the disk before the first `keep`."""

    folder: Path
    name: str = field(default_factory=lambda: datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f"))
    kept: bool = False

    @property
    def answers(self) -> Path:
        return self.folder / f"{self.name}.json"

    @property
    def text(self) -> Path:
        """The file that the editor opens."""
        return self.folder / f"{self.name}.md"

    @property
    def part(self) -> Path:
        """What happened, while the editor is open on that alone."""
        return self.folder / f"{self.name}.txt"

    def keep(self, answers: Answers, text: str | None = None) -> None:
        """Writes the draft. Where the workspace cannot be written it goes to a private folder for temporary files.

        Raises StoreError when that cannot be written either.
        """
        try:
            self._write(answers, text)
        except StoreError:
            if self.folder.name.startswith("refiner-note-"):
                raise
            try:
                self.folder = Path(tempfile.mkdtemp(prefix="refiner-note-"))
            except OSError:
                raise StoreError("neither the workspace nor the folder for temporary files can be written") from None
            self._write(answers, text)

    def _write(self, answers: Answers, text: str | None) -> None:
        write_atomic(self.answers, answers.model_dump_json(indent=1) + "\n")
        if text is not None:
            write_atomic(self.text, text)
        self.kept = True

    def drop(self) -> None:
        for path in (self.answers, self.text, self.part):
            with suppress(OSError):
                path.unlink()
        with suppress(OSError):
            self.folder.rmdir()  # only when it is empty


def newest(ws: Workspace) -> tuple[Draft, Answers, str | None, int]:
    """The newest draft, its answers, the text that the editor left (None: not opened), and how many others there are.

    Raises UsageError when there is none, StoreError when it cannot be read.
    """
    names = sorted(p.stem for p in folder_of(ws).glob("*.json"))
    if not names:
        raise UsageError("there is no draft", mend='refiner note "what happened"')
    draft = Draft(folder_of(ws), names[-1], kept=True)
    try:
        answers = Answers.model_validate_json(draft.answers.read_text(encoding="utf-8"))
        text = draft.text.read_text(encoding="utf-8") if draft.text.exists() else None
        part = draft.part.read_text(encoding="utf-8").strip("\n") if draft.part.exists() else ""
        if part and part not in answers.text:
            answers = answers.model_copy(update={"text": "\n".join(t for t in (answers.text, part) if t)})
    except (OSError, UnicodeDecodeError, ValidationError):
        raise StoreError(f"{draft.answers} cannot be read", mend="take out by hand what is yours in it") from None
    return draft, answers, text, len(names) - 1
