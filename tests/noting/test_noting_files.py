"""What goes wrong with files and editors: nothing that was typed is lost, nothing is written over."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import pytest
from noted import Typed, workspace

from refiner.console import Output
from refiner.errors import RefinerError, StoreError, UsageError
from refiner.noting import saving
from refiner.noting.answers import Answers, note_of
from refiner.noting.command import run_note
from refiner.noting.drafts import Draft, folder_of, newest
from refiner.noting.editing import Left, edited, editor_command, part_editor
from refiner.noting.given import Request
from refiner.noting.names import given_name
from refiner.noting.saving import save_new
from refiner.noting.scissors import with_help, without_help

NOW = "2026-11-23"
HELP = ("say what ended it", "")


def script(folder: Path, body: str) -> str:
    """The command of an editor that does `body` with the file `path`."""
    path = folder / "editor.py"
    path.write_text(f"import os, sys, pathlib\npath = pathlib.Path(sys.argv[1])\n{body}\n")
    return f"{sys.executable} '{path}'"


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    return Draft(tmp_path / "drafts")


def edit(draft: Draft, typed: Typed, text: str = "---\nwritten: 2026-11-23\n---\n\nRex bit me.\n") -> str:
    return edited(draft, Answers(text="Rex bit me."), text, HELP, typed)


def test_the_editor_gets_the_note_with_help_and_gives_it_back(
    draft: Draft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", script(tmp_path, "t = path.read_text(); path.write_text(t.replace('Rex', 'Moti'))"))
    monkeypatch.delenv("VISUAL", raising=False)
    assert edit(draft, Typed()) == "---\nwritten: 2026-11-23\n---\n\nMoti bit me.\n"
    assert "# say what ended it" in draft.text.read_text()
    assert stat.S_IMODE(draft.text.stat().st_mode) == 0o600


@pytest.mark.parametrize("left", ["", "\n\n", "---\nwritten: 2026-11-23\n---\n\n"])
def test_a_note_left_empty_is_dropped(draft: Draft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: str) -> None:
    monkeypatch.setenv("VISUAL", script(tmp_path, f"path.write_text({left!r})"))
    assert edit(draft, Typed()) == ""


def test_an_unchanged_note_is_kept_as_it_is(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "true")
    assert edit(draft, Typed()).endswith("Rex bit me.\n")


def test_front_matter_that_is_wrong_opens_the_editor_again(
    draft: Draft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = (
        "t = path.read_text()\n"
        "path.write_text(t.replace('wen:', 'when:') if 'wen:' in t else t.replace('---\\n', '---\\nwen: 2001\\n', 1))"
    )
    monkeypatch.setenv("VISUAL", script(tmp_path, body + "\nos.path"))
    typed = Typed("", "d")
    with pytest.raises(Left):
        edit(draft, typed)
    assert f"{draft.text}:2: unknown key wen" in typed.said[0]
    assert "unknown key when" in typed.said[2]
    assert "s saves" not in typed.heard
    assert "when: 2001" in draft.text.read_text()  # what was written is there


@pytest.mark.parametrize(
    ("editor", "problem"),
    [
        ("no-such-editor-anywhere", "is not there"),
        ("'unclosed", "cannot be read"),
        ("false", "failed (exit code 1)"),
        ("KILLED", "ended by signal 9"),
        ("LATIN", "no UTF-8"),
        ("ESCAPE", "control character"),
        ("GONE", "is gone"),
    ],
)
def test_an_editor_that_fails_loses_nothing(
    draft: Draft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, editor: str, problem: str
) -> None:
    bodies = {
        "KILLED": "path.write_text('---\\n---\\n\\nhalf a thou')\nos.kill(os.getpid(), 9)",
        "LATIN": "path.write_bytes(b'caf\\xe9')",
        "ESCAPE": "path.write_text('a \\x1b[31m b')",
        "GONE": "path.unlink()",
    }
    monkeypatch.setenv("VISUAL", script(tmp_path, bodies[editor]) if editor in bodies else editor)
    typed = Typed("d")
    with pytest.raises(Left):
        edit(draft, typed)
    assert problem in typed.heard
    kept = draft.text.read_bytes()
    assert {"KILLED": b"half a thou", "LATIN": b"caf\xe9", "ESCAPE": b"\x1b[31m"}.get(editor, b"Rex bit me.") in kept


def test_a_note_may_be_saved_without_the_editor(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "false")
    assert edit(draft, Typed("what", "s")).endswith("Rex bit me.\n")


def test_a_part_in_the_editor(draft: Draft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", script(tmp_path, "path.write_text(path.read_text() + 'and ran\\n')"))
    assert part_editor(draft, Typed())("Rex bit me") == "Rex bit me\nand ran\n"
    monkeypatch.setenv("VISUAL", "false")
    typed = Typed()
    assert part_editor(draft, typed)("Rex") is None
    assert "type it here instead" in typed.heard
    monkeypatch.setenv("VISUAL", "")
    monkeypatch.delenv("EDITOR", raising=False)
    assert editor_command() == []


# ---- drafts --------------------------------------------------------------------------------------------------------


def test_a_draft_comes_back_and_goes(tmp_path: Path) -> None:
    ws = workspace(tmp_path)
    with pytest.raises(UsageError, match="no draft"):
        newest(ws)
    draft = Draft(folder_of(ws))
    draft.keep(Answers(text="Rex bit me"), with_help("a note\n", HELP))
    draft.part.write_text("and ran\n")
    found, answers, text, others = newest(ws)
    assert (answers.text, others, found.name) == ("Rex bit me\nand ran", 0, draft.name)
    assert text is not None
    assert without_help(text, HELP) == "a note\n"
    found.drop()
    assert not folder_of(ws).exists()


def test_a_draft_goes_elsewhere_where_the_workspace_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "drafts"
    blocked.write_text("a file in the place of the folder")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    draft = Draft(blocked)
    draft.keep(Answers(text="Rex bit me"))
    assert draft.folder.name.startswith("refiner-note-")
    assert stat.S_IMODE(draft.folder.stat().st_mode) == 0o700
    assert "Rex bit me" in draft.answers.read_text()


def test_a_damaged_draft_is_named(tmp_path: Path) -> None:
    ws = workspace(tmp_path)
    Draft(folder_of(ws)).keep(Answers(text="x"))
    next(folder_of(ws).glob("*.json")).write_text("{")
    with pytest.raises(StoreError, match="cannot be read"):
        newest(ws)


def test_a_draft_of_the_editor_is_saved_where_there_is_none_any_more(tmp_path: Path) -> None:
    ws = workspace(tmp_path)
    Draft(folder_of(ws)).keep(Answers(), with_help("---\nwritten: 2026-11-20\n---\n\nAll from the editor.\n", HELP))
    assert run_note(ws, Request(draft=True), Output(quiet=True), now=NOW) == 0
    (path,) = ws.raw.iterdir()
    assert "All from the editor." in path.read_text()


# ---- the file ------------------------------------------------------------------------------------------------------


def full(*args: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("call", ["os.fsync", "os.link"])
def test_a_full_disk_leaves_a_draft_and_no_half_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    ws = workspace(tmp_path)
    with monkeypatch.context() as patched:
        module, name = call.split(".")
        assert module == "os"
        patched.setattr(saving.os, name, full if name == "link" else _full_below(ws.raw))
        with pytest.raises(RefinerError, match="No space left") as failed:
            run_note(ws, Request(text="Rex bit me."), Output(quiet=True), now=NOW)
    assert "refiner note --draft" in failed.value.mend
    assert list(ws.raw.iterdir()) == []
    assert run_note(ws, Request(draft=True), Output(quiet=True), now=NOW) == 0
    assert [p.name for p in ws.raw.iterdir()] == ["2026-11-23-rex-bit.md"]
    assert not folder_of(ws).exists()


def _full_below(folder: Path):  # type: ignore[no-untyped-def]
    """os.fsync that fails for files in a folder alone."""
    sync = os.fsync

    def run(handle: int) -> None:
        if os.readlink(f"/proc/self/fd/{handle}").startswith(str(folder)):
            full()
        sync(handle)

    return run


def test_where_links_are_not_known_nothing_is_written_over_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(saving.os, "link", refuse)
    assert save_new(tmp_path, "a.md", "one").name == "a.md"
    assert save_new(tmp_path, "a.md", "two").name == "a-2.md"
    assert sorted((p.name, p.read_text()) for p in tmp_path.iterdir()) == [("a-2.md", "two"), ("a.md", "one")]


def test_a_folder_that_takes_no_files(tmp_path: Path) -> None:
    ws = workspace(tmp_path)
    ws.raw.rmdir()
    ws.raw.write_text("a file in the place of the folder")
    with pytest.raises(StoreError, match="nothing is lost") as failed:
        run_note(ws, Request(text="Rex bit me."), Output(quiet=True), now=NOW)
    assert "--draft" in failed.value.mend
    assert newest(ws)[1].text == "Rex bit me."


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_is_read_only(tmp_path: Path) -> None:
    ws = workspace(tmp_path)
    ws.raw.chmod(0o500)
    with pytest.raises(StoreError, match="nothing is lost"):
        run_note(ws, Request(text="Rex bit me."), Output(quiet=True), now=NOW)
    ws.raw.chmod(0o700)


def test_a_name_of_ones_own(tmp_path: Path) -> None:
    ws = workspace(tmp_path)
    asked = Request(text="Rex bit me.", file="dogs/rex")
    assert run_note(ws, asked, Output(quiet=True), now=NOW) == 0
    assert (ws.raw / "dogs" / "rex.md").is_file()
    with pytest.raises(UsageError, match="is there already"):
        run_note(ws, asked, Output(quiet=True), now=NOW)
    (ws.raw / "out").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(UsageError, match="outside"):
        run_note(ws, Request(text="x", file="out/rex"), Output(quiet=True), now=NOW)


@pytest.mark.parametrize("name", ["../a", "/a", ".a", "a/.b", "README.md", "a//b", "~x/y", "x" * 300])
def test_names_that_are_no_place_for_a_note(name: str) -> None:
    with pytest.raises(UsageError):
        given_name(name)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Request(), "nothing to write"),
        (Request(text="a\x1b[31m"), "control character"),
        (Request(text="a\x85b"), "control character"),
        (Request(text="x", when="a\nb"), "second line"),
        (Request(text="x", who=["a\x07"]), "control character"),
        (Request(text="x", effects=["tinkerer"]), "TRAIT=KIND"),
        (Request(text="x", effects=["tinkerer=shone"]), "TRAIT=KIND"),
        (Request(text="x", effects=["=began"]), "TRAIT=KIND"),
        (Request(text="x", effects=["t" * 300 + "=began"]), "a few words"),
        (Request(text="x", kind="poem"), "--kind"),
        (Request(text="x", effects=["a=began", "b=began"], over="gone"), "which of them"),
        (Request(text="x", draft=True), "nothing else can be given"),
        (Request(last=True), "no notes"),
    ],
)
def test_what_no_note_takes_is_refused_before_anything_is_written(tmp_path: Path, asked: Request, words: str) -> None:
    ws = workspace(tmp_path)
    with pytest.raises(UsageError) as failed:
        run_note(ws, asked, Output(quiet=True), now=NOW)
    assert words in failed.value.message
    assert list(ws.raw.iterdir()) == []
    assert not folder_of(ws).exists()


def test_options_make_the_same_note_as_the_form(tmp_path: Path) -> None:
    ws = workspace(tmp_path)
    asked = Request(
        text="Rex bit me.", when="June 1997", who=["Farhan=my cousin"], did="Dogs make me sweat.",
        effects=["afraid of dogs=began", "tinkerer=ended"], over="fear of dogs=Dr Rao cured me in 2003.",
    )  # fmt: skip
    assert run_note(ws, asked, Output(quiet=True), now=NOW) == 0
    (path,) = ws.raw.iterdir()
    text = path.read_text()
    assert "fear-of-dogs: { kind: initiates, quote: Dogs make me sweat. }" in text
    assert "      fear-of-dogs: terminates" in text
    assert text.endswith(
        "Rex bit me.\n\nMy cousin Farhan was there.\n\nDogs make me sweat.\n\nDr Rao cured me in 2003.\n"
    )
    assert note_of(Answers(text="x")).startswith("---\n---\n")
