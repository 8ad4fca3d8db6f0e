"""The YAML at the top of a note, read strictly: plain scalars only, no anchors, no tags, no duplicate keys.

Every error names file and line. What front matter says beats what a rule or a model infers (FORMATS, A note).
"""

from __future__ import annotations

import difflib
import re
from typing import Any

import yaml
from frontmatter.default_handlers import YAMLHandler

from refiner.errors import NoteError
from refiner.models import (
    EFFECT_KINDS,
    RELATION_KINDS,
    EffectSpec,
    EventSpec,
    FrontMatter,
    ObservationSpec,
    RelationSpec,
    RetractionSpec,
    TimeSpec,
)

_FENCE = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.S | re.M)
_OPEN = re.compile(r"\A\ufeff?---[ \t]*\r?\n")
EFFECT_ENDS = ("start", "end")
MODALITIES = ("actual", "planned", "hypothetical", "negated", "counterfactual")
KINDS = ("note", "letter", "chat", "traits", "media")
_EVENT_KEYS = ("id", "label", "quote", "when", "until", "lasted", "modality", "subject", "effects", *RELATION_KINDS)


class Loader(yaml.SafeLoader):
    """YAML without the parts that surprise or hurt: dates and numbers stay words, aliases are refused."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "anchors and aliases are not allowed here", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key!r}: put it in quotes", key_node.start_mark
                )
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f'key "{key}" stands twice', key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rsplit(":", 1)[1] in ("bool", "null")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Reader:
    """Turns the YAML value into FrontMatter and collects every complaint with its line."""

    def __init__(self, path: str, source: str) -> None:
        self.path, self.lines, self.problems = path, source.splitlines(), list[str]()

    def complain(self, key: str, message: str) -> None:
        pattern = re.compile(rf"(^|[\s{{,\-]){re.escape(key)}\s*:")
        line = next((n for n, text in enumerate(self.lines, 2) if pattern.search(text)), 1)
        self.problems.append(f"{self.path}:{line}: {message}")

    def keys(self, value: dict[str, Any], allowed: tuple[str, ...], where: str) -> None:
        for key in value:
            if key not in allowed:
                near = difflib.get_close_matches(key, allowed, 1, 0.5)
                self.complain(key, f"unknown key {where}{key}" + (f' (did you mean "{near[0]}"?)' if near else ""))

    def text(self, value: Any, key: str) -> str:
        if value is None:
            return ""
        if not isinstance(value, str):
            self.complain(key, f"{key} must be words{' in quotes' if isinstance(value, bool) else ''}, not {value!r}")
            return ""
        return value.strip()

    def flag(self, value: Any, key: str) -> bool:
        if not isinstance(value, bool):
            self.complain(key, f"{key} must be true or false, not {value!r}")
            return False
        return value

    def choice(self, value: Any, key: str, allowed: tuple[str, ...]) -> str:
        if value in allowed:
            return str(value)
        near = difflib.get_close_matches(str(value), allowed, 1, 0.5)
        self.complain(
            key,
            f"{key} must be one of {', '.join(allowed)}, not {value!r}"
            + (f' (did you mean "{near[0]}"?)' if near else ""),
        )
        return allowed[0]

    def mapping(self, value: Any, key: str) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        self.complain(key, f"{key} must be key: value pairs, not {value!r}")
        return {}

    def several(self, value: Any, key: str) -> list[Any]:
        if value is None:
            return []
        if isinstance(value, list):
            return value
        self.complain(key, f"{key} must be a list ( [a, b] or lines that begin with - )")
        return []

    def when(self, value: Any, key: str = "when") -> TimeSpec:
        if isinstance(value, dict):
            self.keys(value, ("earliest", "latest"), f"{key}.")
            return TimeSpec(
                earliest=self.text(value.get("earliest"), "earliest"), latest=self.text(value.get("latest"), "latest")
            )
        return TimeSpec(raw=self.text(value, key))

    def effects(self, value: Any) -> tuple[EffectSpec, ...]:
        out: list[EffectSpec] = []
        for trait, given in self.mapping({} if value is None else value, "effects").items():
            for item in given if isinstance(given, list) else [given]:
                given_at: Any = "start"
                if isinstance(item, dict):
                    self.keys(item, ("kind", "quote", "at"), f"effects.{trait}.")
                    kind, quote, given_at = (
                        item.get("kind"),
                        self.text(item.get("quote"), "quote"),
                        item.get("at", "start"),
                    )
                else:
                    kind, quote = item, ""
                at = self.choice(given_at, "at", EFFECT_ENDS)
                out.append(EffectSpec(trait=trait, kind=self.choice(kind, trait, EFFECT_KINDS), quote=quote, at=at))
        return tuple(out)

    def relations(self, event: dict[str, Any]) -> tuple[RelationSpec, ...]:
        out: list[RelationSpec] = []
        for kind in RELATION_KINDS:
            for item in self.several(event.get(kind), kind):
                if isinstance(item, dict):
                    self.keys(item, ("to", "quote"), f"{kind}.")
                    out.append(
                        RelationSpec(
                            kind=kind, to=self.text(item.get("to"), "to"), quote=self.text(item.get("quote"), "quote")
                        )
                    )
                else:
                    out.append(RelationSpec(kind=kind, to=self.text(item, kind)))
        return tuple(out)

    def event(self, value: Any) -> EventSpec:
        event = self.mapping(value, "events")
        self.keys(event, _EVENT_KEYS, "events.")
        return EventSpec(
            id=self.text(event.get("id"), "id"),
            label=self.text(event.get("label"), "label"),
            quote=self.text(event.get("quote"), "quote"),
            when=self.when(event.get("when")),
            until=self.when(event.get("until"), "until"),
            lasted=self.text(event.get("lasted"), "lasted"),
            modality=self.choice(event.get("modality", "actual"), "modality", MODALITIES),
            subject=self.choice(event.get("subject", "self"), "subject", ("self", "other")),
            effects=self.effects(event.get("effects")),
            relations=self.relations(event),
        )

    def observations(self, value: Any) -> tuple[ObservationSpec, ...]:
        if isinstance(value, dict):
            return tuple(ObservationSpec(trait=t, holds=self.flag(h, t)) for t, h in value.items())
        out: list[ObservationSpec] = []
        for item in self.several(value, "observations"):
            given = self.mapping(item, "observations")
            self.keys(given, ("trait", "holds", "at", "quote"), "observations.")
            out.append(
                ObservationSpec(
                    trait=self.text(given.get("trait"), "trait"),
                    holds=self.flag(given.get("holds"), "holds"),
                    at=self.text(given.get("at"), "at"),
                    quote=self.text(given.get("quote"), "quote"),
                )
            )
        return tuple(out)

    def retracts(self, value: Any) -> tuple[RetractionSpec, ...]:
        out: list[RetractionSpec] = []
        for item in self.several(value, "retracts"):
            if isinstance(item, dict):
                self.keys(item, ("target", "by", "quote"), "retracts.")
                out.append(RetractionSpec(**{k: self.text(item.get(k), k) for k in ("target", "by", "quote")}))
            else:
                out.append(RetractionSpec(target=self.text(item, "retracts")))
        return tuple(out)

    def read(self, value: dict[str, Any]) -> FrontMatter:
        self.keys(value, tuple(FrontMatter.model_fields), "")
        events = value.get("events")
        return FrontMatter(
            date=self.text(value.get("date"), "date"),
            written=self.text(value.get("written"), "written"),
            author=self.text(value.get("author"), "author") or "self",
            kind=self.choice(value.get("kind", "note"), "kind", KINDS),
            skip=self.flag(value.get("skip", False), "skip"),
            events=tuple(self.event(e) for e in self.several(events, "events")) if "events" in value else None,
            observations=self.observations(value.get("observations")),
            retracts=self.retracts(value.get("retracts")),
        )


def read_frontmatter(text: str, path: str) -> tuple[FrontMatter, int]:
    """The front matter of a note and the code point at which its body starts (0 where there is none).

    Raises NoteError with file and line: YAML that cannot be read, unknown keys, wrong values (all at once).
    """
    fence = _FENCE.match(text)
    if fence is None:
        # A lone --- may be a rule in Markdown; it is a forgotten fence only where keys follow it.
        if (start := _OPEN.match(text)) and re.match(
            r"(date|written|author|kind|skip|events|observations|retracts)\s*:", text[start.end() :]
        ):
            raise NoteError(
                f"{path}:1: the front matter that begins here has no closing ---", mend="add a line --- below it"
            )
        return FrontMatter(), 0
    source = fence[1]
    try:
        value = YAMLHandler().load(source, Loader=Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise NoteError(
            f"{path}:{line}: front matter: {getattr(error, 'problem', None) or error}",
            mend="words with : or # need quotes",
        ) from None
    except RecursionError:
        raise NoteError(f"{path}:1: front matter is nested too deeply") from None
    if value is None:
        return FrontMatter(), fence.end()
    if not isinstance(value, dict):
        raise NoteError(f"{path}:2: front matter must be key: value lines")
    reader = _Reader(path, source)
    meta = reader.read(value)
    if reader.problems:
        raise NoteError("\n".join(reader.problems), mend="the keys stand in docs/notes.md")
    return meta, fence.end()
