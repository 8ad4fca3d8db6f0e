"""The base's chat template, told as a Go template for Ollama.

Nothing is guessed from a model's name. The tokenizer's own template writes a talk whose messages are marks; what
stands between the marks are the pieces of the Go template. It is then rendered for talks of one, two and three turns
and must give the tokenizer's own text to the letter, or the template is refused.

Two things are as training has them: `enable_thinking=False` (Qwen3 then opens an answer with an empty thinking block),
and texts without white space at their ends. A beginning-of-text token that the tokenizer puts before every text is
left out: llama.cpp, and so Ollama, puts it there too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tuning.errors import Refused

from .go_template import render

MARKS = {"system": "Qsystemq", "user": "Quserq", "assistant": "Qanswerq"}
FAMILIES = (  # a token that tells the family, for people; the first that fits
    ("<|im_start|>", "chatml"),
    ("<|start_header_id|>", "llama3"),
    ("<start_of_turn>", "gemma"),
    ("[INST]", "mistral"),
    ("<|assistant|>", "phi"),
)


@dataclass(frozen=True)
class ChatTemplate:
    """A chat template as Go's language has it."""

    go: str
    family: str  # chatml, llama3, gemma, mistral, phi or other
    stops: tuple[str, ...]  # texts of the tokens that end an answer


def chat_text(tokenizer: Any, messages: list[dict[str, str]]) -> str:
    """The prompt for the next answer, as the tokenizer's template writes it and training had it."""
    text: str = tokenizer.apply_chat_template(
        messages, tokenize=False, add_generation_prompt=True, enable_thinking=False
    )
    return text


def prompt_text(tokenizer: Any, messages: list[dict[str, str]]) -> str:
    """`chat_text` without the token that whoever tokenises it puts before it."""
    return chat_text(tokenizer, messages).removeprefix(_added_beginning(tokenizer))


def go_template(tokenizer: Any) -> ChatTemplate:
    """The tokenizer's chat template in Go's language.

    Raises `Refused` if the tokenizer's template cannot be told so: it changes texts, or the order of messages, or
    writes a turn otherwise than the turn before.
    """
    try:
        template = _learn(tokenizer)
        for turns in (1, 2, 3):
            talk = probe_talk(turns)
            if render(template.go, talk) != prompt_text(tokenizer, talk):
                raise _Unlike(f"a talk of {turns} turns comes out otherwise")
    except _Unlike as error:
        raise Refused(
            f"the base model's chat template cannot be written for Ollama: {error}",
            mend="use the GGUF with llama.cpp or LM Studio, which read the template inside it; "
            "or write a TEMPLATE by hand (docs/export-model.md)",
        ) from None
    return template


def probe_talk(turns: int, system: str = "You are Ada. Answer briefly.") -> list[dict[str, str]]:
    """A talk that ends with a question: `turns` questions, an answer to each but the last."""
    talk = [{"role": "system", "content": system}]
    for turn in range(turns):
        talk.append({"role": "user", "content": f"Question {turn}: what then?\n\nSay it."})
        if turn < turns - 1:
            talk.append({"role": "assistant", "content": f"Answer {turn} {{{{ with }}}} 'marks'."})
    return talk


class _Unlike(Exception):
    """The template is not one that pieces between messages can tell."""


def _learn(tokenizer: Any) -> ChatTemplate:
    roles = ["system", "user", "assistant", "user"]
    marks = [f"{MARKS[role]}{i}" for i, role in enumerate(roles)]
    talk = [{"role": role, "content": mark} for role, mark in zip(roles, marks, strict=True)]
    try:
        text = prompt_text(tokenizer, talk)
    except Exception as error:  # a template may raise what it likes, for a system message above all
        raise _Unlike(f"it does not take a system message and two turns ({error})") from error
    pieces = []
    for mark in marks:
        before, found, text = text.partition(mark)
        if not found:
            raise _Unlike("a message is missing, or stands elsewhere")
        pieces.append(before)
    start, question, answer, again = pieces
    opening = text
    go = (
        "{{ range .Messages }}"
        f'{{{{ if eq .Role "system" }}}}{_literal(start)}{{{{ .Content }}}}{_literal(question)}'
        '{{ else if eq .Role "user" }}{{ .Content }}'
        f"{{{{ else }}}}{_literal(answer)}{{{{ .Content }}}}{_literal(again)}"
        f"{{{{ end }}}}{{{{ end }}}}{_literal(opening)}"
    )
    # An answer to a talk without any system message: what the template itself would put first.
    try:
        bare = prompt_text(tokenizer, [{"role": "user", "content": marks[1]}]).partition(marks[1])[0]
    except Exception:  # noqa: BLE001  # then such a talk is not asked for
        bare = ""
    if bare:
        go = f"{{{{ if not .System }}}}{_literal(bare)}{{{{ end }}}}{go}"
    family = next((name for token, name in FAMILIES if token in start + question + answer), "other")
    stops = _stops(tokenizer, again)
    return ChatTemplate(go, family, stops)


def _stops(tokenizer: Any, after_answer: str) -> tuple[str, ...]:
    special = {str(token) for token in tokenizer.added_tokens_decoder.values()} | set(tokenizer.all_special_tokens)
    found = [token for token in special if token and after_answer.startswith(token)]
    if not found:
        raise _Unlike(f"an answer ends with {after_answer[:20]!r}, which is no end token")
    stops = [max(found, key=len)]
    if tokenizer.eos_token and tokenizer.eos_token not in stops:
        stops.append(tokenizer.eos_token)
    return tuple(stops)


def _literal(text: str) -> str:
    """`text` as it stands in a Go template and in triple quotes in a Modelfile."""
    if '"""' in text:
        raise _Unlike("it writes three quotation marks in a row")
    return "".join(f"{{{{ {json.dumps('{{')} }}}}" if part == "{{" else part for part in _split_braces(text))


def _split_braces(text: str) -> list[str]:
    parts: list[str] = []
    for i, part in enumerate(text.split("{{")):
        parts += [part] if i == 0 else ["{{", part]
    return parts


def _added_beginning(tokenizer: Any) -> str:
    """The token that the tokenizer puts before every text by itself, or ""."""
    ids = tokenizer("x")["input_ids"]
    beginning = tokenizer.bos_token_id
    return str(tokenizer.bos_token) if beginning is not None and ids[:1] == [beginning] else ""
