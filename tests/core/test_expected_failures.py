"""Whatever is wrong with a file that the program reads, it ends in one message and never in a traceback."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from refiner.asking.recording import replay
from refiner.canon_file import read_canon
from refiner.config import Config
from refiner.console import Output
from refiner.dataset.replay import read_general
from refiner.dataset.validate import validate_dataset
from refiner.errors import RefinerError, UsageError
from refiner.evaluate.interview import Kept
from refiner.importing.ledger import Ledger
from refiner.marks import last_state
from refiner.models import Timeline
from refiner.notes import read_notes
from refiner.noting.names import given_name
from refiner.since import dataset_hash, export_since
from refiner.store import DecisionLog, Results, Workspace, read_jsonl
from refiner.talk_corrections import read_corrections
from refiner.talk_files import read_talk
from refiner.talk_model import persona_of
from refiner.timeline.bounds import edtf_window
from refiner.training.runs import current, list_runs, read_run

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "training"))
from tuning.errors import Refused  # noqa: E402
from tuning.folder import read_folder, read_replay  # noqa: E402
from tuning.recipe import read_recipe  # noqa: E402

BAD: dict[str, bytes] = {
    "odd bytes": b"caf\xe9 = 1\n{}",
    "5,000 digits as JSON": b'{"a": ' + b"9" * 5_000 + b"}\n{}\n",
    "5,000 digits as TOML": b"a = " + b"9" * 5_000 + b"\n",
    "nested as JSON": b'{"messages": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n{}\n",
    "nested as TOML": b"a = " + b"[" * 100_000,
    "NUL": b"\0\n\0\n",
    "lone surrogate": b'{"a": "\\ud800", "key": "\\ud800", "user": "\\ud800"}\n{}\n',
    "empty": b"",
    "huge": b'{"schema": 1, "steps": 1e999, "files": 1e999, "current": 1e999, "before": 1e999}\n{}\n',
    "not a number": b'{"schema": NaN, "files": NaN}\n{}\n',
    "a number": b"1\n{}\n",
}  # fmt: skip


def _in(name: str, read: Callable[[Path], Any]) -> tuple[str, Callable[[Path], Any]]:
    """A file of this name, and what reads it, given the folder that it lies in."""
    return name, read


READERS = {
    "refiner.toml": _in("refiner.toml", lambda f: Config.load(f / "refiner.toml")),
    "canon.toml": _in("canon.toml", lambda f: read_canon(f / "canon.toml")),
    "recipe": _in("r.toml", lambda f: read_recipe(f / "r.toml")),
    "decisions": _in("d.jsonl", lambda f: DecisionLog(f / "d.jsonl").read()),
    "corrections": _in("c.jsonl", lambda f: read_corrections(f / "c.jsonl")),
    "imports": _in("i.jsonl", lambda f: Ledger(f / "i.jsonl").read()),
    "talk": _in("t.jsonl", lambda f: read_talk(f / "t.jsonl")),
    "kept answers": _in("k.jsonl", lambda f: Kept(f / "k.jsonl")),
    "recording": _in("x.jsonl", lambda f: replay(f / "x.jsonl")),
    "records": _in("e.jsonl", lambda f: read_jsonl(f / "e.jsonl", Timeline)),
    "results": _in("results.sqlite", lambda f: Results(f / "results.sqlite").close()),
    "state.json": _in("state.json", last_state),
    "run.json": _in("run.json", read_run),
    "started.json": _in("started.json", read_run),
    "runs": _in("one/run.json", list_runs),
    "current.json": _in("current.json", current),
    "manifest, checked": _in("manifest.json", validate_dataset),
    "manifest, hashed": _in("manifest.json", dataset_hash),
    "manifest, trained on": _in("manifest.json", read_folder),
    "provenance": _in("provenance.jsonl", lambda f: export_since(f, [])),
    "general rows": _in("g.jsonl", lambda f: read_general(f / "g.jsonl")),
    "general rows, trained on": _in("g.jsonl", lambda f: read_replay("g.jsonl", [f])),
    "persona.md": _in("data/refined/persona.md", lambda f: persona_of(Workspace(f))),
    "note": _in("n.md", read_notes),
}  # fmt: skip


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("bad", [*BAD, "a folder"])
def test_what_cannot_be_read_is_told_or_passed_over(tmp_path: Path, name: str, bad: str) -> None:
    file, read = READERS[name]
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    if bad == "a folder":
        path.mkdir()
    else:
        path.write_bytes(BAD[bad])
    with suppress(RefinerError, Refused):
        read(tmp_path)


@pytest.mark.parametrize("bad", BAD)
def test_rows_that_cannot_be_read_are_told(tmp_path: Path, bad: str) -> None:
    import hashlib

    files = []
    for name in ("train.jsonl", "eval.jsonl", "preferences.jsonl", "kto.jsonl", "README.md", "provenance.jsonl"):
        (tmp_path / name).write_bytes(BAD[bad])
        rows = sum(bool(line) for line in BAD[bad].split(b"\n"))
        files.append({"name": name, "rows": rows, "sha256": hashlib.sha256(BAD[bad]).hexdigest()})
    (tmp_path / "manifest.json").write_text(json.dumps({"schema": 1, "system": "s", "files": files}))
    assert bad == "empty" or validate_dataset(tmp_path)
    with pytest.raises(Refused):
        read_folder(tmp_path)
    with suppress(RefinerError):
        export_since(tmp_path, [])


def test_a_row_with_half_a_character_is_not_trained_on(tmp_path: Path) -> None:
    row = {"messages": [{"role": "user", "content": "Where?"}, {"role": "assistant", "content": "\ud800"}]}
    (tmp_path / "g.jsonl").write_text(json.dumps(row) + "\n")
    with pytest.raises(Refused, match="line 1"):
        read_replay("g.jsonl", [tmp_path])


@pytest.mark.parametrize("text", ["[" * 1500 + "1998" + "]" * 1500, "1998" + "/1998" * 1500, "[" * 90 + "]" * 90])
def test_a_date_without_end_is_none(text: str) -> None:
    assert edtf_window(text) is None


def test_a_name_that_is_not_utf8_is_not_made() -> None:
    with pytest.raises(UsageError, match="not UTF-8"):
        given_name("x\udce9.md")


def test_half_a_character_is_printed_as_json_writes_it(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=True).json({"a": "\ud800", "b": "é"})
    assert json.loads(capsys.readouterr().out) == {"a": "\ud800", "b": "é"}


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}",
        b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"models": ' + b"[" * 100_000,
    ],
)
def test_a_server_that_is_no_ollama_has_no_models(said: bytes) -> None:
    import socket
    import threading

    from refiner.engine import installed_models

    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with server.accept()[0] as there:
                there.recv(10_000)
                there.sendall(said)

        thread = threading.Thread(target=answer)
        thread.start()
        assert installed_models(f"http://127.0.0.1:{server.getsockname()[1]}", timeout=5) == []
        thread.join()
