"""What goes wrong around a review, and is said in one clear message or does no harm."""

from __future__ import annotations

import io
import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review_life import Life, MemoryLog
from typer.testing import CliRunner

from refiner.canon_file import BOM, add_canon, read_canon, remove_canon
from refiner.cli import app
from refiner.errors import ConfigError, StoreError, UsageError
from refiner.marks import contents, queue_mark
from refiner.models import CanonEntry, Decision
from refiner.review import commands, drawn
from refiner.review.identity import rule_of
from refiner.review.kept import write
from refiner.review.keys import LineReader
from refiner.review.state import Action, apply, start
from refiner.review.web.run import run_web_review
from refiner.review.web.screen import WebScreen
from refiner.store import DecisionLog, Workspace, locked

LOOM = CanonEntry(id="loom", kind="activity", before="loom", after="wheel", forms={"shuttle": "spindle"})


# ---- canon.toml ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# mine\n",
        'canon = [ {before="a", after="b"} ]\n',
        'canon = [\n  {before="a", after="b"},  # mine\n]\n',
        "canon = []\n",
        BOM + '[[canon]]\nbefore="a"\nafter="b"',
        '[[canon]]\r\nbefore="a"\r\nafter="b"\r\n# end\r\n',
    ],
)
def test_an_entry_is_appended_to_whatever_the_person_wrote_and_taken_out_again(tmp_path: Path, text: str) -> None:
    path = tmp_path / "canon.toml"
    path.write_bytes(text.encode())
    old = read_canon(path)
    add_canon(path, LOOM)
    assert [*[e.before for e in old], "loom"] == [e.before for e in read_canon(path)]
    written = path.read_bytes().decode()
    assert written.startswith(BOM) == text.startswith(BOM)
    assert "\r\n" not in text or "\n" not in written.replace("\r\n", "")
    if "canon = [" not in text:
        assert written.replace("\r\n", "\n").partition('[[canon]]\nid = "loom"')[0].endswith("\n\n")
    assert remove_canon(path, LOOM)
    assert read_canon(path) == old
    if text:
        assert path.read_bytes().decode().replace(",", " ").split() == text.replace(",", " ").split()


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8")), st.booleans())
def test_what_is_appended_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, a: str, b: str, inline: bool
) -> None:
    path = tmp_path_factory.mktemp("canon") / "canon.toml"
    path.write_text('canon = [{before="x", after="y"}]\n' if inline else '[[canon]]\nbefore="x"\nafter="y"\n')
    first = path.read_bytes()
    entry = LOOM.model_copy(update={"before": a, "after": b, "forms": {a: b}})
    add_canon(path, entry)
    last = read_canon(path)[-1]
    assert (last.before, last.after, last.forms) == (a, b, {a: b})
    assert remove_canon(path, entry)
    assert tomllib.loads(path.read_text()) == tomllib.loads(first.decode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('kind = "activity"', 'kind = "body"'),
        ('kind = "activity"', 'kind = "activity"  # my own thought'),
        ('status = "approved"', 'status = "rejected"'),
        ('status = "approved"', 'status = "approved"\n# my own thought'),
        ('status = "approved"', 'status = "approved"\nreason = "mine"'),
        ('status = "approved"', 'status = "approved"\n\n# mine\nreason = "mine"'),
        ("[[canon]]", "# my own thought\n[[canon]]"),
        ("spindle", "bobbin"),
    ],
)
def test_an_entry_changed_in_any_key_stays(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "canon.toml"
    path.write_text('[[canon]]\nbefore = "a"\nafter = "b"\n')
    add_canon(path, LOOM)
    head, mark, tail = path.read_text().rpartition("\n[[canon]]")
    text = head + (mark + tail).replace(old, new)
    path.write_text(text)
    assert not remove_canon(path, LOOM)
    assert path.read_text() == text


@pytest.mark.parametrize("text", ['[canon]\nbefore = "a"\n', 'canon = "x"\n', 'canon = ["x"]\n', "canon = 5\n"])
def test_a_canon_that_is_no_list_of_tables_is_one_message(tmp_path: Path, text: str) -> None:
    path = tmp_path / "canon.toml"
    path.write_text(text)
    for act in (read_canon, lambda p: add_canon(p, LOOM), lambda p: remove_canon(p, LOOM)):
        with pytest.raises(ConfigError, match=r"\[\[canon\]\]"):
            act(path)  # type: ignore[operator]
    assert path.read_text() == text


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "canon.toml"
    path.mkdir()
    for act in (read_canon, lambda p: add_canon(p, LOOM), lambda p: remove_canon(p, LOOM)):
        with pytest.raises(ConfigError, match="cannot be read"):
            act(path)  # type: ignore[operator]
    assert contents([path])[0][1] != contents([tmp_path / "nothing"])[0][1]
    with pytest.raises(StoreError, match="cannot be read"):
        DecisionLog(path).read()


def test_a_file_that_cannot_be_read_has_a_mark_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "note.md"
    path.write_text("I was there.")
    readable = contents([path])
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert contents([path]) != readable


# ---- the log -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [10, 65_536, 1_200_000])
def test_a_last_line_of_any_length_is_mended_as_a_whole(tmp_path: Path, length: int) -> None:
    log = DecisionLog(tmp_path / "decisions.jsonl")
    log.append(Decision(item="a", verdict="approve"))
    whole = Decision(item="b", verdict="comment", text="x" * length).model_dump_json(exclude_none=True).encode()
    with log.path.open("ab") as file:
        file.write(whole)
    log.append(Decision(item="c", verdict="approve"))
    assert [d.item for d in log.read()] == ["a", "b", "c"]
    with log.path.open("ab") as file:
        file.write(whole[:-5])
    log.append(Decision(item="d", verdict="approve"))
    assert [d.item for d in log.read()] == ["a", "b", "c", "d"]
    assert log.path.with_suffix(".torn").read_bytes() == whole[:-5]


def test_half_a_character_is_refused_in_words_and_leaves_the_files_alone(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path / "decisions.jsonl")
    with pytest.raises(StoreError, match="half a character"):
        log.append(Decision.model_construct(item="a", verdict="reject", reason="\udcff"))
    assert log.read() == []
    with pytest.raises(StoreError, match="half a character"):
        add_canon(tmp_path / "canon.toml", LOOM.model_copy(update={"after": "\ud800"}))
    assert not (tmp_path / "canon.toml").exists()


# ---- options and imports -------------------------------------------------------------------------------------------

LIFE = Life()
QUEUE = LIFE.queue()


@pytest.mark.parametrize("wrong", [{"answers": ["nope=1"]}, {"rejected": ["nope-at-all"]}, {"on": ["swap:nothing"]}])
def test_nothing_is_written_where_one_option_cannot_be(wrong: dict[str, list[str]]) -> None:
    log = MemoryLog()
    with pytest.raises(UsageError):
        commands.rehearse(QUEUE, log, **{"approved": [LIFE.edits[0].id], "rejected": [], "answers": [], **wrong})
    assert log.lines == []


def test_a_log_with_rules_and_with_lines_that_are_known_is_taken_over(tmp_path: Path) -> None:
    path, log = tmp_path / "other.jsonl", MemoryLog()
    log.append(Decision(item="gone-since", verdict="approve", id="k1"))
    lines = [log.lines[0], Decision(item="rule:swap:kin", verdict="reject", id="k2")]
    path.write_text("".join(d.model_dump_json(exclude_none=True) + "\n" for d in lines))
    done = commands.import_file(QUEUE, log, path)
    assert (done.known, [d.item for d in done.made]) == (1, ["rule:swap:kin"])
    path.write_text('{"item": "rule:swap:kin", "verdict": "edit", "text": "x"}\n')
    with pytest.raises(UsageError, match="turned off"):
        commands.import_file(QUEUE, log, path)


def test_a_rule_that_is_off_is_not_turned_off_twice() -> None:
    log = MemoryLog()
    name = next(r for i in QUEUE if (r := rule_of(i.payload))).removeprefix("rule:")
    for names in ([name, name],):
        with pytest.raises(UsageError, match="off already"):
            commands.turn(QUEUE, log, off=names)
    commands.turn(QUEUE, log, off=[name])
    with pytest.raises(UsageError, match="off already"):
        commands.turn(QUEUE, log, off=[name])
    assert len(log.lines) == 1


@pytest.mark.parametrize("bad", [{"drawn": ["nope"]}, {"drawn": ["a", "a"]}, {"wanted": 0}])
def test_a_draw_that_cannot_be_is_one_message(tmp_path: Path, bad: dict[str, object]) -> None:
    path = tmp_path / "sample.json"
    good = {"wanted": 1, "filters": "", "at": "x", "population": {"a": "1", "b": "2"}, "drawn": ["a"]}
    path.write_text(json.dumps(good))
    assert drawn.read(path)
    path.write_text(json.dumps({**good, **bad}))
    with pytest.raises(StoreError, match="of the population"):
        drawn.read(path)


def test_what_was_typed_is_text() -> None:
    assert LineReader(io.StringIO("n caf\udce9\n")).line(lambda: None) == "n caf\ufffd"


def test_what_a_rule_that_is_off_rejects_was_not_looked_at() -> None:
    item = next(i for i in QUEUE if rule_of(i.payload))
    state = start(QUEUE, [])
    for names in ((item.id,), ()):
        made = drawn.Draw(wanted=1, filters="", at="", population={item.id: item.text_sha}, drawn=names)
        off, _ = apply(state, Action("decide_same", rule=rule_of(item.payload), verb="reject", at="t"))
        now = drawn.count(made, off)
        assert (now.seen.looked, now.seen.rest, now.waiting, now.changed) == (0, 0, (), 1)


def test_the_page_says_that_an_answer_was_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> int:
        raise StoreError("the disk is full")

    pages: list[str] = []
    monkeypatch.setattr("refiner.review.web.run.run_review", full)
    end = WebScreen.end
    monkeypatch.setattr(WebScreen, "end", lambda self: (end(self), pages.append(str(self.page(ended=True))))[0])
    with pytest.raises(StoreError):
        run_web_review(QUEUE, MemoryLog(), tell=lambda line: None)
    assert "not kept: the disk is full" in pages[0]


def test_a_list_is_read_while_a_review_is_open(tmp_path: Path) -> None:
    ws = Workspace(tmp_path)
    ws.raw.mkdir(parents=True)
    ws.config.write_text("")
    write(ws.queue, queue_mark(ws, "2026-01-31", with_samples=False), [])
    with locked(ws, "review"):
        for options in (["--list"], ["--check"]):
            done = CliRunner().invoke(app, ["review", *options, "--workspace", str(tmp_path), "--now", "2026-01-31"])
            assert done.exit_code == 0, done.output
