"""A finished run: its adapter, its base model, and what it was taught."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuning.base import Base, resolve_base
from tuning.errors import Refused
from tuning.record import SCHEMA


@dataclass(frozen=True)
class Finished:
    """A finished run."""

    name: str
    folder: Path
    adapter: Path
    adapter_sha256: str
    system: str  # the persona's system message, as every row had it
    dataset_sha256: str
    base_name: str
    base_source: str
    base_kind: str  # gguf, folder or hub
    base_revision: str
    parameters: int  # weights of the base; 0 where the run does not say
    max_length: int  # longest row that it was trained on, tokens
    data: dict[str, Any]


def read_finished(folder: Path) -> Finished:
    """The run in `folder`. Raises `Refused` if it is not finished, or cannot be read."""
    file = folder / "run.json"
    if not file.is_file():
        if not folder.is_dir():
            raise Refused(f"there is no run in {folder}", exit_code=2)
        mend = f"go on with it: refiner train --resume --name {folder.name}"
        raise Refused(f"the run {folder.name} is not finished: it has no run.json, which is written last", mend=mend)
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        if data["schema"] != SCHEMA:
            raise Refused(f"{file} has schema {data['schema']!r}, and this program reads {SCHEMA}")
        base, adapter = data["base"], folder / data["adapter"]
        weights = adapter / "adapter_model.safetensors"
        if not weights.is_file():
            raise Refused(f"the run {folder.name} has no adapter: {weights} is missing", mend="train it again")
        return Finished(
            name=folder.name,
            folder=folder,
            adapter=adapter,
            adapter_sha256=file_sha256(weights),
            system=str(data["system"]),
            dataset_sha256=str(data["dataset"]["sha256"]),
            base_name=base["name"],
            base_source=base["source"],
            base_kind=base["kind"],
            base_revision=base.get("revision") or "main",
            parameters=int(base.get("parameters") or 0),
            max_length=int(data.get("recipe", {}).get("data", {}).get("max_length") or 1024),
            data=data,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"{file} cannot be read: {error!r}", mend="train it again") from error


def base_of(run: Finished) -> Base:
    """Where the run's base model is now. Raises `Refused` with the command that fetches it if it is not here."""
    try:
        return resolve_base(run.base_name, revision=run.base_revision)
    except Refused as error:
        if run.base_kind != "hub" and Path(run.base_source).is_dir():  # named from another folder
            gguf = Path(run.data["base"].get("gguf") or "")
            return resolve_base(str(gguf) if run.base_kind == "gguf" else run.base_source)
        raise error


def weights_folder(base: Base) -> Path | None:
    """The folder with the base's weights as safetensors, or None: a GGUF, or a hub model that is not all here."""
    if base.kind == "gguf":
        return None
    folder = Path(base.source)
    if base.kind == "hub":
        from huggingface_hub import try_to_load_from_cache

        config = try_to_load_from_cache(base.source, "config.json", revision=base.revision)
        if not isinstance(config, str):
            return None
        folder = Path(config).parent
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
        return folder if all((folder / name).is_file() for name in names) else None
    return folder if (folder / "model.safetensors").is_file() else None


def file_sha256(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
