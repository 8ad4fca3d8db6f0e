"""Task files for a rented card: what is in them, what would leave this machine, what is refused. Starts nothing."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from training_persona import write_dataset

from refiner.console import Output
from refiner.errors import TrainingError, UsageError
from refiner.renting import Asked, cloud_run, make_job
from refiner.store import Workspace
from refiner.training.cloud import Job, as_yaml, requirements, task
from refiner.training.cloud_cards import Card, choose_cards, data, fits, needed, parse_card, parse_cloud, read_recipe
from refiner.training.launch import find_recipe, training_folder

CARDS = sorted(data()["cards"])
# The keys of SkyPilot 0.14's task schema that are used here, and what may stand there.
TASK = {"name": str, "resources": dict, "envs": dict, "secrets": dict, "file_mounts": dict, "setup": str, "run": str}
RESOURCES = {
    "use_spot": bool, "disk_size": int, "infra": str, "autostop": dict, "accelerators": str, "any_of": list,
}  # fmt: skip


@pytest.fixture
def life(tmp_path: Path) -> Workspace:
    (tmp_path / "refiner.toml").touch()
    ws = Workspace(tmp_path)
    folder = write_dataset(ws.dataset)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    system = manifest["system"]
    pair = {
        "prompt": [{"role": "system", "content": system}, {"role": "user", "content": "Do you swim?"}],
        "chosen": [{"role": "assistant", "content": "In the fjord, and not for long."}],
        "rejected": [{"role": "assistant", "content": "Every day."}],
    }
    for name, text in (("preferences.jsonl", json.dumps(pair) + "\n"), ("kto.jsonl", ""), ("README.md", "A card.\n")):
        (folder / name).write_text(text, encoding="utf-8")
        digest = hashlib.sha256(text.encode()).hexdigest()
        manifest["files"].append({"name": name, "sha256": digest, "rows": text.count("\n")})
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "private.txt").write_text("not for anybody\n", encoding="utf-8")
    return ws


def finished_run(ws: Workspace, name: str, base: str = "Qwen/Qwen3-8B") -> Path:
    folder = ws.runs / name
    (folder / "adapter").mkdir(parents=True)
    (folder / "adapter" / "adapter_model.safetensors").write_bytes(b"w" * 2000)
    (folder / "model.gguf").write_bytes(b"g" * 9000)
    (folder / "recipe.toml").write_text('[base]\nmodel = "Qwen/Qwen3-8B"\n', encoding="utf-8")
    record = {
        "schema": 1, "finished": "2026-01-01T00:00:00Z", "seconds": 1, "dataset": {"sha256": "ab"}, "system": "s",
        "base": {"name": base, "source": base, "gguf": ""}, "backend": {"name": "unsloth"}, "steps": 1,
        "losses": [{"step": 1, "loss": 1.0}], "best": None, "adapter": "adapter", "adapter_gguf": "",
    }  # fmt: skip
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    return folder


def written(ws: Workspace, **asked: Any) -> dict[str, Any]:
    job = make_job(ws, Asked(**{"recipe": "cloud-24gb", **asked}))
    read: dict[str, Any] = yaml.safe_load(as_yaml(job))
    return read


# ---- the file ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"gpu": "A10G:2", "cloud": "aws"},
        {"gpu": "L4", "spot": True, "cloud": "gcp"},
        {"base": "meta-llama/Llama-3.1-8B-Instruct", "gpu": "H100"},
        {"recipe": "rtx3050-4gb", "cloud": "yotta"},
        {"method": "dpo"},
    ],
)
def test_only_keys_that_skypilot_knows(life: Workspace, asked: dict[str, Any]) -> None:
    made = written(life, **asked)
    assert {key: type(value) for key, value in made.items()}.items() <= TASK.items()
    resources = made["resources"]
    assert {key: type(value) for key, value in resources.items()}.items() <= RESOURCES.items()
    assert ("accelerators" in resources) != ("any_of" in resources)
    assert all(re.fullmatch(r"[A-Za-z0-9-]+:\d+", entry["accelerators"]) for entry in resources.get("any_of", ()))
    assert re.fullmatch("[a-zA-Z]([-_.a-zA-Z0-9]*[a-zA-Z0-9])?", made["name"])
    assert all(isinstance(value, str) for value in made["envs"].values())
    for remote, local in made["file_mounts"].items():
        assert remote.startswith("~/refiner/")
        assert Path(local).is_absolute()
        assert Path(local).exists()


def test_the_card_the_cloud_and_the_end_of_the_machine(life: Workspace) -> None:
    resources = written(life, gpu="a10g:2", cloud="AWS", spot=True)["resources"]
    assert (resources["accelerators"], resources["infra"], resources["use_spot"]) == ("A10G:2", "aws", True)
    assert resources["autostop"] == {"idle_minutes": 60, "down": True}
    assert "autostop" not in written(life, cloud="yotta")["resources"]
    offered = [entry["accelerators"] for entry in written(life)["resources"]["any_of"]]
    assert "L4:1" in offered
    assert all(data()["cards"][name.partition(":")[0]] >= 16 for name in offered)


def test_only_what_training_reads_is_mounted(life: Workspace) -> None:
    mounts = written(life)["file_mounts"]
    inside = {remote.removeprefix("~/refiner/") for remote in mounts}
    assert inside == {"training", "dataset/manifest.json", "dataset/train.jsonl", "dataset/eval.jsonl"}
    assert mounts["~/refiner/training"] == str(training_folder().resolve())
    assert "dataset/preferences.jsonl" in {
        r.removeprefix("~/refiner/") for r in written(life, method="dpo")["file_mounts"]
    }


def test_a_recipe_and_general_rows_of_ones_own_go_along(life: Workspace) -> None:
    own = life.root / "training" / "recipes" / "mine.toml"
    own.parent.mkdir(parents=True)
    own.write_text('[base]\nmodel = "Qwen/Qwen3-8B"\n[data]\nreplay_file = "rows.jsonl"\n', encoding="utf-8")
    (own.parent / "rows.jsonl").write_text("{}\n", encoding="utf-8")
    made = written(life, recipe="mine")
    assert made["file_mounts"]["~/refiner/mine.toml"] == str(own)
    assert made["file_mounts"]["~/refiner/rows.jsonl"] == str(own.parent / "rows.jsonl")
    assert "--recipe mine.toml" in made["run"]
    assert "--recipe training/recipes/cloud-24gb.toml" in written(life)["run"]


def test_a_name_that_a_shell_would_stumble_over_is_made_plain(life: Workspace, tmp_path: Path) -> None:
    own = tmp_path / "it's; touch $HOME mine.toml"
    own.write_text('[base]\nmodel = "Qwen/Qwen3-8B"\n', encoding="utf-8")
    made = written(life, recipe=str(own), gpu="L4")
    assert made["file_mounts"]["~/refiner/it-s-touch-HOME-mine.toml"] == str(own)
    done = rented(tmp_path / "rented", made["run"], "exit 0")
    assert (done.returncode, done.stderr) == (0, "")
    assert "runs/it-s-touch-HOME-mine, then" in done.stdout
    finished_run(life, "not plain")
    with pytest.raises(UsageError, match="not plain"):
        make_job(life, Asked(continues="not plain"))


def test_a_continued_run_sends_its_adapter_and_record_alone(life: Workspace) -> None:
    before = finished_run(life, "first")
    made = written(life, recipe="", continues="first")
    mounts = {r: p for r, p in made["file_mounts"].items() if "/before/" in r}
    assert mounts == {
        "~/refiner/before/first/run.json": str(before / "run.json"),
        "~/refiner/before/first/adapter": str(before / "adapter"),
    }
    assert "--continue before/first" in made["run"]
    assert made["name"] == "refiner-first-2"
    finished_run(life, "first-2")
    assert "--continue before/first-2 " in written(life, recipe="", continues="current", name="x")["run"]
    assert written(life, recipe="", continues="first-2")["name"] == "refiner-first-3"


def test_the_versions_are_those_of_this_installation() -> None:
    plain, unsloth = requirements(False), requirements(True)
    for name in ("trl", "transformers", "peft", "datasets", "accelerate"):
        assert any(re.match(rf"{name}[<>=!]", line) for line in plain)
        assert any(re.match(rf"{name}[<>=!]", line) for line in unsloth)
    assert "unsloth" in unsloth
    assert "unsloth" not in plain
    assert any(line.startswith("bitsandbytes") for line in plain)


def test_several_cards_are_launched_together_without_unsloth(life: Workspace) -> None:
    made = written(life, gpu="A10G:4")
    assert "accelerate launch --multi_gpu --num_processes 4 " in made["run"]
    assert "bitsandbytes" in made["setup"]
    one = written(life, gpu="A10G")
    assert "accelerate launch" not in one["run"]
    assert "unsloth" in one["setup"]


def test_a_key_for_the_hub_is_asked_for_and_not_written(life: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    job = make_job(life, Asked(recipe="cloud-24gb", base="meta-llama/Llama-3.1-8B-Instruct"))
    assert task(job)["secrets"] == {"HF_TOKEN": None}
    assert "hf_secret" not in as_yaml(job)
    assert "secrets" not in written(life)


@example("\x85", "A10", 1)
@example("a\r\n b ", "A10", 1)
@given(st.text(min_size=1, max_size=30), st.sampled_from(CARDS), st.integers(1, 16))
def test_any_name_gives_a_valid_file(name: str, card: str, count: int) -> None:
    recipe_file = find_recipe("cloud-24gb")
    job = Job(name, read_recipe(recipe_file), recipe_file, (), (Card(card, 80, count),))
    read = yaml.safe_load(as_yaml(job))
    assert read == task(job)
    assert re.fullmatch("[a-zA-Z]([-_.a-zA-Z0-9]*[a-zA-Z0-9])?", job.cluster)


# ---- what it does on the machine -----------------------------------------------------------------------------------


def rented(home: Path, script: str, trains: str) -> subprocess.CompletedProcess[str]:
    """Runs the task's `run` with `home` as the rented machine's home, and a program in place of Python."""
    program = home / "refiner" / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f'#!/bin/sh\necho "$@" > ~/seen\nls dataset > ~/read\n{trains}\n', encoding="utf-8")
    program.chmod(0o700)
    for name in ("dataset", "before/first", "runs"):
        (home / "refiner" / name).mkdir(parents=True, exist_ok=True)
    (home / "refiner" / "dataset" / "train.jsonl").touch()
    return subprocess.run(
        ["bash", "-c", script], env={**os.environ, "HOME": str(home)}, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(("trains", "code"), [("mkdir -p runs/x", 0), ("exit 1", 1), ("kill -9 $$", 137)])
def test_the_data_set_is_removed_whatever_becomes_of_the_run(
    life: Workspace, tmp_path: Path, trains: str, code: int
) -> None:
    home = tmp_path / "rented"
    done = rented(home, written(life, gpu="L4")["run"], trains)
    assert done.returncode == code, done.stderr
    assert (home / "read").read_text() == "train.jsonl\n"
    assert not (home / "refiner" / "dataset").exists()
    assert not (home / "refiner" / "before").exists()
    assert ("the data set is removed here" in done.stdout) == (code == 0)


def test_a_run_that_was_begun_goes_on_and_a_finished_one_is_let_be(life: Workspace, tmp_path: Path) -> None:
    home, script = tmp_path / "rented", written(life, gpu="L4")["run"]
    out = home / "refiner" / "runs" / "cloud-24gb"
    rented(home, script, f"mkdir -p {out}; touch {out}/started.json; exit 1")
    assert "--resume" not in (home / "seen").read_text()
    rented(home, script, "exit 0")
    assert "--resume" in (home / "seen").read_text()
    (home / "seen").unlink()
    (out / "run.json").touch()
    done = rented(home, script, "exit 0")
    assert "finished already" in done.stdout
    assert not (home / "seen").exists()
    assert not (home / "refiner" / "dataset").exists()


def test_the_setup_stops_at_the_first_fault(life: Workspace, tmp_path: Path) -> None:
    home, script = tmp_path / "rented", written(life, gpu="A10G:2")["setup"]
    tools = home / ".local" / "bin"
    tools.mkdir(parents=True)
    (home / "refiner").mkdir()
    (home / "refiner" / "train.jsonl").touch(mode=0o644)
    (tools / "uv").write_text('#!/bin/sh\necho "$@" >> ~/asked\nexit ${FAULT:-0}\n', encoding="utf-8")
    (tools / "uv").chmod(0o700)
    run = {"capture_output": True, "text": True, "timeout": 60}
    environment = {**os.environ, "HOME": str(home)}
    done = subprocess.run(["bash", "-c", script], env={**environment, "FAULT": "3"}, **run)  # type: ignore[call-overload]
    assert done.returncode == 3
    assert len((home / "asked").read_text().splitlines()) == 1
    assert stat.S_IMODE((home / "refiner" / "train.jsonl").stat().st_mode) == 0o600


# ---- cards ---------------------------------------------------------------------------------------------------------


@given(st.sampled_from(CARDS), st.integers(1, 16), st.sampled_from([str.lower, str.upper, str.title]))
def test_every_card_is_found_in_any_case(name: str, count: int, case: Any) -> None:
    card = parse_card(f"{case(name)}:{count}")
    assert (card.name, card.count, card.gb) == (name, count, data()["cards"][name])
    assert parse_card(str(card)) == card


def test_no_two_cards_and_clouds_are_taken_for_each_other() -> None:
    for names in (CARDS, data()["clouds"]["names"]):
        assert len({re.sub(r"[^a-z0-9]", "", name.lower()) for name in names}) == len(names)
    assert set(data()["choice"]["usual"]) <= set(CARDS)
    assert set(data()["clouds"]["no_spot"] + data()["clouds"]["no_autodown"]) <= set(data()["clouds"]["names"])


@pytest.mark.parametrize(
    ("text", "near"),
    [("A10X", "A10G"), ("RTX-4091", "RTX4090"), ("4090", "RTX4090"), ("A10G:", "1 to 16"), ("A10G:0", "1 to 16"),
     ("A10G:x", "1 to 16"), ("A10G:²", "1 to 16"), ("A10G:99", "1 to 16"), (":2", "takes"), ("ünknown", "takes")],
)  # fmt: skip
def test_an_unknown_card_names_those_like_it(text: str, near: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_card(text)
    assert near in caught.value.mend


def test_an_unknown_cloud_names_the_known_ones() -> None:
    assert (parse_cloud(""), parse_cloud("RunPod")) == ("", "runpod")
    with pytest.raises(UsageError, match="aws, azure"):
        parse_cloud("amazon")


def test_what_cannot_fit_is_refused_and_what_can_is_named() -> None:
    recipe = read_recipe(find_recipe("cloud-24gb"))
    gib = needed(recipe)
    assert gib is not None
    assert [fits(8.8, size) for size in (8, 9, 10, 24)] == [False, False, True, True]  # the driver keeps 0.6 of it
    assert 8 < gib < 10
    for name, size in data()["cards"].items():
        if fits(gib, size):
            assert choose_cards(recipe, name) == (Card(name, size),)
            continue
        with pytest.raises(TrainingError, match=f"{name} has {size} GB") as caught:
            choose_cards(recipe, f"{name}:8")
        assert "more of them do not help" in caught.value.message
        able = re.findall(r"([\w-]+) \((\d+) GB\)", caught.value.mend)
        assert able
        assert all(fits(gib, float(gb)) and data()["cards"][card] == int(gb) for card, gb in able)
        assert "Qwen/Qwen3-4B" in caught.value.mend


# ---- what is said and refused --------------------------------------------------------------------------------------


def test_what_would_leave_is_said_file_by_file(life: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    finished_run(life, "first")
    file = cloud_run(life, Asked(recipe="", continues="first", gpu="A10G:2", cloud="aws"), Output())
    said = capsys.readouterr().out
    for path in (life.dataset / "train.jsonl", life.runs / "first" / "adapter" / "adapter_model.safetensors"):
        assert str(path) in said.replace("\n", "")
    assert "65 rows" in said
    assert "approved samples in plain text" in said
    for words in ("private.txt", "model.gguf", "preferences.jsonl", "README.md  8 B"):
        assert words not in said
    sent = {Path(p) for p in yaml.safe_load(file.read_text(encoding="utf-8"))["file_mounts"].values()}
    for path in re.findall(r"^  (/.+?)  [\d.]+ ?[kMG]?B", said, re.M):
        assert any(Path(path) == root or root in Path(path).parents for root in sent), path
    for words in ("sky launch -c refiner-first-2", "sky down refiner-first-2", "SKYPILOT_DISABLE_USAGE_COLLECTION=1",
                  "Nothing was started and nothing sent", "rsync", "your life"):  # fmt: skip
        assert words in said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file == life.refined / "cloud" / "first-2.yaml"


def test_the_program_is_one_line_and_what_is_the_persons_a_line_each(
    life: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    own = life.root / "training" / "recipes" / "mine.toml"
    own.parent.mkdir(parents=True)
    own.write_text('[base]\nmodel = "Qwen/Qwen3-8B"\n', encoding="utf-8")
    cloud_run(life, Asked(recipe="mine", gpu="A10G"), Output())
    told = capsys.readouterr().out.partition("The rows are")[0]
    told = "".join(told.split())  # a line may be broken anywhere
    program = training_folder().resolve()
    count = sum(file.is_file() for file in program.rglob("*"))
    assert f"{program}/({count}files:theprogram,nothingofyou)" in told
    assert told.count(str(program)) == 1
    assert "train.py" not in told
    for file in (own, *(life.dataset / name for name in ("manifest.json", "train.jsonl", "eval.jsonl"))):
        assert f"{file}{file.stat().st_size}B" in told or f"{file}{file.stat().st_size / 1000:.1f}kB" in told


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"recipe": ""}, "which recipe"),
        ({"recipe": "none"}, "no recipe"),
        ({"recipe": "cpu-smoke"}, "nothing to rent a card for"),
        ({"base": "models/mine.gguf"}, "nothing to rent a card for"),
        ({"base": "/etc"}, "nothing to rent a card for"),
        ({"base": "me/nobody-knows-it"}, "not known here"),
        ({"name": "../out"}, "--name"),
        ({"name": "first"}, "is there already"),
        ({"cloud": "lambda", "spot": True}, "no spot machines"),
        ({"continues": "none"}, "runs are: first"),
        ({"method": "ppo"}, "--method"),
        ({"dataset": Path("/nowhere")}, "holds no data set"),
    ],
)
def test_what_is_refused(life: Workspace, asked: dict[str, Any], words: str) -> None:
    finished_run(life, "first")
    with pytest.raises((UsageError, TrainingError), match=words) as caught:
        make_job(life, Asked(**{"recipe": "cloud-24gb", **asked}))
    assert caught.value.mend


def test_what_is_missing_or_changed_is_refused(life: Workspace) -> None:
    finished_run(life, "first")
    (life.runs / "first" / "adapter" / "adapter_model.safetensors").unlink()
    (life.runs / "first" / "adapter").rmdir()
    with pytest.raises(TrainingError, match="adapter is missing"):
        make_job(life, Asked(continues="first"))
    (life.dataset / "train.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(TrainingError, match="was changed after it was written"):
        make_job(life, Asked(recipe="cloud-24gb"))


def test_the_command(life: Workspace, tmp_path: Path) -> None:
    def refiner(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "refiner.cli", "train", "-C", str(life.root), *args]
        return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)

    file = tmp_path / "task.yaml"
    done = refiner("--cloud", "--recipe", "cloud-24gb", "--gpu", "L4", "--no-spot", "--out", str(file))
    assert done.returncode == 0, done.stderr
    assert yaml.safe_load(file.read_text(encoding="utf-8"))["resources"]["accelerators"] == "L4:1"
    assert not life.runs.exists()
    for args, words in (
        (("--gpu", "L4", "--recipe", "cloud-24gb"), "add --cloud"),
        (("--cloud", "--plan", "--recipe", "cloud-24gb"), "leave --plan"),
        (("--cloud", "--recipe", "cloud-24gb", "--out", str(tmp_path)), "is a folder"),
    ):
        wrong = refiner(*args)
        assert wrong.returncode == 2, wrong.stderr
        assert words in wrong.stderr.replace("\n", "")
        assert "Traceback" not in wrong.stderr
