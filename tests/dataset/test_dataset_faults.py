"""Faults while a data set is written: never a folder that looks whole and is not."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from dataset_life import CONFIG, samples

import refiner.dataset.export as module
from refiner.dataset.examining import _plainly_named
from refiner.dataset.export import Extras, export_dataset, validate_dataset
from refiner.errors import StoreError, UsageError
from refiner.exporting import _free
from refiner.store import Workspace

GIVEN: dict[str, Any] = {"config": CONFIG, "card": "You are Esther.", "base": ""}
NAMES = [
    "train.jsonl", "eval.jsonl", "preferences.jsonl", "kto.jsonl", "provenance.jsonl", "formats/hf/train.jsonl",
    "formats/hf/README.md", "README.md", "manifest.json",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_killed_at_any_file_leaves_no_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    extras = Extras(formats=("hf",))
    export_dataset(samples(), tmp_path, **GIVEN, extras=extras)
    real = module.write_atomic

    def dies(path: Path, data: str) -> None:
        if path == tmp_path / name:
            raise KeyboardInterrupt
        real(path, data)

    monkeypatch.setattr(module, "write_atomic", dies)
    with pytest.raises(KeyboardInterrupt):
        export_dataset(samples()[2:], tmp_path, **GIVEN, extras=extras)
    assert not (tmp_path / "manifest.json").exists()
    assert validate_dataset(tmp_path) == ["manifest.json is missing: the folder is not whole"]
    monkeypatch.undo()
    export_dataset(samples(), tmp_path, **GIVEN, extras=extras)
    assert validate_dataset(tmp_path) == []


def test_a_check_that_fails_leaves_no_manifest(tmp_path: Path) -> None:
    def fails(folder: Path, behind: Any) -> dict[str, Any]:
        assert (folder / "README.md").is_file()
        assert not (folder / "manifest.json").exists()
        assert len(behind["train.jsonl"]) == (folder / "train.jsonl").read_text().count("\n")
        raise StoreError("a row cannot be rendered")

    with pytest.raises(StoreError):
        export_dataset(samples(), tmp_path, **GIVEN, extras=Extras(check=fails))
    assert not (tmp_path / "manifest.json").exists()


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_folder_that_cannot_be_written_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    export_dataset(samples(), tmp_path, **GIVEN)

    def refused(old: str, new: Path) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(StoreError, match="cannot be written") as error:
        export_dataset(samples()[1:], tmp_path, **GIVEN)
    assert error.value.mend
    assert not (tmp_path / "manifest.json").exists()
    assert not list(tmp_path.glob(".*.tmp"))


def test_a_file_in_the_way_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "d").write_text("a file")
    with pytest.raises(StoreError):
        export_dataset(samples(), tmp_path / "d", **GIVEN)
    assert (tmp_path / "d").read_text() == "a file"


def test_a_manifest_that_names_other_places_is_refused_and_touches_nothing(tmp_path: Path) -> None:
    out, other = tmp_path / "d", tmp_path / "other.jsonl"
    other.write_text("mine")
    export_dataset(samples(), out, **GIVEN)
    told = (out / "manifest.json").read_text().replace('"files": [', '"files": [{"name": "../other.jsonl"},', 1)
    (out / "manifest.json").write_text(told)
    assert "../other.jsonl: no file of this folder" in validate_dataset(out)
    export_dataset(samples(), out, **GIVEN)
    assert other.read_text() == "mine"


def test_a_folder_of_somebody_else_is_not_written_over(tmp_path: Path) -> None:
    ws = Workspace(tmp_path / "life")
    theirs = tmp_path / "project"
    for folder in (ws.raw, ws.review, theirs):
        folder.mkdir(parents=True)
    (theirs / "README.md").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for place in (theirs, ws.raw, ws.raw / "sub", ws.root, tmp_path / "file"):
        (ws.raw / "sub").mkdir(exist_ok=True)
        with pytest.raises(UsageError):
            _free(ws, place)
    export_dataset(samples(), tmp_path / "ours", **GIVEN)
    _free(ws, tmp_path / "ours")
    (tmp_path / "ours" / "manifest.json").unlink()  # an export that was killed
    _free(ws, tmp_path / "ours")
    _free(ws, tmp_path / "new")
    (tmp_path / "ours" / "photo.jpg").touch()
    with pytest.raises(UsageError, match="photo.jpg"):
        _free(ws, tmp_path / "ours")


def test_brackets_in_the_path_are_no_pattern(tmp_path: Path) -> None:
    folder = tmp_path / "my [life] 1"
    export_dataset(samples(), folder, **GIVEN)
    with _plainly_named(folder) as plain:
        assert "[" not in str(plain)
        assert (plain / "train.jsonl").read_bytes() == (folder / "train.jsonl").read_bytes()
    assert not plain.exists()
