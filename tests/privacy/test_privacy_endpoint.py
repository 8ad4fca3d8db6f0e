"""A run with an endpoint on this machine: it is the only address, and the key stays in the request's header."""

from __future__ import annotations

from urllib.parse import urlsplit

from privacy_life import CANARY, KEY
from privacy_way import Way


def test_every_connection_goes_to_the_endpoint(online: Way) -> None:
    sent = [r for r in online.requests if r.body]
    port = urlsplit(f"http://{sent[0].headers['host']}").port
    places = {(host, port_) for event, host, port_ in online.report["seen"] if event == "socket.connect"}
    assert places == {("127.0.0.1", port)}
    assert {host for event, host, _ in online.report["seen"] if event != "socket.connect"} <= {"127.0.0.1"}


def test_all_four_servers_were_asked(online: Way) -> None:
    """What follows shows nothing unless the failures happened."""
    assert {r.body["model"] for r in online.requests if r.body} == {"refuses", "fails", "babbles", "answers"}
    assert all(r.headers["authorization"] == f"Bearer {KEY}" for r in online.requests if r.body)
    assert any(CANARY.split(" under ")[0] in str(r.body) for r in online.requests)
    failed = [code for args, code in online.report["codes"] if args[0] == "refine"]
    assert failed[0] != 0
    assert failed[1] != 0
    assert online.report["crashed"][0].startswith("Traceback")


def test_the_key_is_in_no_file_and_no_output(online: Way) -> None:
    assert KEY not in online.said
    assert KEY not in str(online.report["crashed"])
    files = [p for p in online.folder.rglob("*") if p.is_file()]
    assert len(files) > 20
    for path in files:
        assert KEY.encode() not in path.read_bytes(), path
        assert KEY.encode("utf-16-le") not in path.read_bytes(), path


def test_no_message_of_a_failure_repeats_the_note(online: Way) -> None:
    words = "brass anklet under the jasmine"
    failing = online.said.partition("$ refiner refine")[2].partition("$ refiner review")[0]
    assert failing
    assert words not in failing
    assert all(words not in said for said in online.report["crashed"])
    outside = [p for name in ("home", "tmp") for p in (online.folder / name).rglob("*") if p.is_file()]
    assert not [p for p in outside if words.encode() in p.read_bytes()]
