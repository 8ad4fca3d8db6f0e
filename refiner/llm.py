"""The only file that imports openai or instructor: one request to an OpenAI-compatible endpoint, and asking again.

Private by default: an endpoint that is not on this machine is refused before anything is sent; one that is, is spoken
to without proxies and without following redirects, so that what is meant for this machine does not leave it. Keys come
from the environment or the keyring and go nowhere but into the request's header. Nothing heavy is imported before the
first question is put.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel

from refiner.config import LLM
from refiner.errors import ModelError, RemoteRefused

Mode = Literal["schema", "tools", "json", "plain"]
MODES: tuple[Mode, ...] = ("schema", "tools", "json", "plain")
REASKS = 2  # times that a bad answer goes back with the reason
M = TypeVar("M", bound=BaseModel)


def is_local(base_url: str) -> bool:
    """Whether an endpoint's host is this machine: localhost or a loopback address, nothing that needs a name server."""
    host = (urlsplit(base_url).hostname or "").lower()
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_remote(llm: LLM, sending: str = "passages of your notes") -> None:
    """Raises RemoteRefused when the endpoint is elsewhere and `allow_remote` is not set."""
    if not llm.allow_remote and not is_local(llm.base_url):
        host = urlsplit(llm.base_url).hostname or llm.base_url
        raise RemoteRefused(
            f"[llm] base_url is {host}, which is not this machine: {sending} would have been sent there; nothing was",
            mend="use a local model (base_url on 127.0.0.1), or set allow_remote = true under [llm] in refiner.toml; "
            "refiner refine --dry-run shows what would be sent",
        )


@dataclass(frozen=True)
class Completion:
    """What came back: the text as the model wrote it, why it ended, and the server's counts (0: it gave none)."""

    text: str
    finish: str = "stop"
    refusal: bool = False
    thought: bool = False  # the server gave the thinking apart from the text
    prompt_tokens: int = 0
    completion_tokens: int = 0
    weights: tuple[tuple[str, tuple[tuple[str, float], ...]], ...] = ()  # tokens with their likeliest alternatives


class Fault(Exception):
    """A request that got no answer.

    `kind`: busy (429, 503), slow (its time was over), broken (5xx, network), request (this one is not wanted), form
    (this form of structured output is not known there), fatal (no request will be answered).
    """

    def __init__(self, kind: str, message: str, *, mend: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.kind, self.message, self.mend, self.headers = kind, message, mend, dict(headers or {})


@dataclass
class Endpoint:
    """A connection to the configured endpoint. `mode` is how it takes schemas; None until the first answer told."""

    llm: LLM
    mode: Mode | None = None
    logprobs: bool = True  # False once the server has refused them
    _client: Any = field(default=None, repr=False)

    async def send(self, request: Mapping[str, Any], mode: Mode, *, allowance: int = 0) -> Completion:
        """One try, no retries. `allowance`: tokens of thinking on top of the answer's. Raises Fault."""
        if self._client is None:
            self._client = self._connect()
        import openai

        body = self._body(request, mode, allowance)
        try:
            raw = await self._client.post("/chat/completions", cast_to=object, body=body)
        except openai.APIError as error:
            if "logprobs" in body and isinstance(error, openai.APIStatusError) and "logprob" in error.response.text:
                self.logprobs = False
                return await self.send(request, mode, allowance=allowance)
            raise self._fault(error, mode) from None
        except (ValueError, asyncio.IncompleteReadError) as error:  # a body that is no JSON, or half of one
            raise Fault(
                "broken", f"{self.llm.base_url} sent something else than JSON ({type(error).__name__})"
            ) from None
        return completion_of(raw, self.llm.base_url)

    def _body(self, request: Mapping[str, Any], mode: Mode, allowance: int) -> dict[str, Any]:
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
        if request.get("logprobs") and self.logprobs and mode == "schema":
            body |= {"logprobs": True, "top_logprobs": 8}
        return body

    def _connect(self) -> Any:
        import openai

        for name in ("openai", "httpx2", "httpcore2"):  # at debug they would print requests, which are private texts
            logging.getLogger(name).setLevel(logging.WARNING)
        key = secret(self.llm.api_key_env) or ("local" if is_local(self.llm.base_url) else "")
        if not key:
            raise Fault(
                "fatal",
                f"the environment variable {self.llm.api_key_env} is empty",
                mend=f"export {self.llm.api_key_env}=…, or: keyring set refiner {self.llm.api_key_env}",
            )
        here = is_local(self.llm.base_url)
        return openai.AsyncOpenAI(
            base_url=self.llm.base_url,
            api_key=key,
            max_retries=0,
            timeout=self.llm.timeout,
            http_client=openai.DefaultAioHttpClient(
                trust_env=not here, follow_redirects=False, timeout=self.llm.timeout
            ),
        )

    def _fault(self, error: Exception, mode: Mode) -> Fault:
        """An endpoint's failure in words that name what mends it; never the key or the request.

        What the server wrote is not repeated: it may echo both.
        """
        import openai

        url, name = self.llm.base_url, self.llm.model
        if isinstance(error, openai.APITimeoutError):
            return Fault(
                "slow", f"{url} did not answer within {self.llm.timeout:g} s", mend="raise timeout under [llm]"
            )
        if isinstance(error, openai.APIConnectionError):
            return Fault(
                "broken",
                f"{url} does not answer ({type(error.__cause__ or error).__name__})",
                mend="start the model's server (ollama serve), or: refiner refine --engine rules",
            )
        if not isinstance(error, openai.APIStatusError):
            return Fault("broken", f"{url} sent something else than an answer ({type(error).__name__})")
        status, headers = error.status_code, dict(error.response.headers)
        said = error.response.text.casefold()[:4000]
        match status:
            case 401:
                key = self.llm.api_key_env
                return Fault("fatal", f"{url} refused the key in {key}", mend=f"export {key}=…")
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
        return Fault("form" if mode != "plain" else "request", f"{url} answered {status}", mend="refiner doctor")

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None


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
        if not isinstance(text, str):
            raise TypeError
        listed = (choice.get("logprobs") or {}).get("content") or []
        weights = tuple(
            (str(t["token"]), tuple((str(a["token"]), float(a["logprob"])) for a in t.get("top_logprobs") or ()))
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
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        raise Fault("broken", f"{url} sent JSON that is no chat completion") from None


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
    import instructor
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
    return ModelError(fault.message, mend=fault.mend or "refiner refine goes on where it was")
