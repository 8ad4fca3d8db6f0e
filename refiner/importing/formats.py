"""The formats that import knows, how each is recognised by what is in it, and how each app exports it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from refiner.errors import UsageError
from refiner.importing import (
    dayone,
    goodreads,
    journals,
    letterboxd,
    mail,
    obsidian,
    steam,
    telegram,
    whatsapp,
)
from refiner.importing.model import Draft, Wanted
from refiner.importing.source import Part, Source

_TEXTS = (".md", ".markdown", ".txt")


@dataclass(frozen=True)
class Format:
    """One kind of export. `looks_like` is asked for the beginning of a file that has one of the suffixes."""

    name: str
    says: str  # what it is
    how: str  # how the app exports it
    read: Callable[[Source, list[Part], Wanted], list[Draft]]
    looks_like: Callable[[str], bool] | None = None
    suffixes: tuple[str, ...] = ()

    def parts(self, source: Source) -> list[Part]:
        """The files of a source that are of this format."""
        if self.name == "letterboxd":
            return letterboxd.parts_of(source) or [p for p in source.parts if self._fits(source, p)]
        if self.looks_like is None:
            return list(source.parts) if any(p.name.lower().endswith(_TEXTS) for p in source.parts) else []
        found = [p for p in source.parts if self._fits(source, p)]
        # Notes of a journal that have no dated heading belong to it all the same.
        return list(source.parts) if found and self.name == "markdown" else found

    def _fits(self, source: Source, part: Part) -> bool:
        suffix = PurePosixPath(part.name).suffix.lower()
        assert self.looks_like is not None
        if self.suffixes and suffix not in self.suffixes:
            return False
        return self.looks_like(source.head(part)) or self.name == "markdown" and bool(obsidian.day_of(part.stem))


# In the order in which they are tried: what is told surely by its content comes first.
FORMATS: dict[str, Format] = {
    f.name: f
    for f in (
        Format("dayone", "Day One: Journal.json, or the zip with it",
               "Day One: File, Export, JSON", dayone.read, dayone.looks_like, (".json",)),
        Format("telegram", "Telegram: result.json of one chat or of all",
               "Telegram Desktop: a chat's menu, Export chat history; format JSON",
               telegram.read, telegram.looks_like, (".json",)),
        Format("steam", "Steam: JSON of GetOwnedGames, or a CSV with game and hours",
               "the answer of IPlayerService/GetOwnedGames with include_appinfo=1",
               steam.read, steam.looks_like, (".json", ".csv", ".tsv")),
        Format("goodreads", "Goodreads: goodreads_library_export.csv",
               "goodreads.com: My Books, Import and export, Export Library", goodreads.read,
               goodreads.looks_like, (".csv",)),
        Format("letterboxd", "Letterboxd: the zip, its folder, or one of its CSVs",
               "letterboxd.com: Settings, Data, Export your data", letterboxd.read, letterboxd.looks_like, (".csv",)),
        Format("mbox", "mail: an mbox file, or a folder of them",
               "Google Takeout, a folder's file of Thunderbird, Apple Mail: Export Mailbox",
               mail.read, mail.looks_like, (".mbox", ".mbx", ".mboxrd", "", ".txt")),
        Format("whatsapp", "WhatsApp: the exported chat (.txt, or the zip), or a folder of them",
               "WhatsApp: a chat's menu, More, Export chat, Without media", whatsapp.read,
               whatsapp.looks_like, (".txt",)),
        Format("obsidian", "Obsidian: the vault's folder", "nothing to export: name the vault's folder", obsidian.read),
        Format("markdown", "a journal: Markdown or text with dated headings, a file or a folder",
               "any program that exports Markdown", journals.read, journals.looks_like, _TEXTS),
    )
}  # fmt: skip


def recognise(source: Source, wanted: str = "") -> tuple[Format, list[Part]]:
    """The format of a source and its files. Raises UsageError that lists all formats where none fits."""
    if wanted:
        chosen = FORMATS.get(wanted)
        if chosen is None:
            raise UsageError(f'--from "{wanted}"', mend=f"write one of: {', '.join(FORMATS)}")
        parts = chosen.parts(source) or ([source.parts[0]] if len(source.parts) == 1 else [])
        if wanted in ("markdown", "obsidian"):
            parts = list(source.parts)
        if not parts:
            raise UsageError(f"{source.path}: there is nothing of {chosen.says} in it", mend=chosen.how)
        return chosen, parts
    if ".obsidian" in source.hidden:
        return FORMATS["obsidian"], FORMATS["obsidian"].parts(source)
    for found in FORMATS.values():
        if found.looks_like is not None and found.name != "markdown" and (parts := found.parts(source)):
            return found, parts
    if _is_vault(source):
        return FORMATS["obsidian"], list(source.parts)
    if parts := FORMATS["markdown"].parts(source):
        return FORMATS["markdown"], parts
    raise UsageError(f"{source.path} is nothing that refiner can import.\n{understood()}", mend=_guess(source))


def _is_vault(source: Source) -> bool:
    """Whether a folder without .obsidian is a vault all the same: notes that link each other with [[…]]."""
    notes: Sequence[Part] = [p for p in source.parts if p.name.lower().endswith(".md")]
    return len(notes) > 1 and any("[[" in source.head(p, 8192) for p in notes[:200])


def _guess(source: Source) -> str:
    if any(p.name.lower().endswith(_TEXTS) for p in source.parts):
        return "if these are notes: add --from markdown or --from obsidian, or copy them into data/raw as they are"
    return "export it as one of these, or copy text files into data/raw as they are"


def understood() -> str:
    """What import understands and how each app exports it."""
    return "It understands:\n" + "\n".join(f"  {f.says}\n      {f.how}" for f in FORMATS.values())
