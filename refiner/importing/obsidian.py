"""An Obsidian vault: each note as it is, without what only Obsidian understands. Daily notes have their day."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import PurePosixPath

from refiner.errors import NoteError
from refiner.importing.model import Draft, Wanted, slug
from refiner.importing.own_head import foreign, own
from refiner.importing.source import Part, Source
from refiner.notes import split_entries
from refiner.stages.composing.when import heading_edtf

_DAILY = re.compile(r"(?<!\d)(\d{4})[-_. ]?(\d{2})[-_. ]?(\d{2})(?!\d)")
_EMBED = re.compile(r"!\[\[([^\]\n]*)\]\]")
_PICTURE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_WIKI = re.compile(r"\[\[([^\]|\n]*)(?:\|([^\]\n]*))?\]\]")
_LINK = re.compile(r"(?<!!)\[([^\]\n]+)\]\((?:[a-z]+:|[^)\s]*\.md)[^)\n]*\)")
_BARE = re.compile(r"(?<![\w(@])<?https?://[^\s>]+>?")
_CALLOUT = re.compile(r"[ \t]*>[ \t]*\[![\w-]+(?:\|[^\]]*)?\][+-]?[ \t]*(.*)$")
_FIELD = re.compile(r"(?m)^[ \t]*(?:[-*][ \t]+)?(?:\*\*)?[\w][\w /-]{0,30}(?:\*\*)?::[ \t]*.*(?:\n|\Z)")
_INLINE_FIELD = re.compile(r"[\[(][\w /-]{1,30}::[ \t]*([^\])\n]*)[\])]")
_BLOCK_ID = re.compile(r"(?m)[ \t]+\^[\w-]+[ \t]*$")
_COMMENT = re.compile(r"%%.*?%%", re.S)
_CODE = re.compile(
    r"(?ms)^(?P<f>```+|~~~+)[ \t]*(?:dataview(?:js)?|tasks|query|button|templater|excalidraw|mermaid|tracker|ad-\w+)\b"
    r".*?^(?P=f)[ \t]*$"
)
_TEMPLATER = re.compile(r"<%.*?%>", re.S)
_TAG_LINE = re.compile(r"(?m)^[ \t]*(?:#[\w/-]*[^\W\d][\w/-]*[ \t]*)+$\n?")
_TAG = re.compile(r"(?<![\w#&/(])#(?=[\w/-]*[^\W\d])([\w/-]+)")
_HIGHLIGHT = re.compile(r"==(?=\S)([^=\n]+)==")


def read(source: Source, parts: list[Part], wanted: Wanted) -> list[Draft]:
    """The notes of a vault. Raises NoteError with file and line for a file that is no text."""
    group = f"obsidian-{slug(source.stem) or 'vault'}"
    templates = _templates(source)
    out: list[Draft] = []
    for part in parts:
        if PurePosixPath(part.name).suffix.lower() not in (".md", ".markdown"):
            what = "canvases and databases" if part.name.endswith((".canvas", ".base")) else "attachments"
            wanted.left[what] += 1
            continue
        folders = PurePosixPath(part.name).parts[:-1]
        if "/".join(folders).casefold() in templates or any(f.casefold() in templates for f in folders):
            wanted.left["templates"] += 1
            continue
        if part.name.endswith(".excalidraw.md"):
            wanted.left["drawings"] += 1
            continue
        draft = _draft(source, part, group, wanted)
        if draft is not None:
            out.append(draft)
    if source.hidden & {".trash"}:
        wanted.said.append("the vault's .trash is not read")
    return out


def _templates(source: Source) -> frozenset[str]:
    """Folders of templates: the usual names, and what the vault's own settings say."""
    found = {"templates", "template", "_templates", "vorlagen", "plantillas"}
    if source.path.is_dir():
        for name in ("templates.json", "plugins/templater-obsidian/data.json"):
            try:
                said = json.loads((source.path / ".obsidian" / name).read_text(encoding="utf-8"))
                found.add(str(said.get("folder") or said.get("templates_folder") or "").strip("/").casefold())
            except (OSError, ValueError, AttributeError):
                continue
    return frozenset(found - {""})


def _draft(source: Source, part: Part, group: str, wanted: Wanted) -> Draft | None:
    text = source.text(part)
    if "\0" in text:
        raise NoteError(f"{source.where(part)}:{text[: text.index(chr(0))].count(chr(10)) + 1}: this is no text")
    head, said, body = own(text, part.name)
    meta = {"date": said.date, "written": said.written}
    if not head:
        meta, body = foreign(text, source.where(part), wanted)
    if "excalidraw-plugin:" in text[:400] or "kanban-plugin:" in text[:400]:
        wanted.left["drawings"] += 1
        return None
    body = plain(body, wanted)
    if not re.search(r"\w", re.sub(r"(?m)^[ \t]*#{1,6}[ \t].*$", "", body)):
        wanted.left["notes without words"] += 1
        return None
    day = day_of(part.stem)
    dated = meta.get("date", "") or day
    entries = sorted(e for x in split_entries(body, 0) if (e := heading_edtf(x.date)))
    first = dated or meta.get("written", "") or (entries[0] if entries else "")
    first = first if re.match(r"\d{4}", first) else ""  # "summer of 2009" is a date, but no bound
    if not wanted.in_range(first):
        return None
    title = "" if day or re.search(r"(?m)^# ", body) else f"# {part.stem}\n\n"
    return Draft(
        group=group, name=f"{PurePosixPath(part.name).with_suffix('')}.md", body=f"{title}{body}\n", date=dated,
        written=meta.get("written", "") if meta.get("written", "") != dated else "", author=meta.get("author", "self"),
        kind=meta.get("kind", "note"), head=head, first=first, last=max([first, *entries]),
    )  # fmt: skip


def day_of(stem: str) -> str:
    """The day that a file's name is, ISO: "2019-03-05", "20190305 Tuesday", "5 March 2019"; "" where it is none."""
    daily = _DAILY.search(stem)
    said = f"{daily[1]}-{daily[2]}-{daily[3]}" if daily else heading_edtf(stem)
    try:
        return said if len(said) == 10 and 1900 <= date.fromisoformat(said).year <= 2100 else ""
    except ValueError:
        return ""


def plain(text: str, wanted: Wanted) -> str:
    """Obsidian's Markdown without what is Obsidian's own: the words of links and callouts stay, the rest is counted."""

    def drop(pattern: re.Pattern[str], text: str, what: str, by: str = "") -> str:
        text, count = pattern.subn(by, text)
        wanted.left[what] += count
        return text

    text = _COMMENT.sub("", text)
    text = drop(_CODE, text, "queries and other code blocks")
    text = _TEMPLATER.sub("", text)
    text = drop(_EMBED, text, "embedded notes and pictures")
    text = drop(_PICTURE, text, "embedded notes and pictures")
    text = _WIKI.sub(lambda m: m[2] or _shown(m[1]), text)
    text = drop(_LINK, text, "links", r"\1")
    text = drop(_BARE, text, "links")
    text = _callouts(text)
    text = drop(_INLINE_FIELD, text, "Dataview fields", r"\1")
    text = drop(_FIELD, text, "Dataview fields")
    text = drop(_TAG_LINE, text, "tags")
    text = _TAG.sub(lambda m: m[1].rpartition("/")[2], text)
    text = _HIGHLIGHT.sub(r"\1", _BLOCK_ID.sub("", text))
    text = re.sub(r"[ \t]+$", "", text, flags=re.M)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _shown(target: str) -> str:
    """What Obsidian shows of a link without a name: the note, not its folder, heading or block."""
    note, _, heading = target.partition("#")
    return note.rpartition("/")[2] or heading.lstrip("^")


def _callouts(text: str) -> str:
    """Callouts as running text: they are the person's own words in a box, where `>` alone is somebody else's."""
    out: list[str] = []
    inside = False
    for line in text.split("\n"):
        if match := _CALLOUT.match(line):
            inside = True
            if match[1].strip():
                out += [match[1].strip(), ""]
        elif inside and (quoted := re.match(r"[ \t]*>[ \t]?", line)):
            out.append(line[quoted.end() :])
        else:
            inside = False
            out.append(line)
    return "\n".join(out)
