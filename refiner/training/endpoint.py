"""A model behind an OpenAI-compatible endpoint, as something that chats.

Spoken with the standard library alone, because one streamed request is all there is to it.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, Protocol
from urllib.parse import urlsplit

from refiner.errors import ModelError, RemoteRefused, UsageError
from refiner.remote import is_local

Messages = list[dict[str, str]]
TIMEOUT = 300.0  # seconds to the next piece; a CPU reads a long persona card for a while before the first


class ChatModel(Protocol):
    """Somebody to talk to."""

    name: str

    def reply(
        self, messages: Messages, *, max_tokens: int = 400, temperature: float = 0.0, seed: int | None = None
    ) -> Iterator[str]:
        """The answer in pieces, as they come. `messages` starts with the system message."""
        ...

    def close(self) -> None:
        """Give back memory and ports."""
        ...


class OpenAIEndpoint:
    """An endpoint such as Ollama, llama.cpp or vLLM; `url` ends in `/v1`.

    Raises RemoteRefused for one that is not on this machine unless `allow_remote`; `extra` goes into each request.
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
        if urlsplit(url).scheme not in ("http", "https"):
            raise UsageError(f"{url!r} is no http address", mend="write it like http://127.0.0.1:11434/v1")
        local = is_local(url)
        if not local and not allow_remote:
            raise RemoteRefused(
                f"{urlsplit(url).hostname} is not this machine: the persona card and every word of the chat would have "
                "been sent there; nothing was",
                mend="use a model on this machine, or set allow_remote = true under [llm] in refiner.toml",
            )
        self.name = model
        self._url = url.rstrip("/") + "/chat/completions"
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

    def _pieces(self, request: urllib.request.Request) -> Iterator[str]:
        try:
            with self._opener.open(request, timeout=TIMEOUT) as response:
                for line in response:
                    text = line.decode("utf-8").strip()
                    if not text.startswith("data:") or text == "data: [DONE]":
                        continue
                    piece = _content(json.loads(text.removeprefix("data:")))
                    if piece:
                        yield piece
        except urllib.error.HTTPError as error:
            said = error.read(500).decode("utf-8", "replace")
            raise ModelError(f"{self._url} answered {error.code}: {said}") from error
        except (OSError, ValueError) as error:
            raise ModelError(
                f"{self._url} does not answer: {error}", mend="is the server running? refiner doctor looks"
            ) from error

    def close(self) -> None:
        """Nothing is held."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """An endpoint that was allowed must not send the chat on to one that was not."""

    def redirect_request(self, *args: Any, **rest: Any) -> None:
        return None


def require_system(messages: Messages) -> None:
    """Raises UsageError unless the first message is a system message: many chat templates put in one of their own
    where it is missing, and then somebody else answers."""
    if not messages or messages[0].get("role") != "system" or not messages[0].get("content"):
        raise UsageError("a chat must start with the system message")


def _content(event: Any) -> str:
    if "error" in event:
        error = event["error"]
        raise ModelError(f"the model failed: {error.get('message', error) if isinstance(error, dict) else error}")
    choices = event.get("choices") or [{}]
    return (choices[0].get("delta") or {}).get("content") or ""
