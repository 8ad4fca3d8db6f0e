"""Writes the dataset folder.

`manifest.json` is taken away first and written last: a folder that has one is whole. Only samples that the person
approved or edited and that wait for nothing get in.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from refiner.config import Config
from refiner.dataset.card import dataset_card, format_card
from refiner.dataset.formats import FORMATS
from refiner.dataset.persona import system_for
from refiner.dataset.provenance import provenance_rows
from refiner.dataset.replay import choose_general, spread
from refiner.dataset.rows import Pair, Placed, chats, preferences, verdicts
from refiner.dataset.split import Split, scene, split
from refiner.dataset.validate import FILES, PROVENANCE, ROWS, SCHEMA
from refiner.dataset.validate import validate_dataset as validate_dataset
from refiner.errors import StoreError, Undecided
from refiner.models import Sample
from refiner.review.history import History
from refiner.store import make_folder, write_atomic

DECIDED = ("approved", "edited")
Check = Callable[[Path, Mapping[str, Sequence[Sample]]], dict[str, Any]]


@dataclass(frozen=True)
class Extras:
    """What a data set may have besides the samples. Without it: no general rows, no other forms, split by scene."""

    general: Sequence[Sample] = ()  # to choose from; how many: [samples] replay
    formats: Sequence[str] = ()
    history: History = field(default_factory=History)  # for the provenance and the reasons of rejections
    parts: Split | None = None  # another split than by scene and form
    held_out: Sequence[Mapping[str, str]] = ()  # the events of eval.jsonl where they are held out: id, label
    manifest: Mapping[str, Any] = field(default_factory=dict)  # more keys for the manifest
    check: Check | None = None  # looks at the written files; what it returns goes into the manifest


def ready(samples: Sequence[Sample]) -> list[Sample]:
    """The samples that may be exported: approved or edited, and not held back by their sources. No id twice."""
    found = {s.id: s for s in samples if s.status in DECIDED and not s.blocked}
    return sorted(found.values(), key=lambda s: s.id)


def export_dataset(
    samples: Sequence[Sample],
    out: Path,
    *,
    config: Config,
    card: str,
    base: str,
    system: str | None = None,
    pairs: Sequence[Pair] = (),
    rejected: Sequence[Sample] = (),
    partial: bool = False,
    extras: Extras | None = None,
) -> dict[str, Any]:
    """Writes train, eval, preferences, kto, provenance, the chosen formats, README and, last, the manifest, which it
    returns.

    `card`: the persona card. `system`: the system message of every row; None lets the size of `base` decide between
    the card and its short form. `pairs`: (as the person edited it, as it was proposed). `rejected`: for kto.jsonl and
    preferences.jsonl. Raises Undecided (exit code 3) when samples are undecided or approved ones wait for their
    sources and `partial` is not set, and when none is ready at all; StoreError when the folder cannot be written.
    """
    more = extras or Extras()
    able = ready(samples)
    _refuse(samples, able, partial)
    message = (system if system is not None else system_for(base, card)).strip()
    parts = more.parts or split(able)
    if not parts.train:
        raise Undecided("no sample is left to train on", mend="refiner review")
    usable = parts.train if more.parts else able  # what is held out must not come in as a preference
    wanted = round(config.samples.replay * len(parts.train))
    general = choose_general(more.general, able, wanted)
    reasons = {s.id: d.reason or "" for s in rejected for d in more.history.active(s.id) if d.verdict == "reject"}
    chosen, from_edits = preferences(message, usable, pairs, rejected, reasons)
    placed: dict[str, Placed] = {
        "train.jsonl": chats(message, spread(_mixed(parts.train), general)),
        "eval.jsonl": chats(message, parts.evaluation),
        "preferences.jsonl": chosen,
        "kto.jsonl": verdicts(message, usable, pairs, rejected),
    }
    behind = {name: [sample for sample, _ in of_file] for name, of_file in placed.items()}
    contents = {name: _lines(row for _, row in of_file) for name, of_file in placed.items()}
    contents[PROVENANCE] = _lines(provenance_rows(behind, more.history))
    for form in more.formats:
        for name in ("train.jsonl", "eval.jsonl"):
            contents[f"formats/{form}/{name}"] = _lines(FORMATS[form](row["messages"]) for _, row in placed[name])
    rows = {name: text.count("\n") for name, text in contents.items()}
    for form in more.formats:
        contents[f"formats/{form}/README.md"] = format_card(form, rows)
    contents["README.md"] = dataset_card(
        parts, config=config, system=message, base=base, rows=rows, replay=len(general), held_out=more.held_out
    )
    names = [*ROWS, PROVENANCE, *(n for n in contents if n.startswith("formats/")), "README.md"]
    assert set(FILES) <= set(names)
    labels = Counter(bool(row["label"]) for _, row in placed["kto.jsonl"])
    taken = usable if not more.parts else [*parts.train, *parts.evaluation]
    manifest: dict[str, Any] = {
        "schema": SCHEMA,
        "files": [{"name": n, "sha256": _sha(contents[n]), "rows": rows.get(n, 0)} for n in names],
        "counts": {
            **{name.removesuffix(".jsonl"): rows[name] for name in ROWS},
            "replay": len(general),
            "kinds": dict(sorted(Counter(s.kind for s in taken).items())),
            "traits": dict(sorted(Counter(t for s in taken for t in s.traits).items())),
            "statuses": dict(sorted(Counter(s.status for s in taken).items())),
            "left_out": len({s.id for s in samples}) - len(taken),
            "kto_labels": {"true": labels[True], "false": labels[False]},
            "preferences_from": {"edits": from_edits, "answers": len(chosen) - from_edits},
            "near_duplicates_moved": parts.moved,
        },
        **more.manifest,
        "system": message,
        "base": base,
    }
    if more.held_out:
        manifest["held_out_events"] = [dict(e) for e in more.held_out]
    make_folder(out)
    before = _unmark(out)
    for name in names:
        write_atomic(out / name, contents[name])
    _clear(out, before - set(names))
    if more.check:
        manifest.update(more.check(out, behind))
    write_atomic(out / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
    return manifest


def _refuse(samples: Sequence[Sample], able: Sequence[Sample], partial: bool) -> None:
    undecided = [s for s in samples if s.status == "undecided"]
    waiting = [s for s in samples if s.status in DECIDED and s.blocked]
    if not partial and (undecided or waiting):
        ids = ", ".join(s.id for s in (*undecided, *waiting)[:5])
        more = len(undecided) + len(waiting) - 5
        raise Undecided(
            f"{len(undecided)} samples are undecided and {len(waiting)} wait for items in their sources: {ids}"
            + (f" and {more} more" if more > 0 else ""),
            mend=f"refiner review; or leave them out: refiner export --partial ({len(able)} samples are ready)",
        )
    if not able:
        raise Undecided("no sample is approved yet", mend="refiner review")


def _unmark(out: Path) -> set[str]:
    """Takes the old manifest away, so that a folder that is being written is not taken for a whole one; the names that
    it listed."""
    old: set[str] = set()
    try:
        out.chmod(0o700)
        with suppress(FileNotFoundError, ValueError, KeyError, TypeError):
            listed = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["files"]
            old = {str(f["name"]) for f in listed}
        (out / "manifest.json").unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{out} cannot be written: {error.strerror}") from None
    return old


def _clear(out: Path, names: set[str]) -> None:
    """Takes away what an earlier export wrote and this one did not: nobody would know that it is there."""
    for name in names:
        path = PurePosixPath(name)
        if path.parts[:1] == ("formats",) and ".." not in path.parts:
            with suppress(OSError):
                (out / path).unlink()
            for folder in (path.parent, path.parents[1]):
                with suppress(OSError):  # not empty
                    (out / folder).rmdir()


FIRST = ("identity/gender", "identity/name", "identity/who", "identity/not_gender")  # what nobody may get wrong


def _mixed(rows: Sequence[Sample]) -> list[Sample]:
    """One row of each kind in turn, the rarest kinds first to end, and of each kind one of each scene before a second
    of any: a recipe that takes only the beginning of the file then gets what is rare and matters (who she is, what is
    over) as well as the many memories. Always the same."""
    of_kind: dict[str, list[Sample]] = {}
    told: Counter[str] = Counter()
    for sample in sorted(rows, key=lambda s: _sha(s.id)):
        of_kind.setdefault(sample.kind, []).append(sample)
    place: dict[str, tuple[int, str]] = {}
    for kind, group in of_kind.items():
        order: list[tuple[int, int, int, Sample]] = []
        for at, sample in enumerate(group):
            of = scene(sample)
            order.append((told[of], 0 if of.endswith(FIRST) else 1, at, sample))
            told[of] += 1
        for at, (*_, sample) in enumerate(sorted(order, key=lambda o: o[:3])):
            place[sample.id] = (at, kind)
    return sorted(rows, key=lambda s: place[s.id])


def _lines(rows: Any) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
