"""`refiner serve`: her as an OpenAI-compatible server on this machine, for any program that can talk to one.

llama.cpp listens on a port of its own that only this process has the key of; before it stands a small proxy, since
llama.cpp has no system message of its own (ggml-org/llama.cpp#9857 took it out) and many chat templates put in theirs
where a program sends none. The proxy puts in hers, leaves out the oldest turns of a talk that has become too long, asks
for a key, and refuses what a page in a browser sends under another name (DNS rebinding). It prints and keeps nothing of
what is said.
"""

from __future__ import annotations

import bisect
import errno
import hmac
import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from refiner.errors import UsageError
from refiner.serving_line import Inner, Line, error
from refiner.talk_context import SPARE, Messages

MOST = 8_000_000  # bytes of a request
DEFAULT_ANSWER = 512  # tokens that are kept free for an answer, where the request does not say
CALM = 0.3  # temperature where the request has none: llama.cpp's own is 0.8
_PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True)
class Served:
    """What is served: `name` stands in /v1/models; `key` "" asks for none."""

    name: str
    system: str
    key: str = ""


def loopback(host: str) -> str:
    """The loopback address that `host` names. Raises UsageError for any other: her words are for this machine alone."""
    name = "127.0.0.1" if host == "localhost" else host.strip("[]")
    try:
        if ipaddress.ip_address(name).is_loopback:
            return name
    except ValueError:
        pass
    raise UsageError(
        f"--host {host} is not this machine alone: others could talk to her and read what is said",
        mend="leave --host out; from another machine: ssh -L 8080:127.0.0.1:8080 THIS-MACHINE",
    )


def check_free(host: str, port: int) -> None:
    """Raises UsageError where the port cannot be had: said before a model is loaded."""
    _listen(loopback(host), port).close()


def make_app(inner: Inner, served: Served, line: Line, port: Callable[[], int]) -> Flask:
    """The proxy. `port` gives the port that it listens on."""
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MOST)
    app.logger.disabled = True  # it would print what was asked, with a traceback
    began = int(time.time())

    @app.before_request
    def guard() -> Response | None:
        if not _named_here(request.host, port()):
            return error(403, "this server answers to the names of this machine alone")
        origin = request.headers.get("Origin")
        if origin is not None and not _local_page(origin):
            return error(403, "pages from elsewhere may not talk to this server")
        if request.method == "OPTIONS":  # a page of this machine asks whether it may send the key
            return Response(status=204)
        given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        if served.key and request.path != "/health" and not _same(given, served.key):
            return error(401, "a key is needed: send it as Authorization: Bearer KEY", "invalid_api_key")
        return None

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.update(_PRIVATE)
        origin = request.headers.get("Origin")
        if served.key and origin is not None and _local_page(origin):  # without a key every local page could read her
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
            response.headers["Vary"] = "Origin"
        return response

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/v1/models")
    def models() -> dict[str, Any]:
        about = {"id": served.name, "object": "model", "created": began, "owned_by": "refiner"}
        return {"object": "list", "data": [about]}

    @app.post("/v1/chat/completions")
    def chat() -> Response:
        try:
            body = request.get_json(force=True, silent=True)
        except RecursionError:  # thousands of brackets
            body = None
        body = body if isinstance(body, dict) else {}
        messages = body.get("messages")
        if not isinstance(messages, list) or not all(isinstance(m, dict) for m in messages) or not messages:
            return error(400, "the body is a JSON object with a list of messages")
        asked = {**inner.extra, **body, "model": served.name}
        if asked.get("temperature") is None:
            asked["temperature"] = CALM
        allowed = asked.get("max_tokens") or asked.get("max_completion_tokens") or DEFAULT_ANSWER
        size = int(allowed) if isinstance(allowed, int) else DEFAULT_ANSWER
        room = inner.context - min(max(size, 1), inner.context // 2) - SPARE
        asked["messages"] = trimmed(with_system(messages, served.system), room, inner.count)
        return line.pass_on(asked)

    @app.errorhandler(404)
    @app.errorhandler(405)
    def absent(_: Any) -> Response:
        return error(404, "there are /v1/models and /v1/chat/completions")

    @app.errorhandler(500)
    def broken(_: Any) -> Response:
        return error(500, "the request could not be answered")

    @app.errorhandler(413)
    def large(_: Any) -> Response:
        return error(413, "the request is too large")

    return app


def with_system(messages: list[dict[str, Any]], system: str) -> list[dict[str, Any]]:
    """The messages with her system message first, unless the program sends one of its own."""
    if any(m.get("role") in ("system", "developer") and m.get("content") for m in messages):
        return messages
    rest = [m for m in messages if m.get("role") not in ("system", "developer")]
    return [{"role": "system", "content": system}, *rest]


def trimmed(messages: list[dict[str, Any]], room: int, count: Callable[[Messages], int]) -> list[dict[str, Any]]:
    """The messages less the oldest turns, so that they have at most `room` tokens; what the first one and the last one
    say stays. Messages that are no plain text are left as they are."""
    if not all(isinstance(m.get("content"), str) for m in messages):
        return messages
    head, rest = messages[:1], messages[1:]
    # Where a talk may begin: with a question, or at the last message; halved, since the model server counts each time.
    begins = [i for i, m in enumerate(rest) if i in (0, len(rest) - 1) or m.get("role") == "user"]
    at = bisect.bisect_left(begins, True, hi=max(0, len(begins) - 1), key=lambda i: count([*head, *rest[i:]]) <= room)
    return [*head, *(rest[begins[at] :] if begins else [])]


def _named_here(host: str, port: int) -> bool:
    """Whether a Host header names this machine and this port."""
    try:
        parts = urlsplit(f"//{host}")
        given = parts.port
    except ValueError:
        return False
    return given == port and _is_here(parts.hostname)


def _local_page(origin: str) -> bool:
    try:
        parts = urlsplit(origin)
        return parts.scheme in ("http", "https") and _is_here(parts.hostname)
    except ValueError:
        return False


def _is_here(name: str | None) -> bool:
    if name == "localhost":
        return True
    try:
        return bool(name) and ipaddress.ip_address(name or "").is_loopback
    except ValueError:
        return False


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted.encode())


class _Quiet(WSGIRequestHandler):
    """Prints nothing of a request."""

    server_version, sys_version = "refiner", ""

    def version_string(self) -> str:
        return self.server_version

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def serving(inner: Inner, served: Served, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Runs the proxy in a thread; gives its address, which ends in /v1. `port` 0 takes a free one.

    Raises UsageError where the host is not this machine, or the port cannot be had.
    """
    address, server = loopback(host), None

    def bound() -> int:
        return server.port if server is not None else 0

    line = Line(inner)
    app = make_app(inner, served, line, bound)
    with _listen(address, port) as listening:
        server = _server(app, address, port, listening.fileno())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    name = f"[{address}]" if ":" in address else address
    try:
        yield f"http://{name}:{server.port}/v1"
    finally:
        server.shutdown()
        thread.join(5)
        line.close()
        server.server_close()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    out = socket.socket(family, socket.SOCK_STREAM)
    try:
        out.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        out.bind((host, port))
        out.listen(32)
    except OSError as error:
        out.close()
        busy = error.errno == errno.EADDRINUSE
        said = "another program listens there" if busy else error.strerror
        raise UsageError(f"port {port} cannot be used: {said}", mend="refiner serve --port 0") from None
    return out


def _server(app: Any, host: str, port: int, fd: int) -> BaseWSGIServer:
    return make_server(host, port, app, threaded=True, request_handler=_Quiet, fd=fd)
