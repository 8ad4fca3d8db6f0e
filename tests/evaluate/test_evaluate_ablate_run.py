"""An ablation from the workspace to the report: with a trainer that only reads, as train.py does, what it is given, and
once with train.py itself on a tiny random model."""

from __future__ import annotations

import importlib
import json
import math
import shutil
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from rapidfuzz import fuzz, process

import refiner.evaluating_ablate as top
from refiner.console import Output
from refiner.errors import TrainingError, Undecided, UsageError
from refiner.evaluate import sounding
from refiner.evaluate.ablate import MIXES
from refiner.evaluate.ablate_compare import GIVEN, Ablated
from refiner.evaluate.ablate_plan import plan_of
from refiner.evaluate.counting import Counted, count, estimated
from refiner.evaluate.shapes import Report
from refiner.refine import refine
from refiner.store import Workspace
from refiner.training.launch import train, tuning
from refiner.training.runs import RunInfo

ROOT = Path(__file__).resolve().parents[2]
NOW = "2026-01-01"
RECIPE = """
[base]
model = "nothing-135m-instruct"
[train]
epochs = 2
batch_size = 4
gradient_accumulation = 2
patience = 3
"""


@pytest.fixture(scope="module")
def refined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ablate") / "life"
    for part in ("data/raw", "data/review"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "refiner.toml", folder / "refiner.toml")
    refine(Workspace(folder), now=NOW, engine="rules")
    recipes = folder / "training" / "recipes"
    recipes.mkdir(parents=True)
    (recipes / "fake.toml").write_text(RECIPE, encoding="utf-8")
    return folder


@pytest.fixture
def ws(refined: Path, tmp_path: Path) -> Workspace:
    return Workspace(Path(shutil.copytree(refined, tmp_path / "life")))


class Trainer:
    """Reads data set and recipe by train.py's own readers, counts steps as it does, and writes a run."""

    def __init__(self, codes: list[int] | None = None) -> None:
        self.codes = codes or []
        self.called: list[tuple[str, int, list[str]]] = []
        self.rows: dict[str, list[Any]] = {}

    def __call__(self, dataset: Path, recipe: Path, out: Path, *, extra: list[str]) -> int:
        read = tuning("folder").read_folder(dataset)
        keys = tuning("recipe").read_recipe(recipe)
        mix = dataset.parent.name
        self.called.append((mix, keys.train.seed, list(extra)))
        self.rows[mix] = [*zip(read.kinds, read.train, strict=True)]
        assert read.evaluation == []
        assert keys.train.patience == keys.data.replay == 0
        out.mkdir(parents=True, exist_ok=True)
        (out / "recipe.toml").write_text(recipe.read_text(encoding="utf-8"), encoding="utf-8")
        code = self.codes.pop(0) if self.codes else 0
        if code:
            (out / "started.json").write_text("{}", encoding="utf-8")
            return code
        batches = math.ceil(len(read.train) / keys.train.batch_size)
        steps = math.ceil(batches / keys.train.gradient_accumulation) * keys.train.epochs
        run = {
            "schema": 1, "finished": "2026-01-01T00:00:00Z", "seconds": 9.0, "dataset": {"sha256": read.sha256},
            "system": read.system, "base": {"name": "fake", "source": "fake", "gguf": None}, "recipe": keys.as_dict(),
            "backend": {"name": "fake"}, "steps": steps, "losses": [{"step": 1, "loss": 2.0}], "best": None,
            "adapter": "adapter", "adapter_gguf": None,
        }  # fmt: skip
        (out / "run.json").write_text(json.dumps(run), encoding="utf-8")
        return 0


class Recites:
    """Says what it was taught to the question that is most like the one asked; untrained it knows nothing."""

    asked: Counter[str] = Counter()
    fail_after = 0
    name, context, cut = "recites", 2048, False

    def __init__(self, run: RunInfo, *, adapter: bool, context: int) -> None:
        self.mix = run.folder.parent.name if adapter else GIVEN
        lines = (run.folder.parent / "dataset" / "train.jsonl").read_text(encoding="utf-8").splitlines()
        talks = [json.loads(line)["messages"] for line in lines] if adapter else []
        self.known = {t[1]["content"]: t[2]["content"] for t in talks}

    def reply(self, messages: list[dict[str, str]], **_: Any) -> Iterator[str]:
        type(self).asked[self.mix] += 1
        if type(self).fail_after and sum(type(self).asked.values()) > type(self).fail_after:
            raise KeyboardInterrupt
        assert messages[0]["role"] == "system"
        near = (
            process.extractOne(messages[1]["content"], self.known, scorer=fuzz.token_set_ratio) if self.known else None
        )
        yield (
            self.known[near[2]]
            if near and near[2] in self.known
            else next((a for q, a in self.known.items() if near and a == near[0]), "Well.")
        )

    def count(self, messages: Any) -> int:
        return 1

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def read_once() -> dict[str, Any]:
    """The life is the same in all tests: it is read, and its questions are made, once."""
    return {"read": cache(lambda ws, base: READ(ws, NOW, base)), "items": {}, "voice": {}}


READ, ITEMS, PROFILE = top._read, top.make_items, sounding.profile


@pytest.fixture(autouse=True)
def without_models(monkeypatch: pytest.MonkeyPatch, refined: Path, read_once: dict[str, Any]) -> None:
    Recites.asked, Recites.fail_after = Counter(), 0

    def read(ws: Workspace, now: str, base: str) -> Any:
        return read_once["read"](Workspace(refined), base) if ws.decisions.exists() else READ(ws, now, base)

    def items(material: Any, **how: Any) -> Any:
        if "all" not in read_once["items"]:
            read_once["items"]["all"] = ITEMS(material, **how)
        return read_once["items"]["all"]

    def profile(texts: Any) -> Any:
        key = tuple(texts)
        if key not in read_once["voice"]:
            read_once["voice"][key] = PROFILE(texts)
        return read_once["voice"][key]

    monkeypatch.setattr(top, "_read", read)
    monkeypatch.setattr(top, "make_items", items)
    monkeypatch.setattr(sounding, "profile", profile)
    monkeypatch.setattr(top, "open_model", Recites)
    by_words: Callable[..., Counted] = lambda base, rows: Counted(tuple(estimated(r) for r in rows), False)  # noqa: E731
    monkeypatch.setattr(top, "plan_of", partial(plan_of, counter=by_words))


def run(ws: Workspace, trainer: Any = None, **asked: Any) -> tuple[int, Ablated | None]:
    told: list[Ablated] = []
    options = top.Ablation(**{"recipe": "fake", "questions": 40, "tokens": 600} | asked)
    code = top.ablate_run(
        ws, options, Output(quiet=True), now=NOW, tell=told.append, trainer=trainer or Trainer()
    )  # fmt: skip
    return code, told[0] if told else None


def test_every_mix_is_trained_alike_asked_alike_and_reported(ws: Workspace) -> None:
    trainer = Trainer()
    code, found = run(ws, trainer)
    assert code == 0
    assert found is not None
    assert [mix for mix, _, _ in trainer.called] == list(MIXES)
    tokens = [m.tokens for m in found.mixes]
    assert max(tokens) <= 1.02 * min(tokens)
    assert len({m.runs["7"]["steps"] for m in found.mixes} | {m.steps for m in found.mixes}) == 1
    general = {mix: [r for kind, r in rows if kind == "general"] for mix, rows in trainer.rows.items()}
    who = {mix: {json.dumps(r) for kind, r in rows if kind == "identity"} for mix, rows in trainer.rows.items()}
    systems = {r[0]["content"] for rows in trainer.rows.values() for _, r in rows}
    assert len(systems) == 1
    for of_all in (general, who):
        first, *others = ({json.dumps(r) for r in rows} for rows in of_all.values())
        assert first
        assert all(first == other for other in others)
    kinds = {mix: {kind for kind, _ in rows} for mix, rows in trainer.rows.items()}
    assert "memory" not in kinds["explicit"]
    assert not {"trait", "now_and_then"} & kinds["anecdotes"]
    assert {mix for mix, of in kinds.items() if "event" in of} == {"half+events", "half+both"}
    assert len({Recites.asked[m] for m in (*MIXES, GIVEN)}) == 1
    assert 0 < Recites.asked["half"] <= 40

    folder = Path(found.folder)
    assert folder.parent == ws.refined / "ablations"
    report = Report.model_validate_json((folder / "report.json").read_text(encoding="utf-8"))
    assert [c.id for c in report.contestants] == [GIVEN, *MIXES]
    assert Ablated.model_validate(report.settings["ablation"]) == found
    assert report.life == READ(ws, NOW, "").material.fingerprint
    assert stat.S_IMODE((folder / "report.json").stat().st_mode) == 0o600
    for private in (folder.parent, folder, *(folder / m for m in MIXES), *(folder / m / "dataset" for m in MIXES)):
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
    lines = (folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == sum(Recites.asked.values())
    assert any("estimates" in c for c in found.cautions)


def test_who_was_told_facts_knows_more_of_them(ws: Workspace) -> None:
    _, found = run(ws, tokens=1200, questions=72)
    assert found is not None
    told = {m.name: m.facts_taught for m in found.mixes}
    facts = {m: v["facts"].value or 0.0 for m, v in found.values.items()}
    traits = {m: v["traits"].value or 0.0 for m, v in found.values.items()}
    assert told["anecdotes"] > told["half"] > told["explicit"]
    assert facts["anecdotes"] > 2 * facts["explicit"]
    assert traits["explicit"] > traits["anecdotes"] + 0.1
    assert facts[GIVEN] < facts["anecdotes"]
    seen = next(d for d in found.differences if (d.contrast, d.group) == ("anecdotes-explicit", "facts"))
    assert (seen.value or 0) > 0


def test_nothing_is_trained_or_asked_twice(ws: Workspace) -> None:
    _, first = run(ws)
    asked = sum(Recites.asked.values())
    trainer = Trainer()
    code, again = run(ws, trainer)
    assert (code, trainer.called) == (0, [])
    assert sum(Recites.asked.values()) == asked
    assert again == first
    _, more = run(ws, trainer, seeds=2)
    assert [(mix, seed) for mix, seed, _ in trainer.called] == [(m, 8) for m in MIXES]
    assert more is not None
    assert more.folder == (first.folder if first else "")
    assert len(more.values["half"]["facts"].seeds) == 2
    assert {s for m in more.mixes for s in m.runs} == {"7", "8"}


def test_an_interrupted_training_is_gone_on_with(ws: Workspace) -> None:
    code, found = run(ws, Trainer([0, 130]))
    assert (code, found) == (130, None)
    trainer = Trainer()
    code, found = run(ws, trainer)
    assert code == 0
    assert [mix for mix, _, _ in trainer.called] == list(MIXES)[1:]
    assert trainer.called[0][2] == ["--quiet", "--resume"]
    assert trainer.called[1][2] == ["--quiet"]


def test_an_interrupted_interview_is_gone_on_with(ws: Workspace) -> None:
    Recites.fail_after = 50
    with pytest.raises(KeyboardInterrupt):
        run(ws, only=("half", "explicit"))
    assert not [*(ws.refined / "ablations").glob("*/report.json")]
    Recites.fail_after = 0
    trainer = Trainer()
    _, found = run(ws, trainer, only=("half", "explicit"))
    assert found is not None
    assert [mix for mix, _, _ in trainer.called] == ["half"]
    assert sum(Recites.asked.values()) == 3 * found.asks + 1  # the one that was interrupted


def test_a_plan_trains_and_writes_nothing(ws: Workspace) -> None:
    trainer = Trainer()
    code, found = run(ws, trainer, dry_run=True)
    assert (code, trainer.called, dict(Recites.asked)) == (0, [], {})
    assert found is not None
    assert not found.values
    assert not (ws.refined / "ablations").exists()


def test_some_mixes_alone_are_those_of_the_whole(ws: Workspace) -> None:
    _, whole = run(ws, dry_run=True)
    _, some = run(ws, dry_run=True, only=("half", "half+events"))
    assert whole is not None
    assert some is not None
    assert [m for m in whole.mixes if m.name in ("half", "half+events")] == list(some.mixes)
    assert some.folder == whole.folder


def test_what_goes_wrong_is_said(ws: Workspace) -> None:
    with pytest.raises(TrainingError, match="explicit could not be trained"):
        run(ws, Trainer([1]))
    for wrong in ({"what": "models"}, {"only": ("quarter",)}, {"seeds": 0}, {"questions": 0}, {"recipe": "none"}):
        with pytest.raises(UsageError):
            run(ws, **wrong)
    (ws.root / "training" / "recipes" / "bad.toml").write_text("[train]\nepoch = 3\n", encoding="utf-8")
    with pytest.raises(UsageError, match="did you mean"):
        run(ws, recipe="bad")
    (ws.decisions).unlink()
    with pytest.raises(Undecided, match="approved"):
        run(ws)


def test_train_py_takes_a_mix_and_makes_the_steps_that_were_planned(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """train.py itself, with a tiny random model, whose own tokenizer counts."""
    for library in ("torch", "trl", "peft", "transformers", "gguf"):
        pytest.importorskip(library)
    monkeypatch.syspath_prepend(str(ROOT / "tests" / "training"))
    make_tiny = importlib.import_module("training_tiny").make_tiny
    texts = [p.read_text(encoding="utf-8") for p in sorted(ws.raw.glob("*")) if p.suffix in (".md", ".txt")]
    tiny = make_tiny(tmp_path / "tiny", texts, hidden_size=32)
    recipe = tmp_path / "tiny.toml"
    recipe.write_text(
        f'[base]\nmodel = "{tiny}"\n[data]\nmax_length = 4096\n[train]\nepochs = 2\nbatch_size = 8\n'
        "gradient_accumulation = 1\ngradient_checkpointing = false\n[export]\ngguf = false\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(top, "plan_of", plan_of)
    code, found = run(ws, train, recipe=str(recipe), tokens=300, questions=6, only=("half",))
    assert code == 0
    assert found is not None
    assert found.exact
    (mix,) = found.mixes
    assert mix.runs["7"]["steps"] == mix.steps > 2


def test_tokens_are_estimated_where_nothing_can_count_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    row = [{"role": "user", "content": "Who are you?"}, {"role": "assistant", "content": "I am Mayuri."}]
    assert count("smollm2-135m-instruct", [row]) == Counted((estimated(row),), False)
    assert count("smollm2-135m-instruct", []) == Counted((), False)
