"""The seeds of the canon: what the configuration says about the whole life, as entries that every note follows."""

from __future__ import annotations

from collections.abc import Iterable

from refiner.config import Config
from refiner.language import activities_sports as sports
from refiner.language import lexicon
from refiner.language.names import propose
from refiner.models import CanonEntry, CanonKind


def seed_canon(config: Config) -> tuple[CanonEntry, ...]:
    """Names (first, middle, last, nicknames, handles) and `policy.replace`, one entry each; "*" is chosen here.

    Deterministic: the same configuration gives the same entries. A name or nickname that the person has not chosen is
    proposed with origin "rule", so that the person sees it.
    """
    return (*_names(config), *_replacements(config))


def full_name(canon: Iterable[CanonEntry]) -> str:
    """The new full name as the canon has it, with the person's own choice where the tool proposed one."""
    names = {e.id: e.after for e in canon if e.kind == "name" and e.status != "rejected"}
    middle = [names[i] for i in sorted(names) if i.startswith("name:middle:")]
    return " ".join(n for n in (names.get("name:first", ""), *middle, names.get("name:last", "")) if n)


def _entry(
    entry_id: str, kind: CanonKind, before: str, after: str, *, rule: str = "", forms: dict[str, str] | None = None
) -> CanonEntry:
    return CanonEntry(
        id=entry_id, kind=kind, before=before, after=after, forms=forms or {},
        origin="rule" if rule else "config", reason=rule or "refiner.toml says so",
    )  # fmt: skip


def _names(config: Config) -> list[CanonEntry]:
    before, after = config.persona.before, config.persona.after
    out: list[CanonEntry] = []
    old = (before.name or "").split()
    new = (after.name or "").split()
    if old:
        first = new[0] if new else propose(old[0], after.gender, config.persona.culture)
        why = "" if new else f"no new name is chosen in refiner.toml; {first} begins with the same letter"
        out.append(_entry("name:first", "name", old[0], first, rule=why))
        if len(old) > 1:
            last = new[-1] if len(new) > 1 else _surname(old[-1], after.gender)
            out.append(_entry("name:last", "name", old[-1], last))
        if len(old) > 2 and len(new) > 2:
            pairs = zip(old[1:-1], new[1:-1], strict=False)
            out += [_entry(f"name:middle:{i}", "name", b, a) for i, (b, a) in enumerate(pairs)]
    taken = {e.after.casefold() for e in out}
    first = out[0].after if out else ""
    for i, nick in enumerate(before.nicknames):
        chosen = after.nicknames[i] if i < len(after.nicknames) else ""
        why = "" if chosen else f"no nickname is chosen for {nick}; this one is short for {first}"
        if not chosen and any(c in nick for c in "._@0123456789"):
            continue  # rewritten from the name that stands in it
        out.append(_entry(f"name:nick:{i}", "name", nick, chosen or _short(first, nick, taken), rule=why))
    for i, handle in enumerate(before.handles):
        chosen = after.handles[i] if i < len(after.handles) else ""
        out.append(_entry(f"name:handle:{i}", "name", handle, chosen, rule="" if chosen else "made from the new name"))
    return out


def _surname(before: str, gender: str) -> str:
    """Surnames that say a gender; others stay."""
    pairs = {"female": {"singh": "Kaur"}, "male": {"kaur": "Singh"}}
    return pairs[gender].get(before.casefold(), before)


def _short(first: str, nick: str, taken: set[str]) -> str:
    """A nickname cut from the new first name, with the old one's ending where it has one."""
    end = next((e for e in ("u", "i", "y", "ie", "oo", "a") if nick.casefold().endswith(e)), "")
    vowel = next((i for i, c in enumerate(first) if i and c.casefold() in "aeiou"), len(first))
    stem = first[: max(2, vowel + 1 if not end else vowel)] if len(first) > 3 else first
    for size in range(len(stem), len(first) + 1):
        short = first[:size].rstrip("aeiou" if end else "") + end
        if short.casefold() not in taken and len(short) > 1:
            return short
    return first


def _replacements(config: Config) -> list[CanonEntry]:
    tables = lexicon.data()["activities"]
    culture = "india" if config.persona.culture.casefold() in ("", "india", "indian", "in") else "other"
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
        out.append(_entry(f"replace:{before.casefold()}", kind, before, after, rule=why, forms=forms))
    return out
