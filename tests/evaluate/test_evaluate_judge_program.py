"""`refiner evaluate --judge` from the command line: a real server gives the verdicts, another model the answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from asked_models import streamed
from evaluated_lives import NOW
from evaluated_program import Done
from judged_life import Character, Judge, always_right, perfect
from server import Reply, Seen, Server

from refiner.errors import ModelError
from refiner.evaluate.keeping import find_report, folder_of, kept_in
from refiner.evaluate.questions import make_items
from refiner.evaluating_material import material_of
from refiner.refine import with_life
from refiner.sampling import samples_of
from refiner.store import Workspace

SOME = ("--only", "general,unlived", "--questions", "8", "--model", "kavya", "--max-tokens", "16")
HERS = "It is not known to me."


class Court:
    """A server with two models: she says one thing to everything, and the other judges as `character` says.

    `left`: how many verdicts it gives before it is gone; `verdicts`: how many it gave.
    """

    def __init__(self, ws: Workspace, character: Character) -> None:
        with with_life(ws, now=NOW) as life:
            material = material_of(samples_of(life), dataset=ws.dataset)
        items, _ = make_items(material, per_area=8, areas=("general", "unlived"))
        self.judge = Judge(items, material, character)
        # Nothing general is answered by what she says, and nothing is told that never was.
        self.judge.truth |= {(a.text, HERS): i.area == "unlived" for i in items for a in i.asks}
        self.left, self.verdicts, self.told = 10**6, 0, 0

    def __call__(self, seen: Seen) -> Reply:
        if seen.path.endswith("/models"):
            return Reply(body=json.dumps({"data": [{"id": "wise"}, {"id": "kavya"}]}).encode())
        if seen.body.get("stream"):
            self.told += 1
            return Reply(body=streamed(HERS))
        if self.left <= 0:
            return Reply(status=401)
        self.left -= 1
        self.verdicts += 1
        return Reply(json.dumps(self.judge({"messages": seen.body["messages"]})))


@pytest.fixture
def court(ws: Workspace) -> Iterator[Callable[[Character], tuple[Court, str]]]:
    """Opens a court and names its address in the workspace's settings."""
    with ExitStack() as stack:

        def opened(character: Character) -> tuple[Court, str]:
            made = Court(ws, character)
            server = stack.enter_context(Server(made))
            settings(ws, server.url)
            return made, server.url

        yield opened


def settings(ws: Workspace, url: str) -> None:
    kept = ws.config.read_text()
    ws.config.write_text(kept.split("[llm]")[0] + f'[llm]\nbase_url = "{url}"\nmodel = "wise"\n')


Opens = Callable[[Character], tuple[Court, str]]


def test_a_judge_that_knows_is_heard_and_asked_once(ws: Workspace, court: Opens, run: Callable[..., Done]) -> None:
    judging, url = court(perfect)
    done = run(*SOME, "--endpoint", url, "--judge", "wise")
    assert done.code == 0, done.failure
    report = find_report(folder_of(ws), "kavya")
    assert report.judge["model"] == "wise"
    assert set(report.judge["heard_on"]) == {"general", "unlived"}
    assert report.judge["calls"] == judging.verdicts > 0
    general, honest = (report.score("model+card", m) for m in ("judge_general", "judge_honest"))
    assert general is not None
    assert honest is not None
    assert (general.value, honest.value) == (0.0, 1.0)
    assert general.high is not None
    assert general.high > 0  # its errors were measured on few planted ones
    assert "by the judge" in done.out
    assert "by the judge" in (folder_of(ws) / "kavya" / "report.html").read_text()
    told, verdicts, shared = judging.told, judging.verdicts, report.judge["kept"]
    assert run(*SOME, "--endpoint", url, "--judge", "wise").code == 0
    assert judging.told == 2 * told  # behind an address another model may stand today
    assert judging.verdicts == verdicts
    assert find_report(folder_of(ws), "kavya").judge["kept"] == verdicts + shared


def test_a_judge_that_calls_everything_right_gives_no_score(
    ws: Workspace, court: Opens, run: Callable[..., Done]
) -> None:
    _, url = court(always_right)
    assert run(*SOME, "--endpoint", url, "--judge", "wise").code == 0
    report = find_report(folder_of(ws), "kavya")
    assert report.judge["heard_on"] == []
    score = report.score("model", "judge_right")
    assert score is not None
    assert score.value is None
    by_rules = report.score("model", "general_right")
    assert by_rules is not None
    assert by_rules.value is not None
    assert all(m.value is None for m in report.marks["model"] if m.measure.startswith("judge_"))


def test_a_judge_that_goes_away_loses_nothing(ws: Workspace, court: Opens, run: Callable[..., Done]) -> None:
    judging, url = court(perfect)
    judging.left = 20
    done = run(*SOME, "--endpoint", url, "--judge", "wise")
    assert isinstance(done.failure, ModelError)
    assert kept_in(ws).exists()
    assert not (folder_of(ws) / "kavya").exists()
    given, judging.left = judging.verdicts, 10**6
    assert given == 20
    told = judging.told
    assert run(*SOME, "--endpoint", url, "--judge", "wise").code == 0
    assert judging.told == told  # no report was made since: her answers are those that were kept
    assert find_report(folder_of(ws), "kavya").judge["calls"] == judging.verdicts - given


def test_what_a_judge_would_be_asked_is_said_before(ws: Workspace, court: Opens, run: Callable[..., Done]) -> None:
    judging, url = court(perfect)
    done = run(*SOME, "--endpoint", url, "--judge", "wise", "--dry-run")
    assert done.code == 0
    assert "wise" in done.out
    assert (judging.told, judging.verdicts) == (0, 0)
    calls = int(re.findall(r"together +([\d,]+)", done.out)[0].replace(",", ""))
    assert calls > 0
    assert "refiner evaluate --dry-run --json" in done.err
    judge = json.loads(run(*SOME, "--endpoint", url, "--judge", "wise", "--dry-run", "--json").out)["judge"]
    assert (judge["model"], judge["endpoint"], judge["calls"]) == ("wise", url, calls)
    assert len(judge["requests"]) == calls
    assert all(request["messages"][-1]["content"] for request in judge["requests"])
    assert (judging.told, judging.verdicts) == (0, 0)


@pytest.mark.parametrize(
    ("judge", "failure", "words"),
    [("nobody", ModelError, "has no model nobody; it has wise, kavya"), ("wise", None, "")],
)
def test_a_judge_that_is_not_there_is_found_before_the_interview(
    ws: Workspace, court: Opens, run: Callable[..., Done], judge: str, failure: type | None, words: str
) -> None:
    judging, url = court(perfect)
    if failure is None:  # the server of [llm] is another one, and it is down
        settings(ws, "http://127.0.0.1:9/v1")
        failure, words = ModelError, "nobody answers at http://127.0.0.1:9/v1"
    done = run(*SOME, "--endpoint", url, "--judge", judge)
    assert isinstance(done.failure, failure)
    assert words in getattr(done.failure, "message", "")
    assert judging.told == 0


def test_a_judge_elsewhere_is_refused_before_the_interview(
    ws: Workspace, court: Opens, run: Callable[..., Done]
) -> None:
    judging, url = court(perfect)
    settings(ws, "https://models.example/v1")
    done = run(*SOME, "--endpoint", url, "--judge", "wise")
    assert "models.example" in getattr(done.failure, "message", "")
    assert judging.told == 0
