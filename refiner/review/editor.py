"""A text in the person's editor: a private temporary file, $VISUAL or $EDITOR, and the text that comes back."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from refiner.errors import UsageError
from refiner.review.visible import visible

Editor = Callable[[str, str], str | None]
"""`editor(text, help)` gives the edited text, None if the person left without one. Raises UsageError."""

SCISSORS = "# ------------------------ >8 ------------------------"


def command(env: Mapping[str, str] | None = None) -> list[str]:
    """The editor's command. Raises UsageError when there is none."""
    env = os.environ if env is None else env
    wanted = env.get("VISUAL") or env.get("EDITOR")
    try:
        parts = shlex.split(wanted) if wanted else [next((e for e in ("nano", "vi") if shutil.which(e)), "")]
    except ValueError:
        raise UsageError(f"$VISUAL or $EDITOR cannot be read: {wanted}", mend="export EDITOR=nano") from None
    if not parts or not shutil.which(parts[0]):
        raise UsageError(f"the editor {parts[0] if parts else ''!r} is not there", mend="export EDITOR=nano")
    return parts


def open_editor(text: str, note: str = "") -> str | None:
    """Opens the person's editor on a text; `note` stands below a line and is ignored.

    The folder is private (0700) and so is the file (0600); both are gone afterwards, whatever happens.
    """
    parts = command()
    folder = Path(tempfile.mkdtemp(prefix="refiner-"))
    try:
        path = folder / "text.txt"
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(fd, "w", encoding="utf-8", errors="surrogatepass", newline="") as file:
            file.write(with_help(text, note))
        try:
            done = subprocess.run([*parts, str(path)], check=False)
        except OSError as error:
            raise UsageError(f"{parts[0]} cannot be started: {error.strerror}", mend="export EDITOR=nano") from None
        if done.returncode != 0:
            return None
        try:
            return without_help(path.read_bytes().decode("utf-8", "surrogatepass"), text)
        except (OSError, UnicodeDecodeError):
            raise UsageError("what the editor left is no UTF-8 text; nothing was changed") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def with_help(text: str, note: str) -> str:
    """The file's content: the text, a line, and what helps to write it."""
    lines = [f"# {line}" for line in visible(note).split("\n")] if note else []
    return "\n".join([text, SCISSORS, "# What stands below this line is ignored.", *lines]) + "\n"


def without_help(content: str, text: str) -> str:
    """The text in a file's content. The newline that editors add at the end goes, unless the text had one."""
    head, found, _ = content.partition(f"\n{SCISSORS}")
    if not found:
        head = "" if content.startswith(SCISSORS) else content
    while not text.endswith("\n") and head.endswith("\n"):
        head = head[:-1]
    return head.replace("\r\n", "\n") if "\r" not in text else head
