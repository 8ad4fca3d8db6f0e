"""The only file that imports openai or instructor: one request to an OpenAI-compatible endpoint, and asking again.

Private by default: an endpoint that is not on this machine is refused before anything is sent; one that is, is spoken
to without proxies and without following redirects, so that what is meant for this machine does not leave it. Keys come
from the environment or the keyring and go nowhere but into the request's header. Nothing heavy is imported before the
first question is put.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import os
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from pydantic import BaseModel

from refiner.config import LLM
from refiner.errors import ModelError
from refiner.remote import is_local

Mode = Literal["schema", "tools", "json", "plain"]
MODES: tuple[Mode, ...] = ("schema", "tools", "json", "plain")
REASKS = 2  # times that a bad answer goes back with the reason
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Completion:
    """What came back: the text as the model wrote it, why it ended, and the server's counts (0: it gave none)."""

    text: str
    finish: str = "stop"
    refusal: bool = False
    thought: bool = False  # the server gave the thinking apart from the text
    allowance: int = 0  # tokens that were allowed for thinking
    prompt_tokens: int = 0
    completion_tokens: int = 0
    weights: tuple[tuple[str, tuple[tuple[str, float], ...]], ...] = ()  # tokens with their likeliest alternatives


class Fault(Exception):
    """A request that got no answer.

    `kind`: busy (429, 503), slow (its time was over), broken (5xx, connection lost), away (no connection), request
    (this one is not wanted), form (maybe this form of structured output is not known there), fatal (no request will be
    answered). `unsure`: the model may have worked on it, and whoever runs it may count that.
    """

    def __init__(
        self,
        kind: str,
        message: str,
        *,
        mend: str = "",
        headers: Mapping[str, str] | None = None,
        unsure: bool = False,
    ) -> None:
        super().__init__(message)
        self.kind, self.message, self.mend, self.headers = kind, message, mend, dict(headers or {})
        self.unsure = unsure


@dataclass
class Endpoint:
    """A connection to the configured endpoint. `mode` is how it takes schemas; None until the first answer told."""

    llm: LLM
    mode: Mode | None = None
    without: set[str] = field(default_factory=set)  # parameters that the server has refused
    _client: Any = field(default=None, repr=False)

    async def send(self, request: Mapping[str, Any], mode: Mode, *, allowance: int = 0) -> Completion:
        """One try, no retries. `allowance`: tokens of thinking on top of the answer's. Raises Fault."""
        if self._client is None:
            self._client = self._connect()
        without = self.without
        while True:
            body = self._body(request, mode, allowance, without)
            try:
                done = completion_of(await self._post(body), self.llm.base_url)
            except _Unwanted as unwanted:
                without = without | {unwanted.parameter}
                continue
            self.without = self.without | without  # it answers without them: it was these that it did not want
            return done

    async def _post(self, body: dict[str, Any]) -> object:
        """The JSON that a body is answered with. Raises Fault or _Unwanted."""
        import openai

        try:
            # The client's own timeouts are for each read: a server that sends a byte now and then would never be late.
            async with asyncio.timeout(self.llm.timeout):
                raw: object = await self._client.post("/chat/completions", cast_to=object, body=body)
                return raw
        except openai.APIStatusError as error:
            if error.status_code in (400, 422) and (parameter := _unwanted(error.response.text, body)):
                raise _Unwanted(parameter) from None
            raise self._fault(error) from None
        except (openai.APIError, TimeoutError) as error:
            raise self._fault(error) from None
        except (ValueError, RecursionError) as error:  # a body that is no JSON, or half of one
            said = f"{self.llm.base_url} sent something else than JSON ({type(error).__name__})"
            raise Fault("broken", said, unsure=True) from None

    def _body(self, request: Mapping[str, Any], mode: Mode, allowance: int, without: set[str]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": request["model"],
            "messages": request["messages"],
            "temperature": request["temperature"],
            "max_tokens": request["max_tokens"] + allowance,
            **self.llm.options,
        }
        schema = request["schema"]
        if mode == "schema":
            body["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": schema, "strict": True},
            }
        elif mode == "tools":
            body["tools"] = [{"type": "function", "function": {"name": "answer", "parameters": schema}}]
            body["tool_choice"] = {"type": "function", "function": {"name": "answer"}}
        elif mode == "json":
            body["response_format"] = {"type": "json_object"}
        if request.get("logprobs") and mode == "schema":
            body |= {"logprobs": True, "top_logprobs": 8}
        if "max_tokens" in without:  # what reasoning models of OpenAI call it
            body["max_completion_tokens"] = body["max_tokens"]
        return {
            k: v for k, v in body.items() if k not in without and not (k == "top_logprobs" and "logprobs" in without)
        }

    def _connect(self) -> Any:
        import openai

        for name in ("openai", "httpx2", "httpcore2"):  # at debug they would print requests, which are private texts
            logging.getLogger(name).setLevel(logging.WARNING)
        here = is_local(self.llm.base_url)
        key = secret(self.llm.api_key_env).strip() or ("local" if here else "")
        if not (key.isascii() and key.isprintable()):
            raise Fault(
                "fatal",
                f"the environment variable {self.llm.api_key_env} holds no key: keys are printable ASCII",
                mend=f"export {self.llm.api_key_env}=…",
            )
        if not key:
            raise Fault(
                "fatal",
                f"the environment variable {self.llm.api_key_env} is empty",
                mend=f"export {self.llm.api_key_env}=…, or: keyring set refiner {self.llm.api_key_env}",
            )
        return openai.AsyncOpenAI(
            base_url=self.llm.base_url,
            api_key=key,
            max_retries=0,
            timeout=self.llm.timeout,
            http_client=openai.DefaultAioHttpClient(
                trust_env=not here,
                follow_redirects=False,
                timeout=self.llm.timeout,
                verify=_no_tls() if self.llm.base_url.startswith("http://") else True,
            ),
        )

    def _fault(self, error: Exception) -> Fault:
        """An endpoint's failure in words that name what mends it; never the key or the request.

        What the server wrote is not repeated: it may echo both.
        """
        import openai

        url, name = self.llm.base_url, self.llm.model
        why = _causes(error)
        away = any(type(e).__name__ in _AWAY for e in why)
        if not away and any(isinstance(e, TimeoutError) for e in why):
            said = f"{url} did not answer within {self.llm.timeout:g} s"
            return Fault("slow", said, mend="raise timeout under [llm]", unsure=True)
        if isinstance(error, openai.APIConnectionError):
            return Fault(
                "away" if away else "broken",
                f"{url} does not answer ({type(why[-1]).__name__})",
                mend="start the model's server (ollama serve), or: refiner refine --engine rules",
                unsure=not away,
            )
        if not isinstance(error, openai.APIStatusError):
            return Fault("broken", f"{url} sent something else than an answer ({type(error).__name__})")
        status, headers = error.status_code, dict(error.response.headers)
        said = error.response.text.casefold()[:4000]
        match status:
            case 401:
                key = self.llm.api_key_env
                return Fault("fatal", f"{url} refused the key in {key}", mend=f"export {key}=…")
            case 403 if any(w in said for w in ("moderation", "flagged", "content policy", "safety")):
                return Fault("request", f"{url} does not want to see a passage ({status})")
            case 402 | 403:
                return Fault("fatal", f"{url} refuses ({status})", mend="look at your account there")
            case 404:
                return Fault("fatal", f'{url} has no model "{name}"', mend=f"ollama pull {name}")
            case 408 | 409 | 425:
                return Fault("broken", f"{url} answered {status}", headers=headers)
            case 413:
                return Fault("request", f"{url} finds a passage too long ({status})")
            case 429 | 503:
                if "insufficient_quota" in said:
                    return Fault(
                        "fatal", f"{url} says that the account has no money left", mend="look at your account there"
                    )
                return Fault("busy", f"{url} is busy ({status})", headers=headers)
        if status >= 500 and status != 501:
            return Fault("broken", f"{url} answered {status}", headers=headers)
        if 300 <= status < 400:
            return Fault(
                "fatal", f"{url} sends requests elsewhere ({status}); they were not sent on", mend="mend base_url"
            )
        if any(w in said for w in ("context length", "context size", "context window", "too long", "maximum context")):
            return Fault("request", f"{url} finds a passage too long for {name}")
        return Fault("form", f"{url} answered {status}", mend="refiner doctor")

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()


class _Unwanted(Exception):
    """The server does not take a parameter."""

    def __init__(self, parameter: str) -> None:
        super().__init__(parameter)
        self.parameter = parameter


def _unwanted(said: str, body: Mapping[str, Any]) -> str:
    """The parameter of a body that a server's refusal speaks of; "" where it is none that can be left out."""
    said = said.casefold()
    for parameter, words in (("logprobs", "logprob"), ("max_tokens", "max_completion_tokens"), ("temperature",) * 2):
        if parameter in body and words in said:
            return parameter
    return ""


# What aiohttp raises where no connection comes about: refused, no route, no such name, a certificate that is not good.
_AWAY = {
    "ClientConnectorError",
    "ClientConnectorDNSError",
    "ClientConnectorCertificateError",
    "ClientProxyConnectionError",
}


def _causes(error: BaseException | None) -> list[BaseException]:
    """An error and what it was below the layers that each wrap it in their own, the first cause last."""
    return [error, *_causes(error.__cause__)] if error is not None else []


def _no_tls() -> ssl.SSLContext:
    """For an endpoint without TLS: nothing is read that it would not use (the certificates take 30 ms)."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def secret(name: str) -> str:
    """The key of this name from the environment, else from the system's keyring (service "refiner"), else ""."""
    if key := os.environ.get(name, ""):
        return key
    try:
        import keyring
    except ImportError:
        return ""
    try:
        return keyring.get_password("refiner", name) or ""
    except keyring.errors.KeyringError:
        return ""


def completion_of(raw: Any, url: str) -> Completion:
    """What an endpoint's JSON says. Raises Fault("broken") when it is no chat completion."""
    try:
        choice = raw["choices"][0]
        message, usage = choice["message"], raw.get("usage") or {}
        calls = message.get("tool_calls") or []
        text = calls[0]["function"]["arguments"] if calls else message.get("content") or ""
        if isinstance(text, dict):  # arguments that are not JSON text but what it says
            text = json.dumps(text, ensure_ascii=False)
        elif isinstance(text, list):  # parts: of thinking, of text
            text = "".join(part["text"] for part in text if part.get("type") == "text")
        text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")  # half an emoji is no character
        listed = (choice.get("logprobs") or {}).get("content") or []
        weights = tuple(
            (str(t["token"]), tuple((str(a["token"]), p) for a in t.get("top_logprobs") or () if (p := _log(a)) <= 0))
            for t in listed
        )
        return Completion(
            text=text,
            finish=str(choice.get("finish_reason") or "stop"),
            refusal=bool(message.get("refusal")) or choice.get("finish_reason") == "content_filter",
            thought=bool(message.get("reasoning_content") or message.get("reasoning")),
            prompt_tokens=int(usage.get("prompt_tokens") or 0),
            completion_tokens=int(usage.get("completion_tokens") or 0),
            weights=weights,
        )
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError):
        raise Fault("broken", f"{url} sent JSON that is no chat completion", unsure=True) from None


def _log(alternative: Mapping[str, object]) -> float:
    """The logarithm of a probability; 1, which is none, where the server sent something else."""
    value = float(str(alternative["logprob"]))
    return min(value, 0.0) if value < 1e-3 else 1.0  # more than 0 by rounding; NaN is not less than anything


async def ask_again(
    messages: Sequence[Mapping[str, str]],
    bad: str,
    reason: str,
    shape: type[M],
    send: Callable[[Sequence[Mapping[str, str]]], Awaitable[str]],
) -> M | None:
    """Puts a bad answer back to the model with the reason, up to REASKS times; None when nothing that comes fits.

    instructor leads this talk: it reads each answer into `shape` and writes the next request with what did not fit.
    `send` gives the text of an answer to messages; it is the one that keeps answers, retries and counts. `shape` must
    itself hold whatever is to be checked.
    """
    # A second of imports, in a thread, so that the other questions go on meanwhile.
    instructor = await asyncio.to_thread(importlib.import_module, "instructor")
    from instructor.core import InstructorRetryException
    from openai.types.chat import ChatCompletion
    from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

    logging.getLogger("instructor").setLevel(logging.CRITICAL)  # it would print what we say in our own words
    failed: list[Exception] = []

    async def create(**kwargs: Any) -> ChatCompletion:
        try:
            text = await send(kwargs["messages"])
        except Exception as error:
            failed.append(error)
            raise
        said = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
        return ChatCompletion.model_validate(
            {"id": "kept", "object": "chat.completion", "created": int(time.time()), "model": "kept", "choices": [said]}
        )

    talk = [
        *messages,
        {"role": "assistant", "content": bad or "(nothing)"},
        {"role": "user", "content": f"That answer cannot be used. {reason} Answer the question again, as JSON only."},
    ]
    put: Any = instructor.patch(create=create, mode=instructor.Mode.JSON_SCHEMA)
    tries = AsyncRetrying(stop=stop_after_attempt(REASKS), retry=retry_if_exception(lambda error: not failed))
    try:
        # Never pass it `context=`: it would render the notes as a template.
        made = await put(response_model=shape, messages=[dict(m) for m in talk], max_retries=tries)
    except InstructorRetryException:
        if failed:
            raise failed[0] from None
        return None
    return made if isinstance(made, shape) else None


def unreachable(fault: Fault) -> ModelError:
    """The error that ends a run."""
    return ModelError(fault.message, mend=fault.mend or "the same command goes on where it was")
