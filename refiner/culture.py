"""What `culture` in refiner.toml means: which country's seasons, festivals, names, schools and sports are taken."""

from __future__ import annotations

_COUNTRIES = {
    "": "India", "in": "India", "india": "India", "indian": "India", "bharat": "India",
    "nepali": "Nepal", "nepalese": "Nepal", "pakistani": "Pakistan", "bangladeshi": "Bangladesh",
    "sri lankan": "Sri Lanka", "bhutanese": "Bhutan",
    "uk": "UK", "england": "UK", "english": "UK", "britain": "UK", "british": "UK", "great britain": "UK",
    "scotland": "UK", "wales": "UK", "united kingdom": "UK",
    "us": "US", "usa": "US", "america": "US", "american": "US", "united states": "US",
    "australian": "Australia", "south african": "South Africa", "argentine": "Argentina", "argentinian": "Argentina",
    "chilean": "Chile",
}  # fmt: skip


def country_of(culture: str) -> str:
    """The country that a culture names, "India" for none; as it is written where it is none of those known here."""
    said = " ".join(culture.split())
    return _COUNTRIES.get(said.casefold(), said)


def is_indian(culture: str) -> bool:
    """Whether the tables of India are meant."""
    return country_of(culture) == "India"
