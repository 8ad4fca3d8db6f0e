"""Names in disguise: user names, mail addresses, hashtags, initials, surnames that change, slips of the pen."""

from __future__ import annotations

import re

from refiner.language import lexicon
from refiner.language.inflect import name_case
from refiner.language.naming import NameMention, Names


def within_handle(token: str, names: Names) -> str:
    """A handle with the narrator's first name or nickname in it, rewritten; empty where none stands in it."""
    for before, after in names.calls:
        if not after or len(before) < 3:
            continue
        m = re.search(
            rf"(?:(?<![A-Za-z])|(?-i:(?<=[a-z])(?=[A-Z])))({re.escape(before)})(?=[\W\d_]|"
            rf"$|[A-Z]|{re.escape(names.last[0].lower()) or '$'})",
            token,
            re.IGNORECASE,
        )
        if m and (
            token[m.end() : m.end() + 1].isupper()
            or not token[m.end() : m.end() + 1].isalpha()
            or names.last[0]
            and token[m.end() :].casefold().startswith(names.last[0].casefold())
        ):
            new = name_case(m[1], after)
            return token[: m.start()] + (new if m[1][0].isupper() else new.lower()) + token[m.end() :]
    return ""


def _run_on(token: str, names: Names) -> str:
    """A handle that begins with the narrator's name and goes on without a break: "@gauravthegreat"."""
    for before, after in names.calls:
        bare = token.lstrip("@#")
        if after and len(before) > 4 and bare.casefold().startswith(before.casefold()) and len(bare) >= len(before) + 2:
            at = len(token) - len(bare)
            return token[:at] + name_case(bare[: len(before)], after) + bare[len(before) :]
    return ""


def handles(body: str, start: int, names: Names) -> list[NameMention]:
    """User names, mail addresses and hashtags that hold the narrator's first name."""
    out = []
    known = {b.casefold() for b, _ in (*names.handles, *names.nicks)}
    for m in re.finditer(r"[@#]?[\w][\w.+-]*(?:@[\w.-]+\w)?", body):
        token = m[0].rstrip(".-+")
        bare = token.lstrip("@#")
        quoted = body[max(0, m.start() - 1) : m.start()] == "`"
        if bare.casefold() in known or not (quoted or token[0] in "@#" or re.search(r"[._@\d]|[a-z][A-Z]|-", bare[1:])):
            continue
        if re.match(r"https?$|www$", bare, re.IGNORECASE) or re.search(
            r"\.(?:md|txt|jpe?g|png|pdf|docx?|csv|py|html?)$", bare
        ):
            continue
        new = within_handle(token, names) or _run_on(token, names)
        if new and new != token:
            hyphen = re.fullmatch(r"[\w]+-[\w]+", bare) is not None and token[0] not in "@#"
            out.append(
                NameMention(
                    start + m.start(),
                    start + m.start() + len(token),
                    new,
                    "first" if hyphen else "handle",
                    0.95,
                    "the narrator's name within a user name",
                    False,
                )
            )
    return out


def surnames(body: str, start: int, names: Names) -> list[NameMention]:
    """The surname and the middle names where they change (Singh -> Kaur, Kumar -> none), only behind the narrator's
    first name; and initials."""
    out = []
    first, last = names.first, names.last
    changing = [p for p in (last, *names.middle) if p[0] and p[0] != p[1] and (p[1] or p in names.middle)]
    for before, after in changing:
        for m in re.finditer(
            rf"(?<!\ba )(?<!\ban )(?<!\bA )(?<!\bAn )(?<!another )\b{re.escape(first[0])}"
            rf"((?:[ \t]+[A-Z][\w.]*){{0,2}}?)[ \t]+({re.escape(before)})\b",
            body,
            re.IGNORECASE,
        ):
            out.append(
                NameMention(
                    start + (m.start(2) if after else m.end(1)),
                    start + m.end(2),
                    name_case(m[2], after) if after else "",
                    "surname",
                    0.97,
                    "the surname goes with the name",
                    False,
                )
            )
    if first[0] and first[1] and last[0] and last[1] and last[0] != last[1] and first[0][0] == first[1][0]:
        for m in re.finditer(rf"(?<![\w.]){re.escape(first[0][0])}\.[ \t]*({re.escape(last[0])})\b", body):
            new = m[0][: m.start(1) - m.start()] + name_case(m[1], last[1])
            out.append(
                NameMention(
                    start + m.start(),
                    start + m.end(),
                    new,
                    "initials",
                    0.93,
                    "the narrator's initial and surname",
                    True,
                )
            )
    if first[0] and first[1] and last[0] and first[0][0] != first[1][0]:
        a, b = first[0][0], last[0]
        for m in re.finditer(rf"(?<![\w.])({re.escape(a)})(\.[ \t]*|[ \t]+){re.escape(b)}\b", body):
            out.append(
                NameMention(
                    start + m.start(1), start + m.end(1), first[1][0], "initials", 0.93, "the narrator's initial", False
                )
            )
        for m in re.finditer(rf"(?<![\w.])({re.escape(a)})\.[ \t]*({re.escape(b[0])})\.(?!\w)", body):
            out.append(
                NameMention(
                    start + m.start(1),
                    start + m.end(1),
                    first[1][0],
                    "initials",
                    0.6,
                    "perhaps the narrator's initials",
                    False,
                )
            )
        for m in re.finditer(rf"\b{re.escape(b)},[ \t]+({re.escape(a)})\.", body):
            out.append(
                NameMention(
                    start + m.start(1), start + m.end(1), first[1][0], "initials", 0.93, "the narrator's initial", False
                )
            )
    return out


def slips(body: str, start: int, names: Names, surname: str = "") -> list[NameMention]:
    """Slips of the pen: two letters exchanged, one doubled or typed twice. Other slips give other people's names."""
    out = []
    for before, after in names.calls:
        low = before.casefold()
        if len(low) < 5 or not after or not low.isalpha() or low == after.casefold():
            continue
        doubled = {low[:i] + low[i] + low[i:] for i in range(len(low))}
        swapped = {low[:i] + low[i + 1] + low[i] + low[i + 2 :] for i in range(1, len(low) - 1)} - {low}
        for m in re.finditer(r"(?<![\w.@-])[A-Z][a-z]+(?![\w@-])", body):
            word = m[0].casefold()
            if (
                word in doubled | swapped
                and not lexicon.gender_of_name(word)
                and len(re.findall(rf"\b{m[0]}\b", body)) == 1
            ):
                out.append(
                    NameMention(
                        start + m.start(), start + m.end(), after, "typo", 0.9, f"{before}, with a slip of the pen"
                    )
                )
        if surname:  # the surname behind it vouches for it, so any one slip will do
            for m in re.finditer(rf"(?<![\w.@-])([A-Z][A-Za-z]+)(?=[ \t]+{re.escape(surname)}\b)", body, re.IGNORECASE):
                word = m[1].casefold()
                if word != low and m[1][0].isupper() and word[0] == low[0] and one_slip(word, low):
                    why = f"{before}, with a slip of the pen"
                    out.append(
                        NameMention(start + m.start(1), start + m.end(1), name_case(m[1], after), "typo", 0.93, why)
                    )
    return out


def one_slip(word: str, meant: str) -> bool:
    """Whether a letter is left out, put in, mistaken, or two neighbours are exchanged (Damerau 1964)."""
    if abs(len(word) - len(meant)) > 1:
        return False
    i = next((n for n, (a, b) in enumerate(zip(word, meant, strict=False)) if a != b), min(len(word), len(meant)))
    a, b = word[i:], meant[i:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or a[:2] == b[1::-1] and a[2:] == b[2:]
