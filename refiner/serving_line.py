"""The way from the proxy of `refiner serve` to llama.cpp: requests passed on, answers as they are made."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import Response

from refiner.talk_context import Messages

SECONDS = 600.0  # to the next piece of an answer


class Inner(Protocol):
    """llama.cpp in this process."""

    url: str
    key: str
    context: int
    extra: dict[str, Any]

    def count(self, messages: Messages) -> int: ...


class Line:
    """The connections to llama.cpp that are in use: it cannot be ended while one of them waits for an answer."""

    def __init__(self, inner: Inner) -> None:
        self._inner, self._open = inner, dict[http.client.HTTPConnection, socket.socket | None]()
        self._changed = threading.Condition()

    def pass_on(self, body: dict[str, Any]) -> Response:
        """What llama.cpp answers, piece by piece."""
        parts = urlsplit(self._inner.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._inner.key}"}
        with self._changed:
            self._open[connection] = None
        try:
            connection.connect()
            with self._changed:  # the connection forgets its socket where the answer is to be its last
                self._open[connection] = connection.sock
            connection.request("POST", "/v1/chat/completions", json.dumps(body).encode(), headers)
            answer = connection.getresponse()
        except (OSError, http.client.HTTPException) as failed:
            self._end(connection)
            return error(502, f"the model does not answer: {failed}")
        except BaseException:
            self._end(connection)
            raise

        def pieces() -> Iterator[bytes]:
            while piece := answer.read1(65536):
                yield piece

        kind = answer.headers.get("Content-Type", "application/json")
        # Ended as soon as the program goes away, too: llama.cpp then stops writing.
        return Response(_Ending(pieces(), lambda: self._end(connection)), answer.status, content_type=kind)

    def close(self, seconds: float = 10.0) -> None:
        """Breaks off what is under way, and waits until it has ended."""
        with self._changed:
            for used in self._open.values():
                if used is not None:
                    with suppress(OSError):
                        used.shutdown(socket.SHUT_RDWR)
            self._changed.wait_for(lambda: not self._open, seconds)

    def _end(self, connection: http.client.HTTPConnection) -> None:
        connection.close()
        with self._changed:
            self._open.pop(connection, None)
            self._changed.notify_all()


class _Ending:
    """Pieces, and what is done when they end or nobody wants them any more, once."""

    def __init__(self, pieces: Iterator[bytes], end: Callable[[], None]) -> None:
        self._pieces, self._end = pieces, end

    def __iter__(self) -> _Ending:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except (OSError, http.client.HTTPException):
            raise StopIteration from None

    def close(self) -> None:
        """Called by the web server in any case."""
        self._end()


def error(status: int, message: str, code: str = "") -> Response:
    """An error as OpenAI's clients read it."""
    kind = "authentication_error" if status == 401 else "invalid_request_error"
    body = {"error": {"message": message, "type": kind, "code": code or None}}
    return Response(json.dumps(body), status, content_type="application/json")
