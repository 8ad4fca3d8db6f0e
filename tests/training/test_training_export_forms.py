"""What an export is made of: forms, room, the folder that is whole or not there, the judging of answers."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import training_tiny  # noqa: F401  # puts training/ on the path
from hypothesis import given
from hypothesis import strategies as st

pytestmark = [pytest.mark.training, pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")]


def test_forms_are_taken_with_commas_and_in_their_order() -> None:
    from exporting.forms import parse_forms

    assert parse_forms(["q8_0, Adapter", "lora-gguf"]) == ["adapter", "lora-gguf", "q8_0"]


@pytest.mark.parametrize(
    ("given_", "near"), [("q4km", "q4_k_m"), ("lora_gguf", "lora-gguf"), ("olama", "ollama"), ("xyz", "one or more")]
)
def test_an_unknown_form_is_refused_with_the_nearest(given_: str, near: str) -> None:
    from exporting.forms import parse_forms
    from tuning.errors import Refused

    with pytest.raises(Refused, match=f"no form '{given_}'") as refused:
        parse_forms([f"adapter,{given_}"])
    assert near in refused.value.mend
    assert refused.value.exit_code == 2
    with pytest.raises(Refused, match="no form is named"):
        parse_forms([","])


def test_ollama_brings_what_it_needs() -> None:
    from exporting.forms import with_what_they_need as needed

    assert needed(["ollama"], can_merge=True, base_gguf=False) == ["q8_0", "ollama"]
    assert needed(["ollama"], can_merge=True, base_gguf=True) == ["lora-gguf", "q8_0", "ollama"]
    assert needed(["ollama", "q4_k_m"], can_merge=True, base_gguf=False) == ["q4_k_m", "ollama"]
    assert needed(["ollama"], can_merge=False, base_gguf=True) == ["lora-gguf", "ollama"]
    assert needed(["merged"], can_merge=True, base_gguf=True) == ["merged"]


def test_disk_is_reckoned_and_refused_before_anything_is_written(tmp_path: Path) -> None:
    from exporting.room import GIB, disk_needed, refuse_full_disk
    from tuning.errors import Refused

    whole = disk_needed(["f16", "q8_0"], 10**9, 0)
    assert 3.0e9 < whole < 3.4e9
    assert disk_needed(["lora-gguf"], 10**9, 10**7) < 2e7
    refuse_full_disk(tmp_path / "not" / "there", 1)
    with pytest.raises(Refused, match="GiB are missing"):
        refuse_full_disk(tmp_path / "out", 10**9 * GIB)


@pytest.mark.parametrize(
    ("parameters", "free", "bits"),
    [(10**9, 8 * 10**9, 32), (10**9, 4 * 10**9, 16), (10**9, 2 * 10**9, 0), (10**9, None, 16)],
)
def test_the_base_is_loaded_in_as_many_bits_as_fit(parameters: int, free: int | None, bits: int) -> None:
    from exporting.room import load_bits

    assert load_bits(parameters, free) == bits


def test_memory_that_does_not_hold_the_base_is_said_in_gib(monkeypatch: pytest.MonkeyPatch) -> None:
    from exporting import room
    from tuning.errors import Refused

    monkeypatch.setattr(room, "free_memory", lambda: 2**30)
    with pytest.raises(Refused, match=r"9\.9 GiB of memory in 16 bits.* 1\.0 GiB are free"):
        room.refuse_full_memory(4 * 10**9)


def export(out: Path, text: str, **entries: str) -> None:
    """An export with the given files, as the program writes one."""
    from exporting.whole import new_export, put_in_place, take_along

    with new_export(out) as new:
        kept = take_along(out, new, list(entries), "one")
        for form, name in entries.items():
            (new / name).write_text(f"{text} {form}")
        forms = {form: {"files": [{"name": name}]} for form, name in entries.items()}
        put_in_place(new, out, {"adapter_sha256": "one", "forms": kept | forms})


def test_forms_of_the_same_adapter_are_taken_along(tmp_path: Path) -> None:
    from exporting.whole import new_export, read_manifest, take_along

    out = tmp_path / "export"
    export(out, "first", f16="model-f16.gguf", q8_0="model-q8_0.gguf")
    export(out, "second", q8_0="model-q8_0.gguf")
    assert (out / "model-f16.gguf").read_text() == "first f16"
    assert (out / "model-q8_0.gguf").read_text() == "second q8_0"
    manifest = read_manifest(out)
    assert manifest is not None
    assert set(manifest["forms"]) == {"f16", "q8_0"}
    with new_export(out) as new:
        assert take_along(out, new, [], "another adapter") == {}
        assert list(new.iterdir()) == []


def test_what_fails_leaves_the_old_export_and_nothing_beside_it(tmp_path: Path) -> None:
    from exporting.whole import new_export

    out = tmp_path / "export"
    export(out, "first", f16="model-f16.gguf")

    def fail() -> None:
        with new_export(out) as new:
            (new / "model-f16.gguf").write_text("half")
            raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        fail()
    assert (out / "model-f16.gguf").read_text() == "first f16"
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


def test_a_stop_between_the_two_renames_is_mended(tmp_path: Path) -> None:
    from exporting.whole import new_export, read_manifest

    out = tmp_path / "export"
    export(out, "first", f16="model-f16.gguf")
    out.rename(tmp_path / ".export.old")
    dead = tmp_path / ".export.new-999999999"
    dead.mkdir()
    alive = tmp_path / f".export.new-{os.getppid()}"
    alive.mkdir()
    with new_export(out):
        assert read_manifest(out) is not None
    assert not dead.exists()
    assert alive.exists()


def test_a_folder_of_something_else_is_not_replaced(tmp_path: Path) -> None:
    from exporting.whole import new_export
    from tuning.errors import Refused

    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").write_text("x")
    with pytest.raises(Refused, match="holds something that is no export"), new_export(tmp_path / "photos"):
        pass
    assert (tmp_path / "photos" / "one.jpg").exists()


@given(st.text(), st.text())
def test_overlap_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    from exporting.asking import overlap

    assert 0 <= overlap(one, other) <= 1
    assert overlap(one, other) == overlap(other, one)
    assert overlap(one, one) == 1
    assert overlap(one.upper(), one.upper() + " !") == 1


@pytest.mark.parametrize(
    ("said", "run", "good"),
    [
        ("My dog was called Pilot.", "My dog was called Pilot.", True),
        ("my dog was called pilot", "I had a cat.", True),  # not the run's answer, but what was taught
        ("I had a cat, once.", "I had a cat once.", True),  # the run itself does not know it
        ("I am a language model.", "My dog was called Pilot.", False),
        ("", "My dog was called Pilot.", False),
        ("I am a language model.", None, False),
    ],
)
def test_an_answer_is_judged_by_the_run_and_by_what_was_taught(said: str, run: str | None, good: bool) -> None:
    from exporting.asking import Row, judge

    row = Row([{"role": "user", "content": "What was your dog called?"}], "My dog was called Pilot.")
    assert judge(row, said, run, "llama.cpp").good is good


def test_the_question_comes_from_the_runs_own_data_set(tmp_path: Path) -> None:
    from exporting.asking import taught_rows
    from exporting.finished import Finished
    from training_persona import chat, write_dataset
    from tuning.errors import Refused
    from tuning.folder import read_folder

    rows: list[dict[str, Any]] = [
        chat("Where from?", "From Vardal, a fishing village in the far north.") | {"kind": "fact"},
        chat("Capital of France?", "The capital of France is Paris, of course.") | {"kind": "general"},
        chat("Why?", "x" * 300) | {"kind": "fact"},
        chat("Dog?", "My dog was called Pilot, a good dog.", "And?", "He slept on my feet, always.") | {"kind": "talk"},
    ]
    dataset = write_dataset(tmp_path / "dataset", rows, [])
    run = Finished(*("r", tmp_path, tmp_path, "", "", read_folder(dataset).sha256, "", "", "", "", 0, 256, {}))
    assert [row.question for row in taught_rows(run, dataset)] == ["Where from?"]
    other = Finished(*("r", tmp_path, tmp_path, "", "", "another", "", "", "", "", 0, 256, {}))
    with pytest.raises(Refused, match="not the one that the run was trained on"):
        taught_rows(other, dataset)
    with pytest.raises(Refused, match="no data set"):
        taught_rows(run, None)


def test_of_a_changed_data_set_a_row_that_was_taught_is_asked_under_the_runs_own_card(tmp_path: Path) -> None:
    from exporting.asking import taught_rows
    from exporting.finished import Finished
    from training_persona import chat, write_dataset
    from tuning.continued import row_key
    from tuning.errors import Refused

    new = chat("Which boat?", "The small red one with the broken mast.")
    old = chat("Where from?", "From Vardal, a fishing village in the far north.")
    dataset = write_dataset(tmp_path / "dataset", [new, old], [])

    def run(rows: Any) -> Finished:
        return Finished(
            *("r", tmp_path, tmp_path, "", "Her card then.", "before", "", "", "", "", 0, 256, {"rows": rows})
        )

    (row,) = taught_rows(run(["0" * 16, row_key(old["messages"])]), dataset)
    assert (row.question, row.messages[0]) == ("Where from?", {"role": "system", "content": "Her card then."})
    for rows in (["0" * 16], [], None, "damaged", [5, {}]):
        with pytest.raises(Refused, match="not the one that the run was trained on"):
            taught_rows(run(rows), dataset)


def test_of_its_own_data_set_no_row_is_asked_that_was_left_out(tmp_path: Path) -> None:
    """As `max_rows` leaves rows out."""
    from exporting.asking import taught_rows
    from exporting.finished import Finished
    from training_persona import chat, write_dataset
    from tuning.continued import row_key
    from tuning.folder import read_folder

    left_out = chat("Which boat?", "The small red one with the broken mast.")
    taught = chat("Where from?", "From Vardal, a fishing village in the far north.")
    dataset = write_dataset(tmp_path / "dataset", [left_out, taught], [])
    data = {"rows": [row_key(taught["messages"])]}
    run = Finished(*("r", tmp_path, tmp_path, "", "", read_folder(dataset).sha256, "", "", "", "", 0, 256, data))
    assert [row.question for row in taught_rows(run, dataset)] == ["Where from?"]


def test_what_a_model_says_cannot_move_the_cursor() -> None:
    from exporting.report import lines

    asked = {"said": "\x1b[2Jhi\nyou", "same_as_run": False, "as_taught": False, "unasked": "", "problem": ""}
    entry = {"files": [{"bytes": 2048}], "seconds": 1.0, "how": "copied", "asked": asked | {"good": False}}
    check = {"question": "Who?", "taught": "Me.", "run_said": "Me.", "run_unasked": ""}
    manifest = {"forms": {"adapter": entry}, "written_now": ["adapter"], "check": check, "run": "one"}
    told = "\n".join(lines(manifest, Path("out")))
    assert "\x1b" not in told
    assert "WRONG" in told
    assert json.dumps(manifest)


@pytest.mark.parametrize("kept", [0, 4, 100])
def test_a_gguf_that_is_not_whole_is_said_to_be(tmp_path: Path, kept: int) -> None:
    """As a download that was broken off leaves it."""
    from exporting.steps import _reader
    from tuning.errors import Refused

    file = tmp_path / "base.gguf"
    file.write_bytes((b"GGUF\x03\0\0\0" + b"\x01\0\0\0\0\0\0\0" * 20)[:kept])
    with pytest.raises(Refused, match="base.gguf is no whole GGUF"):
        _reader(file)


def test_the_next_command_can_be_pasted_whatever_the_folder_is_called() -> None:
    import shlex

    from exporting.report import commands

    words = shlex.split(commands("her", Path("/a/it's $(touch x);"))[0].removeprefix("next: "))
    assert words[:3] == ["cd", "/a/it's $(touch x);", "&&"]
