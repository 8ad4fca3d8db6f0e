"""Which engine runs, what may leave this machine, and prompt files."""

from __future__ import annotations

from pathlib import Path

import pytest

from refiner.config import LLM, Config
from refiner.engine import ModelOptions, choose_engine, pick_engine
from refiner.errors import PromptError, RemoteRefused, StoreError, UsageError
from refiner.prompts import folders, load_prompt, parse_prompt
from refiner.remote import is_local, refuse_remote
from refiner.store import Workspace


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:1/v1", True), ("http://[::1]:1/v1", True), ("http://localhost/v1", True),
        ("https://api.openai.com/v1", False), ("http://192.168.1.5/v1", False), ("http://127.0.0.1.evil.com/v1", False),
        ("http://localhost.evil.com/v1", False), ("http://127.0.0.1@evil.com/v1", False), ("", False),
    ],
)  # fmt: skip
def test_what_is_on_this_machine(url: str, local: bool) -> None:
    assert is_local(url) is local


REMOTE = Config.from_dict({"llm": {"base_url": "https://api.example.com/v1", "model": "m"}})


def test_a_remote_endpoint_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(RemoteRefused, match="would have been sent there; nothing was"):
        choose_engine(REMOTE, "auto")
    with pytest.raises(RemoteRefused, match="--dry-run"):
        refuse_remote(REMOTE.llm)
    refuse_remote(LLM(base_url="https://api.example.com/v1", allow_remote=True))


def test_a_dry_run_may_look_at_what_a_remote_endpoint_would_get() -> None:
    engine = choose_engine(REMOTE, "llm", None, ModelOptions(dry=True))
    assert engine.asker is not None
    assert engine.asker.dry
    engine.close()


def test_engines() -> None:
    assert choose_engine(Config(), "rules").name == "rules"
    with pytest.raises(UsageError, match="no model is configured"):
        choose_engine(Config(), "llm")
    with pytest.raises(UsageError, match="no engine"):
        choose_engine(Config(), "magic")


def test_a_bound_in_money_needs_prices() -> None:
    config = Config.from_dict({"llm": {"model": "m"}})
    with pytest.raises(UsageError, match="no price is known"):
        pick_engine(config, "llm", ModelOptions(max_cost=1.0))
    priced = Config.from_dict({"llm": {"model": "m", "price_in": 0.5}})
    assert pick_engine(priced, "llm", ModelOptions(max_cost=1.0)).model == "m"


def test_a_recording_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is not there"):
        choose_engine(Config(), "llm", None, ModelOptions(replay=tmp_path / "none.jsonl"))


def test_prompt_files_hold_what_they_declare() -> None:
    for path in folders()[0].glob("*.md"):
        assert load_prompt(path.stem).name == path.stem
    with pytest.raises(PromptError, match="declares"):
        parse_prompt("---\nname: x\nversion: 1\ninputs: [a]\n---\nHello {{ b }}\n---user---\n{{ a }}", "x.md")
    with pytest.raises(PromptError, match="lacks version"):
        parse_prompt("---\nname: x\ninputs: []\n---\n\n---user---\n", "x.md")
    with pytest.raises(PromptError, match="inputs are"):
        load_prompt("choose").messages(marked="x")


def test_a_note_is_data_for_the_template() -> None:
    text = "{{ 7*7 }} {% if x %} {# #} Ravi came."
    given = {
        "name": "A", "gender": "a man", "author": "", "before": text, "marked": "He", "after": "",
        "options": [("A", text)],
        "question": "?",
    }  # fmt: skip
    assert load_prompt("choose").messages(**given)[1]["content"].count(text) == 2


def test_the_workspaces_own_prompts_come_first(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    own = "---\nname: mentions\nversion: own\ninputs: []\n---\nMine.\n---user---\nWho?"
    (tmp_path / "prompts" / "mentions.md").write_text(own)
    config = Config.from_dict({"llm": {"model": "m"}})
    engine = choose_engine(config, "llm", Workspace(tmp_path))
    assert engine.asker is not None
    assert engine.asker.prompt("mentions").version == "own"
    assert engine.asker.prompt("choose").version != "own"
    engine.close()
