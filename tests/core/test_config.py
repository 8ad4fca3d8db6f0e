"""refiner.toml: what it accepts, and how it complains."""

from __future__ import annotations

from pathlib import Path

import pytest

from refiner import Config
from refiner.errors import ConfigError

GOOD = """
[persona]
born = "1985-05-14"
[persona.before]
name = "Arjun Rao"
gender = "male"
nicknames = ["Arju"]
[persona.after]
name = ""
gender = "female"
nicknames = ["Anju"]
[policy.replace]
cricket = "badminton"
[[traits]]
id = "stubborn"
aliases = ["pig-headed"]
[[traits]]
id = "yielding"
opposite = "stubborn"
importance = 0
"""


def load(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "refiner.toml"
    path.write_text(text)
    return Config.load(path)


def test_a_good_file(tmp_path: Path) -> None:
    config = load(tmp_path, GOOD)
    assert config.persona.after.gender == "female"
    assert config.policy.replace == {"cricket": "badminton"}
    assert [t.id for t in config.important] == ["stubborn"]
    assert config.traits[0].words == ("pig-headed", "stubborn")


def test_all_errors_at_once_with_lines(tmp_path: Path) -> None:
    text = GOOD.replace("aliases", "alias").replace('"1985-05-14"', '"14 May"').replace('id = "yielding"', 'id = "a b"')
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    lines = caught.value.message.splitlines()
    assert len(lines) == 3
    assert "refiner.toml:3: persona.born" in caught.value.message
    assert 'unknown key traits[1].alias (did you mean "aliases"?)' in caught.value.message
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('gender = "female"', 'gender = "male"'), "are both male"),
        (('["Anju"]', '["Anju", "A"]'), "belong together pairwise"),
        (('opposite = "stubborn"', 'opposite = "stuborn"'), 'did you mean "stubborn"'),
        (('id = "yielding"', 'id = "stubborn"'), "declared twice"),
        (("[persona]", "[persona"), "refiner.toml"),
        (("importance = 0", "importance = 9"), "less than or equal to 5"),
    ],
)
def test_errors(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=None) as caught:
        load(tmp_path, GOOD.replace(*change))
    assert words in str(caught.value)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no workspace"):
        Config.load(tmp_path / "refiner.toml")


def test_no_gender_of_its_own_is_needed() -> None:
    assert Config.from_dict({}).persona.before.gender == "male"


def test_a_trait_name_of_blanks_is_none() -> None:
    from refiner.stages.composing.wording import trait_words

    config = Config.from_dict(
        {"traits": [{"id": "night-owl", "name": " ", "aliases": ["  ", "late "], "context": " "}]}
    )
    (trait,) = config.traits
    assert (trait.name, trait.aliases, trait.context) == ("", ("late",), "")
    assert trait_words(trait, config).trait == "a night owl"
