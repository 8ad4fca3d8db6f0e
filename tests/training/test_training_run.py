"""train.py as a person runs it, on a tiny random model: T2 to T5, stopping, and what is refused."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from training_persona import SYSTEM
from training_tiny import TRAINING, Train

pytestmark = [pytest.mark.training, pytest.mark.filterwarnings("ignore::FutureWarning")]


@pytest.mark.second
def test_the_loss_falls(record: dict[str, Any]) -> None:
    """T3: 65 rows and 6 general ones, 45 steps; chance over 600 tokens is ln(600) = 6.4."""
    losses = [step["loss"] for step in record["losses"]]
    assert len(losses) == record["steps"] == 45
    assert losses[0] > 5
    assert sum(losses[-3:]) / 3 < 3.5
    assert record["best"]["loss"] < record["evaluations"][0]["loss"]


@pytest.mark.second
def test_after_each_evaluation_every_layer_has_a_gradient(record: dict[str, Any]) -> None:
    """T2: at the first step, and after each of the evaluations that a step follows."""
    assert record["gradient_checks"] == {"passed": 5, "layers": 14}


def test_a_layer_without_gradient_ends_the_run() -> None:
    import torch
    from tuning.errors import Refused
    from tuning.watch import Gradients

    model = torch.nn.ParameterDict({"q_lora_B": torch.ones(2), "k_lora_B": torch.ones(2), "other": torch.ones(2)})
    check, state = Gradients(), SimpleNamespace(global_step=1)
    (model["q_lora_B"].sum() + model["k_lora_B"].sum()).backward()
    check.on_pre_optimizer_step(None, state, None, model=model)
    model["k_lora_B"].grad = None
    check.on_pre_optimizer_step(None, state, None, model=model)  # not due again before an evaluation
    check.on_evaluate(None, state, None)
    with pytest.raises(Refused, match=r"1 of 2 adapter layers get no gradient \(first: k_lora_B\)"):
        check.on_pre_optimizer_step(None, state, None, model=model)


def test_a_loss_that_is_no_number_ends_the_run() -> None:
    from tuning.errors import Refused
    from tuning.watch import Sound

    Sound().on_log(None, SimpleNamespace(global_step=3), None, logs={"loss": 1.0})
    with pytest.raises(Refused, match="no number any more at step 3"):
        Sound().on_log(None, SimpleNamespace(global_step=3), None, logs={"loss": float("nan")})


def test_the_record_says_what_a_comparison_needs(record: dict[str, Any], finished: Path, tiny: Path) -> None:
    assert record["dataset"]["persona_rows"] == 65
    assert record["dataset"]["replay_rows"] == 6
    assert record["system"] == SYSTEM
    assert record["base"]["source"] == str(tiny)
    assert record["backend"]["name"] == "trl-cpu"
    assert record["recipe"]["train"]["seed"] == 7
    assert {"python", "torch", "transformers", "trl", "peft"} <= set(record["versions"])
    assert record["peak_memory_gib"]["ram"] > 0
    assert finished.stat().st_mode & 0o077 == 0  # nobody else's business
    assert (finished / "adapter" / "adapter_model.safetensors").stat().st_mode & 0o077 == 0
    names = {file.name for file in finished.iterdir()}
    assert {"run.json", "recipe.toml", "adapter", "adapter.gguf", "train.log"} <= names
    assert not names & {"checkpoints", "started.json"}


def test_the_libraries_do_not_spill_on_the_person(finished: Path) -> None:
    said = (finished.parent / "stderr").read_text(encoding="utf-8")
    assert "Warning" not in said
    assert "%|" not in said  # a library's bar
    assert "step 45/45" in said
    assert "0 s left" in said
    assert "back end   trl-cpu: no NVIDIA card was found" in said


@pytest.mark.second
def test_the_reloaded_adapter_and_the_merged_model_answer_the_same(finished: Path, tiny: Path) -> None:
    """T4."""
    import torch
    from peft import PeftModel
    from tuning.base import load_model, load_tokenizer, resolve_base

    base = resolve_base(str(tiny))
    tokenizer = load_tokenizer(base)
    chat = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": "What was your dog called?"}]
    text = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    inputs = tokenizer(text, return_tensors="pt", add_special_tokens=False)

    def answer(model: Any) -> tuple[list[int], torch.Tensor]:
        with torch.inference_mode():
            said = model.eval().generate(**inputs, max_new_tokens=30, do_sample=False)
            return said[0].tolist(), model(**inputs).logits

    untrained, _ = answer(load_model(base, dtype=torch.float32))
    tuned = PeftModel.from_pretrained(load_model(base, dtype=torch.float32), str(finished / "adapter"))
    said, logits = answer(tuned)
    merged_said, merged_logits = answer(tuned.merge_and_unload())
    assert said == merged_said
    assert torch.allclose(logits, merged_logits, atol=1e-4)
    assert said != untrained
    assert said[-1] == tokenizer.eos_token_id  # it learnt to stop


@pytest.mark.second
def test_a_resumed_run_has_the_same_losses(
    train_py: Train, dataset: Path, tiny_toml: Path, tmp_path: Path, record: dict[str, Any]
) -> None:
    """T5: stopped in the middle of the second epoch."""
    out = tmp_path / "resumed"
    stopped = train_py(dataset, "--recipe", tiny_toml, "--out", out, "--stop-after", 13)
    assert stopped.returncode == 0, stopped.stderr
    assert "stopped and saved at step 13 of 45; go on with --resume" in stopped.stderr
    assert not (out / "run.json").exists()
    again = train_py(dataset, "--recipe", tiny_toml, "--out", out)
    assert (again.returncode, "holds an unfinished run" in again.stderr) == (2, True)
    # By its own copy of the recipe, as `refiner train --resume` does.
    resumed = train_py(dataset, "--recipe", out / "recipe.toml", "--out", out, "--resume")
    assert resumed.returncode == 0, resumed.stderr
    theirs = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert [s["step"] for s in theirs["losses"]] == list(range(1, 46))
    for name in ("losses", "evaluations"):
        ours = [entry["loss"] for entry in record[name]]
        assert [entry["loss"] for entry in theirs[name]] == pytest.approx(ours, abs=1e-6)


def test_checkpointing_of_activations_changes_no_loss(
    train_py: Train, dataset: Path, tiny_recipe: Callable[..., Path], tmp_path: Path, record: dict[str, Any]
) -> None:
    """T2 once more, in the way that every recipe for a card trains."""
    recipe = tiny_recipe(("gradient_checkpointing = false", "gradient_checkpointing = true"))
    done = train_py(dataset, "--recipe", recipe, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    theirs = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert theirs["gradient_checks"] == record["gradient_checks"]
    ours = [entry["loss"] for entry in record["losses"]]
    assert [entry["loss"] for entry in theirs["losses"]] == pytest.approx(ours, abs=1e-3)


def test_a_run_that_saved_nothing_yet_starts_anew(tmp_path: Path, dataset: Path) -> None:
    from tuning.errors import Refused
    from tuning.fit import last_checkpoint
    from tuning.folder import read_folder
    from tuning.prepare import prepare
    from tuning.recipe import Recipe

    folder, out, file = read_folder(dataset), tmp_path / "out", tmp_path / "recipe.toml"
    file.touch()

    def begin(resume: bool, recipe: Recipe | None = None) -> bool:
        return prepare(out, recipe or Recipe(), file, folder, None, resume=resume).resume

    with pytest.raises(Refused, match="there is no run to resume"):
        begin(True)
    for resume in (False, False, True):
        assert begin(resume) is False
    for step, whole in ((9, True), (10, True), (11, False)):
        checkpoint = out / "checkpoints" / f"checkpoint-{step}"
        checkpoint.mkdir(parents=True)
        (checkpoint / "trainer_state.json").write_text("{}" if whole else '{"global')
    assert last_checkpoint(out / "checkpoints") == out / "checkpoints" / "checkpoint-10"
    assert begin(True) is True
    with pytest.raises(Refused, match="holds an unfinished run"):
        begin(False)
    with pytest.raises(Refused, match="the recipe changed since"):
        begin(True, Recipe(name="other"))


def test_ctrl_c_saves(dataset: Path, tiny_recipe: Callable[..., Path], tmp_path: Path) -> None:
    out = tmp_path / "interrupted"
    command = [sys.executable, str(TRAINING / "train.py"), str(dataset), "--out", str(out), "--recipe"]
    recipe = tiny_recipe(epochs=300)
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen([*command, str(recipe)], stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("step "):
                process.send_signal(signal.SIGINT)
                break
        said = process.stderr.read()
        began = time.monotonic()
        assert process.wait(60) == 130
        assert time.monotonic() - began < 60
    assert "stopped and saved at step" in said
    assert "Traceback" not in said
    assert list((out / "checkpoints").glob("checkpoint-*/trainer_state.json"))
    assert not (out / "run.json").exists()


def test_a_finished_run_is_not_overwritten(train_py: Train, dataset: Path, tiny_toml: Path, finished: Path) -> None:
    done = train_py(dataset, "--recipe", tiny_toml, "--out", finished)
    assert done.returncode == 2
    assert "holds a finished run" in done.stderr


def test_a_dataset_without_manifest_is_one_message(train_py: Train, tiny_toml: Path, tmp_path: Path) -> None:
    done = train_py(tmp_path, "--recipe", tiny_toml, "--out", tmp_path / "x")
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "it has no manifest.json" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_base_that_is_not_here_names_the_command_that_gets_it(
    train_py: Train, dataset: Path, tiny_recipe: Callable[..., Path], tmp_path: Path, tiny: Path
) -> None:
    recipe = tiny_recipe((str(tiny), "somebody/no-such-model"))
    done = train_py(dataset, "--recipe", recipe, "--out", tmp_path / "x")
    assert done.returncode == 1
    assert "is not on this machine, and nothing is downloaded unasked" in done.stderr
    assert "hf download somebody/no-such-model" in done.stderr


def test_the_plan_loads_nothing_and_goes_to_stdout(train_py: Train, dataset: Path) -> None:
    done = train_py(dataset, "--recipe", "rtx3050-4gb", "--plan")
    assert done.returncode == 0, done.stderr
    assert "Qwen/Qwen3-1.7B, 1,720 M parameters" in done.stdout
    too_large = train_py(dataset, "--recipe", "rtx3050-4gb", "--plan", "--base", "Qwen/Qwen3-4B-Instruct-2507")
    assert too_large.returncode == 1
    assert "what fits: Qwen/Qwen3-1.7B" in too_large.stderr


def test_a_second_training_in_the_same_folder_is_refused(
    train_py: Train, dataset: Path, tiny_recipe: Callable[..., Path], tmp_path: Path
) -> None:
    from refiner.errors import TrainingError
    from refiner.training.runs import find_run, remove

    out, recipe = tmp_path / "runs" / "one", tiny_recipe(epochs=300)
    command = [sys.executable, str(TRAINING / "train.py"), str(dataset), "--out", str(out), "--recipe", str(recipe)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("step "):
                break
        for more in ((), ("--resume",)):
            second = train_py(dataset, "--recipe", recipe, "--out", out, *more)
            assert second.returncode == 2
            assert f"a training is at work in {out} (process {process.pid})" in second.stderr
        run = find_run(out.parent, "one")
        assert (run.process, run.is_begun) == (process.pid, False)
        with pytest.raises(TrainingError, match=f"a training is at work in one .process {process.pid}."):
            remove(out.parent, "one")
        process.send_signal(signal.SIGTERM)
        said = process.stderr.read()
        assert process.wait(60) == 130
    assert "stopped and saved" in said
    run = find_run(out.parent, "one")
    assert (run.process, run.is_begun) == (0, True)


def test_a_disk_that_is_full_is_told_in_whatever_words_it_comes() -> None:
    import train

    for text in (
        "Error while serializing: I/O error: No space left on device (os error 28)",
        "[enforce fail at inline_container.cc:672] . unexpected pos 64 vs 0",
    ):
        assert "make room, then go on with --resume" in train.disk_advice(RuntimeError(text))
    assert train.disk_advice(RuntimeError("shapes do not match")) == ""
