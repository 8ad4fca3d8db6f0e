from __future__ import annotations

import json
import os
import signal
import stat
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review_life import Life, MemoryLog

from refiner.errors import StoreError, UsageError
from refiner.models import Decision
from refiner.review import commands
from refiner.review.editor import open_editor, with_help, without_help
from refiner.review.filters import Filters, parse
from refiner.review.importing import import_file
from refiner.review.state import Action, start

LIFE = Life()
QUEUE = LIFE.queue()
EDIT, QUESTION = LIFE.edits[0], LIFE.questions[0]


@pytest.mark.says("`refiner review --list --json` gives all items with their ids; with the filters, some.")
def test_the_list_for_people_and_programs() -> None:
    rows = commands.list_items(QUEUE).splitlines()
    assert len(rows) == 9
    assert rows[0].startswith("canon:cricket  undecided  canon")
    data = json.loads(commands.list_items(QUEUE, Filters(stage="question"), True))
    assert data[0]["choices"][0] == {"key": "1", "id": "1", "label": "the narrator",
                                     "after": "My brother's friend said she was late.", "canon": ""}  # fmt: skip


@pytest.mark.says("An id may be shortened to four characters or more, as long as it fits one item.")
def test_ids_and_their_beginnings() -> None:
    assert commands.resolve(QUEUE, EDIT.id[:6]).id == EDIT.id
    assert commands.resolve(QUEUE, "bite").id == "event:bite"
    assert commands.resolve(QUEUE, "cric").id == "canon:cricket"
    with pytest.raises(UsageError, match="too short"):
        commands.resolve(QUEUE, EDIT.id[:3])
    with pytest.raises(UsageError, match='nearest is "cricket"'):
        commands.resolve(QUEUE, "crickets")
    with pytest.raises(UsageError, match="refiner review --list"):
        commands.resolve(QUEUE, "zzzzzzzz")
    with pytest.raises(UsageError, match="fits 2 items"):
        commands.resolve([*QUEUE, *(i for i in Life().queue() if i.id == "event:bite")], "bit_"[:3] + "e")


@given(st.lists(st.tuples(st.sampled_from([i.id for i in QUEUE if i.id != QUESTION.id]), st.sampled_from("ab"))))
def test_many_are_decided_as_each_after_the_other(wanted: list[tuple[str, str]]) -> None:
    each, together = MemoryLog(), MemoryLog()
    items = {i.id: i for i in QUEUE}
    for name, reason in wanted:
        commands.reject(QUEUE, each, [name], reason, clock=lambda: "2026-01-01")
    actions = [(items[name], Action("reject", reason=reason)) for name, reason in wanted]
    commands._decide(QUEUE, together, actions, lambda: "2026-01-01")
    assert together.read() == each.read()


@pytest.mark.says("`refiner review --approve ID` approves. `--approve A --approve B` approves both in one step;")
@pytest.mark.says('`refiner review --reject ID --reason "too formal"` rejects.')
@pytest.mark.says("`refiner review --answer ID=CHOICE` answers a question.")
@pytest.mark.says("`refiner review --approve-shown` approves all that the filters leave, as `Y` does.")
def test_deciding_without_a_terminal() -> None:
    log = MemoryLog()
    commands.approve(QUEUE, log, [EDIT.id[:8], "cricket"])
    commands.reject(QUEUE, log, ["bite"], "never happened")
    commands.answer(QUEUE, log, [f"{QUESTION.id[:6]}=THE NARRATOR"])
    commands.edit(QUEUE, log, LIFE.edits[1].id, "woman")
    state = start(QUEUE, log.lines)
    assert state.counts() == {"approved": 3, "rejected": 1, "edited": 1, "undecided": 4}
    assert log.lines[3].choice == "1"
    assert commands.approve(QUEUE, log, [EDIT.id]) == []  # said before


def test_nothing_is_written_when_one_is_wrong() -> None:
    log = MemoryLog()
    for wrong in (
        lambda: commands.approve(QUEUE, log, [EDIT.id, QUESTION.id]),
        lambda: commands.approve(QUEUE, log, [EDIT.id, "nothing"]),
        lambda: commands.answer(QUEUE, log, [f"{QUESTION.id}=1", f"{QUESTION.id}=7"]),
        lambda: commands.answer(QUEUE, log, [QUESTION.id]),
        lambda: commands.answer(QUEUE, log, [f"{EDIT.id}=1"]),
        lambda: commands.edit(QUEUE, log, "fear-of-dogs", "NOT"),
    ):
        with pytest.raises(UsageError):
            wrong()
    assert log.lines == []


@pytest.mark.says("`refiner review --check` says what is undecided, and changes nothing.")
def test_check() -> None:
    checked = commands.check(QUEUE)
    assert (checked.code, checked.words) == (3, "undecided: 1 canon, 1 question, 4 edits, 1 event, 1 trait, 1 sample")
    log = MemoryLog()
    made = commands.approve_shown(QUEUE, log, Filters(stage="edit"))
    assert len(made) == 4
    assert commands.check(LIFE.queue(log.lines), Filters(stage="edit")).code == 0
    assert commands.check([]).words == "nothing is undecided"


@pytest.mark.says("`refiner review --import FILE` takes over decisions in the shape of `decisions.jsonl`, all")
def test_import(tmp_path: Path) -> None:
    path, log = tmp_path / "said.jsonl", MemoryLog()
    lines = [
        {"item": EDIT.id[:8], "verdict": "approve"},
        {"item": QUESTION.id, "verdict": "answer", "choice": "the friend"},
        {"item": "event:bite", "verdict": "reject", "text_sha": "old"},
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    done = import_file(QUEUE, log, path)
    assert (len(done.made), done.stale) == (2, ("event:bite",))
    assert log.lines[1].effect is not None
    assert start(QUEUE, log.lines).counts()["approved"] == 2
    again = import_file(QUEUE, log, path)
    assert (len(again.made), again.known) == (0, 2)


def test_a_whole_log_can_be_taken_over(tmp_path: Path) -> None:
    path, log = tmp_path / "said.jsonl", MemoryLog()
    commands.approve_shown(QUEUE, log)
    gone = [
        Decision(item="gone", text_sha="1", verdict="approve", id="g1"),
        Decision(item="gone", verdict="undo", undoes="g1", id="g2"),
        Decision(item=log.lines[0].item, verdict="undo", undoes=log.lines[0].id.partition("/")[0], id="g3"),
    ]
    path.write_text("".join(d.model_dump_json(exclude_none=True) + "\n" for d in [*log.lines, *gone]), encoding="utf-8")
    other = MemoryLog()
    done = import_file(QUEUE, other, path)
    assert (len(done.made), done.stale) == (9, ("gone",))
    assert commands.check(LIFE.queue(other.lines)).undecided == commands.check(QUEUE).undecided


@pytest.mark.says("`refiner review --import FILE` takes over decisions in the shape of `decisions.jsonl`, all")
def test_a_wrong_line_stops_the_whole_import(tmp_path: Path) -> None:
    path, log = tmp_path / "said.jsonl", MemoryLog()
    path.write_text(f'{{"item": "{EDIT.id}", "verdict": "approve"}}\n{{"item": "x"}}\nno\n'
                    '{"item": "", "verdict": "undo", "undoes": "?"}\n', encoding="utf-8")  # fmt: skip
    with pytest.raises(UsageError) as caught:
        import_file(QUEUE, log, path)
    assert [f":{n}:" in str(caught.value) for n in (1, 2, 3, 4)] == [False, True, True, True]
    assert log.lines == []
    with pytest.raises(StoreError):
        import_file(QUEUE, log, tmp_path / "nowhere.jsonl")


def test_filter_lines() -> None:
    assert parse("stage=swap --note 2014 below=0.8 two words") == Filters(
        stage="swap", note="2014", below=0.8, match="two words"
    )
    assert parse("") == Filters()
    for wrong in ("status=open", "below=x", "colour=red", '"open'):
        with pytest.raises(UsageError):
            parse(wrong)


SCRIPT = """
import os, stat, sys
path = sys.argv[1]
print(oct(stat.S_IMODE(os.stat(path).st_mode)), oct(stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode)),
      path, file=open({out!r}, "w"))
text = open(path, encoding="utf-8", newline="").read()
open(path, "w", encoding="utf-8", newline="").write(text.replace("boy", "girl"))
"""


def test_the_editor_gets_a_private_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script, out = tmp_path / "ed it.py", tmp_path / "out"
    script.write_text(SCRIPT.format(out=str(out)), encoding="utf-8")
    monkeypatch.setenv("VISUAL", f"{sys.executable} '{script}'")
    assert open_editor("the boy", "the sentence: a boy") == "the girl"
    file_mode, folder_mode, path = out.read_text().split(maxsplit=2)
    assert (file_mode, folder_mode) == (oct(stat.S_IRUSR | stat.S_IWUSR), oct(stat.S_IRWXU))
    assert not os.path.exists(path.strip())
    monkeypatch.setenv("VISUAL", f"{sys.executable} -c 'raise SystemExit(1)'")
    assert open_editor("the boy") is None
    monkeypatch.setenv("VISUAL", "no-such-editor")
    with pytest.raises(UsageError, match="not there"):
        open_editor("x")


WRITES = """
import os, signal, sys
open(sys.argv[1], "wb").write({data!r})
{then}
"""


def editor_that_writes(folder: Path, data: bytes, then: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sets $VISUAL to an editor that leaves these bytes, and temporary files to lie in `folder`."""
    script = folder / "editor.py"
    script.write_text(WRITES.format(data=data, then=then), encoding="utf-8")
    monkeypatch.setenv("VISUAL", f"{sys.executable} '{script}'")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))


@pytest.mark.parametrize(
    ("data", "read"),
    [
        (b"caf\xe9 \x93mine\x94\n", "café “mine”"),
        ("über ".encode() + b"caf\xe9", "über café"),
        (b"\xed\xa0\x80 half", "\ud800 half"),
    ],
)
def test_words_that_are_no_utf_8_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, read: str
) -> None:
    editor_that_writes(tmp_path, data, "", monkeypatch)
    assert open_editor("the boy") == read
    assert list(tmp_path.glob("refiner-*")) == []


@pytest.mark.parametrize(
    ("data", "then"),
    [
        (b"my long new words", "sys.exit(3)"),
        (b"my long new words", "os.kill(os.getpid(), signal.SIGKILL)"),
        ("my words".encode("utf-16"), ""),
        (b"\x81 my words", ""),
    ],
)
def test_words_that_cannot_be_taken_are_kept_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, then: str
) -> None:
    editor_that_writes(tmp_path, data, then, monkeypatch)
    with pytest.raises(UsageError, match="kept in") as refused:
        open_editor("the boy", "help")
    (file,) = tmp_path.glob("refiner-*/text.txt")
    assert str(file) in refused.value.message
    assert file.read_bytes() == data
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)) == (0o600, 0o700)


def test_an_editor_that_leaves_no_file_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor_that_writes(tmp_path, b"", "os.unlink(sys.argv[1])", monkeypatch)
    with pytest.raises(UsageError, match="left no file"):
        open_editor("the boy")
    assert list(tmp_path.glob("refiner-*")) == []


def test_ctrl_c_in_the_editor_ends_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    then = "signal.signal(signal.SIGINT, lambda n, f: None); os.kill(os.getppid(), signal.SIGINT)"
    editor_that_writes(tmp_path, b"my words", then, monkeypatch)
    before = signal.getsignal(signal.SIGINT)
    assert open_editor("the boy") == "my words"
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("text", ["", "one", "two\nlines", "ends\n", "# a heading\n\ntext", "a\r\nb"])
def test_a_text_survives_the_editor(text: str) -> None:
    assert without_help(with_help(text, "help\nmore"), text) == text
    assert without_help(text + "\n", text.rstrip("\n")) == text.rstrip("\n").replace("\r\n", "\r\n")
