"""The Modelfile for Ollama, and the card beside the adapter.

A Modelfile knows no escape inside triple quotes, and drops what cannot be printed but for line breaks
(ollama/parser/parser.go). So three quotation marks in the persona's card become three apostrophes, and odd blanks
plain ones. `{{` in SYSTEM is text: only TEMPLATE is a template.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from .finished import Finished
from .template import ChatTemplate

CONTEXT = 4096  # tokens of a talk that are kept in memory; more costs memory
TEMPERATURE = 0.3


def modelfile(run: Finished, source: str, template: ChatTemplate, *, context: int, adapter: str = "") -> str:
    """The text of a Modelfile. `source` is the GGUF for FROM and `adapter` that for ADAPTER, as paths from the folder
    of the Modelfile or absolute ones; `context` in tokens."""
    lines = [
        f"# {run.name}, trained on {run.base_name}",
        f"FROM {source}",
        *([f"ADAPTER {adapter}"] if adapter else []),
        "",
        f"# The chat template of the base ({template.family}), as the model was trained with it.",
        f'TEMPLATE """{template.go}"""',
        "",
        "# Who she is: the same words before every talk as in training.",
        f'SYSTEM """{plain(run.system)}"""',
        "",
        *(f'PARAMETER stop "{stop}"' for stop in template.stops),
        f"PARAMETER num_ctx {context}",
        f"PARAMETER temperature {TEMPERATURE}",
        "PARAMETER repeat_penalty 1.0",
    ]
    return "\n".join(lines) + "\n"


def plain(text: str) -> str:
    """`text` as it can stand in a Modelfile's triple quotes."""
    text = text.strip().replace("\r\n", "\n").replace('"""', "'''")
    if text.endswith('"'):  # four marks in a row would be read, but not by everybody
        text += " "
    blank = re.sub(r"[^\S\n ]", " ", text)
    return "".join(c for c in blank if c == "\n" or unicodedata.category(c)[0] not in "CZ" or c == " ")


def ollama_name(run_name: str) -> str:
    """The run's name as Ollama takes one: small letters, digits, . _ and -."""
    return re.sub(r"[^a-z0-9._-]+", "-", run_name.lower()).strip("-._") or "her"


def adapter_card(run: Finished, folder: Path) -> str:
    """The README beside a copied adapter."""
    return (
        "---\n"
        f"base_model: {run.base_name}\n"
        "library_name: peft\n"
        "---\n\n"
        f"# {run.name}\n\n"
        f"A LoRA adapter for `{run.base_name}`, trained on one person's own notes. What was taught can be asked\n"
        "out of it: whoever has this folder has those notes. Keep it as you keep them.\n\n"
        "```python\n"
        "from peft import PeftModel\n"
        "from transformers import AutoModelForCausalLM, AutoTokenizer\n\n"
        f'base = AutoModelForCausalLM.from_pretrained("{run.base_name}")\n'
        f'model = PeftModel.from_pretrained(base, "{folder.name}")\n'
        f'tokenizer = AutoTokenizer.from_pretrained("{folder.name}")\n'
        "```\n\n"
        "Every talk begins with this system message, as in training:\n\n"
        + "".join(f"> {line}\n" for line in run.system.strip().split("\n"))
    )
