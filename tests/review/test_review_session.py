from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from review_life import Life, MemoryLog, edit_of, note, question_of

from refiner.errors import ConfigError, UsageError
from refiner.models import CanonEntry
from refiner.review.filters import Filters
from refiner.review.keys import KEYMAP, LineReader, bindings
from refiner.review.paint import make_console
from refiner.review.session import run_review
from refiner.review.state import start


@dataclass
class Keys:
    """Keys and lines typed beforehand; a string of several characters is a line where a key is wanted too."""

    typed: list[str]
    end: type[BaseException] = EOFError
    asked: list[str] = field(default_factory=list)

    def _next(self, ask: Callable[[], None]) -> str:
        ask()
        if not self.typed:
            raise self.end
        return self.typed.pop(0)

    def key(self, ask: Callable[[], None]) -> str:
        return self._next(ask)

    def line(self, ask: Callable[[], None], *, fresh: bool = False) -> str:
        return self._next(ask)


@dataclass
class Run:
    code: int
    out: str
    log: MemoryLog

    @property
    def said(self) -> list[tuple[str, str | None]]:
        return [(d.verdict, d.text or d.choice or d.reason) for d in self.log.lines]


def review(*typed: str, log: MemoryLog | None = None, editor: Callable[[str, str], str | None] | None = None,
           end: type[BaseException] = EOFError, width: int = 100, filters: Filters | None = None,
           decide_life: Callable[[CanonEntry], None] | None = None,
           forget_life: Callable[[CanonEntry], bool] | None = None, life: Life | None = None) -> Run:  # fmt: skip
    log, out = log or MemoryLog(), io.StringIO()
    console = make_console(out, plain=True, width=width)
    code = run_review(
        (life or Life()).queue(log.read()), log, console=console, reader=Keys(list(typed), end),
        editor=editor or (lambda text, note: None), plain=True, filters=filters, decide_life=decide_life,
        forget_life=forget_life,
    )  # fmt: skip
    return Run(code, out.getvalue(), log)


def test_a_whole_review() -> None:
    run = review("y", "1", "y", "n", "2", "x", "not in 2014", "y", "y", "y", "y")
    assert run.code == 0
    assert run.said == [
        ("approve", None), ("answer", "1"), ("approve", None), ("reject", "wrong word"), ("reject", "not in 2014"),
        ("approve", None), ("approve", None), ("approve", None), ("approve", None),
    ]  # fmt: skip
    assert "6 yes 2 no 1 answered 0 left. 9 decided now" in run.out


def test_enter_decides_nothing_and_neither_does_what_is_no_key() -> None:
    run = review("", "", "é", "\x1b", "9", "q")
    assert run.said == []
    assert run.code == 3
    assert "Go on: refiner review" in run.out


def test_skipped_ones_can_be_taken_up_again() -> None:
    run = review(*"s" * 9, "j", "y", "q")
    assert "End of the queue" in run.out
    assert run.said == [("approve", None)]


def test_undo_and_redo_across_restarts() -> None:
    first = review("y", "1", "q")
    second = review("u", "u", "q", log=first.log)
    assert "9 left" in second.out
    third = review("U", "q", log=second.log)
    assert [d.verdict for d in third.log.lines] == ["approve", "answer", "undo", "undo", "redo"]
    assert start(Life().queue(), third.log.lines).counts()["approved"] == 1


def test_after_everything_is_decided_undo_still_works() -> None:
    full = review("y", "1", *"yyyyyyy")
    assert full.code == 0
    again = review("u", "q", log=full.log)
    assert again.code == 3
    assert review(log=full.log).code == 3


def test_an_edit_is_shown_and_asked_again() -> None:
    texts = iter(["Anjali is", "Anjali's"])
    run = review(*"jjjjj", "e", "e", "y", "q", editor=lambda text, note: next(texts))
    assert run.said == [("edit", "Anjali's")]
    assert "[-He's-]{+Anjali is+}" in run.out
    dropped = review("j", "j", "e", "n", "q", editor=lambda text, note: "x")
    assert dropped.said == []


def test_leaving_in_the_middle_of_an_edit_keeps_the_words() -> None:
    for end in (EOFError, KeyboardInterrupt):
        run = review("j", "j", "e", editor=lambda text, note: "Anjali's", end=end)
        assert run.said == [("comment", "a text that was not kept: Anjali's")]
        assert run.code == (3 if end is EOFError else 130)


def test_leaving_at_the_question_why_keeps_the_rejection() -> None:
    run = review("n", end=KeyboardInterrupt)
    assert (run.code, run.said) == (130, [("reject", None)])
    assert "Go on: refiner review" in run.out


def test_an_edited_text_that_means_nothing_is_asked_again() -> None:
    run = review("e", "y", "n", "q", editor=lambda text, note: "\nbat")
    assert run.said == []
    assert "it is empty" in run.out


def test_without_an_editor_the_review_goes_on() -> None:
    def none(text: str, note: str) -> str | None:
        raise UsageError("the editor 'ed' is not there", mend="export EDITOR=nano")

    assert review("e", "y", "q", editor=none).said == [("approve", None)]


def test_a_number_confirms_all_that_is_shown() -> None:
    run = review("Y", "7", "Y", "8", "q")
    assert "nothing was decided" in run.out
    assert len(run.log.lines) == 8
    assert "1 question left out" in run.out
    taken = review("u", "q", log=run.log)
    assert len(taken.log.lines) == 9
    assert "9 left" in taken.out


def test_filter_go_to_flag_comment_view_why_and_help() -> None:
    run = review("/", "stage=edit", "N", "4", "/", "", "g", "2", "f", "c", "ask him", "v", "w", "?", "q", width=130)
    assert [d.verdict for d in run.log.lines] == ["reject"] * 4 + ["flag", "comment"]
    assert "(flagged)" in run.out
    assert "# ask him" in run.out
    assert "shown: before" in run.out
    assert "1-2" in run.out
    assert "approve all shown" in run.out
    wrong = review("/", "stagge=edit", "/", "nothing-like-it", "q")
    assert 'did you mean "stage"' in wrong.out
    assert "nothing matches" in wrong.out


def test_help_shows_only_what_is_valid() -> None:
    fresh = review("?", "q").out
    assert "undo" not in fresh
    assert "whole life, and" not in fresh
    assert "go to a number" in fresh
    question = review("j", "?", "y", "q")
    assert "answer with this choice" in question.out
    assert question.said == []


def test_for_the_whole_life() -> None:
    entries: list[CanonEntry] = []
    run = review(*"jj", "C", "y", "q", decide_life=entries.append)
    assert [(e.before, e.after, e.origin) for e in entries] == [("boys'", "girls'", "person")]
    assert run.said == [("approve", None), ("approve", None)]  # the entry, and what says the same
    life = Life()
    life.questions = [question_of(life.school, "friend")]
    asked = review("j", "C", "1", "y", "q", decide_life=entries.append, life=life)
    assert (entries[-1].before, entries[-1].after) == ("friend", "she")
    assert asked.said == [("approve", None), ("answer", "1")]
    assert review("j", "C", "2", "q", decide_life=entries.append, life=life).said == []
    assert review(*"jj", "C", "n", "q", decide_life=entries.append).said == []
    assert len(entries) == 2


def test_a_pronoun_is_not_decided_for_the_whole_life() -> None:
    entries: list[CanonEntry] = []
    run = review("j", "C", "/", "match=Dravid", "C", "q", decide_life=entries.append)
    assert run.out.count("C does nothing here") == 2
    assert entries == []


def test_esc_leaves_a_question_within_an_action() -> None:
    run = review("n", "\x1b", "c", "\x1b", "g", "\x1b", "q")
    assert run.said == []
    assert run.out.count("nothing was done") == 3


def test_esc_leaves_the_other_digits_of_a_choice() -> None:
    life = Life()
    asked = life.questions[0]
    more = [asked.choices[0].model_copy(update={"id": str(n), "label": f"person {n}"}) for n in range(1, 13)]
    life.questions = [asked.model_copy(update={"choices": tuple(more)})]
    run = review("j", "1", "\x1b", "q", life=life)
    assert run.said == []
    assert "nothing was done" in run.out


def test_a_reason_that_is_not_offered_is_asked_for_again() -> None:
    run = review("j", "n", "7", "!", "2", "q", decide_life=lambda entry: None)
    assert "there is no reason 7" in run.out
    assert "there is no reason !" in run.out
    assert run.said == [("reject", "the raw text shall stay")]


def test_what_was_undone_is_not_counted_as_kept() -> None:
    run = review("y", "n", "2", "u", "f", "q")
    assert "1 decided now, all kept" in run.out


def test_flags_and_comments_decide_nothing_on_what_needs_no_decision() -> None:
    life = Life()
    life.canon = [life.canon[0].model_copy(update={"origin": "person"})]
    run = review("g", "1", "f", "c", "mine", "q", life=life)
    state = start(life.queue(run.log.lines), run.log.lines)
    assert state.status(state.items[0]) == "approved"
    assert {i.id: i.status for i in state.items} == {i.id: state.status(i) for i in state.items}
    undone = review("g", "1", "n", "", "u", "q", life=life)
    state = start(life.queue(undone.log.lines), undone.log.lines)
    assert state.status(next(i for i in state.items if i.kind == "canon")) == "approved"


def test_the_persons_words_for_a_question_are_shown_in_its_sentence() -> None:
    notes: list[str] = []

    def editor(text: str, note: str) -> str:
        notes.append(note)
        return "the narrator"

    run = review("j", "v", "e", "y", "q", editor=editor)
    assert "My brother's friend said [-he-]{+the narrator+} was late." in run.out
    assert "1 the narrator: My brother's friend said she was late." in notes[0]
    assert "proposed" not in notes[0]
    empty = review("j", "e", "n", "q", editor=lambda text, note: "")
    assert "your text is empty: “he” would go" in empty.out


def test_an_answer_goes_to_questions_with_the_same_choice_wherever_one_stands() -> None:
    life = Life()
    texts = ("The friend said he was late.", "A man said he was tall.", "They sang.")
    life.notes = {f"{n}.md": note(f"{n}.md", text) for n, text in enumerate(texts)}
    life.canon, life.events, life.traits, life.samples = [], [], [], []
    life.edits = [edit_of(life.notes["2.md"], "They", "We")]
    life.questions = [question_of(life.notes["0.md"], "he"), question_of(life.notes["1.md"], "he")]
    run = review("1", "g", "3", "=", "y", "q", life=life)
    assert run.said == [("answer", "1"), ("answer", "1")]
    assert "1.md: A man said [-he-]{+she+} was tall." in run.out


def test_side_by_side_from_120_columns() -> None:
    keys = ["j", "j", "v", "v", "v", "q"]
    assert "shown: side by side" in review(*keys, width=120).out
    assert "side by side" not in review(*keys, width=119).out


@pytest.mark.says("A pipe is read in lines: `y`, `yes`, or a key with what it asks for, such as `n too formal`.")
def test_lines_of_a_pipe_are_keys() -> None:
    out, log = io.StringIO(), MemoryLog()
    lines = "\nyes\n1\ng 4\nn too short\nnext\nq\n"
    console = make_console(out, plain=True)
    code = run_review(Life().queue(), log, console=console, reader=LineReader(io.StringIO(lines)), plain=True)
    assert code == 3
    assert [(d.verdict, d.reason) for d in log.lines] == [("approve", None), ("answer", None), ("reject", "too short")]


def test_a_key_for_two_actions_is_refused() -> None:
    assert bindings(KEYMAP)["y"] == "approve"
    with pytest.raises(ConfigError, match='"y" stands for approve and for why'):
        bindings({**KEYMAP, "why": ("y",)})
    with pytest.raises(ConfigError, match="Enter alone"):
        bindings({**KEYMAP, "approve": ("\n",)})


def test_filters_of_the_command_line() -> None:
    run = review("y", "1", filters=Filters(note="school"))
    assert "1 of 2" in run.out
    assert review("y", "y", filters=Filters(match="zebra")).code == 0
    left = review("q", filters=Filters(stage="edit", below=0.9))
    assert "Go on: refiner review --stage edit --below 0.9" in left.out


@given(
    st.lists(st.sampled_from([*"ynesufcUjkJKg/,.vwCYNp?1289", " ", "", "é", "5", "stage=swap", "words"]), max_size=40)
)
@settings(max_examples=60, deadline=None)
def test_no_keys_break_the_review(typed: list[str]) -> None:
    log = MemoryLog()
    run = review(*typed, log=log, editor=lambda text, note: text + "!", decide_life=lambda entry: None)
    if not start(Life().queue(), log.lines).undecided():
        assert run.code == 0
    assert len({d.id for d in log.lines}) == len(log.lines)
