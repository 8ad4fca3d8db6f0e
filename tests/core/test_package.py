"""The package: what is in the wheel and runs from there, extras that exist, and the papers that go with it."""

from __future__ import annotations

import email
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
import yaml

import refiner

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
FOLDERS = {"prompts": "refiner/_prompts", "training": "refiner/_training", "data/raw": "refiner/_sample/data/raw",
           "data/review": "refiner/_sample/data/review"}  # fmt: skip


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    pytest.importorskip("hatchling", reason="hatchling builds the wheel")
    folder = tmp_path_factory.mktemp("dist")
    code = f"from hatchling.build import build_wheel; build_wheel({str(folder)!r})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    (file,) = folder.glob("*.whl")
    return zipfile.ZipFile(file)


@pytest.fixture(scope="module")
def unpacked(wheel: zipfile.ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    wheel.extractall(folder)
    return folder


def metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = (n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
    return email.message_from_bytes(wheel.read(name))


def on_disk(folder: str) -> set[str]:
    base = ROOT / folder
    return {str(f.relative_to(base)) for f in base.rglob("*") if f.is_file() and "__pycache__" not in f.parts}


def tracked(folder: str) -> set[str]:
    """What git has there. Skips where there is no git, or no checkout."""
    try:
        said = subprocess.run(["git", "ls-files", "-z", folder], cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("no git here")
    if said.returncode:
        pytest.skip("no checkout of git")
    return {f.removeprefix(folder + "/") for f in said.stdout.split("\0") if f}


def test_the_wheel_has_the_package_and_what_it_needs_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    expected = {f"refiner/{f}" for f in on_disk("refiner")} | {"refiner/_sample/refiner.toml"}
    for folder, there in FOLDERS.items():
        expected |= {f"{there}/{f}" for f in on_disk(folder)}
    info = f"refiner-{refiner.__version__}.dist-info/"
    names = {n for n in wheel.namelist() if not n.startswith(info)}
    assert names == expected
    assert {"refiner/py.typed", "refiner/cli_help.toml", "refiner/_training/train.py"} <= names
    assert {f"{info}licenses/LICENSE", f"{info}entry_points.txt"} <= set(wheel.namelist())
    assert wheel.read(f"{info}licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()
    assert not [
        n for n in names if re.search(r"data/refined|\.(pyc|sqlite|gguf|safetensors|key)$|(^|/)(tests|docs)/", n)
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_only_what_git_has_is_packed(folder: str, wheel: zipfile.ZipFile) -> None:
    """Whoever works in a checkout must not give away their own notes in a wheel that they build of it."""
    there = FOLDERS[folder] + "/"
    packed = {n.removeprefix(there) for n in wheel.namelist() if n.startswith(there)}
    assert packed <= tracked(folder), "not in git, and would be in the wheel"


def test_the_metadata_say_what_it_is(wheel: zipfile.ZipFile) -> None:
    said = metadata(wheel)
    assert (said["Name"], said["Version"]) == ("refiner", refiner.__version__)
    assert said["License-Expression"] == "Apache-2.0"
    assert said["Requires-Python"] == ">=3.11"
    assert set(said.get_all("Provides-Extra", [])) == set(EXTRAS)
    core = {re.split(r"[\s<>=!;\[]", r)[0].lower() for r in said.get_all("Requires-Dist", []) if "extra ==" not in r}
    assert not core & {"torch", "transformers", "matplotlib", "unsloth", "xllamacpp", "wordllama"}


def test_the_unpacked_wheel_finds_its_own_parts(unpacked: Path, tmp_path: Path) -> None:
    code = (
        "import refiner, refiner.prompts as p, refiner.demo as d, refiner.training.launch as l\n"
        "print(refiner.__file__, *p.folders(), d.sample_folder(), l.training_folder(), l.find_recipe('cpu-smoke'),"
        " sep='\\n')"
    )
    env = {**os.environ, "PYTHONPATH": str(unpacked)}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 5
    assert all(line.startswith(f"{unpacked}/refiner/") for line in done.stdout.splitlines())
    run = [sys.executable, "-m", "refiner", "demo", "--help"]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, env=env)
    assert done.stdout.startswith("Usage: refiner demo")


def test_every_extra_that_is_named_exists() -> None:
    texts = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "training").rglob("*"), ROOT / "Makefile"]
    texts += [*(ROOT / "refiner").rglob("*.py"), ROOT / "refiner" / "cli_help.toml"]
    found = set()
    for file in (f for f in texts if f.is_file() and f.suffix not in (".pyc", ".jsonl")):
        text = file.read_text(encoding="utf-8")
        for line in re.findall(r"pip\) .*|pip install .*", text):
            found |= {e for m in re.findall(r"(?:\.|refiner|whl|FOLDER)\[([a-z0-9,]+)\]", line) for e in m.split(",")}
        found |= set(re.findall(r'\binstall\("(\w+)"\)', text))
        found |= {e for m in re.findall(r"\bneeds the extras? (\w+(?:,? and \w+)?)", text) for e in m.split(" and ")}
    assert {"train", "local", "plot", "similar", "unsloth", "keyring"} <= found  # or nothing was looked at
    assert found <= set(EXTRAS)


def test_all_is_every_extra_but_those_that_ask_for_a_card_or_are_for_us() -> None:
    (one,) = EXTRAS["all"]
    named = set(one.removeprefix("refiner[").removesuffix("]").split(","))
    assert set(EXTRAS) - named == {"all", "unsloth", "dev", "docs"}
    assert named <= set(EXTRAS)


def test_a_mend_names_an_extra_that_can_be_installed() -> None:
    from refiner.hints import install

    assert install("train") == f"pip install -e '{ROOT}[train]'"


def test_the_papers_agree_on_version_and_licence() -> None:
    cff = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(cff)  # what the schema of 1.2.0 requires
    assert set(cff) <= {
        "cff-version",
        "message",
        "title",
        "authors",
        "abstract",
        "type",
        "version",
        "license",
        "keywords",
    }
    assert cff["cff-version"] == "1.2.0"
    assert cff["title"] == PROJECT["name"]
    assert cff["authors"] == PROJECT["authors"]
    assert cff["license"] == PROJECT["license"] == "Apache-2.0"
    assert str(cff["version"]) == PROJECT["version"] == refiner.__version__
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in licence
    assert all(f"\n   {n}. " in licence for n in range(1, 10))
    assert "END OF TERMS AND CONDITIONS" in licence
    assert PROJECT["version"] in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_what_contributing_names_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    files = set(re.findall(r"`((?:refiner|tests|docs|benchmarks|prompts|training|data)/[\w./*-]*)`", text))
    assert len(files) > 40
    invented = {"refiner/stages/NAME.py", "refiner/checks/NAME.py", "prompts/NAME.md"}
    assert [f for f in files - invented if not list(ROOT.glob(f))] == []
    for command in re.findall(r"python ((?:tests|benchmarks)/[\w/]+\.py)", text):
        assert (ROOT / command).is_file(), command
    source = {p: p.read_text(encoding="utf-8") for p in (ROOT / "refiner").rglob("*.py")}
    for name, where in re.findall(r"`([A-Z]+_VERSION)`[^|]*\| `(refiner/[\w/]+\.py)`", text):
        assert re.search(rf'^{name} = "\d+"', source[ROOT / where], re.M), name
    for name in set(re.findall(r"`([A-Z][A-Z_]{3,}|make_edit|read_note|read_life|run_chain)`", text)) - {
        "NAME",
        "LICENSE",
    }:
        assert any(re.search(rf"\b{name}\b", code) for code in source.values()), name


@pytest.mark.parametrize("stage", ["swap", "reframe", "override", "selfimage"])
def test_every_place_that_contributing_gives_for_a_stage_has_the_stages(stage: str) -> None:
    for place in ("stages/registry", "refine", "pipeline", "review/order", "cli", "cli_complete"):
        assert stage in (ROOT / "refiner" / f"{place}.py").read_text(encoding="utf-8"), place
