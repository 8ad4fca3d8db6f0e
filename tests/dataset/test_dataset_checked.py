"""What was written is loaded with `datasets` and rendered with a real chat template; or said not to have been."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from dataset_life import CONFIG, sample, samples

from refiner.dataset import checked as module
from refiner.dataset.card import configs
from refiner.dataset.checked import Checked, Problem, check_folder
from refiner.dataset.examining import Frames, talks
from refiner.dataset.export import Extras, export_dataset
from refiner.dataset.formats import FORMATS
from refiner.dataset.replay import read_general
from refiner.errors import StoreError
from refiner.exporting import _stop_on, check_exported
from refiner.models import Message, Sample
from refiner.training.launch import training_folder

pytest.importorskip("datasets", reason="the training packages are not installed")

CHATML = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"


class Tokenizer:
    """A chat template as a tokenizer has it, with two tokens of its own."""

    all_special_tokens = ("<|im_start|>", "<|im_end|>")
    all_special_ids = (1, 2)
    added_tokens_decoder: dict[int, str] = {}

    def __init__(self, template: str) -> None:
        from jinja2 import Environment

        self.template = Environment(autoescape="escape" in template).from_string(template)

    def apply_chat_template(self, messages: list[dict[str, str]], **given: Any) -> str:
        return self.template.render(messages=messages, **given)


TALK = [
    {"role": "system", "content": "You are Esther."},
    {"role": "user", "content": "Is it <late> & dark?"},
    {"role": "assistant", "content": "It is."},
    {"role": "user", "content": "It is."},
    {"role": "assistant", "content": "  You said that already.\n"},
]


@pytest.mark.parametrize(
    ("template", "words"),
    [
        (CHATML, ""),
        (CHATML.replace("m.content", "m.content | trim"), ""),
        ("You are a helpful assistant named Bot. " + CHATML, "words of its own: “You are helpful named Bot”"),
        (CHATML.replace("m.content", "m.content | upper"), "once and in order"),
        (CHATML.replace("m.content", "m.content | replace('It is', 'It was')"), "changes the text"),
        (CHATML.replace("m.content", "m.content | escape"), "changes the text"),
        (CHATML.replace("in messages", "in messages[1:]"), "once and in order"),
        (CHATML.replace("in messages", "in messages | reverse"), "once and in order"),
        (CHATML.replace("{{ m.content }}", "{{ m.content }}{{ m.content }}"), "once and in order"),
        ("{{ messages[9].content.nothing }}", "refuses it"),
    ],
)
def test_a_template_may_put_marks_around_messages_and_nothing_else(template: str, words: str) -> None:
    found = Frames(Tokenizer(template)).problem(TALK)
    assert words in found
    assert bool(found) == bool(words)


def test_both_halves_of_a_pair_are_rendered() -> None:
    row = {"prompt": TALK[:2], "chosen": TALK[2:3], "rejected": TALK[4:]}
    assert talks(row) == [TALK[:3], [*TALK[:2], TALK[4]]]
    assert talks({"prompt": TALK[:2], "completion": TALK[2:3], "label": True}) == [TALK[:3]]


def written(out: Path, rows: list[Sample], **more: Any) -> dict[str, list[Sample]]:
    """Exports `rows`; the samples behind each file."""
    kept: dict[str, list[Sample]] = {}

    def keep(folder: Path, behind: Any) -> dict[str, Any]:
        kept.update({name: list(of) for name, of in behind.items()})
        return {}

    extras = Extras(general=read_general(training_folder() / "replay.jsonl"), formats=tuple(FORMATS), check=keep)
    export_dataset(rows, out, config=CONFIG, card="You are Esther.", base="", extras=extras, **more)
    return kept


def test_without_the_packages_tokens_are_estimated_and_the_command_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind = written(tmp_path / "d", samples())
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None if name == "datasets" else real(name, *a))
    found = check_folder(tmp_path / "d", behind, base="", scratch=tmp_path)
    assert found.tokens["tokenizer"] == "estimate"
    assert found.tokens["total"] == sum(found.tokens["by_kind"].values()) > 0
    assert found.loaded is None
    assert found.rendered == ""
    assert found.why == ("the training packages are not installed",)
    assert "[train]" in found.mend


def test_the_environment_is_offline_and_the_cache_is_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not importlib.util.find_spec("datasets"):
        pytest.skip("the training packages are not installed")
    behind = written(tmp_path / "d", samples())
    seen: dict[str, Any] = {}

    def run(command: list[str], **given: Any) -> Any:
        seen.update(given["env"], command=command)
        seen["cache"] = Path(json.loads(given["input"])["cache"])
        assert seen["cache"].is_dir()
        raise KeyboardInterrupt

    monkeypatch.setattr(module.subprocess, "run", run)
    with pytest.raises(KeyboardInterrupt):
        check_folder(tmp_path / "d", behind, base="", scratch=tmp_path / "scratch")
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
        assert seen[name] == "1"
    assert seen["command"][:2] == [sys.executable, "-P"]
    assert seen["cache"].parent == tmp_path / "scratch"
    assert not seen["cache"].exists()


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Checked]:
    """A folder with every file and form, looked at with the small real model's own template and tokenizer."""
    out = tmp_path_factory.mktemp("looked")
    talk = sample("memory", "Where were you then?", "In Aizawl, under the clock tower.")
    turns = (
        Message(role="user", content="How long?"),
        Message(role="assistant", content="Nine “years” &\u2028a <half>\x85."),
    )
    longer = talk.model_copy(update={"messages": (*talk.messages, *turns)})
    was = samples()[0]
    new = (was.messages[0], Message(role="assistant", content="The river took it all: 時計, чáсы, 🕰️."))
    edited = was.model_copy(update={"messages": new, "status": "edited"})
    rejected = [s.model_copy(update={"status": "rejected"}) for s in samples()[1:3]]
    behind = written(out / "d", [edited, longer, *samples()[3:]], pairs=[(edited, was)], rejected=rejected)
    return out / "d", check_folder(out / "d", behind, base="smollm2-135m-instruct", scratch=out)


@pytest.mark.training
def test_every_part_loads_and_every_row_renders_with_a_real_template(looked: tuple[Path, Checked]) -> None:
    folder, found = looked
    assert found.problems == ()
    assert found.rendered == "smollm2-135m-instruct"
    assert found.loaded is not None
    assert set(found.loaded) == {"default", "preferences", "kto", *FORMATS}
    count = (folder / "train.jsonl").read_text().count("\n")
    assert all(found.loaded[name]["train"] == count for name in ("default", *FORMATS))
    assert found.loaded["preferences"] == {"train": 1}
    tokens = found.tokens
    assert tokens["tokenizer"] == "exact"
    assert tokens["total"] == sum(tokens["by_kind"].values())
    assert tokens["longest"]["tokens"] >= tokens["mean"] > 20
    assert set(tokens["above"].values()) == {0}
    assert not list(folder.parent.glob(".examining-*"))


@pytest.mark.training
def test_a_person_can_load_the_folder_without_naming_files(looked: tuple[Path, Checked], tmp_path: Path) -> None:
    import subprocess

    code = (
        "import sys, datasets\n"
        "d = datasets.load_dataset(sys.argv[1], cache_dir=sys.argv[2])\n"
        "p = datasets.load_dataset(sys.argv[1], 'preferences', cache_dir=sys.argv[2])\n"
        "h = datasets.load_dataset(sys.argv[1] + '/formats/hf', cache_dir=sys.argv[2])\n"
        "print(sorted(d), d['train'][0]['messages'][0]['role'], p['train'][0]['chosen'][0]['content'], sorted(h))\n"
    )
    folder, _ = looked
    env = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path), "PATH": "/usr/bin"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), str(tmp_path)], capture_output=True, text=True, env=env
    )
    assert done.returncode == 0, done.stderr
    assert "['train', 'validation'] system The river took it all: 時計, чáсы, 🕰️." in done.stdout


@pytest.mark.training
def test_a_folder_is_looked_at_again_and_not_written(looked: tuple[Path, Checked], tmp_path: Path) -> None:
    folder, found = looked
    before = {f: f.read_bytes() for f in folder.rglob("*") if f.is_file()}
    ws: Any = SimpleNamespace(refined=tmp_path)
    manifest, again = check_exported(ws, folder, base="smollm2-135m-instruct")
    assert (again.tokens, again.loaded, again.problems) == (found.tokens, found.loaded, ())
    assert manifest["counts"]["preferences"] == 1
    assert {f: f.read_bytes() for f in folder.rglob("*") if f.is_file()} == before
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "kto.jsonl").write_text("{}\n")
    with pytest.raises(StoreError, match=r"kto\.jsonl was changed after it was written"):
        check_exported(ws, copy)


def test_what_a_template_does_stops_an_export_only_where_its_base_was_named() -> None:
    row = Problem("train.jsonl", 3, "the text contains a control token", "abc")
    part = Problem("README.md", 0, "load_dataset kto: no")
    with pytest.raises(StoreError, match=r"train\.jsonl:3: the text .* \(sample abc\)") as error:
        _stop_on(Checked({}, (row,)), named=True)
    assert "--match abc" in error.value.mend
    _stop_on(Checked({}, (row,)), named=False)
    with pytest.raises(StoreError, match="load_dataset kto"):
        _stop_on(Checked({}, (part,)), named=False)


@pytest.mark.training
def test_a_control_token_in_a_sample_is_named_with_the_sample(tmp_path: Path) -> None:
    bad = sample("memory", "What did the screen say?", "It said <|im_end|> and went black.")
    behind = written(tmp_path / "d", [*samples(), bad])
    found = check_folder(tmp_path / "d", behind, base="smollm2-135m-instruct", scratch=tmp_path)
    assert {p.sample for p in found.problems} == {bad.id}
    assert "control token" in str(found.problems[0])


@pytest.mark.training
def test_a_base_that_is_not_here_leaves_an_estimate_and_no_connection(tmp_path: Path) -> None:
    behind = written(tmp_path / "d", samples())
    found = check_folder(tmp_path / "d", behind, base="nobody/nothing-7b", scratch=tmp_path)
    assert found.loaded
    assert found.rendered == ""
    assert found.tokens["tokenizer"] == "estimate"
    assert "not on this machine" in found.why[0]
    assert "--check" in found.mend


@pytest.mark.training
def test_the_estimate_is_near_the_count(looked: tuple[Path, Checked]) -> None:
    folder, found = looked
    texts = [(folder / f"{name}.jsonl").read_text(encoding="utf-8") for name in ("train", "eval")]
    rows = [json.loads(line)["messages"] for text in texts for line in text.split("\n") if line]
    about = sum(module.about(m["content"]) + module.FRAME for row in rows for m in row)
    assert 0.7 * found.tokens["total"] < about < 1.4 * found.tokens["total"]
    assert configs({"train.jsonl": 1})
