"""A model behind an OpenAI-compatible endpoint, as something that chats.

Spoken with the standard library alone, because one streamed request is all there is to it.
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, Protocol
from urllib.parse import urlsplit

from refiner.errors import ConfigError, ModelError, RemoteRefused, UsageError
from refiner.remote import is_local

Messages = list[dict[str, str]]
_RUNNING = "is the server running? refiner doctor looks"
_FULL = "the messages are more than its context holds"  # a talk looks for "context", and tries with fewer turns
_BROKEN = (OSError, ValueError, RecursionError, http.client.HTTPException)
TIMEOUT = 300.0  # seconds to the next piece; a CPU reads a long persona card for a while before the first


class ChatModel(Protocol):
    """Somebody to talk to."""

    name: str
    context: int  # tokens that it can read at once, 0 where nobody knows

    def reply(
        self, messages: Messages, *, max_tokens: int = 400, temperature: float = 0.0, seed: int | None = None
    ) -> Iterator[str]:
        """The answer in pieces, as they come. `messages` starts with the system message."""
        ...

    def count(self, messages: Messages) -> int:
        """How many tokens the messages are for it, or somewhat more."""
        ...

    def close(self) -> None:
        """Give back memory and ports."""
        ...


class OpenAIEndpoint:
    """An endpoint such as Ollama, llama.cpp or vLLM; `url` ends in `/v1`.

    Raises UsageError for what is no http address, ConfigError for a key that cannot be sent, RemoteRefused for a server
    that is not on this machine unless `allow_remote`; `extra` goes into each request. What a server writes of a failure
    is read and not repeated: it may echo the key, or the words of the chat.
    """

    def __init__(
        self,
        url: str,
        model: str,
        *,
        api_key: str = "",
        allow_remote: bool = False,
        extra: dict[str, Any] | None = None,
    ) -> None:
        if not _is_address(url):
            raise UsageError(f"{url!r} is no http address", mend="write it like http://127.0.0.1:11434/v1")
        if not (api_key.isascii() and (api_key.isprintable() or not api_key)):
            raise ConfigError(
                "the server's key holds a character that no request can carry; nothing was sent",
                mend="set the variable that [llm] api_key_env names anew: the key alone, on one line",
            )
        local = is_local(url)
        if not local and not allow_remote:
            raise RemoteRefused(
                f"{urlsplit(url).hostname} is not this machine: the persona card and every word of the chat would have "
                "been sent there; nothing was",
                mend="use a model on this machine, or set allow_remote = true under [llm] in refiner.toml",
            )
        self.name = model
        self.context = 0
        self.cut = False  # whether the last answer ended at `max_tokens`
        self._base = url.rstrip("/")
        self._url = self._base + "/chat/completions"
        self._headers = {"Content-Type": "application/json"}
        if api_key:
            self._headers["Authorization"] = f"Bearer {api_key}"
        self._extra = extra or {}
        # A proxy set for the web must never see what is meant for this machine.
        handlers = [urllib.request.ProxyHandler({})] if local else []
        self._opener = urllib.request.build_opener(*handlers, _NoRedirect)

    def reply(
        self, messages: Messages, *, max_tokens: int = 400, temperature: float = 0.0, seed: int | None = None
    ) -> Iterator[str]:
        """See `ChatModel.reply`. Raises ModelError if the endpoint does not answer or answers with an error."""
        require_system(messages)
        self.cut = False
        body: dict[str, Any] = {
            "model": self.name,
            "messages": messages,
            "max_tokens": max_tokens,
            "temperature": temperature,
            "stream": True,
            **self._extra,
        }
        if seed is not None:
            body["seed"] = seed
        request = urllib.request.Request(self._url, json.dumps(body).encode(), self._headers)
        return self._pieces(request)

    def models(self) -> list[str]:
        """The names that the endpoint gives its models. Raises ModelError where it does not answer."""
        listed = self.ask_json("/models").get("data") or []
        return [str(m["id"]) for m in listed if isinstance(m, dict) and m.get("id")]

    def count(self, messages: Messages) -> int:
        """See `ChatModel.count`: by the size of the text."""
        return estimate(messages)

    def ask_json(self, path: str, body: Any = None, *, base: str = "") -> Any:
        """What the server answers to a short request below its base address (or another one of it): parsed JSON.

        Raises ModelError where it does not answer, or not with a JSON object.
        """
        url = (base or self._base) + path
        data = None if body is None else json.dumps(body).encode()
        try:
            with self._opener.open(urllib.request.Request(url, data, self._headers), timeout=60) as response:
                answer = json.load(response)
        except urllib.error.HTTPError as error:
            error.close()
            raise ModelError(f"{url} answered {error.code}", mend=_mend(error.code)) from error
        except _BROKEN as error:
            raise ModelError(f"{url} does not answer: {_why(error)}", mend=_RUNNING) from error
        if not isinstance(answer, dict):
            raise ModelError(f"{url} answered with something else than a JSON object")
        return answer

    def _pieces(self, request: urllib.request.Request) -> Iterator[str]:
        try:
            with self._opener.open(request, timeout=TIMEOUT) as response:
                streamed = False
                for line in response:
                    text = line.decode("utf-8").strip()
                    streamed = streamed or text.startswith("data:")
                    if not text.startswith("data:") or text == "data: [DONE]":
                        continue
                    piece, reason = _content(json.loads(text.removeprefix("data:")))
                    self.cut = self.cut or reason == "length"
                    if piece:
                        yield piece
                if not streamed:  # a page, or an answer in one piece: nothing of it was shown
                    raise ModelError(f"{self._url} did not stream an answer", mend=_RUNNING)
        except urllib.error.HTTPError as error:
            more = f": {_FULL}" if _is_full(_body(error)) else ""
            raise ModelError(f"{self._url} answered {error.code}{more}", mend=_mend(error.code)) from error
        except _BROKEN as error:
            raise ModelError(f"{self._url} does not answer: {_why(error)}", mend=_RUNNING) from error

    def close(self) -> None:
        """Nothing is held."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """An endpoint that was allowed must not send the chat on to one that was not."""

    def redirect_request(self, *args: Any, **rest: Any) -> None:
        return None


def estimate(messages: Messages) -> int:
    """About how many tokens messages are, rather too many: a third of their bytes (English has four to five to a token,
    Devanagari about three), and what a template puts around each."""
    return sum(len(m["content"].encode("utf-8", "surrogatepass")) // 3 + 8 for m in messages)


def require_system(messages: Messages) -> None:
    """Raises UsageError unless the first message is a system message: many chat templates put in one of their own
    where it is missing, and then somebody else answers."""
    if not messages or messages[0].get("role") != "system" or not messages[0].get("content"):
        raise UsageError("a chat must start with the system message")


class _NoPiece(ValueError):
    """An event of a stream that holds no piece of an answer."""


def _why(error: Exception) -> str:
    """What failed, in the system's words ("Connection refused") or in ours: never in the server's."""
    reason = getattr(error, "reason", error)
    if isinstance(error, _NoPiece | json.JSONDecodeError):
        return str(error)
    if isinstance(reason, OSError):
        return str(reason.strerror or reason)
    return f"what it sent cannot be read ({type(error).__name__})"


def _is_address(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname)
    except ValueError:  # a bracket that is not closed
        return False


def _body(error: urllib.error.HTTPError) -> str:
    """The beginning of what a server wrote of a failure; "" where that breaks off."""
    try:
        with error:
            return error.read(4000).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return ""


def _is_full(said: str) -> bool:
    return "context" in said.casefold()


def _mend(status: int) -> str:
    if status == 404:
        return "is that the name of a model there? --model gives another"
    if status in (401, 403):
        return "put the server's key into the variable that [llm] api_key_env names, and its address into base_url"
    return ""


def _content(event: Any) -> tuple[str, Any]:
    """(the piece, why the answer ended). Raises ModelError for an error, _NoPiece for what is no event."""
    try:
        if "error" in event:
            error = event["error"]
            said = str(error.get("message", "")) if isinstance(error, dict) else str(error)
            raise ModelError(f"the model failed: {_FULL}" if _is_full(said) else "the model failed within its answer")
        choice = (event.get("choices") or [{}])[0]
        piece = (choice.get("delta") or {}).get("content") or ""
    except (TypeError, AttributeError, KeyError):
        piece = None
    if not isinstance(piece, str):
        raise _NoPiece("a piece of the answer is none")
    return piece, choice.get("finish_reason")
