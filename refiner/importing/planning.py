"""Drafts against what is in the workspace: what would be new, what grew, what stays as it is and why. Writes it."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

import yaml

from refiner.errors import StoreError, UsageError
from refiner.importing.ledger import Imported, Ledger
from refiner.importing.model import Draft
from refiner.store import Workspace, make_folder

Status = Literal["new", "grown", "same", "changed", "removed", "longer"]
WHY = {
    "same": "are there already",
    "changed": "were changed since (or are not from import): kept as they are",
    "removed": "were removed since: left out (--again writes them anew)",
    "longer": "hold lines that this import lacks: kept as they are",
}
LEDGER = "imports.jsonl"


@dataclass(frozen=True)
class Item:
    """One note of a plan: its path below data/raw, its text, and what would become of it."""

    path: str
    draft: Draft
    text: str
    status: Status

    @property
    def writes(self) -> bool:
        return self.status in ("new", "grown")


@dataclass
class Plan:
    """All that an import would do."""

    format: str
    source: Path
    items: list[Item]
    left: Counter[str] = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)

    @property
    def writes(self) -> list[Item]:
        return [i for i in self.items if i.writes]


def note_text(draft: Draft) -> str:
    """A draft as the text of a note, front matter and body."""
    if draft.head:
        head = draft.head if draft.head.endswith("\n") else draft.head + "\n"
        if draft.date and not re.search(r"(?m)^date\s*:", head):
            head = f"date: {_scalar(draft.date)}\n{head}"
    else:
        pairs = (("date", draft.date), ("written", draft.written), ("author", draft.author), ("kind", draft.kind))
        head = "".join(f"{key}: {_scalar(value)}\n" for key, value in pairs if value)
    return f"---\n{head}---\n\n{draft.body}"


def _scalar(value: str) -> str:
    """A word or words as a YAML scalar that stays words: quoted where a plain one could be read as anything else."""
    value = " ".join("".join(c if c.isprintable() or c == "\u200d" else " " for c in value).split())
    if re.fullmatch(r"\d{4}(-\d\d){0,2}|[A-Za-z][A-Za-z .]*", value) and value.casefold() not in _WORDS:
        return value
    dumped = yaml.safe_dump(value, default_style='"', allow_unicode=True, width=10**6)
    return str(dumped).strip()


_WORDS = frozenset(["true", "false", "yes", "no", "on", "off", "null", "y", "n"])  # YAML's own


def make(
    ws: Workspace, format_: str, source: Path, drafts: Sequence[Draft], to: Path | None = None, *, again: bool = False
) -> Plan:
    """What would be written. Raises UsageError when `to` lies outside of data/raw, StoreError on an unreadable log."""
    raw = ws.raw.resolve()
    base = _folder(ws, to)
    known = Ledger(ws.review / LEDGER).read()
    groups = {d.group for d in drafts}
    items: list[Item] = []
    taken: set[str] = set()
    for draft in drafts:
        inside = PurePosixPath(draft.name) if to and len(groups) == 1 else PurePosixPath(draft.group, draft.name)
        path = (base / _safe(inside)).relative_to(raw).as_posix()
        wanted, number = path, 1
        while path.casefold() in taken:  # names that a file system without case cannot tell apart
            number += 1
            path = f"{wanted.removesuffix('.md')}-{number}.md"
        taken.add(path.casefold())
        text = note_text(draft)
        items.append(Item(path, draft, text, _status(raw / path, path, text, draft, known, again)))
    return Plan(format_, source, sorted(items, key=lambda i: i.path))


def _folder(ws: Workspace, to: Path | None) -> Path:
    raw = ws.raw.resolve()
    base = raw / "import" if to is None else (ws.root.resolve() / to).resolve()
    if not base.resolve().is_relative_to(raw):
        raise UsageError(
            f"{to or base} lies outside of {ws.raw}", mend="notes lie below data/raw: --to data/raw/old-letters"
        )
    if any(part.startswith(".") for part in base.relative_to(raw).parts):
        raise UsageError(f"--to {to} is hidden: refine would not read it", mend="choose a folder without a dot")
    return base


def _safe(inside: PurePosixPath) -> PurePosixPath:
    """A path of names that every file system takes and refine reads: no hidden ones, none over 120 bytes."""
    parts = []
    for part in inside.parts:
        part = part.encode("utf-8", "replace").decode()  # a name that is not UTF-8 comes in half characters
        stem, dot, suffix = part.rpartition(".") if part.endswith(".md") else (part, "", "")
        stem = " ".join(re.sub(r'[\x00-\x1f\x7f<>:"|?*\\/]', " ", stem).split()).strip(" .") or "note"
        if len(stem.encode()) > 120:
            mark = hashlib.sha256(stem.encode("utf-8", "replace")).hexdigest()[:6]
            stem = stem.encode()[:110].decode("utf-8", "ignore").rstrip(" .") + "-" + mark
        parts.append(f"{stem}{dot}{suffix}")
    return PurePosixPath(*parts)


def _status(file: Path, path: str, text: str, draft: Draft, known: dict[str, str], again: bool) -> Status:
    if not file.resolve().is_relative_to(file.parents[len(PurePosixPath(path).parts) - 1]):
        raise StoreError(f"{file} is a link that leads out of data/raw", mend="remove the link, or choose another --to")
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return "removed" if path in known and not again else "new"
    except OSError as error:
        raise StoreError(f"{file} cannot be read: {error.strerror}") from None
    if data == text.encode("utf-8"):
        return "same"
    if known.get(path) != _sha(data):
        return "changed"
    return "grown" if _holds(text, data.decode("utf-8", "replace"), draft) else "longer"


def _holds(new: str, old: str, draft: Draft) -> bool:
    """Whether a note as it would be written holds what import wrote before. A source that was edited is no loss; one
    that begins later, or is cut by --since, is."""
    if draft.kind == "chat":
        lines = iter(new.split("\n"))
        return all(any(line == other for other in lines) for line in old.split("\n") if line)
    if draft.kind == "media":
        titles = re.compile(r"(?m)^- (\*[^*\n]+\*|\"[^\"\n]+\")")
        return set(titles.findall(old)) <= set(titles.findall(new))
    headings = re.compile(r"(?m)^[ \t]*#{1,6}[ \t]+.*\d.*$")
    return set(headings.findall(old)) <= set(headings.findall(new))


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write(ws: Workspace, plan: Plan) -> int:
    """Writes what is new or grew, all files first beside their places, then renamed, the log last. How many.

    Raises StoreError; then the notes that were there are as they were, but for those already renamed.
    """
    make_folder(ws.raw)
    try:
        stage = Path(tempfile.mkdtemp(prefix=".importing-", dir=ws.raw))
    except OSError as error:
        raise StoreError(f"{ws.raw} cannot be written: {error.strerror}") from None
    known = Ledger(ws.review / LEDGER).read()
    try:
        for number, item in enumerate(plan.writes):
            with open(stage / str(number), "wb", opener=lambda p, f: os.open(p, f, 0o600)) as file:
                file.write(item.text.encode("utf-8"))
        os.sync()  # once for all: waiting for the disk at each of 3,000 letters takes half a minute
        for number, item in enumerate(plan.writes):
            target = ws.raw / item.path
            make_folder(target.parent)
            if target.exists() and known.get(item.path) != _sha(target.read_bytes()):
                raise StoreError(f"{target} changed while import was at work", mend="run the same command again")
            os.replace(stage / str(number), target)
    except UnicodeEncodeError as error:
        raise StoreError(f"a note cannot be written: half a character in it (place {error.start})") from None
    except OSError as error:
        mend = "free some space, then run the same command again" if error.errno == errno.ENOSPC else ""
        raise StoreError(f"{ws.raw / 'import'} cannot be written: {error.strerror}", mend=mend) from None
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    # What is there word for word counts as import's own too: a crash may have come before the log.
    done = [i for i in plan.items if i.writes or i.status == "same" and known.get(i.path) != _sha(i.text.encode())]
    Ledger(ws.review / LEDGER).extend(
        [Imported(path=i.path, sha=_sha(i.text.encode()), format=plan.format, source=plan.source.name) for i in done]
    )
    return len(plan.writes)
