"""What the shell offers for an option: runs, recipes, traits, words. Read from the workspace; writes and says nothing.

A completion that fails leaves half an error on the line that a person is typing, so whatever cannot be read gives none.
It answers while a key is held down, so it imports nothing that takes its time: the words of an option stand here once
more (tests/core/test_help.py compares them), and folders are looked into instead of asked for.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import typer

Completer = Callable[[typer.Context, str], list[str]]
_REFINED = Path("data", "refined")
# Nothing quotes what is offered, and zsh evaluates it: a file may be called anything, so only what needs no quotes.
_PLAIN = re.compile(r"[\w@%+=:,./-]+")


def _root(ctx: typer.Context) -> Path:
    """The workspace that the line names, else the nearest folder upwards with a refiner.toml, else this folder."""
    if given := ctx.params.get("workspace"):
        return Path(given).expanduser()
    here = Path.cwd()
    return next((f for f in (here, *here.parents) if (f / "refiner.toml").is_file()), here)


def _from_workspace(names: Callable[[Path], list[str]]) -> Completer:
    """A callback for typer: those of the names, sorted, that begin with what is typed."""

    def complete(ctx: typer.Context, incomplete: str) -> list[str]:
        try:
            return sorted({n for n in names(_root(ctx)) if n.startswith(incomplete) and _PLAIN.fullmatch(n)})
        except Exception:  # a half-written settings file, a folder that may not be read, a plain file in its place
            return []

    return complete


def _words(*words: str) -> Completer:
    """A callback for an option that takes one of these words."""
    return _from_workspace(lambda root: list(words))


def _list_of(*words: str) -> Completer:
    """A callback for an option that takes several of these words with commas."""

    def complete(ctx: typer.Context, incomplete: str) -> list[str]:
        begun, comma, last = incomplete.rpartition(",")
        return [begun + comma + w for w in words if w.startswith(last) and w not in begun.split(",")]

    return complete


def _runs(root: Path) -> list[str]:
    return [f.parent.name for f in (root / _REFINED / "runs").glob("*/run.json") if not f.parent.name.startswith(".")]


def _begun(root: Path) -> list[str]:
    return [f.name for f in (root / _REFINED / "runs").iterdir() if f.is_dir() and not f.name.startswith(".")]


def _recipes(root: Path) -> list[str]:
    from refiner.training.launch import recipe_folders

    return [file.stem for folder in recipe_folders(root) for file in folder.glob("*.toml")]


def _traits(root: Path) -> list[str]:
    with (root / "refiner.toml").open("rb") as file:
        return [str(trait["id"]) for trait in tomllib.load(file)["traits"]]


def _notes(root: Path) -> list[str]:
    raw = root / "data" / "raw"
    return [str(f.relative_to(raw)) for f in raw.rglob("*") if f.suffix.lower() in (".md", ".txt")]


runs, runs_begun = _from_workspace(_runs), _from_workspace(_begun)
runs_or_current = _from_workspace(lambda root: ["current", *_runs(root)])
recipes = _from_workspace(_recipes)
traits = _from_workspace(_traits)
notes = _from_workspace(_notes)
talks = _from_workspace(lambda root: [f.stem for f in (root / _REFINED / "chats").glob("*.jsonl")])
talks_or_all = _from_workspace(lambda root: ["all", *(f.stem for f in (root / _REFINED / "chats").glob("*.jsonl"))])
evaluations = _from_workspace(lambda root: [f.parent.name for f in (root / _REFINED).glob("evaluations/*/report.json")])

WORDS: dict[str, tuple[str, ...]] = {
    "areas": (
        "fact", "date", "order", "living", "negative", "dead", "gender", "unlived", "media", "general", "held_out",
    ),
    "engines": ("auto", "rules", "llm"),
    "formats_in": (
        "dayone", "telegram", "steam", "goodreads", "letterboxd", "mbox", "whatsapp", "obsidian", "markdown",
    ),
    "formats_out": ("prompt-completion", "sharegpt", "alpaca", "hf"),
    "forms": ("adapter", "lora-gguf", "merged", "f16", "q8_0", "q4_k_m", "ollama"),
    "gap_kinds": (
        "few", "statement", "instance", "years", "period", "cause", "ending", "conflict", "dormant", "only-me",
        "own-words", "others", "softened", "who", "media", "date",
    ),
    "methods": ("sft", "dpo", "kto"),
    "note_kinds": ("note", "letter", "chat", "traits", "media"),
    "stages": ("swap", "reframe", "override", "selfimage"),
    "statuses": ("undecided", "approved", "rejected", "edited", "flagged", "changed"),
}  # fmt: skip
"""What options take, as the modules that read them have it."""

areas, stages = _list_of(*WORDS["areas"]), _list_of(*WORDS["stages"])
formats_out, forms = _list_of(*WORDS["formats_out"]), _list_of(*WORDS["forms"])
engines, formats_in, gap_kinds = _words(*WORDS["engines"]), _words(*WORDS["formats_in"]), _words(*WORDS["gap_kinds"])
note_kinds, statuses = _words(*WORDS["note_kinds"]), _words(*WORDS["statuses"])
items = _words(*WORDS["stages"], "extract", "canon", "question", "edit", "event", "trait", "sample")
genders, methods, orders, mixes = (
    _words("male", "female"),
    _words(*WORDS["methods"]),
    _words("dmy", "mdy"),
    _words("kinds"),
)
