"""Who may ask the server of the review what: every request is refused but the page's own."""

from __future__ import annotations

import socket

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from refiner.errors import UsageError
from refiner.review.web.desk import Answer, Button, Desk, Page, Question
from refiner.review.web.server import MOST, Secrets, make_app, serving

PORT = 4321
BASE = f"http://127.0.0.1:{PORT}"
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def desk() -> Desk:
    out = Desk()
    out.put(Page(heading="Edit 1 of 1", question=Question("key", "Approve?", (Button("y", "Approve"),))))
    return out


@pytest.fixture
def words() -> Secrets:
    return Secrets()


@pytest.fixture
def client(desk: Desk, words: Secrets) -> FlaskClient:
    return make_app(desk, words, lambda: PORT).test_client()


def get(client: FlaskClient, path: str, base: str = BASE) -> TestResponse:
    return client.get(path, base_url=base)


def post(client: FlaskClient, words: Secrets, headers: dict[str, str], **form: object) -> TestResponse:
    data = {"number": "1", "key": "y", "part": "1", **form}
    return client.post(f"/{words.token}/answer", base_url=BASE, headers=headers, data=data)


def taken(desk: Desk) -> bool:
    return desk.page().question is None


def test_nothing_is_served_without_the_secret(client: FlaskClient, words: Secrets) -> None:
    for path in ("/", "/x/", f"/{words.token[:-1]}/", f"/{words.token}x/", "/favicon.ico", "/é/", "/answer", "//"):
        reply = get(client, path)
        assert reply.status_code == 404, path
        assert "Edit 1 of 1" not in reply.text
    assert client.get("/news", base_url=BASE).status_code == 404
    assert client.post("/answer", base_url=BASE, headers=SAME).status_code == 404
    assert "Edit 1 of 1" in get(client, f"/{words.token}/").text


def test_the_address_for_the_browser_works_one_time(client: FlaskClient, words: Secrets) -> None:
    once = words.once
    reply = get(client, f"/{once}/")
    assert (reply.status_code, reply.headers["Location"]) == (303, f"/{words.token}/")
    assert get(client, f"/{once}/").status_code == 404
    assert get(client, "//").status_code == 404


def test_a_foreign_name_for_this_machine_is_refused(client: FlaskClient, words: Secrets) -> None:
    for host in ("evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:1", f"127.0.0.1.evil.example:{PORT}"):
        reply = get(client, f"/{words.token}/", f"http://{host}")
        assert reply.status_code == 403, host
        assert "Edit 1 of 1" not in reply.text
    assert get(client, f"/{words.token}/", f"http://localhost:{PORT}").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": f"http://127.0.0.1:{PORT + 1}"},
        {"Origin": f"http://localhost:{PORT}"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": BASE},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"},
    ],
)
def test_answers_of_other_pages_are_refused(
    client: FlaskClient, words: Secrets, desk: Desk, headers: dict[str, str]
) -> None:
    assert post(client, words, headers).status_code == 403
    assert not taken(desk)


@pytest.mark.parametrize("headers", [{"Origin": BASE}, SAME, {**SAME, "Origin": BASE}, {**SAME, "Origin": "null"}])
def test_answers_of_the_page_itself_are_taken(
    client: FlaskClient, words: Secrets, desk: Desk, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("refiner.review.web.server.SOON", 0.01)
    assert post(client, words, headers).status_code == 200
    assert desk.wait() == Answer("key", "y")


def test_an_answer_to_another_question_does_nothing_and_says_so(
    client: FlaskClient, words: Secrets, desk: Desk
) -> None:
    for wrong in ({"number": "0"}, {"number": "2"}, {"number": "x"}, {"key": ""}, {"leave": "cancel"},
                  {"leave": "back"}, {"leave": "all"}, {"leave": "x"}):  # fmt: skip
        reply = post(client, words, SAME, **wrong)
        assert "nothing was done with it" in reply.text, wrong
        assert not taken(desk)


def test_every_reply_carries_the_headers(client: FlaskClient, words: Secrets) -> None:
    for reply in (get(client, f"/{words.token}/"), get(client, "/x/"), get(client, "/", "http://evil.example")):
        policy = reply.headers["Content-Security-Policy"]
        for part in ("default-src 'none'", "connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'",
                     "base-uri 'none'", "script-src 'sha256-", "style-src 'sha256-"):  # fmt: skip
            assert part in policy
        assert "unsafe" not in policy
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["Referrer-Policy"] == "no-referrer"
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in reply.headers
        assert words.token not in reply.text


def test_a_long_answer_is_refused(client: FlaskClient, words: Secrets, desk: Desk) -> None:
    assert post(client, words, SAME, text="x" * (MOST + 1)).status_code == 413
    assert not taken(desk)


def test_a_failure_is_logged_without_the_secret(
    client: FlaskClient, words: Secrets, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> str:
        raise ValueError("broken")

    monkeypatch.setattr("refiner.review.web.server.page_html", fail)
    reply = get(client, f"/{words.token}/")
    assert reply.status_code == 500
    assert "broken" in caplog.text
    assert words.token not in caplog.text + reply.text


def test_a_busy_port_gives_one_clear_message() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} cannot be used") as caught, serving(Desk(), port):
            pass
    assert "--port" in caught.value.mend


def test_the_server_listens_on_this_machine_alone_and_prints_nothing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    desk = Desk()
    desk.put(Page(ended=True))
    with serving(desk) as address:
        host, port = address.url.split("/")[2].split(":")
        assert host == "127.0.0.1"
        with socket.create_connection((host, int(port)), 5) as line:
            line.sendall(f"GET {address.url.split(port)[1]} HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n".encode())
            reply = b""
            while data := line.recv(65536):
                reply += data
    assert reply.startswith(b"HTTP/1.1 200")
    assert b"Werkzeug" not in reply
    assert capfd.readouterr() == ("", "")
