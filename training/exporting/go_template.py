"""Render the part of Go's text/template that `template.py` writes, with the data that Ollama gives a chat template.

Known are `{{ range .Messages }}`, `{{ if eq .Role "…" }}`, `{{ if .System }}`, `{{ if not .System }}`,
`{{ else if … }}`, `{{ else }}`, `{{ end }}`, `{{ .Content }}`, `{{ .Role }}`, `{{ .System }}` and `{{ "text" }}`,
without trim marks. Anything else raises ValueError: a template that cannot be rendered here cannot be checked here.

Ollama puts the Modelfile's SYSTEM before the messages as a message of the role system and also gives it as .System.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

_ACTION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_ROLE = re.compile(r'eq \.Role ("(?:[^"\\]|\\.)*")')


@dataclass
class _Block:
    kind: str  # range, if
    branches: list[tuple[str, list[Any]]] = field(default_factory=list)  # (condition, nodes); "" = always


def render(template: str, messages: list[dict[str, str]]) -> str:
    """What `template` gives for `messages` (role and content, the system message among them).

    Raises ValueError for anything outside the known part of the language.
    """
    nodes, rest = _parse(_split(template), top=True)
    if rest:
        raise ValueError("an {{ end }} too many")
    system = "\n\n".join(message["content"] for message in messages if message["role"] == "system")
    return _render(nodes, {"Messages": messages, "System": system}, None)


def _split(template: str) -> list[tuple[str, str]]:
    pieces, at = [], 0
    for match in _ACTION.finditer(template):
        pieces += [("text", template[at : match.start()]), ("action", match[1].strip())]
        at = match.end()
    return [(kind, text) for kind, text in [*pieces, ("text", template[at:])] if kind == "action" or text]


def _parse(pieces: list[tuple[str, str]], *, top: bool = False) -> tuple[list[Any], list[tuple[str, str]]]:
    """(nodes up to the end or else that closes them, the pieces from there)."""
    nodes: list[Any] = []
    while pieces:
        (kind, text), pieces = pieces[0], pieces[1:]
        if kind == "text":
            nodes.append(("text", text))
        elif text == "end" or text.startswith("else"):
            if top:
                raise ValueError(f"{{{{ {text} }}}} closes nothing")
            return nodes, [(kind, text), *pieces]
        elif text == "range .Messages" or text.startswith("if "):
            block = _Block("range" if text.startswith("range") else "if")
            condition = text.removeprefix("if ") if block.kind == "if" else ""
            while True:
                inner, pieces = _parse(pieces)
                block.branches.append((condition, inner))
                if not pieces:
                    raise ValueError(f"{{{{ {text} }}}} has no end")
                closing, pieces = pieces[0][1], pieces[1:]
                if closing == "end":
                    break
                if block.kind == "range":
                    raise ValueError("a range with an else")
                condition = closing.removeprefix("else").strip().removeprefix("if ").strip()
            nodes.append(block)
        else:
            nodes.append(("value", text))
    if not top:
        raise ValueError("a block has no end")
    return nodes, pieces


def _render(nodes: list[Any], data: dict[str, Any], message: dict[str, str] | None) -> str:
    out = []
    for node in nodes:
        if isinstance(node, _Block):
            if node.kind == "range":
                out += [_render(node.branches[0][1], data, one) for one in data["Messages"]]
            else:
                chosen = next((inner for condition, inner in node.branches if _holds(condition, data, message)), [])
                out.append(_render(chosen, data, message))
        elif node[0] == "text":
            out.append(node[1])
        else:
            out.append(_value(node[1], data, message))
    return "".join(out)


def _value(expression: str, data: dict[str, Any], message: dict[str, str] | None) -> str:
    if expression.startswith('"'):
        return str(json.loads(expression))
    if message is not None and expression in (".Content", ".Role"):
        return message[expression[1:].lower()]
    if message is None and expression == ".System":
        return str(data["System"])
    raise ValueError(f"{{{{ {expression} }}}} is not rendered here")


def _holds(condition: str, data: dict[str, Any], message: dict[str, str] | None) -> bool:
    if condition == "":
        return True
    if message is None and condition in (".System", "not .System"):
        return bool(data["System"]) == (condition == ".System")
    match = _ROLE.fullmatch(condition)
    if message is None or not match:
        raise ValueError(f"{{{{ if {condition} }}}} is not rendered here")
    return bool(message["role"] == json.loads(match[1]))
