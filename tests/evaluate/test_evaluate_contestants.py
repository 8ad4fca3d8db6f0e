"""Who is interviewed: weights and cards two by two, each weights opened once, and only where something is asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asked_models import Ruled, streamed
from server import Reply, Server

from refiner import evaluating_contestants
from refiner.errors import RemoteRefused, TrainingError, UsageError
from refiner.evaluating_contestants import Entrant, Lazy, contestants, plain_system, since
from refiner.store import Workspace
from refiner.talk_model import Choice

CARD = "You are Kavya Selvan, a woman. You keep forty pigeons in Salem."
SETTINGS = """
[persona.before]
name = "Karthik Selvan"
gender = "male"
[persona.after]
name = "Kavya Selvan"
gender = "female"
"""


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path)
    made.config.write_text(SETTINGS)
    made.refined.mkdir(parents=True)
    (made.refined / "persona.md").write_text(CARD + "\nWhole.\n")
    return made


def trained(ws: Workspace, name: str = "first", weights: bytes = b"adapter") -> Path:
    """A finished run as far as its run.json goes."""
    folder = ws.runs / name
    (folder / "adapter").mkdir(parents=True)
    (folder / "adapter" / "adapter_model.safetensors").write_bytes(weights)
    gguf = ws.root / "base.gguf"
    gguf.write_bytes(b"GGUF" + b"b" * 100)
    record = {
        "schema": 1, "finished": "2026-01-02T03:04:05Z", "seconds": 1.0, "steps": 1, "losses": [{"loss": 1.0}],
        "best": None, "base": {"name": "tiny", "source": "x/tiny", "gguf": str(gguf)}, "system": CARD,
        "adapter": "adapter", "adapter_gguf": None, "dataset": {"sha256": "d"}, "backend": {"name": "trl"},
    }  # fmt: skip
    (folder / "run.json").write_text(json.dumps(record))
    return folder


def ids(found: list[Entrant]) -> list[str]:
    return [e.contestant.id for e in found]


def weights(entrant: Entrant) -> str:
    return str(entrant.contestant.about["weights"])


def test_a_run_gives_four_two_by_two(ws: Workspace) -> None:
    trained(ws)
    found = contestants(ws, Choice(), name="Kavya")
    assert ids(found) == ["base", "base+card", "tuned", "tuned+card"]
    systems = [e.contestant.system for e in found]
    assert systems == [plain_system("Kavya"), CARD] * 2
    assert systems[0] == "You are Kavya. Answer in a few plain sentences."
    assert [e.weights for e in found] == ["base", "base", "tuned", "tuned"]
    assert weights(found[0]) == weights(found[1]) != weights(found[2]) == weights(found[3])
    assert [e.contestant.adapter for e in found] == [False, False, True, True]


def test_without_baselines_the_trained_ones_alone(ws: Workspace) -> None:
    trained(ws)
    assert ids(contestants(ws, Choice(), baselines=False)) == ["tuned", "tuned+card"]


def test_nothing_of_her_stands_in_the_message_without_the_card(ws: Workspace) -> None:
    trained(ws)
    words = set(contestants(ws, Choice())[0].contestant.system.replace(".", "").split())
    assert not words & {"Selvan", "woman", "pigeons", "Salem", "forty", "Karthik"}


@pytest.mark.parametrize("name", ["", "she", "he"])
def test_one_without_a_name_is_called_nothing(name: str) -> None:
    assert plain_system(name) == "Answer in a few plain sentences."


def test_the_card_of_a_file_stands_before_that_of_the_training(ws: Workspace, tmp_path: Path) -> None:
    trained(ws)
    card = tmp_path / "card.md"
    card.write_text("You are Kavya, and nothing else.\n")
    found = contestants(ws, Choice(), card=card)
    assert found[1].contestant.system == found[3].contestant.system == "You are Kavya, and nothing else."
    card.write_text(" \n")
    with pytest.raises(UsageError, match="empty"):
        contestants(ws, Choice(), card=card)
    with pytest.raises(UsageError, match="cannot be read"):
        contestants(ws, Choice(), card=tmp_path / "none.md")


def test_another_adapter_of_the_same_base_has_other_weights_and_the_base_the_same(ws: Workspace) -> None:
    trained(ws)
    trained(ws, "second", b"other adapter")
    first, second = (contestants(ws, Choice(run=name)) for name in ("first", "second"))
    assert weights(first[0]) == weights(second[0])
    assert weights(first[2]) != weights(second[2])


def test_runs_whose_adapters_cannot_be_read_are_not_taken_for_each_other(ws: Workspace) -> None:
    for name, finished in (("first", "2026-01-01T00:00:00Z"), ("second", "2026-01-02T00:00:00Z")):
        trained(ws, name)
        record = json.loads((ws.runs / name / "run.json").read_text())
        (ws.runs / name / "run.json").write_text(json.dumps(record | {"finished": finished, "adapter_gguf": ""}))
        (ws.runs / name / "adapter" / "adapter_model.safetensors").unlink(missing_ok=True)
    first, second = (contestants(ws, Choice(run=name)) for name in ("first", "second"))
    assert weights(first[2]) != weights(second[2])
    assert weights(first[0]) == weights(second[0])


def test_a_gguf_with_an_adapter_gives_four_alone_two(ws: Workspace, tmp_path: Path) -> None:
    base, lora = tmp_path / "b.gguf", tmp_path / "l.gguf"
    base.write_bytes(b"GGUF1")
    lora.write_bytes(b"GGUF2")
    both = contestants(ws, Choice(gguf=base, lora=lora))
    assert ids(both) == ["base", "base+card", "tuned", "tuned+card"]
    assert both[1].contestant.system == CARD + "\nWhole."
    assert ids(contestants(ws, Choice(gguf=base))) == ["model", "model+card"]
    with pytest.raises(UsageError, match="is not there"):
        contestants(ws, Choice(gguf=tmp_path / "none.gguf"))
    with pytest.raises(UsageError, match="--base-gguf goes with --run"):
        contestants(ws, Choice(gguf=base), base_gguf=base)


def test_a_workspace_without_a_run_says_so(ws: Workspace) -> None:
    with pytest.raises(TrainingError, match="no finished run"):
        contestants(ws, Choice())


def test_an_endpoint_gives_two_and_is_asked_anew_after_a_report(ws: Workspace) -> None:
    listed = Reply(body=json.dumps({"data": [{"id": "kavya"}]}).encode())
    with Server(lambda seen: listed if seen.path.endswith("models") else Reply(body=streamed("Yes."))) as server:
        found = contestants(ws, Choice(endpoint=server.url))
        assert ids(found) == ["model", "model+card"]
        assert found[0].weights == found[1].weights
        asked = [{"role": "system", "content": "x"}, {"role": "user", "content": "y"}]
        assert "".join(found[0].open().reply(asked)) == "Yes."
    unreported = [since(e, "first", "") for e in found]
    reported = [since(e, "first", "2026-01-02T00:00:00+00:00") for e in found]
    assert weights(unreported[0]) == weights(since(found[0], "first", "")) != weights(reported[0])
    assert weights(since(found[0], "second", "")) != weights(unreported[0])  # another evaluation, perhaps another model


def test_weights_on_this_machine_are_known_for_what_they_are(ws: Workspace) -> None:
    trained(ws)
    one = contestants(ws, Choice())[2]
    assert since(one, "first", "2026-01-02T00:00:00+00:00") == one


def test_an_endpoint_elsewhere_is_refused(ws: Workspace) -> None:
    with pytest.raises(RemoteRefused):
        contestants(ws, Choice(endpoint="https://models.example.org/v1", model="m"))


def test_the_weights_are_opened_once_and_only_when_asked(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    trained(ws)
    opened: list[bool] = []

    def opens(run: Any, *, adapter: bool, **rest: Any) -> Ruled:
        opened.append(adapter)
        return Ruled()

    monkeypatch.setattr(evaluating_contestants, "open_model", opens)
    said: list[str] = []
    found = contestants(ws, Choice(), opening=said.append)
    assert not opened
    lazy = Lazy(found[2].open)
    lazy.close()
    assert not opened
    talk = [{"role": "system", "content": "x"}, {"role": "user", "content": "y"}]
    for _ in range(2):
        assert "".join(lazy.reply(talk, max_tokens=9)).strip() == "You asked: y"
    assert not lazy.cut
    "".join(lazy.reply(talk, max_tokens=2))
    assert lazy.cut
    assert opened == [True]
    assert said == ["first"]
    model = lazy.model
    lazy.close()
    assert isinstance(model, Ruled)
    assert model.closed


def test_a_base_given_as_gguf_is_opened(ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained(ws)
    other = tmp_path / "other.gguf"
    other.write_bytes(b"GGUF other")
    given: list[Any] = []
    opens: Callable[..., Ruled] = lambda run, **rest: given.append(rest["base_gguf"]) or Ruled()  # noqa: E731
    monkeypatch.setattr(evaluating_contestants, "open_model", opens)
    found = contestants(ws, Choice(), base_gguf=other)
    found[0].open()
    assert given == [other]
    assert weights(found[0]) != weights(contestants(ws, Choice())[0])
    with pytest.raises(UsageError, match="is not there"):
        contestants(ws, Choice(), base_gguf=tmp_path / "none.gguf")
