"""One answer to which country a culture means, for names, seasons, sports and years alike."""

from __future__ import annotations

import pytest

from refiner.config import Config
from refiner.culture import country_of, is_indian
from refiner.language.activities import culture_of
from refiner.language.names import propose
from refiner.stages.canon import seed_canon
from refiner.timeline.fuzzy import seasons


@pytest.mark.parametrize("said", ["", "India", "india", "Indian", "IN", " Indian "])
def test_however_india_is_said_all_tables_are_the_indian_ones(said: str) -> None:
    assert country_of(said) == "India"
    assert is_indian(said)
    assert seasons(said) == seasons("India")
    assert seasons(said)["summer"] == (4, 7)
    assert propose("Arjun", "female", said) == propose("Arjun", "female", "India")
    assert culture_of(said) == "india"
    config = Config.from_dict({"persona": {"culture": said}, "policy": {"replace": {"cricket": "*"}}})
    assert [e.after for e in seed_canon(config)] == ["badminton"]


@pytest.mark.parametrize(("said", "country"), [("British", "UK"), ("america", "US"), ("Australian", "Australia")])
def test_other_countries(said: str, country: str) -> None:
    assert country_of(said) == country
    assert not is_indian(said)
    assert seasons(said) == seasons(country)


def test_what_is_not_known_stays() -> None:
    assert country_of(" Ruritania ") == "Ruritania"
    assert seasons("Ruritania") == seasons("Germany")
