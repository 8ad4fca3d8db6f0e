"""Forms of structured output and parameters that servers do not know: found out once, then kept."""

from __future__ import annotations

import json

import pytest
from questions import put, question
from server import Reply, echo

from refiner.errors import ModelError

FORMS = ["schema", "tools", "json", "plain"]
TEXTS = [f"question {i}" for i in range(20)]


def knows(*forms):
    """A server that refuses all other forms."""
    return lambda s: (
        echo(s) if s.mode in forms else Reply(status=400, body=b'{"error": {"message": "response_format"}}')
    )


@pytest.mark.parametrize("form", FORMS)
def test_the_form_is_found_once_and_kept(serve, asks, tmp_path, form):
    server, path = serve(knows(form)), tmp_path / "a"
    assert all(put(asks(server, keep=path), TEXTS))
    tried = FORMS[: FORMS.index(form) + 1]
    assert [s.mode for s in server.seen] == tried + [form] * (len(TEXTS) - 1)
    assert all(put(asks(server, keep=path), ["new"]))
    assert server.seen[-1].mode == form
    assert len(server.seen) == len(tried) + len(TEXTS)


@pytest.mark.parametrize("form", ["tools", "json", "plain"])
def test_a_server_that_ignores_a_form_is_asked_in_the_next(serve, asks, form):
    def behave(seen):
        return (
            echo(seen) if seen.mode == form else Reply(message={"content": "Here is some prose.", "tool_calls": None})
        )

    server = serve(behave)
    assert all(put(asks(server), TEXTS))
    assert [s.mode for s in server.seen][-len(TEXTS) :] == [form] * len(TEXTS)


def test_where_the_server_takes_no_schema_it_is_told(serve, asks):
    server = serve(knows("plain"))
    put(asks(server), ["q"])
    assert '"echo"' in server.seen[-1].said[0]
    assert '"echo"' not in server.seen[0].said[0]


def test_the_form_is_no_part_of_the_key(serve, asks, tmp_path):
    put(asks(serve(knows("plain")), keep=tmp_path / "a"), TEXTS)
    other = serve(knows("schema"))
    assert all(put(asks(other, keep=tmp_path / "a"), TEXTS))
    assert other.seen == []


def test_one_cut_answer_at_first_does_not_change_the_form(serve, asks):
    server = serve(lambda s: Reply('{"echo": "12') if s.n == 1 else echo(s))
    assert all(put(asks(server), TEXTS))
    assert {s.mode for s in server.seen} == {"schema"}


def test_an_empty_answer_at_first_is_not_kept_as_a_form(serve, asks, tmp_path):
    server = serve(lambda s: Reply(""))
    put(asks(server, keep=tmp_path / "a"), ["q"])
    server.behave = knows("json")
    seen = len(server.seen)
    assert all(put(asks(server, keep=tmp_path / "a"), ["new"]))
    assert [s.mode for s in server.seen[seen:]] == ["schema", "tools", "json"]


def test_a_form_that_was_kept_and_is_refused_today_is_found_again(serve, asks, tmp_path):
    server = serve(knows("schema"))
    put(asks(server, keep=tmp_path / "a"), ["before"])
    server.behave = knows("json", "plain")
    assert all(put(asks(server, keep=tmp_path / "a"), TEXTS))
    assert [s.mode for s in server.seen][-10:] == ["json"] * 10


def test_one_schema_that_is_refused_falls_back_alone(serve, asks):
    def behave(seen):
        if seen.question == "odd" and seen.mode == "schema":
            return Reply(status=400)
        return echo(seen)

    server = serve(behave)
    asker = asks(server, concurrency=1)
    assert all(put(asker, ["a", "odd", "b", "c"]))
    assert [(s.question, s.mode) for s in server.seen if s.mode != "schema"] == [("odd", "tools")]


def test_a_server_that_takes_nothing_ends_the_run(serve, asks):
    server = serve(knows())
    with pytest.raises(ModelError, match="in every form"):
        put(asks(server), TEXTS)
    assert len(server.seen) == 3 * 4


def refuses(parameter, words=""):
    def behave(seen):
        if parameter in seen.body:
            message = words or f"Unsupported parameter: '{parameter}' is not supported with this model."
            return Reply(status=400, body=json.dumps({"error": {"message": message}}).encode())
        return echo(seen)

    return behave


@pytest.mark.parametrize(
    ("parameter", "words"),
    [("logprobs", ""), ("temperature", ""), ("max_tokens", "Use 'max_completion_tokens' instead of 'max_tokens'.")],
)
def test_a_parameter_that_is_refused_is_left_out(serve, asks, parameter, words):
    server = serve(refuses(parameter, words))
    asker = asks(server, concurrency=1)
    said = asker.run([lambda t=t: asker.ask(question(t, weigh=True)) for t in TEXTS])
    assert all(said)
    assert [parameter in s.body for s in server.seen] == [True] + [False] * len(TEXTS)
    assert {s.mode for s in server.seen} == {"schema"}
    assert parameter != "logprobs" or all("top_logprobs" not in s.body for s in server.seen[1:])
    if parameter == "max_tokens":
        assert server.seen[-1].body["max_completion_tokens"] == 50


def test_a_refusal_that_only_repeats_the_request_takes_no_parameter_away(serve, asks):
    """Its text holds the word, as part of what was sent."""
    refused = Reply(status=400, body=b'{"error": {"message": "bad", "input": "logprobs temperature"}}')
    server = serve(lambda s: refused if s.mode == "schema" else echo(s))
    asker = asks(server, concurrency=1)
    assert all(asker.run([lambda: asker.ask(question("q", weigh=True))]))
    assert server.seen[-1].mode == "tools"
    assert "temperature" in server.seen[-1].body


def test_weights_of_a_choice_come_with_the_answer(serve, asks, tmp_path):
    tokens = ['{"', "choice", '":', ' "', "B", '"}']
    listed = [{"token": t, "top_logprobs": []} for t in tokens]
    listed[4]["top_logprobs"] = [{"token": "B", "logprob": -0.1}, {"token": "A", "logprob": -2.5}]
    listed[4]["top_logprobs"] += [
        {"token": t, "logprob": p} for t, p in (("C", 1000), ("D", float("nan")), ("E", 1e999))
    ]
    from refiner.asking.agreement import shape_for
    from refiner.asking.ask import Ask

    server = serve(lambda s: Reply('{"choice": "B"}', choice={"logprobs": {"content": listed}}))
    ask = Ask(
        "p", "n", ({"role": "system", "content": "s"}, {"role": "user", "content": "u"}), shape_for(2), 16, weigh=True
    )
    for _ in range(2):
        asker = asks(server, keep=tmp_path / "a")
        (said,) = asker.run([lambda a=asker: a.ask(ask)])
        assert said.weights == {"A": -2.5, "B": -0.1}
    assert len(server.seen) == 1
