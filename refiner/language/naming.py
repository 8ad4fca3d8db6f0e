"""What the narrator is called before and after, and a mention of it in a text: the shapes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NameMention:
    """A name of the narrator at `[start, end)` and its substitute. `confidence` that the narrator is meant."""

    start: int
    end: int
    after: str
    kind: str  # first full nick handle initials surname typo
    confidence: float
    why: str
    head: bool = True  # stands for the person, so that pronouns can follow it


@dataclass(frozen=True)
class Names:
    """What the narrator is called before and after. Made from the canon's entries of kind name."""

    first: tuple[str, str] = ("", "")
    last: tuple[str, str] = ("", "")
    middle: tuple[tuple[str, str], ...] = ()
    nicks: tuple[tuple[str, str], ...] = ()
    handles: tuple[tuple[str, str], ...] = ()

    @property
    def calls(self) -> tuple[tuple[str, str], ...]:
        """First name and nicknames with their substitutes ("" where there is none), longest first."""
        pairs = [p for p in (self.first, *self.nicks) if p[0]]
        return tuple(sorted(dict.fromkeys(pairs), key=lambda p: -len(p[0])))

    def is_narrator(self, label: str) -> bool:
        """Whether a speaker's label or a salutation names the narrator."""
        low = label.casefold().strip(" .@*_")
        known = {b.casefold() for b, _ in (*self.calls, *self.handles)} | {
            a.casefold() for _, a in (*self.calls, *self.handles) if a
        }
        full = " ".join(x for x in (self.first[0], self.last[0]) if x).casefold()
        return (
            low in known or low == full or low in ("me", "i", "myself") or bool(low.split()) and low.split()[0] in known
        )

    @property
    def now(self) -> str:
        return self.first[1]
