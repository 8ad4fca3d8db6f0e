"""The names that the settings give: each old one with the new one, or with what the tool proposes for it.

Deterministic: the same settings give the same names. A proposed one has origin "rule", so that the person sees it.
"""

from __future__ import annotations

from refiner.config import Persona
from refiner.language import lexicon
from refiner.language.names import propose
from refiner.models import CanonEntry, CanonKind


def seed(
    entry_id: str, kind: CanonKind, before: str, after: str, *, rule: str = "", forms: dict[str, str] | None = None
) -> CanonEntry:
    """An entry that refiner.toml gives, or, where a `rule` says why, the tool."""
    return CanonEntry(
        id=entry_id, kind=kind, before=before, after=after, forms=forms or {},
        origin="rule" if rule else "config", reason=rule or "refiner.toml says so",
    )  # fmt: skip


def name_seeds(persona: Persona) -> tuple[CanonEntry, ...]:
    """One entry for each name (first, last, middle), nickname and handle of the person as before, in this order."""
    before, after = persona.before, persona.after
    out: list[CanonEntry] = []
    old = (before.name or "").split()
    new = (after.name or "").split()
    if old:
        first = new[0] if new else propose(old[0], after.gender, persona.culture)
        why = "" if new else f"no new name is chosen in refiner.toml; {first} begins with the same letter"
        out.append(seed("name:first", "name", old[0], first, rule=why))
        if len(old) > 1:
            last = new[-1] if len(new) > 1 else _surname(old[-1], after.gender)
            out.append(seed("name:last", "name", old[-1], last))
        for i, middle in enumerate(old[1:-1]):
            if new:  # a new name without a middle one has none
                out.append(seed(f"name:middle:{i}", "name", middle, new[i + 1] if i < len(new) - 2 else ""))
            elif lexicon.gender_of_name(middle) != after.gender:
                hers = propose(middle, after.gender, persona.culture, [e.after for e in out])
                why = f"no new name is chosen in refiner.toml; {hers} stands for {middle}"
                out.append(seed(f"name:middle:{i}", "name", middle, hers, rule=why))
    taken = {e.after.casefold() for e in out}
    first = out[0].after if out else ""
    for i, nick in enumerate(before.nicknames):
        chosen = after.nicknames[i] if i < len(after.nicknames) else ""
        why = "" if chosen else f"no nickname is chosen for {nick}; this one is short for {first}"
        if not chosen and any(c in nick for c in "._@0123456789"):
            continue  # rewritten from the name that stands in it
        out.append(seed(f"name:nick:{i}", "name", nick, chosen or _short(first, nick, taken), rule=why))
    for i, handle in enumerate(before.handles):
        chosen = after.handles[i] if i < len(after.handles) else ""
        out.append(seed(f"name:handle:{i}", "name", handle, chosen, rule="" if chosen else "made from the new name"))
    return tuple(out)


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
