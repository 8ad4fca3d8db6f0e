"""The seeds of the canon: what the configuration says about the whole life, as entries that every note follows."""

from __future__ import annotations

from collections.abc import Iterable

from refiner.config import Config
from refiner.culture import is_indian
from refiner.language import activities_sports as sports
from refiner.language import lexicon
from refiner.language.handles import within_handle
from refiner.language.name_seeds import name_seeds, seed
from refiner.language.names import from_canon
from refiner.models import CanonEntry, CanonKind


def seed_canon(config: Config) -> tuple[CanonEntry, ...]:
    """Names (first, middle, last, nicknames, handles) and `policy.replace`, one entry each; "*" is chosen here.

    Deterministic: the same configuration gives the same entries. A name or nickname that the person has not chosen is
    proposed with origin "rule", so that the person sees it.
    """
    return (*name_seeds(config.persona), *_replacements(config))


def full_name(canon: Iterable[CanonEntry]) -> str:
    """The new full name as the canon has it, with the person's own choice where the tool proposed one."""
    names = {e.id: e.after for e in canon if e.kind == "name" and e.status != "rejected"}
    middle = [names[i] for i in sorted(names) if i.startswith("name:middle:")]
    return " ".join(n for n in (names.get("name:first", ""), *middle, names.get("name:last", "")) if n)


def named(config: Config, canon: Iterable[CanonEntry]) -> Config:
    """The settings with her names as the canon has them: what the tool proposed where the person chose none."""
    entries = tuple(canon)
    chosen = {e.id: e.after for e in entries if e.kind == "name" and e.status != "rejected" and e.after}
    names, full = from_canon(entries), full_name(entries)
    before, after = config.persona.before, config.persona.after

    def pairs(part: str, old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
        said = [*new, *("" for _ in old[len(new) :])]
        found = [
            chosen.get(f"name:{part}:{i}") or now or within_handle(was, names)
            for i, (was, now) in enumerate(zip(old, said, strict=False))
        ]
        return tuple(found) if any(found) else new

    side = after.model_copy(
        update={
            # What the person wrote stays as it is written, unless the canon has something else.
            "name": after.name if after.name and full == full_name(seed_canon(config)) else full or after.name,
            "nicknames": pairs("nick", before.nicknames, after.nicknames),
            "handles": pairs("handle", before.handles, after.handles),
        }
    )
    return config.model_copy(update={"persona": config.persona.model_copy(update={"after": side})})


def _replacements(config: Config) -> list[CanonEntry]:
    tables = lexicon.data()["activities"]
    culture = "india" if is_indian(config.persona.culture) else "other"
    table = tables[culture][config.persona.after.gender]
    out = []
    for before, after in config.policy.replace.items():
        why = ""
        if after == "*":
            after = table.get(before.casefold(), table["default"])
            if after.casefold() == before.casefold():
                after = "basketball"
            why = f"refiner.toml leaves the choice open; {after} stands for {before} in the whole life"
        forms = sports.forms(before, after)
        kind: CanonKind = "activity" if sports.sport(before) or before.casefold() in table or why else "other"
        out.append(seed(f"replace:{before.casefold()}", kind, before, after, rule=why, forms=forms))
    return out
