"""The server of the page: this machine alone, and only who knows the secret word in the address.

The notes of a person's life are behind it, so every request must pass: the name of this server in `Host` (a foreign
name that resolves to this machine is none, which stops DNS rebinding), the secret as the first part of the path, and
for an answer the page itself as its origin (which stops forged requests). Nothing is stored by the browser, nothing is
loaded from elsewhere, and no line about a request is printed.
"""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, abort, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wsgi import ClosingIterator

from refiner.errors import UsageError
from refiner.review.web.desk import Answer, Desk
from refiner.review.web.page import POLICY, page_html

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")
MOST = 1_000_000  # bytes of an answer
SOON, LONG = 10.0, 20.0
"""Seconds that an answer waits for the next question, and a tab for news."""
BACK = "\x1b"
"""The line that leaves a question without an answer."""
LEAVING = {"quit": Answer("quit"), "cancel": Answer("cancel"), "back": Answer("line", BACK), "all": Answer("all")}
"""What the buttons mean that answer nothing."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass
class Secrets:
    """`token` opens the page as long as the server runs. `once` opens it one time, and is then worth nothing.

    The browser is started with the second one, since everybody on this machine can read the command line of a program.
    """

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    once: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take_once(self, given: str) -> bool:
        """True for the first request with the word for one time."""
        with self._lock:
            fits = bool(self.once) and _same(given, self.once)
            self.once = "" if fits else self.once
            return fits


def _same(given: str, wanted: str) -> bool:
    return secrets.compare_digest(given.encode("utf-8", "surrogatepass"), wanted.encode())


class _App(Flask):
    def log_exception(self, exc_info: Any) -> None:
        """What failed, without the address: the secret stands in it."""
        self.logger.error("the page of the review failed", exc_info=exc_info)


def make_app(desk: Desk, words: Secrets, port: Callable[[], int]) -> Flask:
    """The application. `port` gives the port that the server listens on."""
    app = _App(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MOST, MAX_FORM_MEMORY_SIZE=MOST, MAX_FORM_PARTS=16)

    @app.before_request
    def guard() -> Response | None:
        if request.host not in {f"{name}:{port()}" for name in NAMES}:
            abort(403)
        first = request.path.split("/")[1]
        if request.method == "GET" and words.take_once(first):
            return _moved(f"/{words.token}/")
        if not _same(first, words.token):
            abort(404)
        if request.method not in ("GET", "HEAD") and not _from_here():
            abort(403)
        return None

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    @app.get("/<_token>/")
    def show(_token: str) -> str:
        page = desk.page()
        if page.question is None:  # the session works
            page = desk.page(after=page.number, seconds=SOON)
        return page_html(page, stale="stale" in request.args)

    @app.get("/<_token>/news")
    def news(_token: str) -> str:
        return page_html(desk.page(after=request.args.get("after", -1, int), seconds=LONG), part=True)

    @app.post("/<_token>/answer")
    def answer(_token: str) -> str | Response:
        number, given = request.form.get("number", -1, int), _answer()
        taken = given is not None and desk.answer(number, given)
        page = desk.page(after=number if taken else -1, seconds=SOON)
        if "part" in request.form:
            return page_html(page, part=True, stale=not taken)
        if page.ended:  # the server stops after this answer: nothing could be fetched any more
            return page_html(page)
        return _moved("./" if taken else "./?stale")

    return app


def _moved(where: str) -> Response:
    return Response(status=303, headers={"Location": where})


def _from_here() -> bool:
    """Whether the page itself sent the request. A form's `Origin` may be "null", since the page sends no referrer."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    here = f"http://{request.host}"
    if site is not None:
        return site == "same-origin" and origin in (here, "null", None)
    return origin == here


def _answer() -> Answer | None:
    form = request.form
    if "leave" in form:
        return LEAVING.get(form["leave"])
    if "key" in form:
        return Answer("key", form["key"]) if form["key"] and "\n" not in form["key"] else None
    if "line" in form:
        return Answer("line", " ".join(form["line"].splitlines()))
    return Answer("text", form["text"]) if "text" in form else None


class _Quiet(WSGIRequestHandler):
    """Prints nothing: a line of a log would hold the secret."""

    server_version, sys_version = "refiner", ""
    timeout = 60  # seconds for a request to arrive

    def version_string(self) -> str:
        return self.server_version

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing."""


class _Counted:
    """Counts the requests in flight, so that the last answers arrive before the server stops."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app, self.count, self.changed = app, 0, threading.Condition()

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        self._add(1)
        try:
            return ClosingIterator(self.app(environ, start_response), [lambda: self._add(-1)])
        except BaseException:
            self._add(-1)
            raise

    def _add(self, by: int) -> None:
        with self.changed:
            self.count += by
            self.changed.notify_all()

    def wait_idle(self, seconds: float) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: self.count == 0, seconds)


@dataclass(frozen=True)
class Address:
    """Where the page is. `once` is the address that works one time."""

    url: str
    once: str


def _listen(port: int) -> socket.socket:
    """A socket of this machine alone. Raises UsageError where the port cannot be had."""
    out = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        out.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        out.bind((HOST, port))
        out.listen(32)
    except OSError as error:
        out.close()
        raise UsageError(
            f"port {port} cannot be used: {error.strerror}",
            mend="refiner review --web, without --port: takes a free one",
        ) from None
    return out


@contextmanager
def serving(desk: Desk, port: int = 0) -> Iterator[Address]:
    """Runs the server in a thread of its own; at the end the answers under way still arrive.

    Raises UsageError where the port cannot be had.
    """
    words, server = Secrets(), None

    def bound() -> int:
        return server.port if server is not None else 0

    counted = _Counted(make_app(desk, words, bound).wsgi_app)
    with _listen(port) as listening:
        server = _server(counted, port, listening.fileno())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    base = f"http://{HOST}:{server.port}"
    try:
        yield Address(f"{base}/{words.token}/", f"{base}/{words.once}/")
        counted.wait_idle(3)
    finally:
        server.shutdown()
        thread.join(5)


def _server(app: Any, port: int, fd: int) -> BaseWSGIServer:
    return make_server(HOST, port, app, threaded=True, request_handler=_Quiet, fd=fd)
