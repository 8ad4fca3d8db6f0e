"""JSON as it is read from files that a person may have edited or a crash may have torn: all that is wrong with it is a
ValueError."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def parse_json(text: str) -> Any:
    """The value of a JSON text. Raises ValueError alone: also for one that is nested without end, and for half a
    character (a lone surrogate), which no tokenizer takes."""
    try:
        value = json.loads(text)
        if "\\ud" in text.lower():
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except UnicodeEncodeError:
        raise ValueError("half a character, which UTF-8 has no bytes for") from None


def load_json(file: Path) -> Any:
    """The value of a JSON file in UTF-8. Raises OSError, and ValueError for whatever is wrong with what it says."""
    return parse_json(file.read_text(encoding="utf-8"))
