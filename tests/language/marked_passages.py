"""Marked passages: `{word>right|also right}` must change, `[word]` must stay, all else stays byte for byte.

A passage begins with `=== id direction before -> after | key=value …`; `{a beard>*!beard}` is right when the word is
gone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from refiner.config import Config
from refiner.edits import render
from refiner.models import StageResult
from refiner.notes import note_from_text
from refiner.stages.base import StageInput
from refiner.stages.canon import seed_canon
from refiner.stages.swap import Swap

HERE = Path(__file__).parent / "passages"
_MARK = re.compile(r"\{([^{}>]+)>([^{}]+)\}|\[([^\[\]]+)\]")


@dataclass(frozen=True)
class Passage:
    id: str
    text: str
    config: Config
    required: tuple[tuple[int, int, tuple[str, ...]], ...]
    keep: tuple[tuple[int, int], ...]


@dataclass
class Verdict:
    right: int = 0
    covered: int = 0
    required: int = 0
    kept: int = 0
    keep: int = 0
    stray: int = 0
    exact: bool = False


def make_config(direction: str, before: str, after: str, **policy: object) -> Config:
    """A configuration for a test; `nick="Viru:Viji"` and `replace="football:hockey"` as in the passage files."""
    old, new = ("male", "female") if direction == "m2f" else ("female", "male")
    nick = str(policy.pop("nick", "")).split(":")
    replace = str(policy.pop("replace", "")).split(":")
    return Config.from_dict(
        {
            "persona": {
                "before": {"name": before, "gender": old, "nicknames": nick[:1] if nick[0] else []},
                "after": {"name": after, "gender": new, "nicknames": nick[1:] if nick[0] else []},
            },
            "policy": {
                "body": "drop",
                "activities": "keep",
                "replace": {replace[0]: replace[1]} if replace[0] else {},
                **policy,
            },
        }
    )


def files() -> list[Path]:
    """The passage files, sorted."""
    return sorted(HERE.glob("*.txt"))


def load(path: Path) -> list[Passage]:
    """All passages of a file."""
    out = []
    for part in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        head, body = part.split("\n", 1)
        first, *options = (x.strip() for x in head.split("|"))
        match = re.match(r"(\S+) (m2f|f2m) (.+?) -> (.+)", first)
        assert match is not None, head
        text, at = "", 0
        required: list[tuple[int, int, tuple[str, ...]]] = []
        keep: list[tuple[int, int]] = []
        body = body.strip("\n")
        for mark in _MARK.finditer(body):
            text += body[at : mark.start()]
            word, at = mark[1] or mark[3], mark.end()
            span = (len(text), len(text) + len(word))
            text += word
            accepted = tuple((mark[2] or "").split("|"))
            if mark[3]:
                keep.append(span)
            elif accepted != (word,):
                required.append((*span, accepted))
        text += body[at:]
        config = make_config(match[2], match[3], match[4], **dict(o.split("=", 1) for o in options))
        out.append(Passage(match[1], text, config, tuple(required), tuple(keep)))
    return out


def swap(text: str, config: Config) -> tuple[str, StageResult]:
    """The refined text and the stage's result, with the canon that the configuration seeds."""
    note = note_from_text(text, "note.md")
    result = Swap().run(StageInput(note=note, config=config, canon=seed_canon(config)))
    return render(note.text, result.edits), result


def judge(p: Passage, result: StageResult | None = None) -> Verdict:
    """Compares the swap's edits (`result`, made here where not given) with the marks."""
    result = result or swap(p.text, p.config)[1]
    v = Verdict(required=len(p.required), keep=len(p.keep))
    used = set()
    for start, end, accepted in p.required:
        inside = [e for e in result.edits if e.start < end and start < e.end]
        used |= {e.id for e in inside}
        before = inside[0].start if inside and inside[0].start < start else start
        got = render(p.text, inside)[before : len(render(p.text, inside)) - len(p.text) + end]
        got = got.removeprefix(p.text[before:start]).removeprefix("a ").removeprefix("an ") if before < start else got
        if accepted[0].startswith("*!"):
            ok = bool(inside) and accepted[0][2:] not in got.casefold()
        else:
            ok = got.casefold().replace("'", "") in {a.casefold().replace("'", "") for a in accepted}
        v.right += ok
        v.covered += ok or any(a < end and start < b for q in result.questions for a, b in q.mentions)
    v.kept = sum(not any(e.start < end and start < e.end for e in result.edits) for start, end in p.keep)
    v.stray = sum(e.id not in used for e in result.edits)
    v.exact = v.right == v.required and v.kept == v.keep and not v.stray
    return v
