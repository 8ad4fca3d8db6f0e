"""A text in the person's editor: a private temporary file, $VISUAL or $EDITOR, and the text that comes back."""

from __future__ import annotations

import codecs
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
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
    """Opens the person's editor on a text; `note` stands below a line and is ignored. None where the editor was left
    with an error and nothing was written.

    The folder is private (0700) and so is the file (0600). Both are gone afterwards, unless what was written in them
    cannot be taken: then they stay, and the UsageError that is raised names the file. What is no UTF-8 is read as the
    Windows code page 1252, a superset of what can be seen of Latin-1.
    """
    parts = command()
    given = with_help(text, note).encode("utf-8", "surrogatepass")
    folder = Path(tempfile.mkdtemp(prefix="refiner-"))
    path = folder / "text.txt"
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(given)
        try:
            with _ctrl_c_is_the_editors():
                code = subprocess.run([*parts, str(path)], check=False).returncode
        except OSError as error:
            raise UsageError(f"{parts[0]} cannot be started: {error.strerror}", mend="export EDITOR=nano") from None
        left = _written(path)
        if code != 0 and left in (None, given):
            return None
        if code != 0:
            raise UsageError(f"{parts[0]} failed (exit code {code}); what you wrote is kept in {path}")
        if left is None:
            raise UsageError(f"{parts[0]} left no file that can be read; nothing was changed")
        taken = without_help(_decoded(left, path), text)
        given = left  # it is taken: nothing is lost with the file
        return taken
    finally:
        if _written(path) in (None, given):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _ctrl_c_is_the_editors() -> Iterator[None]:
    """Ctrl-C reaches this program too while the editor runs, and would end both: vim takes it for "leave this mode".
    A handler is, unlike "ignore", not passed on to the editor."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _written(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _decoded(data: bytes, path: Path) -> str:
    """The words in a file. Raises UsageError, which names it, where they are no text."""
    with suppress(UnicodeDecodeError):
        return data.decode("utf-8", "surrogatepass")
    with suppress(UnicodeDecodeError):
        if b"\0" not in data:  # else UTF-16, or no text at all
            return data.decode("utf-8", "refiner.cp1252")
    raise UsageError(
        f"what the editor left is no text; nothing was changed, and it is kept in {path}",
        mend="copy your words out of that file, or have the editor write UTF-8",
    )


def _by_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8, each by itself: an editor may leave what was UTF-8 as it is and add its own."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252"), error.end


codecs.register_error("refiner.cp1252", _by_cp1252)


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
