"""The dataset folder: what is refused, and the general rows that are mixed in."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from training_persona import SYSTEM, chat, persona_rows, write_dataset
from training_tiny import TRAINING
from tuning.errors import Refused
from tuning.folder import NEUTRAL_SYSTEM, mix_replay, read_folder, read_replay


def test_a_valid_folder_is_read(dataset: Path) -> None:
    folder = read_folder(dataset)
    assert (len(folder.train), len(folder.evaluation), folder.system) == (65, 15, SYSTEM)
    assert len(folder.sha256) == 64


def test_no_manifest_means_half_written(tmp_path: Path) -> None:
    (write_dataset(tmp_path) / "manifest.json").unlink()
    with pytest.raises(Refused, match=r"has no manifest\.json") as caught:
        read_folder(tmp_path)
    assert caught.value.exit_code == 2
    assert "refiner export" in str(caught.value)


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    file = write_dataset(tmp_path) / "train.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace("Vardal", "Vardel"), encoding="utf-8")
    with pytest.raises(Refused, match=r"train\.jsonl was changed after it was written"):
        read_folder(tmp_path)


def test_another_schema_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="schema 2"):
        read_folder(write_dataset(tmp_path, schema=2))


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"messages": chat("Q", "A")["messages"][1:]}, "the first message is not the system message"),
        ({"messages": chat("Q", "A")["messages"][:-1]}, "end with an answer"),
        (chat("Q", "  "), "a message without content"),
        ({"text": "Q"}, "no JSON object with `messages`"),
    ],
    ids=["no system", "no answer", "empty", "no messages"],
)
def test_a_wrong_row_is_named_by_line(tmp_path: Path, row: dict[str, object], problem: str) -> None:
    with pytest.raises(Refused) as caught:
        read_folder(write_dataset(tmp_path, [chat("Q", "A"), row], []))
    assert "train.jsonl, line 2" in str(caught.value)
    assert problem in str(caught.value)


def test_general_rows_stand_half_under_each_system_message(dataset: Path) -> None:
    general = read_replay("replay.jsonl", [TRAINING])
    added = mix_replay(read_folder(dataset), general, 0.25, seed=7)
    assert len(added) == 16
    assert [row[0]["content"] for row in added] == [SYSTEM, NEUTRAL_SYSTEM] * 8
    assert added == mix_replay(read_folder(dataset), general, 0.25, seed=7)


def test_general_rows_in_the_folder_count(tmp_path: Path) -> None:
    rows, _ = persona_rows()
    general = read_replay("replay.jsonl", [TRAINING])
    with_ten = rows + [{"messages": [{"role": "system", "content": "x"}, *row]} for row in general[:10]]
    folder = read_folder(write_dataset(tmp_path, with_ten, [], counts={"replay": 10}))
    assert len(mix_replay(folder, general, 0.25, seed=7)) == 6


def test_a_small_file_of_general_rows_is_gone_through_again(dataset: Path) -> None:
    general = read_replay("replay.jsonl", [TRAINING])[:5]
    added = mix_replay(read_folder(dataset), general, 0.25, seed=7)
    assert len(added) == 16
    assert len({row[1]["content"] for row in added}) == 5


def test_the_folder_stands_alone(tmp_path: Path, dataset: Path) -> None:
    copy = shutil.copytree(TRAINING, tmp_path / "elsewhere")
    for file in copy.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.partition(".")[0] == "refiner"], file
    command = [sys.executable, "-P", str(copy / "train.py"), str(dataset), "--recipe", "cpu-smoke", "--validate"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.search(r"valid: \d+ rows to train on", done.stderr)


def test_the_general_rows_are_about_120_and_none_twice() -> None:
    rows = [json.loads(line) for line in (TRAINING / "replay.jsonl").read_text(encoding="utf-8").splitlines()]
    questions = [row["messages"][0]["content"] for row in rows]
    assert 110 <= len(questions) == len(set(questions)) <= 140


def test_max_rows_keeps_the_beginning_and_what_was_taught() -> None:
    from tuning.folder import Folder, beginning

    def row(question: str, answer: str) -> list[dict[str, str]]:
        return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]

    folder = Folder(
        **{
            **{f.name: None for f in dataclasses.fields(Folder)},
            "train": [row(f"q{i}", f"a{i}") for i in range(10)],
            "evaluation": [row("e1", "a1"), row("e9", "a9")],
        }
    )  # type: ignore[arg-type]
    part = beginning(folder, 4)
    assert [r[-1]["content"] for r in part.train] == ["a0", "a1", "a2", "a3"]
    assert [r[0]["content"] for r in part.evaluation] == ["e1"]
    assert beginning(folder, 0) is folder
    assert beginning(folder, 10) is folder


def test_max_chars_leaves_long_rows_out_wherever_they_stand() -> None:
    from tuning.folder import Folder, beginning

    def row(question: str, answer: str) -> list[dict[str, str]]:
        return [{"role": "system", "content": "s" * 99}, {"role": "user", "content": question},
                {"role": "assistant", "content": answer}]  # fmt: skip

    rows = [row("q", "a" * n) for n in (5, 50, 6, 7)]
    given: dict[str, object] = {f.name: None for f in dataclasses.fields(Folder)}
    folder = Folder(**{**given, "train": rows, "evaluation": []})  # type: ignore[arg-type]
    assert beginning(folder, 2, 20).train == [rows[0], rows[2]]
    assert beginning(folder, 0, 20).train == [rows[0], rows[2], rows[3]]
