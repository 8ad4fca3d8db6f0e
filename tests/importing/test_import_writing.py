"""What is written and what is not: the plan against the workspace, the log, files that the person changed, faults."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from pathlib import Path

import pytest
from exports import bring, plan, put, workspace

from refiner.errors import RefinerError, StoreError, UsageError
from refiner.importing import planning, source
from refiner.importing.command import carry_out
from refiner.importing.ledger import Imported, Ledger
from refiner.store import Workspace

FIRST = "25/12/19, 21:03 - Leela: hi there\n26/12/19, 21:04 - Vikram: yes\n"
LATER = FIRST + "27/12/19, 21:04 - Leela: so\n02/01/20, 10:00 - Vikram: new year\n"
NAME = "WhatsApp Chat with Leela.txt"


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return workspace(tmp_path)


def files(ws: Workspace) -> dict[str, str]:
    return {
        p.relative_to(ws.raw).as_posix(): p.read_text()
        for p in ws.raw.rglob("*")
        if p.is_file() and p.name != "README.md"
    }


def statuses(ws: Workspace, path: Path, **options: object) -> dict[str, str]:
    return {i.path.rpartition("/")[2]: i.status for i in plan(ws, path, **options).items}


def test_a_plan_writes_nothing(ws: Workspace, tmp_path: Path) -> None:
    plan(ws, put(tmp_path, NAME, FIRST))
    assert files(ws) == {}
    assert not (ws.review / "imports.jsonl").exists()


def test_files_are_private_and_logged_last(ws: Workspace, tmp_path: Path) -> None:
    assert bring(ws, put(tmp_path, NAME, FIRST)) == 1
    (path,) = (ws.raw / p for p in files(ws))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    record = json.loads((ws.review / "imports.jsonl").read_text())
    assert (record["path"], record["format"], record["source"]) == (
        "import/whatsapp-leela/2019-12.md",
        "whatsapp",
        NAME,
    )
    assert not [p for p in ws.raw.iterdir() if p.name.startswith(".")]


def test_a_grown_export(ws: Workspace, tmp_path: Path) -> None:
    path = put(tmp_path, NAME, FIRST)
    bring(ws, path)
    put(tmp_path, NAME, LATER)
    assert statuses(ws, path) == {"2019-12.md": "grown", "2020-01.md": "new"}
    assert bring(ws, path) == 2
    assert "Leela: so" in files(ws)["import/whatsapp-leela/2019-12.md"]
    # An export that begins later takes nothing away.
    put(tmp_path, NAME, "".join(LATER.splitlines(keepends=True)[1:]))
    assert statuses(ws, path) == {"2019-12.md": "longer", "2020-01.md": "same"}
    assert statuses(ws, put(tmp_path, NAME, LATER), since="2019-12-26") == {
        "2019-12.md": "longer",
        "2020-01.md": "same",
    }
    assert bring(ws, path, since="2019-12-26") == 0


def test_what_the_person_changed_or_removed_stays_so(ws: Workspace, tmp_path: Path) -> None:
    path = put(tmp_path, NAME, LATER)
    bring(ws, path)
    mine = ws.raw / "import/whatsapp-leela/2019-12.md"
    mine.write_text(mine.read_text() + "\nI was lying.\n")
    (ws.raw / "import/whatsapp-leela/2020-01.md").unlink()
    put(tmp_path, NAME, LATER + "03/01/20, 10:00 - Leela: more\n")
    assert statuses(ws, path) == {"2019-12.md": "changed", "2020-01.md": "removed"}
    assert bring(ws, path) == 0
    assert mine.read_text().endswith("I was lying.\n")
    assert statuses(ws, path, again=True) == {"2019-12.md": "changed", "2020-01.md": "new"}


def test_a_note_that_import_did_not_write_is_never_touched(ws: Workspace, tmp_path: Path) -> None:
    put(ws.raw, "import/whatsapp-leela/2019-12.md", "my own\n")
    path = put(tmp_path, NAME, FIRST)
    assert statuses(ws, path) == {"2019-12.md": "changed"}
    assert bring(ws, path) == 0
    assert files(ws)["import/whatsapp-leela/2019-12.md"] == "my own\n"


def test_another_folder(ws: Workspace, tmp_path: Path) -> None:
    path = put(tmp_path, NAME, FIRST)
    assert [i.path for i in plan(ws, path, to=Path("data/raw/old")).items] == ["old/2019-12.md"]
    for outside in ("elsewhere", "data/raw/../refined", str(tmp_path), "data/raw/.hidden"):
        with pytest.raises(UsageError):
            plan(ws, path, to=Path(outside))
    os.symlink(tmp_path, ws.raw / "link")
    with pytest.raises(UsageError):
        plan(ws, path, to=Path("data/raw/link"))
    os.symlink(tmp_path, ws.raw / "import")
    with pytest.raises(RefinerError):
        bring(ws, path)
    assert not list(tmp_path.glob("whatsapp-leela"))


def test_a_source_inside_of_the_notes_is_refused(ws: Workspace) -> None:
    with pytest.raises(UsageError, match="reads it as it is"):
        plan(ws, put(ws.raw, "j.md", "## 5 March 2011\n\nx\n"))


def test_a_fault_while_writing_leaves_no_half(ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, NAME, LATER)
    real, calls = os.replace, []

    def full(a: str, b: str) -> None:
        calls.append(b)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(a, b)

    monkeypatch.setattr(planning.os, "replace", full)
    with pytest.raises(StoreError, match="No space left"):
        bring(ws, path)
    monkeypatch.undo()
    assert list(files(ws)) == ["import/whatsapp-leela/2019-12.md"]
    assert not (ws.review / "imports.jsonl").exists()
    # The next run finishes the work, and knows both notes as its own from then on.
    assert bring(ws, path) == 1
    assert len(Ledger(ws.review / "imports.jsonl").read()) == 2
    put(tmp_path, NAME, LATER.replace("27/12/19", "27/12/19") + "04/01/20, 10:00 - Leela: x\n")
    assert statuses(ws, path) == {"2019-12.md": "same", "2020-01.md": "grown"}


def test_a_note_that_changes_meanwhile_is_not_overwritten(ws: Workspace, tmp_path: Path) -> None:
    path = put(tmp_path, NAME, FIRST)
    bring(ws, path)
    put(tmp_path, NAME, LATER)
    made = plan(ws, path)
    note = ws.raw / "import/whatsapp-leela/2019-12.md"
    note.write_text("mine now\n")
    with pytest.raises(StoreError, match="changed while import was at work"):
        carry_out(ws, made)
    assert note.read_text() == "mine now\n"


def test_a_torn_log_is_mended_and_a_broken_one_named(ws: Workspace, tmp_path: Path) -> None:
    path = put(tmp_path, NAME, FIRST)
    bring(ws, path)
    log = ws.review / "imports.jsonl"
    with open(log, "ab") as file:
        file.write(b'{"path": "imp')
    put(tmp_path, NAME, LATER)
    assert bring(ws, path) == 2
    assert len(log.read_bytes().splitlines()) == 3
    assert statuses(ws, path) == {"2019-12.md": "same", "2020-01.md": "same"}
    log.write_bytes(b"nonsense\n" + log.read_bytes())
    with pytest.raises(StoreError, match=r"imports\.jsonl:1: this line is no record"):
        plan(ws, path)
    Ledger(tmp_path / "new.jsonl").extend([Imported(path="a", sha="b", format="c", source="d")])
    assert Ledger(tmp_path / "new.jsonl").read() == {"a": "b"}


@pytest.mark.parametrize("name", ["../evil.md", "/etc/evil.md", "a/../../evil.md", "..\\evil.md", "C:\\evil.md"])
def test_a_zip_that_reaches_outside_is_refused(ws: Workspace, tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_chat.txt", FIRST)
        archive.writestr(zipfile.ZipInfo(name), "evil")
    with pytest.raises(StoreError, match="wants to lie outside"):
        plan(ws, path)


def test_a_zip_bomb_is_refused(ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "FREE", 1000)
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_chat.txt", FIRST + "x" * 10_000_000)
    with pytest.raises(StoreError, match="unpacks to"):
        plan(ws, path)


def test_a_damaged_zip_is_one_message(ws: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_chat.txt", FIRST * 50)
    data = bytearray(path.read_bytes())
    data[100] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(StoreError, match="cannot be read"):
        plan(ws, path)
    path.write_bytes(data[:200])
    with pytest.raises(RefinerError):
        plan(ws, path)


def test_links_in_a_folder_are_not_followed_out_of_it(ws: Workspace, tmp_path: Path) -> None:
    put(tmp_path, "secret.md", "## 1 January 2001\n\nsecret\n")
    put(tmp_path / "days", "2011-03-05.md", "Rain.\n")
    os.symlink(tmp_path / "secret.md", tmp_path / "days/2001-01-01.md")
    assert [i.path for i in plan(ws, tmp_path / "days").items] == ["import/markdown-days/2011-03-05.md"]
