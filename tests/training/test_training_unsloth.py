"""T9: what is asked of Unsloth is what Unsloth takes, read out of its own source, and run in its own way for a CPU.

On a card Unsloth patches TRL and transformers; that part is read here and not run.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import Distribution
from pathlib import Path

import pytest
from training_decisions import add_decisions, pairs
from training_persona import write_dataset
from training_second import FOLDER, REPO, pins
from training_tiny import TINY_RECIPE, TRAINING

pytestmark = [
    pytest.mark.training,
    pytest.mark.skipif(not (FOLDER / "unsloth").is_dir(), reason="Unsloth is not in the second set: make test-second"),
]

SOURCE = FOLDER / "unsloth"
# Where a method hands its arguments on: the keywords that it does not name itself must be named there.
CLASSES = {
    "FastLanguageModel": "models/loader.py",
    "FastModel": "models/loader.py",
    "FastLlamaModel": "models/llama.py",
}


@cache
def tree(name: str) -> ast.Module:
    return ast.parse((SOURCE / name).read_text(encoding="utf-8"))


def function(file: str, name: str, owner: str = "") -> ast.FunctionDef:
    """The function or method `name` in `file`; fails the test where it is gone."""
    body: list[ast.stmt] = tree(file).body
    if owner:
        body = next(node for node in body if isinstance(node, ast.ClassDef) and node.name == owner).body
    return next(node for node in body if isinstance(node, ast.FunctionDef) and node.name == name)


def named(definition: ast.FunctionDef) -> set[str]:
    """The parameters that a function names. What only `**kwargs` takes is not among them: a slip would pass there."""
    given = definition.args
    return {a.arg for a in [*given.posonlyargs, *given.args, *given.kwonlyargs]}


def taken(owner: str, method: str) -> set[str]:
    """The keywords that `owner.method` takes, looking on where it only hands them over."""
    definition = function(CLASSES[owner], method, owner)
    names = named(definition)
    if len(names) > 1:
        return names
    for call in (node for node in ast.walk(definition) if isinstance(node, ast.Call)):
        to, _, name = ast.unparse(call.func).rpartition(".")
        if name == method and to in CLASSES and any(keyword.arg is None for keyword in call.keywords):
            names |= taken(to, method)
    return names


def calls(source: str, owner: str) -> Iterator[tuple[str, set[str]]]:
    """(method, keywords) of each call of a method of `owner` in `source`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[0] == owner:
            assert all(keyword.arg for keyword in node.keywords), "keywords in a dictionary cannot be read"
            yield ast.unparse(node.func).rpartition(".")[2], {str(keyword.arg) for keyword in node.keywords}


def ours() -> str:
    return (TRAINING / "tuning" / "backends.py").read_text(encoding="utf-8")


def test_every_keyword_that_is_passed_is_one_that_unsloth_names() -> None:
    found = dict(calls(ours(), "FastLanguageModel"))
    assert set(found) == {"from_pretrained", "get_peft_model"}
    for method, keywords in found.items():
        assert keywords
        assert keywords - taken("FastLanguageModel", method) == set(), method
    # Other architectures than Llama's and Qwen's are handed to this one.
    assert found["from_pretrained"] - taken("FastModel", "from_pretrained") == set()


def test_a_slip_in_a_keyword_is_seen() -> None:
    slip = ours().replace("load_in_4bit=", "load_in_4bits=").replace("lora_alpha=", "alpha=")
    found = dict(calls(slip, "FastLanguageModel"))
    assert found["from_pretrained"] - taken("FastLanguageModel", "from_pretrained") == {"load_in_4bits"}
    assert found["get_peft_model"] - taken("FastLanguageModel", "get_peft_model") == {"alpha"}


def test_the_model_that_is_named_is_the_one_that_is_loaded() -> None:
    """By default Unsloth looks the name up in a table, on GitHub too, and loads a copy from its own account."""
    keywords = {
        keyword.arg: keyword.value
        for node in ast.walk(ast.parse(ours()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "from_pretrained"
        for keyword in node.keywords
    }
    exact = keywords["use_exact_model_name"]
    assert isinstance(exact, ast.Constant)
    assert exact.value is True
    definition = function("models/loader.py", "from_pretrained", "FastLanguageModel")
    lookups = [n for n in ast.walk(definition) if isinstance(n, ast.Call) and ast.unparse(n.func) == "get_model_name"]
    spared = [
        call
        for branch in ast.walk(definition)
        if isinstance(branch, ast.If) and ast.unparse(branch.test) == "not use_exact_model_name"
        for statement in branch.body
        for call in ast.walk(statement)
        if call in lookups
    ]
    assert len(lookups) == len(spared) == 2
    table = (SOURCE / "models" / "mapper.py").read_text(encoding="utf-8")
    assert '"Qwen/Qwen3-1.7B"' in table  # what a shipped recipe names


def test_nothing_is_reported_and_nothing_lies_about() -> None:
    statistics = ast.unparse(function("models/_utils.py", "get_statistics"))
    assert "'UNSLOTH_DISABLE_STATISTICS' in os.environ" in statistics
    compiler = (FOLDER / "unsloth_zoo" / "compiler.py").read_text(encoding="utf-8")
    assert 'os.environ.get("UNSLOTH_COMPILE_LOCATION"' in compiler
    for name in ("UNSLOTH_DISABLE_STATISTICS", "UNSLOTH_COMPILE_LOCATION"):
        assert name in ours()
    # Before the import: both are read while it goes on.
    body = next(n for n in ast.parse(ours()).body if isinstance(n, ast.FunctionDef) and n.name == "import_unsloth").body
    assert "import_module" in ast.unparse(body[-1])
    assert "UNSLOTH_COMPILE_LOCATION" in ast.unparse(ast.Module(body[:-1], []))


def test_the_labels_and_the_collator_are_left_alone() -> None:
    """Unsloth rewrites the trainer: with rows already in tokens, with labels and a collator, it must touch nothing."""
    trainer = ast.unparse(tree("trainer.py"))
    blocked = re.search(r"\n +blocked = (.*)", trainer)
    assert blocked is not None
    assert blocked.group(1).startswith("data_collator is not None or")  # no packing, no batches without padding
    rewriting = (SOURCE / "models" / "rl.py").read_text(encoding="utf-8")
    swap = "isinstance(data_collator, DataCollatorForSeq2Seq) and 'labels' not in"
    assert swap in rewriting  # replaced only where there are no labels
    assert "_unsloth_dataset_kwargs.get('skip_prepare_dataset', False)" in rewriting
    fit = (TRAINING / "tuning" / "fit.py").read_text(encoding="utf-8")
    assert "data_collator=DataCollatorForSeq2Seq(" in fit
    assert '{"skip_prepare_dataset": True}' in fit


def test_a_model_in_float16_is_not_trained_in_bfloat16() -> None:
    """Unsloth refuses the mixture, and torch takes cards for able to bfloat16 that only emulate it."""
    rewriting = (SOURCE / "models" / "rl.py").read_text(encoding="utf-8")
    assert "Model is in float16 precision but you want to use bfloat16" in rewriting
    for name in ("fit.py", "backends.py"):
        source = (TRAINING / "tuning" / name).read_text(encoding="utf-8")
        assert "has_bf16()" in source
        assert "is_bf16_supported" not in source


def test_the_second_set_is_one_that_unsloth_accepts() -> None:
    from packaging.requirements import Requirement

    first = dict(re.findall(r"^([\w.-]+)==(\S+)$", (REPO / "tests" / "constraints.txt").read_text(), re.M))
    versions = {name.replace("_", "-"): version for name, version in {**first, **pins()}.items()}
    seen = set()
    for package in ("unsloth", "unsloth_zoo"):
        (info,) = FOLDER.glob(f"{package}-*.dist-info")
        for text in Distribution.at(info).requires or []:
            asked = Requirement(text)
            name = asked.name.replace("_", "-")
            if name in versions and (asked.marker is None or asked.marker.evaluate({"extra": ""})):
                assert asked.specifier.contains(versions[name]), text
                seen.add(name)
    assert {"trl", "transformers", "datasets", "peft", "accelerate", "torch", "bitsandbytes"} <= seen


# Trains as train.py does, but by Unsloth, and then takes the adapter up again.
RUNNER = """
import sys
sys.path.insert(0, {training!r})
import train
from tuning import backends
backends.choose_backend = lambda *rest, **keys: backends.Choice("unsloth", "for the test")
code = train.main([{dataset!r}, "--recipe", {recipe!r}, "--out", {out!r}])
if code == 0:
    from pathlib import Path
    from safetensors.torch import load_file
    from tuning.base import resolve_base
    from tuning.recipe import read_recipe
    recipe = read_recipe(Path({recipe!r}))
    model, _ = backends.load("unsloth", resolve_base(recipe.base.model), recipe, Path({out!r}) / "adapter")
    saved = load_file(Path({out!r}) / "adapter" / "adapter_model.safetensors")
    there = {{n.replace(".default.", "."): p for n, p in model.named_parameters() if ".lora_" in n}}
    same = there.keys() == saved.keys() and all((there[n] == w.to(there[n].dtype)).all() for n, w in saved.items())
    print("taken up again:", len(there), bool(same), all(p.requires_grad for p in there.values()))
sys.exit(code)
"""


def test_unsloth_trains_and_goes_on(tiny: Path, tmp_path: Path) -> None:
    """The whole way through Unsloth's loader, adapter and trainers, on a CPU, as it does it there."""
    pytest.importorskip("bitsandbytes", reason="pip install bitsandbytes")
    recipe = tmp_path / "tiny.toml"
    head = 'method = "dpo"\n[hardware]\nvram_gb = 4\n'
    recipe.write_text(head + TINY_RECIPE.format(base=tiny, epochs=3), encoding="utf-8")
    runner = tmp_path / "runner.py"
    decided = add_decisions(write_dataset(tmp_path / "decided"), pairs(), [])
    keys = {"training": TRAINING, "dataset": decided, "recipe": recipe, "out": tmp_path / "out"}
    runner.write_text(RUNNER.format(**{name: str(value) for name, value in keys.items()}), encoding="utf-8")
    (tmp_path / "cwd").mkdir()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("UNSLOTH")},
        **{"PYTHONPATH": str(FOLDER), "XDG_CACHE_HOME": str(tmp_path / "cache"), "OMP_NUM_THREADS": "1"},
    }
    done = subprocess.run(
        [sys.executable, str(runner)],
        **{"cwd": tmp_path / "cwd", "env": environment, "capture_output": True, "text": True, "timeout": 900},
    )  # type: ignore[call-overload]
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert record["backend"]["name"] == "unsloth"
    assert record["versions"]["unsloth"] == pins()["unsloth"]
    assert record["versions"]["trl"] == pins()["trl"]
    losses = [step["loss"] for step in record["losses"]]
    assert len(losses) == 27
    assert losses[0] > 6
    assert sum(losses[-3:]) / 3 < 5
    assert record["gradient_checks"] == {"passed": 3, "layers": 14}
    assert record["preferences"]["gradient_checks"] == {"passed": 1, "layers": 14}
    assert record["preferences"]["rows"] == 15
    assert "in NF4, adapter" in done.stderr
    assert "taken up again: 28 True True" in done.stdout
    assert list((tmp_path / "cwd").iterdir()) == []
