"""The narrator's names in a text: first and full name, nicknames, handles, initials, hashtags, slips of the pen."""

from __future__ import annotations

import re
from collections.abc import Container

from refiner.culture import is_indian
from refiner.language import lexicon
from refiner.language.handles import handles, slips, surnames, within_handle
from refiner.language.inflect import name_case
from refiner.language.naming import NameMention, Names
from refiner.models import CanonEntry, Gender

_THINGS = (
    "Street|St|Road|Rd|Nagar|Stores?|Tailors?|Temple|Hospital|Textiles|"
    "Sweets|Travels|Award|Trophy|Cup|Bakery|Hotel|Lodge|Mess|Medicals?|"
    "Electronics|Enterprises|Traders|Bros|Brothers|School|College|Chowk|"
    "Colony|Park|Theatre|Talkies|Jewellers|Cafe|Restaurant|Prize|Foundation"
)
_NOT_HIM_BEFORE = re.compile(
    r"\b(?:Lord|King|Saint|St\.?|Prince|Queen|Princess|Swami|Emperor|"
    r"Goddess|Maa|Sri Sri|Maharaja|Hurricane|Cyclone)\s+$"
)
_NAMESAKE_BEFORE = re.compile(
    r"\b(?:another|(?:the )?other|both|two|three|several|many|second|"
    r"a certain|some|every|different|cousin|friend|classmate|neighbou?r)\s+$|"
    r"\balso (?:called|named)\s+$|\b(?:called|named)\s+$",
    re.IGNORECASE,
)
_NAMESAKE_AFTER = re.compile(
    r"^\s+(?:from (?:accounts|upstairs|downstairs|next door|the other|"
    r"section|class|hr|sales|finance|marketing|legal|admin|it\b)|"
    r"the (?:dog|cat|goat|cow|horse|parrot|first|second|great|other)|"
    r"in (?:the )?(?:other|accounts|hr|sales|finance|section))",
    re.IGNORECASE,
)


def from_canon(entries: tuple[CanonEntry, ...]) -> Names:
    """The names in the canon. An entry says its part in its id: name:first, name:last, name:nick:N, name:handle:N."""
    found: dict[str, list[tuple[str, str]]] = {}
    for entry in entries:
        if entry.kind == "name" and entry.status != "rejected":
            part = entry.id.split(":")[1] if entry.id.startswith("name:") and ":" in entry.id else "nick"
            found.setdefault(part, []).append((entry.before, entry.after))
    nothing = ("", "")
    return Names(
        found.get("first", [nothing])[0], found.get("last", [nothing])[0], tuple(found.get("middle", ())),
        tuple(found.get("nick", ())), tuple(found.get("handle", ())),
    )  # fmt: skip


def wordlike(name: str) -> bool:
    """Whether the name is an English word too, so that only its capital tells it."""
    return name.casefold() in lexicon.words("names", "words")


def _called(text: str, start: int, end: int, names: Names, kind: str) -> tuple[float, str]:
    """How sure it is that this is the narrator and not a namesake, a god, a street; with the reason."""
    before, after = text[max(0, start - 40) : start], text[end : end + 40]
    if _NOT_HIM_BEFORE.search(before):
        return 0.0, "another bearer of the name"
    nxt = re.match(r"[ \t]+([A-Z][\w.-]*)", after)
    if nxt and re.fullmatch(r"[IVX]+", nxt[1].rstrip(".")) and nxt[1].rstrip(".") != "I":
        return 0.0, "a king or a pope"
    if nxt and re.fullmatch(_THINGS, nxt[1].rstrip(".")):
        return 0.0, "the name of a place or a shop"
    if nxt and kind == "first" and names.last[0] and re.match(r"[A-Z][a-z]+$", nxt[1]) and nxt[1] != names.last[0]:
        follows = nxt[1].casefold()
        if (
            follows not in lexicon.words("address", "after_name")
            and not lexicon.is_role(follows)
            and nxt[1] not in dict(names.middle)
        ):
            return 0.3, f"{nxt[1]} is not the narrator's surname"
    if re.search(r"\b(?:I['’]m|I am|[Tt]his is|[Ii]t['’]s|name is|call(?:s|ed)? me)\s+$", before):
        return 0.99, "the narrator's name"
    if re.search(r"(?<!\w)(?:an?|some|the other|another)\s+$", before, re.IGNORECASE) and kind != "nick":
        return 0.0, "another bearer of the name"
    if text[end : end + 1] == "s":
        return 0.0, "a namesake"
    if _NAMESAKE_AFTER.match(after):
        return 0.35, "perhaps a namesake"
    if match := _NAMESAKE_BEFORE.search(before):
        if re.search(r"(?:called|named)\s+$", match[0], re.IGNORECASE) and re.search(
            r"\b(?:I|me|my|we|us|they|she|he|mother|father|parents)\b[^.]*$", before, re.IGNORECASE
        ) and not re.search(
            r"\b(?:also|boy|man|girl|woman|dog|cat|friend|cousin|someone|somebody|"
            r"one)\b[^.]*$"
            , before, re.IGNORECASE):  # fmt: skip
            return 0.97, "the narrator's name"
        return 0.2, "perhaps a namesake"
    return 0.98, "the narrator's name"


def surname_in(body: str, first: str) -> str:
    """The word with a capital that stands behind the first name, where it is a name and always the same one; or ""."""
    if not first:
        return ""
    after = re.findall(rf"\b{re.escape(first)}[ \t]+([A-Z][a-z]+)\b(?!['’])", body)
    names = {w for w in after if w.casefold() not in lexicon.words("address", "after_name") and not lexicon.is_role(w)}
    return names.pop() if len(names) == 1 else ""


def find(text: str, start: int, names: Names) -> list[NameMention]:
    """Every mention of the narrator's names from `start` on; overlapping finds are settled by length."""
    out: list[NameMention] = []
    body = text[start:]
    for before, after in names.handles:
        for m in re.finditer(rf"(?<![\w.])@?({re.escape(before)})(?![\w])", body, re.IGNORECASE):
            new = after or within_handle(m[1], names)
            if new:
                out.append(
                    NameMention(
                        start + m.start(1),
                        start + m.end(1),
                        new if m[1] == before else name_case(m[1], new),
                        "handle",
                        0.98,
                        "the narrator's user name",
                        False,
                    )
                )
    for kind, (before, after) in [("first", names.first), *(("nick", n) for n in names.nicks)]:
        if not before or not after:
            continue
        dotted = re.search(r"[^\w ]|[_\d]", before) is not None
        for m in re.finditer(
            rf"(?<![\w.{'' if dotted else '@'}/-])({_spelled(before)})(?!\w)(?![.@_-][\w])", body, re.IGNORECASE
        ):
            word = m[1]
            if not word[0].isupper() and (
                wordlike(before) or not (dotted or before == word or _small_style(body, m.start(), m.end()))
            ):
                continue
            if (
                wordlike(before)
                and re.search(r"\d[ \t]+$|\d$", body[: m.start()])
                or re.match(r"[ \t]+\d", body[m.end() :])
                and wordlike(before)
            ):
                continue
            sure, why = _called(body, m.start(), m.end(), names, kind)
            if sure:
                out.append(
                    NameMention(
                        start + m.start(),
                        start + m.end(),
                        name_case(word, after) if not dotted else after,
                        "handle" if dotted else kind,
                        sure,
                        why,
                        not dotted
                        or re.match(r"\s+(?:is|was|has|did|will|says?|said|can|had|does|you)\b", body[m.end() :])
                        is not None,
                    )
                )
    out += (
        handles(body, start, names)
        + surnames(body, start, names)
        + slips(body, start, names, names.last[0] or surname_in(body, names.first[0]))
    )
    return _settle(out)


def _small_style(body: str, start: int, end: int) -> bool:
    """Whether names are written small around here: in a handle, a chat, a note without capitals."""
    line = body[body.rfind("\n", 0, start) + 1 : (body.find("\n", end) + 1 or len(body) + 1) - 1]
    line = re.sub(r"^[-*+ \t]*[*_]{0,2}[\w.@ -]{1,20}:[*_]{0,2}\s", "", line) or line  # who speaks, in a chat
    if re.search(r"\b(?:a|an|the|very|so|too|more|most|as)\s+$", body[max(0, start - 8) : start], re.IGNORECASE):
        return False
    if re.search(r"(?<![\w'])i(?=[\s'])", line) or not re.search(r"[A-Z]", line):
        return True
    starts = re.findall(r"(?:^|[.!?]\s+)[^\w]*(\w)", line)
    return bool(sum(c.islower() for c in starts) * 2 > len(starts))


def _spelled(name: str) -> str:
    """A pattern for the name that lets its last vowel be drawn out, as in a call, and spaces vary."""
    parts = [re.escape(p) for p in name.split()]
    pattern = r"[ \t]+".join(parts)
    return (
        re.sub(r"([aeiou])([^aeiou]*)$", r"\1{1,8}\2", pattern)
        if re.fullmatch(r"[A-Za-z]+", name) and len(name) > 3
        else pattern
    )


def _settle(found: list[NameMention]) -> list[NameMention]:
    out: list[NameMention] = []
    for m in sorted(found, key=lambda m: (m.start, -(m.end - m.start), -m.confidence)):
        if not out or m.start >= out[-1].end:
            out.append(m)
    return out


def namesake_in(text: str) -> bool:
    """Whether the text says that somebody else has the same name."""
    return bool(
        re.search(r"\bnamesake|\bsame (?:first )?name\b|\bshares? (?:my|his|her|the) name\b", text, re.IGNORECASE)
    )


def propose(name: str, gender: Gender, culture: str, taken: Container[str] = ()) -> str:
    """A given name of the other gender, none of `taken`: same initial where the small table has one. Deterministic."""
    pools = lexicon.data()["pools"]
    pool = [n for n in pools["india" if is_indian(culture) else "other"][gender].split() if n not in taken]
    letter = (name[:1] or "A").upper()
    fit = [n for n in pool if n[0] == letter and n.casefold() != name.casefold()]
    return str(fit[0] if fit else pool[0])
