"""The cards that can be rented, and whether a recipe fits on one of them."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from refiner.errors import TrainingError, UsageError
from refiner.training.launch import tuning

MOST_CARDS = 16  # in one machine


@dataclass(frozen=True)
class Card:
    """A card as SkyPilot names it, and how many of it. `gb` is the memory of one."""

    name: str
    gb: float
    count: int = 1

    def __str__(self) -> str:
        return f"{self.name}:{self.count}"


@cache
def data() -> dict[str, Any]:
    """cloud_cards.toml."""
    return tomllib.loads(Path(__file__).with_name("cloud_cards.toml").read_text(encoding="utf-8"))


def parse_card(text: str) -> Card:
    """The card that `A10G` or `A10G:2` means, in any case. Raises UsageError naming those that are like it."""
    name, colon, number = text.partition(":")
    if colon and not (number.isascii() and number.isdigit() and 1 <= int(number) <= MOST_CARDS):
        raise UsageError(f'--gpu "{text}"', mend=f"write how many after the colon, 1 to {MOST_CARDS}: --gpu A10G:2")
    cards: dict[str, float] = data()["cards"]
    found = _one_of(name, list(cards), "--gpu", "no card of this list")
    return Card(found, cards[found], int(number) if colon else 1)


def parse_cloud(text: str) -> str:
    """The cloud's name as SkyPilot writes it; "" stays. Raises UsageError naming those that are like it."""
    return _one_of(text, data()["clouds"]["names"], "--cloud-name", "no cloud that SkyPilot knows") if text else ""


def _one_of(text: str, known: list[str], option: str, wrong: str) -> str:
    by_sign = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in known}
    asked = re.sub(r"[^a-z0-9]", "", text.lower())
    if asked in by_sign:
        return by_sign[asked]
    near = [by_sign[sign] for sign in difflib.get_close_matches(asked, by_sign, 4, 0.5)]
    near += [name for sign, name in by_sign.items() if len(asked) > 1 and asked in sign and name not in near]
    raise UsageError(
        f'{option} "{text}": {wrong}',
        mend=f"{option} takes {', '.join(near[:6] if near and len(known) > 30 else known)}",
    )


def read_recipe(file: Path) -> Any:
    """The recipe in `file` (tuning.recipe.Recipe), read by the code that trains. Raises UsageError with its errors."""
    refused = tuning("errors").Refused
    try:
        return tuning("recipe").read_recipe(file)
    except refused as error:
        raise UsageError(str(error.args[0]), mend=error.mend) from error


def needed(recipe: Any) -> float | None:
    """Memory in GiB that the recipe takes on each card, estimated; None for a base model that is not in the table."""
    memory = tuning("memory")
    shape = memory.KNOWN.get(recipe.base.model)
    if shape is None:
        return None
    estimate = memory.estimate_gpu(
        shape, max_length=recipe.data.max_length, r=recipe.lora.r, batch=recipe.train.batch_size,
        checkpointing=recipe.train.gradient_checkpointing,
    )  # fmt: skip
    return float(estimate.total)


def fits(gib: float, gb: float) -> bool:
    """Whether `gib` fit on a card of `gb`, of which the driver keeps something."""
    return bool(gib <= gb - tuning("memory").KEPT_GIB)


def choose_cards(recipe: Any, gpu: str) -> tuple[Card, ...]:
    """The card that `gpu` names, or without one the usual cards that have the memory.

    Raises UsageError for an unknown card or a model of unknown size without a card, TrainingError for one that cannot
    hold the model, naming the cards that can and the models that it can hold.
    """
    gib = needed(recipe)
    every: dict[str, float] = data()["cards"]
    if not gpu:
        if gib is None:
            raise UsageError(
                f"how much memory {recipe.base.model} takes is not known here, so no card can be chosen for it",
                mend="name one: --gpu A100-80GB",
            )
        usual = tuple(Card(name, every[name]) for name in data()["choice"]["usual"] if fits(gib, every[name]))
        if usual:
            return usual
        raise TrainingError(f"{_needs(recipe, gib)}, more than any usual card has", mend=_mend(recipe, gib, 0))
    card = parse_card(gpu)
    if gib is not None and not fits(gib, card.gb):
        more = "; each card holds the whole model, so more of them do not help" if card.count > 1 else ""
        raise TrainingError(
            f"{_needs(recipe, gib)}, and {card.name} has {card.gb:g} GB{more}", mend=_mend(recipe, gib, card.gb)
        )
    return (card,)


def _needs(recipe: Any, gib: float) -> str:
    return f"{recipe.base.model} at max_length {recipe.data.max_length} needs about {gib:.1f} GiB"


def _mend(recipe: Any, gib: float, gb: float) -> str:
    able = sorted((size, name) for name, size in data()["cards"].items() if fits(gib, size))
    cards = ", ".join(f"{name} ({size:g} GB)" for size, name in able[:6])
    models = "; ".join(tuning("memory").what_fits(gb, recipe.lora.r)[:3]) if gb else ""
    said = [f"cards that can: {cards}" if cards else "lower max_length or batch_size in the recipe"]
    return "; or on this card: ".join([*said, models] if models else said)
