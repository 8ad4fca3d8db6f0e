"""From what a model wrote to an answer: its thinking cut off, prose around the JSON passed over, its shape checked."""

from __future__ import annotations

import json
import re
from typing import TypeVar

from pydantic import ValidationError

from refiner.asking.ask import Shape

S = TypeVar("S", bound=Shape)

# What open models put around their thinking: Qwen, DeepSeek and many others <think>; some <thinking> or <reasoning>;
# gpt-oss's channels where a server passes them through.
_THOUGHT = re.compile(r"<(think|thinking|reasoning|thought)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_THOUGHT_END = re.compile(r"\A.*</(?:think|thinking|reasoning|thought)>", re.DOTALL | re.IGNORECASE)
_THOUGHT_OPEN = re.compile(r"<(?:think|thinking|reasoning|thought)>.*\Z", re.DOTALL | re.IGNORECASE)
_CHANNEL = re.compile(r"\A.*<\|channel\|>final<\|message\|>", re.DOTALL)
_REFUSAL = re.compile(
    r"\A\W*(?:i['’]?m sorry|sorry,|i apologi[sz]e|i (?:cannot|can['’]?t|am (?:unable|not able)|won['’]?t) "
    r"(?:help|assist|comply|do that|answer|continue|provide|fulfil))",
    re.IGNORECASE,
)


class BadAnswer(Exception):
    """An answer that cannot be used. The text says why, in words that can be put to the model; it holds no note."""


def without_thinking(text: str) -> str:
    """The answer without a reasoning model's thinking; "" when the thinking never ended.

    A template may have opened the thinking in the prompt, so that only its end stands in the text. A text that is JSON
    from end to end holds none, whatever its strings say.
    """
    if _is_json(text):
        return text.strip()
    text = _CHANNEL.sub("", text)
    text = _THOUGHT.sub("", text)
    text = _THOUGHT_END.sub("", text)
    return _THOUGHT_OPEN.sub("", text).strip()


def _is_json(text: str) -> bool:
    if not text.lstrip().startswith("{"):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def json_in(text: str) -> str:
    """The JSON object in a text that may have prose or a code fence around it. Raises BadAnswer.

    Of several objects the last one counts: a model that corrects itself does so at the end.
    """
    if _is_json(text):
        return text
    decoder, found, at = json.JSONDecoder(), "", text.find("{")
    while at >= 0:
        try:
            value, end = decoder.raw_decode(text, at)
        except ValueError:
            at = text.find("{", at + 1)
            continue
        except RecursionError:
            raise BadAnswer("The JSON object is nested too deeply.") from None
        if isinstance(value, dict):
            found = text[at:end]
        at = text.find("{", end)
    if not found:
        if not text:
            raise BadAnswer("The answer was empty.")
        if _REFUSAL.match(text):
            raise BadAnswer("The answer was a refusal, not JSON.")
        cut = "{" in text
        raise BadAnswer("The JSON object was cut off." if cut else "The answer was not a JSON object.")
    return found


def read(text: str, shape: type[S]) -> S:
    """The answer in a model's text. Raises BadAnswer with the reason."""
    try:
        return shape.model_validate_json(json_in(text))
    except ValidationError as error:
        raise BadAnswer(complaint(error)) from None
    except UnicodeEncodeError:
        raise BadAnswer("The answer holds characters that are none.") from None


def complaint(error: ValidationError) -> str:
    """What does not fit, field by field, without the values: these may be the person's words."""
    said = []
    for e in error.errors(include_input=False, include_url=False)[:4]:
        place = ".".join(str(p) for p in e["loc"])
        message = str(e["msg"]).removeprefix("Value error, ")
        said.append(f"{place}: {message}" if place else message)
    return "; ".join(said) + "."
