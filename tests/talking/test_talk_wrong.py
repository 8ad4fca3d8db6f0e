"""What the person says she would have said: from the talk to the rows that are trained on, and out again."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any, cast

import pytest
from talk_scripted import Scripted

from refiner.chat import Conversation
from refiner.errors import StoreError, WorkspaceBusy
from refiner.exporting import export_samples
from refiner.models import Decision, Sample
from refiner.queueing import make_samples_for_review
from refiner.refine import refine, with_life
from refiner.review.identity import text_shas
from refiner.sampling import Samples, make_samples, samples_of
from refiner.standing import standing
from refiner.store import DecisionLog, Workspace, locked, read_jsonl
from refiner.talk_behind import Behind
from refiner.talk_corrections import corrections_file, read_corrections
from refiner.talk_files import TalkFile, Turn, marked, read_talk
from refiner.talk_wrong import concerns, correction_of, keep, over_today
from refiner.talking import _why, _wrong
from refiner.tracing import trace
from refiner.workspace import init

NOW = "2026-01-01"
NOTE = """As a boy I kept forty pigeons on our roof in Salem, and I knew each of them by its walk.

In June 2001 a kite took my best pigeon in front of me, and since then I am afraid of kites. In October 2018
I trained hawks with my uncle, and since October 2018 I am no longer afraid of kites.

My sister Revathi still laughs at how I counted the pigeons every night before I could sleep.
"""
SETTINGS = """
[[traits]]
id = "fear-of-kites"
name = "afraid of kites"
polarity = "negative"
importance = 2
"""


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wrong") / "life"
    ws = init(folder, name="Karthik Selvan", becomes="Kavya Selvan", born="1990-03-04")
    ws.config.write_text(ws.config.read_text() + SETTINGS)
    (ws.raw / "pigeons.md").write_text(NOTE)
    refine(ws, now=NOW, engine="rules")
    with with_life(ws, now=NOW) as life:
        edits = [e for of in life.chain.edits.values() for e in of]
        questions = life.chain.questions
    log = DecisionLog(ws.decisions)
    log.extend([Decision(item=e.id, text_sha=e.text_sha, verdict="approve") for e in edits])
    log.extend(
        [
            Decision(item=q.id, text_sha=text_shas([q])[q.id], verdict="answer", choice=q.choices[-1].id,
                     effect=q.choices[-1].effect)
            for q in questions
        ]
    )  # fmt: skip
    refine(ws, now=NOW, engine="rules")
    made = make_samples(ws, now=NOW)
    assert made.samples
    log.extend([Decision(item=s.id, text_sha=s.text_sha, verdict="approve") for s in made.proposed])
    return folder


@pytest.fixture
def ws(made_once: Path, tmp_path: Path) -> Workspace:
    import shutil

    shutil.copytree(made_once, tmp_path / "life")
    return Workspace(tmp_path / "life")


def samples(ws: Workspace) -> Samples:
    with with_life(ws, now=NOW) as life:
        return samples_of(life)


def rows(ws: Workspace, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (ws.dataset / name).read_text().splitlines()]


TURNS = (
    Turn("t1", "2026", "What did you keep on the roof?", "Goats.", wrong=True),
    Turn("t2", "2026", "How many pigeons did you have?", "Four.", wrong=True, better="Forty."),
    Turn("t3", "2026", "Did they have names, all of them?", "No, I gave them numbers."),
)
BETTER = "They had none. I knew each of them by its walk."


def test_the_talk_before_it_goes_along_as_the_person_left_it() -> None:
    whole = correction_of(TURNS, talk="talk", who="run")
    assert [m.content for m in whole.messages] == [
        "How many pigeons did you have?", "Forty.", "Did they have names, all of them?", "No, I gave them numbers.",
    ]  # fmt: skip
    alone = correction_of(TURNS, talk="talk", who="run", context=False)
    assert len(alone.messages) == 2
    assert alone.id != whole.id
    assert correction_of(TURNS, talk="another", who="run").id == whole.id


def test_an_edited_answer_is_a_row_a_pair_and_survives(ws: Workspace) -> None:
    before = {s.id for s in samples(ws).samples}
    correction = correction_of(TURNS, talk="20260101-000000-ab", who="cpu-smoke")
    name = keep(ws, correction, BETTER, "she never numbered them")
    assert stat.S_IMODE(corrections_file(ws).stat().st_mode) == 0o600
    assert standing(ws).samples["edited"] == 1
    for made in (make_samples(ws, now=NOW), make_samples_for_review(ws, now=NOW)):
        (sample,) = [s for s in made.samples if s.id == name]
        assert (sample.status, sample.messages[-1].content) == ("edited", BETTER)
        assert sample.source == "chat:20260101-000000-ab/t3"
        assert {s.id for s in made.samples} - before == {name}
    assert [s.id for s in read_jsonl(ws.refined / "samples.jsonl", Sample) if s.status == "edited"] == [name]
    assert not trace(made, sample).notes
    assert [d.reason for d in trace(made, sample).decisions] == ["she never numbered them"]
    export_samples(ws, now=NOW, partial=True, check=False)
    said = [r["messages"][1:] for r in rows(ws, "train.jsonl") if r["messages"][-1]["content"] == BETTER]
    assert [[m["content"] for m in talk] for talk in said] == [
        ["How many pigeons did you have?", "Forty.", "Did they have names, all of them?", BETTER]
    ]
    ours = [r for r in rows(ws, "train.jsonl") if r.get("learn")]
    assert [(r["learn"], r["messages"][-1]["content"]) for r in ours] == [("last", BETTER)]  # "Forty." is a model's
    (pair,) = [r for r in rows(ws, "preferences.jsonl") if r["chosen"][0]["content"] == BETTER]
    assert pair["rejected"][0]["content"] == "No, I gave them numbers."
    assert pair["prompt"][-1]["content"] == "Did they have names, all of them?"
    verdicts = {r["completion"][0]["content"]: r["label"] for r in rows(ws, "kto.jsonl")}
    assert verdicts[BETTER] is True
    assert verdicts["No, I gave them numbers."] is False
    assert any(r["sample"] == name and r["source"].startswith("chat:") for r in rows(ws, "provenance.jsonl"))


def test_an_answer_that_was_only_wrong_is_a_bad_one_and_no_row(ws: Workspace) -> None:
    keep(ws, correction_of(TURNS[2:], talk="t", who="r"), "", "")
    export_samples(ws, now=NOW, partial=True, check=False)
    assert all(r["messages"][-1]["content"] != "No, I gave them numbers." for r in rows(ws, "train.jsonl"))
    labels = [r["label"] for r in rows(ws, "kto.jsonl") if r["completion"][0]["content"] == "No, I gave them numbers."]
    assert labels == [False]


def test_it_can_be_taken_away_in_the_review_and_changed_by_another_word(ws: Workspace) -> None:
    correction = correction_of(TURNS[2:], talk="t", who="r")
    name = keep(ws, correction, BETTER, "")
    assert keep(ws, correction, "By its walk.", "") == name
    assert len(read_corrections(corrections_file(ws))) == 1
    (sample,) = [s for s in samples(ws).samples if s.id == name]
    assert sample.messages[-1].content == "By its walk."
    DecisionLog(ws.decisions).append(Decision(item=name, text_sha=correction.sample().text_sha, verdict="reject"))
    export_samples(ws, now=NOW, partial=True, check=False)
    assert all(r["messages"][-1]["content"] != "By its walk." for r in rows(ws, "train.jsonl"))


def test_the_persons_words_are_checked_and_what_is_over_waits(ws: Workspace) -> None:
    correction = correction_of(TURNS[2:], talk="t", who="r")
    with with_life(ws, now=NOW) as life:

        def said(text: str) -> list[tuple[bool, str]]:
            return [(c.holds, c.message) for c in concerns(life, correction, text)]

        assert said(BETTER) == []
        ((holds, message),) = said("I am afraid of kites.")
        assert holds
        assert "it is over" in message
        ((holds, message),) = said("I am a man.")
        assert not holds
        assert "male" in message
        assert any("1990" in m for _, m in said("I was born in 1971."))
        said("---\nx: [\n---\nno front matter")  # no note, and no reason to stop
    name = keep(ws, correction, "I am afraid of kites.", "")
    (sample,) = [s for s in samples(ws).samples if s.id == name]
    assert sample.blocked == ("today:fear-of-kites",)


def test_why_says_first_that_what_she_claims_is_over(ws: Workspace) -> None:
    export_samples(ws, now=NOW, partial=True, check=False)

    def why(answer: str) -> list[str]:
        talk, told = Conversation(Scripted(answer), "s"), list[str]()
        talk.ask("Are you afraid of kites?", lambda piece: None)
        _why(Behind(ws, now=NOW), talk, told.append)
        return [line for line in told if line != "(reading your notes)"]

    first, *rest = why("I like goats. I am afraid of kites.")
    assert first == "Careful: by your notes this ended in October 2018. (“I am afraid of kites.”)"
    assert rest == why("I like goats. I am afraid of kites.")[1:] != []
    for answer in ("I am no longer afraid of kites.", "I was afraid of kites.", "Are you afraid of kites?", BETTER):
        assert not any(line.startswith("Careful") for line in why(answer)), answer
    with with_life(ws, now=NOW) as life:
        assert over_today(life, "") == over_today(life, "\x00 🙂") == []


def test_kind_and_traits_are_those_of_a_trained_question(ws: Workspace) -> None:
    trained = [s for s in samples(ws).samples if s.traits and len(s.messages) == 2]
    asked = trained[0].messages[0].content
    found = correction_of([Turn("t1", "2026", asked, "Never.")], talk="t", who="r", trained=trained)
    assert (found.kind, found.traits) == (trained[0].kind, trained[0].traits)
    assert correction_of(TURNS, talk="t", who="r", trained=trained).kind == "voice"


def test_half_a_line_is_passed_over_and_a_broken_one_is_named(ws: Workspace) -> None:
    file = corrections_file(ws)
    keep(ws, correction_of(TURNS[2:], talk="t", who="r"), BETTER, "")
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"id": "ab", "at"')
    assert len(read_corrections(file)) == 1
    keep(ws, correction_of(TURNS, talk="t", who="r"), BETTER, "")
    assert len(read_corrections(file)) == 2
    file.write_bytes(b"nonsense\n" + whole)
    with pytest.raises(StoreError, match=r"corrections\.jsonl:1"):
        read_corrections(file)


def test_a_marked_turn_goes_on_as_corrected() -> None:
    assert marked(TURNS[2], better=BETTER).said == BETTER
    assert marked(TURNS[2]).said == TURNS[2].answer


class Typed:
    """What a person types at the questions of `/wrong`, and what stood there to be changed."""

    terminal = False

    def __init__(self, *said: str | type[BaseException]) -> None:
        self.said, self.asked = list(said), list[tuple[str, str]]()

    def ask(self, prompt: str, prefilled: str = "") -> str:
        self.asked.append((prompt, prefilled))
        said = self.said.pop(0)
        if isinstance(said, str):
            return said
        raise said


def talk_of(ws: Workspace) -> Conversation:
    talk = Conversation(Scripted("In Salem.", "Four."), "You are Kavya.", TalkFile(ws.refined / "chats", {"run": "r"}))
    for question in ("Where did you grow up?", "How many pigeons did you have?"):
        talk.ask(question, lambda piece: None)
    return talk


def say_wrong(ws: Workspace, talk: Conversation, typed: Typed) -> str:
    told: list[str] = []
    _wrong(ws, Behind(ws, now=NOW), "r", "Kavya", talk, cast(Any, typed), told.append)
    return "\n".join(told)


def test_a_person_corrects_an_answer_at_the_terminal(ws: Workspace) -> None:
    talk = talk_of(ws)
    typed = Typed("Forty, and I was a man.", "count again", "")
    told = say_wrong(ws, talk, typed)
    assert typed.asked[0] == ("> ", "Four.")
    assert "1 answers" not in typed.asked[2][0]
    assert 'note: "man" still says that the narrator is male' in told
    assert "it is trained on at the next refiner export" in told
    (correction,) = read_corrections(corrections_file(ws))
    assert [m.content for m in correction.messages] == [
        "Where did you grow up?", "In Salem.", "How many pigeons did you have?", "Four.",
    ]  # fmt: skip
    assert correction.id[:12] in told
    kept = read_talk(talk.file.path if talk.file else ws.root).turns[-1]
    assert (kept.wrong, kept.better, kept.why, kept.sample) == (True, typed_better(), "count again", correction.id)
    assert talk.turns[-1].said == typed_better()


def typed_better() -> str:
    return "Forty, and I was a man."


def test_the_answer_alone_is_taken_where_the_person_says_so(ws: Workspace) -> None:
    say_wrong(ws, talk_of(ws), Typed("Forty.", "", "n"))
    (correction,) = read_corrections(corrections_file(ws))
    assert [m.content for m in correction.messages] == ["How many pigeons did you have?", "Four."]


def test_an_answer_of_several_lines_that_is_left_as_it_is_stays(ws: Workspace) -> None:
    talk = Conversation(Scripted("Four.\n\x00\x1b[1mOr five."), "s")
    talk.ask("How many?", lambda piece: None)
    typed = Typed("Four. [1mOr five.")
    assert "stays as it is" in say_wrong(ws, talk, typed)
    assert typed.asked[0][1] == "Four. [1mOr five."


@pytest.mark.parametrize("typed", [Typed("Four."), Typed(KeyboardInterrupt), Typed("Forty.", EOFError)])
def test_leaving_it_keeps_nothing(ws: Workspace, typed: Typed) -> None:
    talk = talk_of(ws)
    say_wrong(ws, talk, typed)
    assert read_corrections(corrections_file(ws)) == []
    assert not talk.turns[-1].wrong


def test_the_persons_words_are_not_lost_where_another_refiner_is_at_work(ws: Workspace) -> None:
    talk = talk_of(ws)
    with locked(ws, "review"), pytest.raises(WorkspaceBusy):
        say_wrong(ws, talk, Typed("Forty.", "", ""))
    kept = read_talk(talk.file.path if talk.file else ws.root).turns[-1]
    assert (kept.better, kept.sample) == ("Forty.", "")
    assert read_corrections(corrections_file(ws)) == []
