"""`refiner import` from its options to the plan, and the plan to files. What is printed stands in report.py."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from refiner.config import Config
from refiner.errors import UsageError
from refiner.importing.formats import recognise
from refiner.importing.ledger import Ledger
from refiner.importing.model import Wanted
from refiner.importing.planning import LEDGER, Plan, make, write
from refiner.importing.source import Source
from refiner.store import Workspace, locked


@dataclass(frozen=True)
class Request:
    """What the person asked for, as the options say it."""

    source: Path
    format: str = ""
    to: Path | None = None
    me: Sequence[str] = ()
    with_: Sequence[str] = ()
    call: Sequence[str] = ()
    since: str = ""
    until: str = ""
    dates: str = ""
    mine_only: bool = False
    again: bool = False


def prepare(ws: Workspace, asked: Request) -> Plan:
    """Reads a source and says what would be written. Writes nothing.

    Raises UsageError (options, who is who, what cannot be recognised), NoteError (a broken source, with file and
    line), StoreError, ConfigError.
    """
    config = Config.load(ws.config)
    if asked.dates not in ("", "dmy", "mdy"):
        raise UsageError(f'--dates "{asked.dates}"', mend="write dmy (day first) or mdy (month first)")
    _not_of_this_workspace(ws, asked.source)
    known = Ledger(ws.review / LEDGER).read()
    wanted = Wanted(
        persona=config.persona, me=tuple(asked.me), with_=tuple(asked.with_), calls=_calls(asked.call),
        since=_day("--since", asked.since, last=False), until=_day("--until", asked.until, last=True),
        dates=asked.dates, mine_only=asked.mine_only, known=frozenset(_named(p, asked.to) for p in known),
    )  # fmt: skip
    with closing(Source(asked.source)) as source:
        found, parts = recognise(source, asked.format)
        drafts = found.read(source, parts, wanted)
    plan = make(ws, found.name, asked.source, drafts, asked.to, again=asked.again)
    plan.left = +wanted.left
    plan.said = list(dict.fromkeys(wanted.said))
    return plan


def carry_out(ws: Workspace, plan: Plan) -> int:
    """Writes a plan. How many notes. Raises StoreError, WorkspaceBusy."""
    with locked(ws, "import"):
        return write(ws, plan)


def _named(path: str, to: Path | None) -> str:
    """A path of the log as "group/name", which is how readers call a note; "*/name" in a folder of the person's own."""
    group, _, name = path.rpartition("/")
    return f"*/{name}" if to and group.endswith(to.name) else f"{group.rpartition('/')[2]}/{name}"


def _calls(given: Sequence[str]) -> dict[str, str]:
    out = {}
    for one in given:
        name, sign, label = one.partition("=")
        if not sign or not name.strip() or not re.search(r"[^\W\d_]", label):
            raise UsageError(f'--call "{one}"', mend='write it as --call "name in the export=name in the notes"')
        out[name.strip()] = label.strip()
    return out


def _not_of_this_workspace(ws: Workspace, source: Path) -> None:
    """Refuses the workspace's own notes as a source, and what holds them: refined notes are no notes of the person."""
    try:
        place = source.resolve()
    except (OSError, RuntimeError) as error:  # a link that leads to itself
        raise UsageError(f"{source} cannot be read: {error}", mend="name the file or folder itself") from None
    if place.is_relative_to(ws.raw.resolve()):
        raise UsageError(f"{source} lies in {ws.raw}: refiner reads it as it is", mend="refiner refine")
    for own in (ws.raw, ws.review, ws.refined):
        if place.is_relative_to(own.resolve()) or own.resolve().is_relative_to(place):
            raise UsageError(
                f"{source} holds this workspace's own data ({own})", mend="name the folder or file that was exported"
            )


def _day(option: str, given: str, *, last: bool) -> str:
    """A day, month or year as the first or last day of it. Raises UsageError."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", given)
    try:
        if match:
            year, month = int(match[1]), int(match[2] or (12 if last else 1))
            day = int(match[3] or (calendar.monthrange(year, month)[1] if last else 1))
            return date(year, month, day).isoformat()
    except (ValueError, calendar.IllegalMonthError):
        match = None
    if given and not match:
        raise UsageError(f'{option} "{given}" is no date', mend="write it as 2019-03-31, 2019-03 or 2019")
    return ""
