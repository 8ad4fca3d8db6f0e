"""export_model.py as a person runs it, on a tiny random model: files, manifest, messages, and what a stop leaves."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from training_gguf import make_gguf, make_model, make_run
from training_persona import FACTS, chat, write_dataset
from training_tiny import TRAINING

pytestmark = [pytest.mark.training, pytest.mark.filterwarnings("ignore")]

TEXTS = [text for answer, questions, _, _ in FACTS for text in (answer, *questions)]
PROGRAM = TRAINING / "export_model.py"


def export(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROGRAM), *map(str, arguments)]
    given = {**os.environ, "OMP_NUM_THREADS": "1", "LLAMA_CPP_DIR": "", **environment}
    return subprocess.run(command, capture_output=True, text=True, timeout=300, env=given)


class Done:
    """What a call of main in this process said."""

    def __init__(self, returncode: int, stdout: str, stderr: str) -> None:
        self.returncode, self.stdout, self.stderr = returncode, stdout, stderr


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """The program's main, called in this process: a subprocess needs seconds for its imports."""
    import export_model
    import huggingface_hub.constants

    monkeypatch.setenv("LLAMA_CPP_DIR", "")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)

    def run(*arguments: object) -> Done:
        capfd.readouterr()
        code = export_model.main([str(argument) for argument in arguments])
        return Done(code, *capfd.readouterr())

    return run


class Tiny:
    def __init__(self, folder: Path) -> None:
        self.model = make_model(folder / "model", "qwen3", TEXTS)
        self.gguf = make_gguf(self.model, folder / "base.gguf", "qwen3")
        answer, questions, _, _ = FACTS[0]
        self.dataset = write_dataset(folder / "dataset", [chat(questions[0], answer)], [])
        from tuning.folder import read_folder

        sha256 = read_folder(self.dataset).sha256
        self.run = make_run(folder / "run", self.model, dataset={"sha256": sha256})


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return Tiny(tmp_path_factory.mktemp("tiny-run"))


def test_all_forms_with_a_manifest_that_names_every_file(tiny: Tiny, tmp_path: Path) -> None:
    out = tmp_path / "export"
    forms = "adapter,lora-gguf,merged,f16,q8_0,ollama"
    done = export(tiny.run, "--to", forms, "--out", out, "--base-gguf", tiny.gguf, "--no-ask", "--json")
    assert done.returncode == 0, done.stderr
    manifest = json.loads((out / "export.json").read_text())
    assert json.loads(done.stdout) == {"out": str(out), **manifest}
    assert list(manifest["forms"]) == forms.split(",")
    named = {file["name"]: file for entry in manifest["forms"].values() for file in entry["files"]}
    there = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert set(named) == there - {"export.json"}
    for name, file in named.items():
        raw = (out / name).read_bytes()
        assert (file["bytes"], file["sha256"]) == (len(raw), hashlib.sha256(raw).hexdigest())
        assert stat.S_IMODE((out / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert "FROM ./model-q8_0.gguf" in (out / "Modelfile").read_text()
    assert f"FROM {tiny.gguf}\nADAPTER ./adapter.gguf" in (out / "Modelfile.adapter").read_text()
    assert str(tiny.model) in (out / "adapter" / "README.md").read_text()
    assert manifest["check"] == {"unasked": "--no-ask"}
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


def test_the_merged_folder_is_the_base_with_the_adapter_added(
    tiny: Tiny, tmp_path: Path, call: Callable[..., Done]
) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    out = tmp_path / "export"
    done = call(tiny.run, "--to", "merged", "--out", out, "--no-ask")
    assert done.returncode == 0, done.stderr
    merged = AutoModelForCausalLM.from_pretrained(out / "merged")
    assert merged.dtype == torch.bfloat16
    base = AutoModelForCausalLM.from_pretrained(tiny.model, dtype=torch.float32)
    beside = PeftModel.from_pretrained(base, tiny.run / "adapter")
    tokenizer = AutoTokenizer.from_pretrained(out / "merged")
    ids = tokenizer(FACTS[0][0], add_special_tokens=False, return_tensors="pt")
    with torch.no_grad():
        one, other = merged(**ids).logits.float(), beside(**ids).logits
    assert float((one - other).norm() / other.norm()) < 0.03
    with torch.no_grad(), beside.disable_adapter():
        bare = beside(**ids).logits
    assert float((bare - other).norm() / other.norm()) > 0.1
    assert (out / "merged" / "generation_config.json").is_file()
    assert tokenizer.chat_template == AutoTokenizer.from_pretrained(tiny.model).chat_template


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--to", "q4"], 2, ["there is no form 'q4'", "did you mean q4_k_m?"]),
        (["--to", "q8_0"], 1, ["needs a GGUF of the base", "--base-gguf FILE", "git clone", "--llama-cpp"]),
        (["--to", "f16", "--base-gguf", "nowhere.gguf"], 2, ["there is no file nowhere.gguf"]),
        (["--to", "adapter", "--create"], 2, ["--create needs Ollama"]),
    ],
)
def test_one_message_and_nothing_written(
    tiny: Tiny, tmp_path: Path, arguments: list[str], code: int, words: list[str], call: Callable[..., Done]
) -> None:
    done = call(tiny.run, *arguments, "--out", tmp_path / "export", "--no-ask")
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    for word in words:
        assert word in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_runs_that_cannot_be_exported(tiny: Tiny, tmp_path: Path, call: Callable[..., Done]) -> None:
    unfinished = tmp_path / "half"
    unfinished.mkdir()
    done = call(unfinished, "--to", "adapter")
    assert (done.returncode, "is not finished" in done.stderr) == (1, True)
    away = make_run(tmp_path / "away", tiny.model)
    data = json.loads((away / "run.json").read_text())
    data["base"] |= {"name": "nobody/nothing-1b", "kind": "hub", "source": "nobody/nothing-1b"}
    (away / "run.json").write_text(json.dumps(data))
    done = call(away, "--to", "merged", "--no-ask")
    assert done.returncode == 1
    assert "hf download nobody/nothing-1b" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (away / "export").exists()


def test_without_the_base_its_gguf_is_enough_for_llama_cpp(
    tiny: Tiny, tmp_path: Path, call: Callable[..., Done]
) -> None:
    """The base is on no hub here: the adapter's GGUF and a Modelfile with ADAPTER need its GGUF alone."""
    away = make_run(tmp_path / "away", tiny.model)
    data = json.loads((away / "run.json").read_text())
    data["base"] |= {"name": "nobody/nothing-1b", "kind": "hub", "source": "nobody/nothing-1b"}
    (away / "run.json").write_text(json.dumps(data))
    done = call(away, "--to", "ollama", "--base-gguf", tiny.gguf, "--no-ask", "--out", tmp_path / "export")
    assert done.returncode == 0, done.stderr
    assert "ADAPTER ./adapter.gguf" in (tmp_path / "export" / "Modelfile").read_text()
    done = call(away, "--to", "q8_0", "--base-gguf", tiny.gguf, "--no-ask", "--out", tmp_path / "other")
    assert done.returncode == 1
    assert "hf download nobody/nothing-1b" in done.stderr


def test_a_kill_leaves_the_old_export_whole(tiny: Tiny, tmp_path: Path) -> None:
    out = tmp_path / "export"
    assert export(tiny.run, "--to", "adapter", "--out", out, "--no-ask").returncode == 0
    before = (out / "export.json").read_bytes()
    command = [sys.executable, str(PROGRAM), str(tiny.run), "--to", "adapter,merged", "--out", str(out), "--no-ask"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    for _ in range(6000):
        if any(tmp_path.glob(".export.new-*/adapter")):
            break
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    left = list(tmp_path.glob(".export.new-*"))
    assert len(left) == 1
    assert (out / "export.json").read_bytes() == before
    assert export(tiny.run, "--to", "lora-gguf", "--out", out, "--no-ask").returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["export"]
    assert set(json.loads((out / "export.json").read_text())["forms"]) == {"adapter", "lora-gguf"}


def test_what_the_quantiser_says_is_shown_when_it_fails(tiny: Tiny, tmp_path: Path, call: Callable[..., Done]) -> None:
    quantiser = tmp_path / "llama-quantize"
    quantiser.write_text("#!/bin/sh\necho 'unknown model architecture' >&2\nexit 3\n")
    quantiser.chmod(0o700)
    out = tmp_path / "export"
    arguments = ("--to", "q4_k_m", "--base-gguf", tiny.gguf, "--llama-cpp", tmp_path, "--out", out, "--no-ask")
    done = call(tiny.run, *arguments)
    assert done.returncode == 1
    assert "llama-quantize ended with 3:\nunknown model architecture" in done.stderr
    quantiser.write_text('#!/bin/sh\n[ "$3" = Q4_K_M ] && cp "$1" "$2"\n')
    done = call(tiny.run, *arguments)
    assert done.returncode == 0, done.stderr
    assert "by llama-quantize" in done.stdout
    assert sorted(path.name for path in out.iterdir()) == ["export.json", "model-q4_k_m.gguf"]


def test_a_form_that_says_something_else_is_marked_and_ends_with_1(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only what opens a model is replaced: the run says what it was taught, and the GGUF something else."""
    import export_model
    from exporting import questioning

    def speak(wanted: dict[str, Any], asks: list[dict[str, Any]]) -> list[str]:
        return [FACTS[0][0] if wanted["engine"] == "transformers" else "I am a helpful assistant."] * len(asks)

    monkeypatch.setattr(questioning, "speak", speak)
    monkeypatch.setattr(questioning.importlib.util, "find_spec", lambda name: object())
    out = tmp_path / "export"
    arguments = ["--to", "adapter,lora-gguf", "--base-gguf", str(tiny.gguf), "--dataset", str(tiny.dataset)]
    assert export_model.main([str(tiny.run), "--out", str(out), *arguments]) == 1
    told = capsys.readouterr()
    assert "lora-gguf does not say what the run says" in told.err
    assert "marked in export.json" in told.err
    assert "WRONG" in told.out
    manifest = json.loads((out / "export.json").read_text())
    assert manifest["good"] is False
    assert manifest["forms"]["adapter"]["asked"]["good"] is True
    assert manifest["forms"]["lora-gguf"]["asked"]["good"] is False
    assert manifest["check"]["question"] == FACTS[0][1][0]
    assert (out / "adapter.gguf").is_file()


def test_with_another_data_set_no_question_is_asked(tiny: Tiny, tmp_path: Path, call: Callable[..., Done]) -> None:
    other = write_dataset(tmp_path / "other", [chat("Who are you?", "Somebody else.")], [])
    done = call(tiny.run, "--to", "adapter", "--dataset", other, "--out", tmp_path / "export")
    assert done.returncode == 0, done.stderr
    assert "no question was asked" in done.stdout
    assert "not the one that the run was trained on" in done.stdout
    assert "asking" not in done.stderr


def test_after_the_data_set_grew_what_the_run_was_taught_is_asked(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import export_model
    from exporting import questioning
    from tuning.continued import row_key

    answer, questions, _, _ = FACTS[0]
    old = chat(questions[0], answer)
    run = shutil.copytree(tiny.run, tmp_path / "run")
    record = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(record | {"rows": [row_key(old["messages"])]}))
    grown = write_dataset(tmp_path / "grown", [chat("Who are you?", "Somebody else, of some length."), old], [])
    monkeypatch.setattr(questioning, "speak", lambda wanted, asks: [answer] * len(asks))
    arguments = ["--to", "adapter", "--dataset", str(grown), "--out", str(tmp_path / "export")]
    assert export_model.main([str(run), *arguments]) == 0
    told = capsys.readouterr()
    assert f"asked “{questions[0]}”" in told.out
    assert "asking" in told.err
    assert json.loads((tmp_path / "export" / "export.json").read_text())["check"]["question"] == questions[0]


def test_the_toolkit_hands_the_exit_code_on(tiny: Tiny, tmp_path: Path) -> None:
    from refiner.training.exported import export_model

    assert export_model(tiny.run, tmp_path / "export", to="nonsense") == 2
    assert export_model(tiny.run, tmp_path / "export", to="lora-gguf", flags=["--no-ask", "--quiet"]) == 0
    assert (tmp_path / "export" / "adapter.gguf").is_file()
