"""refiner.toml: who the person was and is now, policy, traits, model, samples. Typed; all errors are told at once."""

from __future__ import annotations

import difflib
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from refiner.errors import ConfigError
from refiner.models import Gender, SampleKind

DEFAULT_MIX: dict[SampleKind, float] = {
    "trait": 0.15, "event": 0.1, "memory": 0.3, "situation": 0.15, "opinion": 0.05,
    "identity": 0.05, "boundary": 0.1, "now_and_then": 0.05, "voice": 0.05,
}  # fmt: skip


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def _is_day(value: str) -> bool:
    """Whether a date is a plain day, month or year, which EDTF writes as ISO does."""
    if not re.fullmatch(r"\d{4}(-\d\d){0,2}", value):
        return False
    try:
        date.fromisoformat((value + "-01-01")[:10])
    except ValueError:
        return False
    return True


class PersonaSide(Section):
    name: str = ""
    """Full name; empty in [persona.after]: the tool proposes one, the same everywhere."""
    gender: Gender
    """male or female."""
    nicknames: tuple[str, ...] = ()
    """Nicknames; pairwise between before and after, "" where none is chosen yet."""
    handles: tuple[str, ...] = ()
    """User names; pairwise between before and after."""

    @field_validator("name", mode="before")
    @classmethod
    def _name(cls, value: Any) -> Any:
        return "" if value is None else value.strip() if isinstance(value, str) else value


class Persona(Section):
    born: str = ""
    """Birth date in EDTF; ages in notes count from it."""
    first_school_year: int | None = Field(None, ge=1900, le=2100)
    """The year in which 1st grade began."""
    school_year_starts: int = Field(6, ge=1, le=12)
    """The month in which a school year begins."""
    culture: str = "India"
    """Whose seasons, names, schools and sports are meant."""
    language: str = "en-IN"
    """The variety of English of the notes."""
    before: PersonaSide = PersonaSide(gender="male")
    """Who wrote the notes."""
    after: PersonaSide = PersonaSide(gender="female")
    """Who the model shall be."""

    @field_validator("born")
    @classmethod
    def _edtf(cls, value: str) -> str:
        if value and not _is_day(value):  # edtf takes a while to load, and most write a plain day or year
            from edtf import EDTFParseException, parse_edtf

            try:
                parse_edtf(value)
            except EDTFParseException:
                raise ValueError(f'"{value}" is no EDTF date; write 1985-05-14, 1985-05 or 1985') from None
        return value

    @model_validator(mode="after")
    def _pairs(self) -> Persona:
        if self.before.gender == self.after.gender:
            raise ValueError(f"before.gender and after.gender are both {self.before.gender}")
        for key in ("nicknames", "handles"):
            before, after = getattr(self.before, key), getattr(self.after, key)
            if after and len(before) != len(after):
                raise ValueError(
                    f"{key}: before has {len(before)}, after has {len(after)}; they belong together pairwise"
                )
        return self


class Policy(Section):
    partners: Literal["keep", "swap", "ask"] = "keep"
    """The gender of the narrator's partners."""
    institutions: Literal["swap", "ask"] = "swap"
    """Boys' school, men's hostel, gents' compartment."""
    activities: Literal["keep", "ask"] = "ask"
    """What the culture makes unlikely for her."""
    body: Literal["drop", "ask"] = "ask"
    """Beard, voice breaking and the like."""
    negative_floor: float = Field(0.9, ge=0, le=1)
    """Share of the sentences that show negative traits which must stay as told; below it nothing is exported."""
    replace: dict[str, str] = {}
    """Seeds of the canon; "*" = a substitute of the tool's choosing, one for the whole life."""


class Trait(Section):
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")
    """Short name that notes use."""
    name: str = ""
    """As a person would say it; the id if empty."""
    description: str = ""
    """What it looks like, in plain words."""
    polarity: Literal["positive", "negative", "neutral"] = "neutral"
    """How the person sees it."""
    importance: int = Field(1, ge=0, le=5)
    """0 = track it, never teach it; 1..5 weigh samples."""
    opposite: str = ""
    """Id of the trait that a reversal begins."""
    context: str = ""
    """Where it holds: "at work"."""
    initially: bool = False
    """Held at birth."""
    aliases: tuple[str, ...] = ()
    """Other words for it."""
    explicit: float = Field(0.5, ge=0, le=1)
    """Share of explicit statements against anecdotes."""
    how_acquired: bool = True
    """Keep how it came to be."""

    @field_validator("name", "description", "opposite", "context", mode="before")
    @classmethod
    def _stripped(cls, value: Any) -> Any:
        return value.strip() if isinstance(value, str) else value  # a name of blanks is none

    @field_validator("aliases")
    @classmethod
    def _said(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(stripped for alias in value if (stripped := alias.strip()))

    @property
    def words(self) -> tuple[str, ...]:
        """All the ways to call it: name, aliases, id with spaces."""
        return tuple(dict.fromkeys(w for w in (self.name, *self.aliases, re.sub("[-_]", " ", self.id)) if w))

    @property
    def title(self) -> str:
        """What to call it where another trait may have the same name: "patient at work"."""
        name = self.name or self.id
        return name if not self.context or self.context.casefold() in name.casefold() else f"{name} {self.context}"


def followed(trait: str) -> Trait:
    """A trait that notes tell of and refiner.toml does not declare: followed, never taught. Its id may be anything."""
    return Trait.model_construct(id=trait, importance=0)


class LLM(Section):
    base_url: str = "http://127.0.0.1:11434/v1"
    """An OpenAI-compatible endpoint."""
    model: str = ""
    """The model's name there; empty: none is configured."""
    api_key_env: str = "OPENAI_API_KEY"
    """The environment variable that holds the key; the key itself is never written anywhere."""
    allow_remote: bool = False
    """Allow an endpoint that is not on this machine."""
    max_concurrency: int = Field(8, ge=1, le=256)
    """Requests in flight at most; fewer while the server is overloaded."""
    timeout: float = Field(300, gt=0, le=3600)
    """Seconds that one answer may take."""
    pseudonymise: bool = False
    """Replace names and places by stand-ins in what is sent, and put them back in what comes."""
    price_in: float = Field(0, ge=0)
    """Price of a million tokens sent, in any currency; only for the sums and --max-cost."""
    price_out: float = Field(0, ge=0)
    """Price of a million tokens that the model writes."""
    options: dict[str, Any] = {}
    """More parameters for every request, as the server names them: { reasoning_effort = "low" }."""


class Samples(Section):
    mix: dict[SampleKind, float] = DEFAULT_MIX
    """Share of each kind; normalised."""
    replay: float = Field(0.25, ge=0, le=4)
    """General rows for each persona row."""
    replay_file: str = ""
    """Your own general rows: a JSON Lines file, from the workspace's folder; empty: those that come with refiner."""

    @field_validator("mix")
    @classmethod
    def _positive(cls, value: dict[SampleKind, float]) -> dict[SampleKind, float]:
        if any(v < 0 for v in value.values()) or not sum(value.values()):
            raise ValueError("shares must not be negative, and one must be above 0")
        return value


class Config(Section):
    persona: Persona = Persona()
    policy: Policy = Policy()
    traits: tuple[Trait, ...] = ()
    llm: LLM = LLM()
    samples: Samples = Samples()

    @model_validator(mode="after")
    def _traits(self) -> Config:
        ids = [t.id for t in self.traits]
        problems = [f'trait id "{i}" is declared twice' for i in sorted({i for i in ids if ids.count(i) > 1})]
        problems += [
            f'trait "{t.id}": opposite "{t.opposite}" is not declared{_nearest(t.opposite, ids)}'
            for t in self.traits
            if t.opposite and t.opposite not in ids
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, where: str = "configuration", text: str = "") -> Config:
        """A configuration from the keys of refiner.toml. Raises ConfigError that lists every error at once."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            lines = [_explain(e, where, text) for e in error.errors()]
            raise ConfigError("\n".join(lines), mend=f"mend {where}, then: refiner doctor") from None

    @classmethod
    def load(cls, path: Path) -> Config:
        """Reads refiner.toml. Raises ConfigError (missing, not TOML, wrong keys or values)."""
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise ConfigError(f"{path} is not there: this folder is no workspace", mend="refiner init DIR") from None
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path} is not UTF-8 (byte {error.start})", mend="save it as UTF-8") from None
        except OSError as error:
            raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{path}: {error}", mend="mend that line; strings need quotes, lists need [ ]") from None
        except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets without end
            raise ConfigError(f"{path} cannot be read: {error}", mend="mend it by hand") from None
        return cls.from_dict(data, where=str(path), text=text)

    def trait(self, trait_id: str) -> Trait | None:
        return next((t for t in self.traits if t.id == trait_id), None)

    @property
    def important(self) -> tuple[Trait, ...]:
        """The traits that are taught: importance 1 and above."""
        return tuple(t for t in self.traits if t.importance > 0)


def _nearest(word: str, known: list[str]) -> str:
    match = difflib.get_close_matches(word, known, 1, 0.5)
    return f' (did you mean "{match[0]}"?)' if match else ""


def _known_keys(loc: tuple[Any, ...]) -> list[str]:
    """The keys that the section at `loc` allows."""
    model: Any = Config
    for part in loc:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part) if isinstance(model, type) and issubclass(model, BaseModel) else None
        if field is None:
            return []
        annotation = field.annotation
        args = [a for a in getattr(annotation, "__args__", ()) if isinstance(a, type) and issubclass(a, BaseModel)]
        model = args[0] if args else annotation
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _explain(error: Any, where: str, text: str) -> str:
    loc = tuple(error["loc"])
    name = "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in loc).lstrip(".")
    line = _line_of(text, loc)
    place = f"{where}:{line}" if line else where
    if error["type"] == "extra_forbidden":
        return f"{place}: unknown key {name}{_nearest(str(loc[-1]), _known_keys(loc[:-1]))}"
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{place}: {name + ': ' if name else ''}{message}"


def _line_of(text: str, loc: tuple[Any, ...]) -> int:
    """The line of a key, found by reading the file's headings; 0 where it cannot be told."""
    keys = [p for p in loc if isinstance(p, str)]
    index = next((p for p in loc if isinstance(p, int)), 0)
    if not text or not keys:
        return 0
    section, seen, best = "", -1, 0
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if head := re.match(r"\[\[?\s*([^\]]+?)\s*\]\]?", line):
            section = head[1]
            seen += line.startswith("[[") and section == keys[0]
            if section == ".".join(keys):
                return number
            continue
        if section.startswith(keys[0]) and (seen < 0 or seen == index or len(loc) == len(keys)):
            best = best or number
            if re.match(rf'"?{re.escape(keys[-1])}"?\s*=', line):
                return number
    return best
