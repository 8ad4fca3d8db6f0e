"""The evaluations of a workspace: data/refined/evaluations/NAME with answers.jsonl, report.html and report.json.

report.json is written last: while it is there, the rest belongs to it. Beside the folders lies what models answered,
for all evaluations (`kept.jsonl`): the base need not be asked again for the next run.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from pydantic import ValidationError

from refiner.errors import StoreError, UsageError, WorkspaceBusy
from refiner.evaluate.html import evaluation_page
from refiner.evaluate.shapes import Answer, Report
from refiner.store import Workspace, locked, place, to_jsonl, write_atomic

REPORT, ANSWERS, PAGE = "report.json", "answers.jsonl", "report.html"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,79}")


def folder_of(ws: Workspace) -> Path:
    """Where evaluations lie."""
    return ws.refined / "evaluations"


def kept_in(ws: Workspace) -> Path:
    """The file of what models answered."""
    return folder_of(ws) / "kept.jsonl"


def check_name(name: str) -> str:
    """The name. Raises UsageError where it cannot be a folder's."""
    if not _NAME.fullmatch(name):
        raise UsageError(f'--name "{name}"', mend="letters from a to z, digits, and . _ + - within; at most 80")
    return name


def name_from(text: str) -> str:
    """A name for an evaluation made of a model's."""
    made = re.sub(r"[^A-Za-z0-9_.+-]+", "-", text).strip("-.+")[:80]
    return made or "model"


@contextmanager
def patiently_locked(ws: Workspace, seconds: float = 60.0) -> Iterator[None]:
    """The workspace's lock, waited for: what took an hour to ask is not given up for the second that another command
    writes in. Raises WorkspaceBusy after so many seconds."""
    until = time.monotonic() + seconds
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(locked(ws, "evaluate"))
                break
            except WorkspaceBusy as busy:
                if time.monotonic() >= until:
                    again = "wait until it ends, then run this again: all answers are kept"
                    raise WorkspaceBusy(busy.message, mend=again) from None
                time.sleep(min(0.2, seconds))
        yield


def write_report(folder: Path, report: Report, answers: Iterable[Answer], *, contestant: str = "") -> dict[str, Path]:
    """Writes a report whole; what was written, by what it is called. `contestant`: whom the page's words are about.

    Raises StoreError; UsageError where there is no such contestant.
    """
    given = list(answers)
    files = {"report": folder / REPORT, "page": folder / PAGE, "answers": folder / ANSWERS}
    page = evaluation_page(report, given, contestant=contestant)
    with suppress(FileNotFoundError):  # an older report must not seem to belong to these answers
        try:
            files["report"].unlink()
        except FileNotFoundError:
            raise
        except OSError as error:
            raise StoreError(f"{files['report']} cannot be replaced: {error.strerror}") from None
    write_atomic(files["answers"], to_jsonl(given))
    write_atomic(files["page"], page)
    write_atomic(files["report"], report.model_dump_json(indent=1) + "\n")
    return files


def read_report(file: Path) -> Report:
    """The report in a file. Raises StoreError where it cannot be read."""
    try:
        return Report.model_validate_json(file.read_bytes())
    except OSError as error:
        raise StoreError(f"{file} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        raise StoreError(f"{file} is no report: {error.errors()[0]['msg']}", mend="evaluate it again") from None


def find_report(folder: Path, given: str) -> Report:
    """The report of an evaluation of this name, or in this file or folder. Raises UsageError, StoreError."""
    for file in (folder / given / REPORT, place(given), place(given) / REPORT):
        if file.is_file():
            return read_report(file)
    there = ", ".join(name for name, _ in list_reports(folder)) or "none"
    raise UsageError(
        f'there is no evaluation "{given}"; there are: {there}', mend="refiner evaluate --run NAME makes one"
    )


def list_reports(folder: Path) -> list[tuple[str, Report | None]]:
    """All evaluations, the oldest first; None for one whose report cannot be read."""
    found: list[tuple[str, Report | None]] = []
    for file in sorted(folder.glob(f"*/{REPORT}")) if folder.is_dir() else ():
        try:
            found.append((file.parent.name, read_report(file)))
        except StoreError:
            found.append((file.parent.name, None))
    return sorted(found, key=lambda f: (f[1].made if f[1] else "", f[0]))


def last_made(folder: Path) -> str:
    """When the report in a folder was made; "" where there is none."""
    if not (folder / REPORT).is_file():
        return ""
    try:
        return read_report(folder / REPORT).made
    except StoreError:
        return ""
