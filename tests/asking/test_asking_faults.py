"""What servers do wrong, each over real HTTP: nothing is lost, and each question is answered once."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from questions import put, question
from server import Reply, echo, echo_of

from refiner.asking import wire as wire_module
from refiner.errors import ModelError

TEXTS = [f"question {i}" for i in range(30)]


def answers_of(asked, texts):
    return [a is not None and a.value.echo == echo_of(t) for a, t in zip(asked, texts, strict=True)]


def once_then_right(first):
    """A server that answers each question wrongly once."""
    seen_before: set[str] = set()

    def behave(seen):
        if seen.question in seen_before:
            return echo(seen)
        seen_before.add(seen.question)
        return first(seen)

    return behave


FAULTS = {
    "429": lambda s: Reply(status=429, headers={"Retry-After": "1"}),
    "429 bare": lambda s: Reply(status=429),
    "500": lambda s: Reply(status=500),
    "502 html": lambda s: Reply(status=502, body=b"<html>", headers={"Content-Type": "text/html"}),
    "503": lambda s: Reply(status=503),
    "408": lambda s: Reply(status=408),
    "dropped": lambda s: Reply(drop="before"),
    "dropped in the middle": lambda s: Reply("x", drop="middle"),
    "half JSON": lambda s: Reply(body=b'{"choices": [{"mess'),
    "empty body": lambda s: Reply(body=b""),
    "html": lambda s: Reply(body=b"<html>hello</html>", headers={"Content-Type": "text/html"}),
    "list": lambda s: Reply(body=b"[]"),
    "no choices": lambda s: Reply(body=b'{"choices": []}'),
    "error in a 200": lambda s: Reply(body=b'{"error": {"message": "overloaded"}}'),
    "infinite count": lambda s: Reply(
        body=b'{"choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":Infinity}}'
    ),
    "nested": lambda s: Reply(body=b"[" * 100_000),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("at", ["first", "later"])
def test_a_fault_of_the_wire_is_tried_again_and_loses_nothing(serve, asks, fault, at):
    server = serve(once_then_right(fault))
    asker = asks(server)
    if at == "later":
        server.behave, behave = echo, server.behave
        put(asker, ["before"])
        server.behave = behave
    assert all(answers_of(put(asker, TEXTS), TEXTS))
    assert asker.lost == []
    assert asker.usage.failed == 0
    assert asker.usage.retried >= len(TEXTS)
    assert max(Counter(server.questions).values()) == 2


BAD = {
    "cut JSON": lambda s: Reply('{"echo": "12'),
    "wrong schema": lambda s: Reply('{"other": 1}'),
    "wrong value": lambda s: Reply('{"echo": "another"}'),
    "prose": lambda s: Reply("I think it is a nice question."),
    "empty": lambda s: Reply(""),
    "null": lambda s: Reply(None),
    "refusal field": lambda s: Reply(None, message={"refusal": "no"}),
    "content filter": lambda s: Reply("", choice={"finish_reason": "content_filter"}),
    "sorry": lambda s: Reply("I'm sorry, but I can't help with that."),
    "half an emoji": lambda s: Reply('{"echo": "\ud83d"}'),
    "deep": lambda s: Reply('{"a":' * 20_000),
    "list": lambda s: Reply("[1, 2]"),
    "open thought": lambda s: Reply("<think>{" + json.dumps(echo_of(s.question))),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_bad_answer_goes_back_with_the_reason(serve, asks, bad):
    def behave(seen):
        return bad(seen) if len(seen.said) == 2 else echo(seen)

    server = serve(behave)
    asker = asks(server)
    assert all(answers_of(put(asker, TEXTS[:5]), TEXTS[:5]))
    assert asker.usage.asked_again == 5
    assert asker.lost == []
    again = [s for s in server.seen if len(s.said) > 2]
    assert all("That answer cannot be used." in s.said[3] for s in again)


def test_the_reasons_of_two_bad_answers_go_back(serve, asks):
    replies = iter(['{"echo": 1}', 'Sure!\n```json\n{"echo": "no"}\n```', None])
    server = serve(lambda s: Reply(said) if (said := next(replies)) else echo(s))
    asker = asks(server)
    assert all(answers_of(put(asker, ["q"]), ["q"]))
    assert "echo: Input should be a valid string" in server.seen[1].said[3]
    assert "that is another question's" in server.seen[2].said[-1]


GOOD = {
    "prose": lambda e: f'Sure! Here it is:\n{{"echo": "{e}"}}\nAnything else?',
    "fence": lambda e: f'```json\n{{"echo": "{e}"}}\n```',
    "corrected": lambda e: f'{{"echo": "no"}} - wait: {{"echo": "{e}"}}',
    "thinking": lambda e: f'<think>{{"echo": "draft"}}</think>\n{{"echo": "{e}"}}',
    "only its end": lambda e: f'maybe {{"echo": "draft"}}</think>{{"echo": "{e}"}}',
    "channel": lambda e: (
        f'<|channel|>analysis<|message|>{{"echo": "d"}}<|end|><|channel|>final<|message|>{{"echo": "{e}"}}'
    ),
}


@pytest.mark.parametrize("form", GOOD.values(), ids=GOOD)
def test_what_stands_around_an_answer_does_no_harm(serve, asks, form):
    server = serve(lambda s: Reply(form(echo_of(s.question))))
    assert all(answers_of(put(asks(server), TEXTS[:3]), TEXTS[:3]))
    assert len(server.seen) == 3


@pytest.mark.parametrize("form", ["prose", "fence"])
def test_so_it_is_where_the_answer_is_asked_for_again(serve, asks, form):
    server = serve(lambda s: Reply("{}") if len(s.said) == 2 else Reply(GOOD[form](echo_of(s.question))))
    assert all(answers_of(put(asks(server), ["q"]), ["q"]))
    assert len(server.seen) == 2


def test_parts_and_objects_are_read(serve, asks):
    def parts(seen):
        text = json.dumps({"echo": echo_of(seen.question)})
        if seen.n % 2:
            return Reply(message={"content": [{"type": "thinking", "thinking": []}, {"type": "text", "text": text}]})
        call = {"function": {"name": "answer", "arguments": json.loads(text)}}
        return Reply(message={"tool_calls": [call]})

    assert all(answers_of(put(asks(serve(parts)), TEXTS), TEXTS))


THOUGHTS = {
    "reasoning_content": {"message": {"content": "", "reasoning_content": "hm"}},
    "reasoning": {"message": {"content": None, "reasoning": "hm"}},
    "open tag": {"message": {"content": '<think>perhaps {"echo": "draft"}'}},
    "no tag": {"message": {"content": 'Let me see. Perhaps {"echo": "draft"}? Or'}},
    "nothing": {"message": {"content": ""}},
}


@pytest.mark.parametrize("thought", THOUGHTS.values(), ids=THOUGHTS)
def test_thinking_that_uses_up_the_tokens_gets_more(serve, asks, tmp_path, thought):
    def behave(seen):
        if seen.body["max_tokens"] < 1000:
            return Reply(choice={"finish_reason": "length"}, **thought)
        return echo(seen)

    server = serve(behave)
    assert all(answers_of(put(asks(server, concurrency=1, keep=tmp_path / "a"), TEXTS[:3]), TEXTS[:3]))
    assert [s.body["max_tokens"] > 1000 for s in server.seen] == [False, True, True, True]
    assert all(answers_of(put(asks(server, concurrency=1, keep=tmp_path / "a"), ["new"]), ["new"]))
    assert len(server.seen) == 5  # it is known from the first run


def test_thinking_without_an_end_is_no_answer(serve, asks):
    draft = Reply('Perhaps {"echo": "draft"}? Or', choice={"finish_reason": "length"})
    server = serve(lambda s: draft)
    asker = asks(server)
    (said,) = asker.run([lambda: asker.ask(question("q", check=lambda a: ""))])
    assert said is None
    assert asker.usage.failed == 1


def test_the_pause_asked_for_is_kept(serve, asks, pauses):
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    headers = iter([{"Retry-After": "7"}, {"retry-after-ms": "1500"}, {"Retry-After": then}, {"Retry-After": "soon"}])
    server = serve(once_then_right(lambda s: Reply(status=429, headers=next(headers))))
    assert all(answers_of(put(asks(server, concurrency=1), TEXTS[:4]), TEXTS[:4]))
    asked = [a for _, a in pauses]
    assert sorted(a for a in asked if a is not None and a < 30) == [1.5, 7.0]
    assert sum(a is None for a in asked) == 1
    assert sum(a is not None and 30 < a <= 60 for a in asked) == 1


def test_a_pause_beyond_the_bound_ends_the_run(serve, asks):
    server = serve(lambda s: echo(s) if s.n == 1 else Reply(status=429, headers={"Retry-After": "3600"}))
    asker = asks(server)
    with pytest.raises(ModelError, match="asks for a pause of 3600 s"):
        put(asker, TEXTS)
    assert len(server.seen) <= 1 + 4 * 4
    assert asker.usage.calls == 1


def test_a_busy_server_is_waited_for(serve, asks):
    """One that lets a request in only now and then loses none of them."""
    server = serve(lambda s: echo(s) if s.n % 7 == 1 else Reply(status=429))
    asker = asks(server, concurrency=8)
    assert all(answers_of(put(asker, TEXTS), TEXTS))
    assert asker.lost == []


@pytest.mark.parametrize(("status", "says"), [(401, "refused the key"), (402, "402"), (403, "403"), (404, "no model")])
def test_what_no_request_would_mend_ends_the_run(serve, asks, status, says):
    server = serve(lambda s: Reply(status=status))
    with pytest.raises(ModelError, match=says):
        put(asks(server, concurrency=8), TEXTS)
    assert len(server.seen) == 1


def test_an_empty_account_ends_the_run(serve, asks):
    server = serve(lambda s: Reply(status=429, body=b'{"error": {"code": "insufficient_quota"}}'))
    with pytest.raises(ModelError, match="no money left"):
        put(asks(server), TEXTS)


def test_an_end_lets_what_is_on_its_way_come(serve, asks, tmp_path):
    """Others sleep until they may try again: they are not waited for."""

    def behave(seen):
        if seen.n == 1:
            return echo(seen)
        return Reply(status=402) if seen.question == "last" else Reply(echo(seen).content, hold=0.2)

    server = serve(behave)
    asker = asks(server, concurrency=8, keep=tmp_path / "a")
    with pytest.raises(ModelError):
        put(asker, ["first", "a", "b", "last"])
    assert asker.usage.calls == 3
    server.behave = echo
    assert all(
        answers_of(put(asks(server, keep=tmp_path / "a"), ["first", "a", "b", "last"]), ["first", "a", "b", "last"])
    )
    assert len(server.seen) == 5


def test_an_end_wakes_those_that_wait_to_be_sent_again(serve, asks, monkeypatch):
    monkeypatch.setattr(wire_module, "pause", lambda n, asked: 10_000)
    server = serve(lambda s: echo(s) if s.n == 1 else Reply(status=429 if s.n == 2 else 401, hold=0.1 * (s.n > 2)))
    with pytest.raises(ModelError, match="refused the key"):
        put(asks(server), ["first", "a", "b"])


def test_a_passage_that_is_too_long_is_lost_alone(serve, asks):
    def behave(seen):
        if "long" not in seen.question:
            return echo(seen)
        return Reply(status=400, body=b'{"error": {"message": "maximum context length is 4096"}}')

    asker = asks(serve(behave))
    texts = ["long 1", "long 2", "long 3", "long 4", *TEXTS]
    assert answers_of(put(asker, texts), texts) == [False] * 4 + [True] * 30
    assert len(asker.lost) == 4
    assert "p about long 1.md: " in "\n".join(asker.lost)
    assert "too long" in asker.lost[0]


def test_a_poisonous_question_is_lost_alone_even_when_it_is_the_only_one(serve, asks):
    asker = asks(serve(lambda s: Reply(status=500)))
    assert put(asker, ["poison"]) == [None]
    assert len(asker.lost) == 1


def test_a_server_that_is_not_there_ends_the_run_soon(serve, asks, pauses):
    server = serve()
    server.die()
    with pytest.raises(ModelError, match="does not answer") as error:
        put(asks(server, concurrency=8), TEXTS)
    assert "ollama serve" in str(error.value)
    assert len(pauses) <= 4 * 8 * 3


def test_a_name_that_is_not_there_ends_the_run(asks):
    with pytest.raises(ModelError, match="does not answer"):
        put(asks("http://nowhere.invalid/v1", concurrency=1), ["q"])


def test_a_server_that_dies_in_the_middle_ends_the_run_and_the_next_goes_on(serve, asks, tmp_path, monkeypatch):
    monkeypatch.setattr(wire_module, "_PATIENCE", 0.2)
    server = serve()

    def behave(seen):
        if seen.n == 15:
            server._stop.set()
        return echo(seen)

    server.behave = behave
    asker = asks(server, keep=tmp_path / "a")
    with pytest.raises(ModelError, match="does not answer"):
        put(asker, TEXTS)
    had = asker.usage.calls
    assert had >= 10
    fresh = serve()
    again = asks(fresh, keep=tmp_path / "a")
    assert all(answers_of(put(again, TEXTS), TEXTS))
    assert again.usage.cached == had
    assert len(fresh.seen) == len(TEXTS) - had


def test_a_server_that_comes_back_is_waited_for(serve, asks):
    """A short outage costs no question, however many tries it takes."""
    server = serve(lambda s: Reply(status=500) if 10 < s.n < 200 else echo(s))
    asker = asks(server)
    texts = [f"q{i}" for i in range(100)]
    assert all(answers_of(put(asker, texts), texts))
    assert asker.lost == []


def test_five_per_cent_of_faults_do_not_end_a_run(serve, asks):
    kinds = list(FAULTS.values())[:9]

    def behave(seen):
        return kinds[seen.n // 20 % len(kinds)](seen) if seen.n % 20 == 0 else echo(seen)

    asker = asks(serve(behave), concurrency=32)
    texts = [f"q{i}" for i in range(400)]
    assert all(answers_of(put(asker, texts), texts))


def test_a_request_that_takes_too_long_is_tried_once_more(serve, asks):
    server = serve(once_then_right(lambda s: Reply("{}", hold=60)))
    asker = asks(server, timeout=0.5)
    assert all(answers_of(put(asker, ["q"]), ["q"]))
    server.behave = lambda s: Reply("{}", hold=60)
    assert put(asker, ["slow"]) == [None]
    assert "did not answer within 0.5 s" in asker.lost[0]
    assert server.questions == ["q", "q", "slow", "slow"]


def test_a_server_that_drips_is_too_slow(serve, asks):
    asker = asks(serve(lambda s: Reply("{}", drip=0.05)), timeout=0.5)
    assert put(asker, ["q"]) == [None]
    assert "did not answer within 0.5 s" in asker.lost[0]


def test_a_dropped_connection_is_not_called_slow(serve, asks):
    asker = asks(serve(lambda s: Reply(drop="before")))
    assert put(asker, ["q"]) == [None]
    assert "within" not in asker.lost[0]


def test_a_redirect_is_not_followed(serve, asks):
    other = serve()
    server = serve(lambda s: Reply(status=307, headers={"Location": f"{other.url}/chat/completions"}))
    with pytest.raises(ModelError, match="sends requests elsewhere"):
        put(asks(server), TEXTS)
    assert other.seen == []


def test_an_endpoint_on_this_machine_is_spoken_to_without_proxies(serve, asks, monkeypatch):
    proxy, server = serve(), serve()
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, proxy.url.removesuffix("/v1"))
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert all(answers_of(put(asks(server), ["q"]), ["q"]))
    assert proxy.seen == []
    assert len(server.seen) == 1
