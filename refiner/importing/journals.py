"""Markdown journals: files with dated headings or a date in their name. A file is a note, a huge one several."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from refiner.importing.model import Draft, Wanted, slug
from refiner.importing.obsidian import day_of
from refiner.importing.own_head import foreign, own, split
from refiner.importing.source import Part, Source
from refiner.models import Entry
from refiner.notes import split_entries
from refiner.stages.composing.when import heading_edtf

HUGE = 30_000  # words; a file with more, of several years, becomes one note a year
_PICTURE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_LINK = re.compile(r"(?<!!)\[([^\]\n]+)\]\([a-z]+:[^)\n]*\)")


def looks_like(head: str) -> bool:
    """Whether the beginning of a file is a journal: two dated headings, or one at its very beginning."""
    body = split(head.replace("\r\n", "\n"))[1]
    found = [e for e in split_entries(body, 0) if e.date]
    return len(found) >= 2 or bool(found) and not body[: found[0].start].strip()


def read(source: Source, parts: list[Part], wanted: Wanted) -> list[Draft]:
    """The journals in a source. Raises NoteError with file and line for a file that is no text."""
    group = f"markdown-{slug(source.stem) or 'journal'}"
    out: list[Draft] = []
    for part in parts:
        if PurePosixPath(part.name).suffix.lower() not in (".md", ".markdown", ".txt"):
            wanted.left["attachments"] += 1
            continue
        out += _drafts(source, part, group, wanted)
    return out


def _drafts(source: Source, part: Part, group: str, wanted: Wanted) -> list[Draft]:
    text = source.text(part)
    head, said, body = own(text, part.name)
    meta = {"date": said.date, "written": said.written}
    if not head:
        meta, body = foreign(text, source.where(part), wanted)
    date = meta.get("date", "") or day_of(part.stem)
    body, pictures = _PICTURE.subn("", body)
    wanted.left["pictures"] += pictures
    body, links = _LINK.subn(r"\1", body)
    wanted.left["links"] += links
    pieces = [(e, body[e.start : e.end]) for e in split_entries(body, 0)]
    if (wanted.since or wanted.until) and any(e.date for e, _ in pieces):
        pieces = [(e, t) for e, t in pieces if wanted.in_range(_when(e, date))]
    elif not wanted.in_range(date if re.match(r"\d{4}", date) else ""):
        return []
    whole = "".join(t for _, t in pieces)
    if not re.search(r"\w", whole):
        wanted.left["files without words"] += bool(body.strip() == "")
        return []
    name = PurePosixPath(part.name).with_suffix("")
    years: dict[str, list[tuple[Entry, str]]] = {}
    last = ""
    for entry, of_entry in pieces:  # an entry without a year belongs to the one before
        last = _when(entry, "")[:4] or last
        years.setdefault(last, []).append((entry, of_entry))
    cut = len(whole.split()) > HUGE and len(years) > 1 and not head
    parts = [(f"{name}-{y or 'undated'}.md", p) for y, p in years.items()] if cut else [(f"{name}.md", pieces)]
    out = []
    for path, of_note in parts:
        days = sorted(d for e, _ in of_note if (d := _when(e, "")))
        out.append(
            Draft(
                group=group,
                name=path,
                body="".join(t for _, t in of_note).strip("\n") + "\n",
                date="" if cut else date,
                written=meta.get("written", ""),
                author=meta.get("author", "self"),
                kind=meta.get("kind", "note"),
                head=head,
                first=days[0] if days else date,
                last=days[-1] if days else date,
            )  # fmt: skip
        )
    return out


def _when(entry: Entry, otherwise: str) -> str:
    """When an entry is of, ISO, as far as its heading says without a guess."""
    return heading_edtf(entry.date) or otherwise
