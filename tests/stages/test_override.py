"""Override: what is over is said to be over, once, in her voice, and no more than that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from refiner.checks import closing
from refiner.checks.dead_traits import check_dead_traits, present_claims
from refiner.config import Config, Trait
from refiner.edits import make_edit, render
from refiner.models import Edit, Note, StageResult, Timeline
from refiner.notes import note_from_text
from refiner.stages.base import StageInput
from refiner.stages.extract import extract, link_events
from refiner.stages.override import Override
from refiner.timeline import resolve

NOW = "2026-01-01"
CONFIG = Config.from_dict(
    {
        "persona": {"born": "1985"},
        "traits": [
            {"id": "fear", "name": "afraid of dogs", "polarity": "negative", "importance": 3},
            {"id": "smoker", "name": "smoker", "description": "smokes cigarettes", "importance": 2},
            {"id": "chess", "name": "plays chess"},
            {"id": "lazy", "name": "lazy", "polarity": "negative", "importance": 2},
        ],
    }
)


class Life:
    """Some notes, read and resolved, and override run on them."""

    def __init__(
        self, *texts: str, earlier: Sequence[Edit] = (), rejected: Sequence[str] = (), config: Config = CONFIG
    ) -> None:
        self.config = config
        self.notes = [note_from_text(t, f"{i}.md") for i, t in enumerate(texts)]
        self.found = link_events([extract(n, config) for n in self.notes], self.notes, config)
        xs = self.found
        self.timeline: Timeline = resolve(
            [e for x in xs for e in x.events],
            [o for x in xs for o in x.observations],
            [r for x in xs for r in x.retractions],
            config.traits,
            now=NOW,
            born="1985",
        )
        self.earlier, self.rejected = tuple(earlier), frozenset(rejected)

    def run(self, index: int = 0) -> StageResult:
        events: dict[str, Any] = {e.id: e for x in self.found for e in x.events}
        given = StageInput(
            self.notes[index], self.config, earlier=self.earlier, extraction=self.found[index], timeline=self.timeline,
            events=events, rejected=self.rejected,
        )  # fmt: skip
        return Override().run(given)

    def text(self, index: int = 0) -> str:
        return render(self.notes[index].text, (*self.earlier, *self.run(index).edits))


BITE = "In 1995 a dog bit me. Since then I was afraid of dogs. We lived in Thane."
CURE = "In 2003 the fear of dogs was gone."


def test_a_dead_effect_is_closed_after_its_sentence() -> None:
    life = Life(BITE, CURE)
    [edit] = life.run().edits
    sentence = "Since then I was afraid of dogs."
    assert (edit.start, edit.before) == (BITE.index(sentence) + len(sentence), "")
    assert "2003" in edit.after
    assert edit.after.startswith(" ")
    assert edit.after.endswith(".")
    assert "ended in 2003" in edit.reason


def test_the_note_that_tells_the_ending_is_left_alone() -> None:
    assert Life(f"{BITE} {CURE}").run().edits == ()
    assert Life(BITE, CURE).run(1).edits == ()


def test_a_trait_that_lives_is_left_alone() -> None:
    assert Life(BITE).run().edits == ()


def test_an_end_that_did_not_last_is_closed_too() -> None:
    life = Life(
        "I learnt chess in 1993 and since then I played chess.",
        "In 2002 I gave up chess.",
        "In 2010 I took up chess again.",
    )
    assert [e.after for e in life.run(0).edits] == []
    [edit] = life.run(1).edits
    assert "2010" in edit.after


def test_a_claim_in_an_old_note_is_told_as_past_with_its_year() -> None:
    life = Life("---\ndate: 1999-04-05\n---\nWe went to the market. I am afraid of dogs. It rained.\n", BITE, CURE)
    assert life.text().endswith("---\nWe went to the market. Until 2003 I was afraid of dogs. It rained.\n")
    [edit] = life.run().edits
    assert (edit.source, edit.before, edit.after) == ("rule:past", "I am", "Until 2003 I was")
    assert "changes least" in edit.reason


def test_a_claim_in_a_list_stays_in_the_list() -> None:
    text = Life("---\ndate: 1999-04-05\n---\n- I am afraid of dogs\n- I like rain\n", BITE, CURE).text()
    assert "- Until 2003 I was afraid of dogs\n- I like rain" in text


def test_where_the_past_would_end_more_than_the_trait_a_clause_is_added() -> None:
    text = "---\ndate: 1999-04-05\n---\nI am a girl who is afraid of dogs. So be it.\n"
    [edit] = Life(text, BITE, CURE).run().edits
    assert (edit.source, edit.before) == ("rule:close", "")


def test_a_claim_written_after_its_end_is_asked_about_and_not_closed() -> None:
    life = Life("---\ndate: 2010-04-05\n---\nI am still afraid of dogs.\n", BITE, CURE)
    result = life.run()
    assert result.edits == ()
    assert [q.subject for q in result.questions] == ["trait:fear"]


def test_what_was_taken_back_is_said_to_be_untrue() -> None:
    life = Life("In 2001 I became lazy.", "I was never lazy. It was the thyroid.")
    [edit] = life.run().edits
    assert any(w in edit.after for w in ("not so", "not true", "never was true"))
    assert life.run(1).edits == ()


def test_plans_are_left_alone() -> None:
    life = Life("I began to smoke in 2004.", "From 1 January 2010 I will stop smoking.")
    assert life.run(0).edits == life.run(1).edits == ()


def test_a_contested_trait_is_one_question_in_the_note_of_its_first_event() -> None:
    life = Life("Since the bite I am afraid of dogs.", "The fear of dogs was gone.")
    questions = [q for i in (0, 1) for q in life.run(i).questions]
    assert [q.subject for q in questions] == ["trait:fear"]
    assert "Since the bite I am afraid of dogs." in questions[0].question
    assert "The fear of dogs was gone." in questions[0].question
    effect = questions[0].choices[0].effect.event
    assert effect is not None
    assert set(effect) == {"id", "add_relation"}


def test_a_rejected_edit_becomes_a_question() -> None:
    [edit] = Life(BITE, CURE).run().edits
    again = Life(BITE, CURE, rejected=[edit.id]).run()
    assert again.edits == ()
    assert [q.start for q in again.questions] == [BITE.index("Since")]


def test_a_sentence_about_two_things_names_the_one_that_is_over() -> None:
    life = Life("In 1995 I became a smoker and since then I am afraid of dogs.", CURE)
    result = life.run()
    assert [e.after for e in result.edits] == [" (I was afraid of dogs until 2003 and no longer.)"]


def test_an_edit_contains_what_swap_changed() -> None:
    text = "---\ndate: 1999-04-05\n---\nIt rained. I am a boy afraid of dogs. So be it.\n"
    note = note_from_text(text, "0.md")
    at = text.index("boy")
    swap = make_edit(note, "swap", at, at + 3, "girl", reason="r", source="rule:role")
    life = Life(text, BITE, CURE, earlier=[swap])
    [edit] = life.run().edits
    if edit.before:
        assert edit.parents == (swap.id,)
    assert "girl" in life.text() or "afraid" not in life.text()


def test_claims_of_today_are_found() -> None:
    fear, smoker = CONFIG.traits[0], CONFIG.traits[1]
    text = "I am afraid of dogs. I was afraid of dogs. I am no longer afraid of dogs. I smoke. I do not smoke."
    assert [text[s.start : s.end] for s in present_claims(text, fear)] == ["I am afraid of dogs."]
    assert [text[s.start : s.end] for s in present_claims(text, smoker)] == ["I smoke."]


def test_a_claim_that_is_closed_is_none() -> None:
    assert present_claims("I am afraid of dogs. That lasted until 2003.", CONFIG.traits[0]) == []


def test_claims_of_dead_traits_are_errors_where_the_trait_matters() -> None:
    life = Life(BITE, CURE)
    found = check_dead_traits(life.notes[0], "I am afraid of dogs.", CONFIG, life.timeline)
    assert [(f.severity, f.start, f.end) for f in found] == [("error", 0, 20)]


_PARTS = st.lists(
    st.sampled_from(
        [
            "In 1995 a dog bit me.", "Since then I am afraid of dogs.", "I am afraid of dogs.",
            "In 2003 the fear of dogs was gone.", "I began to smoke in 2001.", "I smoke.",
            "In 2010 I gave up smoking.", "We had tea.", "I was never lazy.", "I am lazy.",
            "In 1999 I became lazy.", "\n\n", "In 2012 I took up chess again.", "In 2004 I gave up chess.",
        ]
    ),
    max_size=5,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(_PARTS.map(" ".join), min_size=1, max_size=3))
def test_edits_render_and_a_second_run_proposes_nothing_new(texts: list[str]) -> None:
    life = Life(*texts)
    refined = [life.text(i) for i in range(len(texts))]
    assert all(after.strip() or not before.strip() for before, after in zip(texts, refined, strict=True))
    # A dropped sentence may have been what another one leaned on; where none is, nothing new may come.
    # And a year in brackets can be read as what "since then" counts from.
    assume(not any(e.before or "(" in e.after for i in range(len(texts)) for e in life.run(i).edits))
    again = Life(*refined)
    assert [again.run(i).edits for i in range(len(texts))] == [()] * len(texts)


@pytest.mark.parametrize("texts", [[BITE, CURE], [f"{BITE} {CURE}"]])
def test_nothing_else_changes(texts: list[str]) -> None:
    life = Life(*texts)
    for index, note in enumerate(life.notes):
        assert _without(life.run(index).edits, note) == note.text


def _without(edits: Sequence[Edit], note: Note) -> str:
    text = render(note.text, edits)
    for e in edits:
        text = text.replace(e.after, e.before, 1)
    return text


def test_what_somebody_else_wrote_is_not_edited() -> None:
    life = Life("---\nauthor: Meera\n---\nWe went out. I am afraid of dogs. It rained.\n", BITE, CURE)
    assert life.run().edits == ()


# ---- what front matter says outright -------------------------------------------------------------------------------


def written(body: str, *events: str, more: str = "", date: str = "1999-04-05") -> str:
    listed = "".join(f"\n  - {{{e}}}" for e in events) or " []"
    return f"---\ndate: {date}\nevents:{listed}\n{more}---\n{body}\n"


CURED = written("I walked past six of them.", "id: cure, when: 2003, effects: {fear: terminates}", date="2003-05-01")
BITTEN = "id: bite, when: 1995, effects: {fear: {kind: initiates, quote: Since then I stayed indoors}}"


def test_the_ending_is_that_of_the_stretch_that_is_told() -> None:
    again = written("Again.", "id: again, when: 2010, effects: {fear: initiates}", date="2011-01-01")
    over = written("Over.", "id: over, when: 2015, effects: {fear: terminates}", date="2016-01-01")
    life = Life(written("Since then I stayed indoors.", BITTEN), CURED, again, over)
    [edit] = life.run().edits
    assert "2003" in edit.after
    assert "has not been so since" not in edit.after  # it came back in 2010


def test_what_was_seen_once_and_is_over_is_closed_by_its_name() -> None:
    seen = 'observations: [{trait: fear, holds: true, quote: "I go round by the temple"}]\n'
    life = Life(written("I go round by the temple. It rained.", more=seen), written("x", BITTEN), CURED)
    # Whether she went round by the temple until 2003 nobody said.
    assert life.text().endswith(
        "I go round by the temple. (I was afraid of dogs until 2003 and no longer.) It rained.\n"
    )


def test_sentences_in_a_row_are_closed_once_behind_the_last() -> None:
    effects = "{fear: [{kind: initiates, quote: Since then I ran}, {kind: continues, quote: I went by bus}]}"
    life = Life(
        written("Since then I ran. I went by bus. It rained.", f"id: bite, when: 1995, effects: {effects}"), CURED
    )
    assert life.text().endswith(
        "Since then I ran. I went by bus. (I was afraid of dogs until 2003 and no longer.) It rained.\n"
    )
    [edit] = life.run().edits
    assert closing.run_of(edit) == 1
    apart = Life(written("Since then I ran.\n\nI went by bus.", f"id: bite, when: 1995, effects: {effects}"), CURED)
    assert len(apart.run().edits) == 2


def test_an_event_that_did_not_happen_is_said_not_to_have() -> None:
    told = written(
        "The rain came. I kicked the dog. The tea was cold.", "id: kick, quote: I kicked the dog, when: 1998"
    )
    told = told.replace("when: 1998", "when: 1998, effects: {lazy: initiates}")
    back = "---\ndate: 2004-01-01\nretracts: [{target: kick, quote: I never kicked}]\n---\nI never kicked a dog.\n"
    text = Life(told, back).text()
    assert re.search(r"I kicked the dog\. \((?:.*; it did not happen|It never happened)\.\) The tea", text)


def test_what_rests_is_said_to_rest_and_longing_stays() -> None:
    seen = 'observations: [{trait: chess, holds: true, quote: "I play every evening"}]\n'
    now = written("I play every evening. It rained.", "id: a, when: 1990, effects: {chess: initiates}", more=seen)
    rest = written("I have not touched a board since the move, and I miss it.",
                   "id: b, when: 2015, effects: {chess: suspends}", date="2016-01-01")  # fmt: skip
    life = Life(now, rest)
    [edit] = life.run().edits
    assert edit.after == " (I have not done so since 2015, but it is not given up.)"
    assert life.run(1).edits == ()


@pytest.mark.parametrize(
    ("name", "clause"),
    [
        ("lies about money", "I lied about money until 2003 and no longer."),
        ("smoker", "I was a smoker until 2003 and no longer."),
        ("fear of dogs", "That fear of dogs lasted until 2003."),
        ("afraid of dogs", "I was afraid of dogs until 2003 and no longer."),
    ],
)
def test_beside_what_lives_the_clause_names_what_is_over(name: str, clause: str) -> None:
    traits = [{"id": "x", "name": name, "importance": 2}, {"id": "y", "name": "cooks", "importance": 2}]
    config = Config.from_dict({"persona": {"born": "1985"}, "traits": traits})
    effects = "effects: {x: {kind: initiates, quote: to do both}, y: {kind: initiates, quote: to do both}}"
    life = Life(
        written("There I learnt to do both.", f"id: a, when: 1998, {effects}"),
        written("x", "id: b, when: 2003, effects: {x: terminates}", date="2004-01-01"), config=config,
    )  # fmt: skip
    assert [e.after for e in life.run().edits] == [f" ({clause})"]
    assert re.fullmatch(closing.CLOSED, clause)


def test_a_clause_that_would_move_a_later_time_stands_in_brackets() -> None:
    event = "id: bite, when: 1995, effects: {fear: {kind: initiates, quote: From 1995 on I stayed indoors}}"
    life = Life(written("From 1995 on I stayed indoors. Two years later we moved to Thane.", event), CURED)
    assert re.search(r"From 1995 on I stayed indoors \([^)]*2003[^)]*\)\. Two years later we moved", life.text())
    assert closing.CLOSED.search(life.text())


def test_an_ending_that_is_known_by_its_decade_is_said_so() -> None:
    vague = CURED.replace("when: 2003", 'when: {earliest: "1996-01-01", latest: "1999-12-31"}')
    assert "the 1990s" in Life(written("Since then I stayed indoors.", BITTEN, date="1995-12-01"), vague).text()


def test_what_goes_on_beside_it_is_not_put_into_the_past() -> None:
    life = Life("---\ndate: 1999-04-05\n---\nI live in Thane and I am afraid of dogs. It rained.\n", BITE, CURE)
    assert "I live in Thane and I am afraid of dogs. (That " in life.text()


def test_what_was_seen_to_live_in_the_same_sentence_stays() -> None:
    seen = (
        "observations: [{trait: chess, holds: true, quote: I sit over the board}, "
        "{trait: fear, holds: true, quote: I go round by the temple}]\n"
    )
    text = Life(
        written("I sit over the board, I go round by the temple.", more=seen), written("x", BITTEN), CURED
    ).text()
    assert "I sit over the board, I go round by the temple. (I was afraid of dogs until 2003 and no longer.)" in text


# ---- words that may not stand there --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "told",
    [
        "```\nSince then I stayed indoors\n```", "| a | b |\n| --- | --- |\n| 1995 | Since then I stayed indoors |",
        "Since then I stayed indoors\n===", "Since then I stayed indoors\n---", "## Since then I stayed indoors",
        "<!-- Since then I stayed indoors -->", "> ## Since then I stayed indoors",
    ],
)  # fmt: skip
def test_no_words_are_put_into_titles_tables_code_and_comments(told: str) -> None:
    life = Life(written(f"{told}\n\nWe had tea.", BITTEN), CURED)
    assert life.run().edits == ()
    assert [q.start for q in life.run().questions] != []


def test_a_heading_is_not_told_as_past() -> None:
    life = Life("---\ndate: 1999-04-05\n---\n# I am afraid of dogs\n\nWe had tea. It rained.\n", BITE, CURE)
    assert life.run().edits == ()


def test_a_rule_of_dashes_under_a_whole_sentence_makes_no_heading() -> None:
    life = Life(written("Since then I stayed indoors.\n---\nWe had tea.", BITTEN), CURED)
    assert "Since then I stayed indoors. (I was afraid of dogs until 2003 and no longer.)\n---" in life.text()


def test_a_clause_in_brackets_keeps_its_capital_i() -> None:
    event = "id: bite, when: 1995, effects: {fear: {kind: initiates, quote: I stayed indoors}}"
    life = Life(written("In 1995 I stayed indoors. Two years later we moved to Thane.", event), CURED)
    assert "In 1995 I stayed indoors (I was afraid of dogs until 2003 and no longer). Two years" in life.text()


@pytest.mark.parametrize(
    "name",
    [
        "never on time", "loves his mother", "no patience", "eating disorder", "doesn't cook", "under the weather",
        "keeps to herself", "better with age",
    ],
)  # fmt: skip
def test_a_name_that_makes_no_sentence_of_hers_is_not_put_into_one(name: str) -> None:
    traits = [{"id": "fear", "name": name, "importance": 2}]
    config = Config.from_dict({"persona": {"born": "1985"}, "traits": traits})
    life = Life(written("Since then I stayed indoors.", BITTEN), CURED, config=config)
    [edit] = life.run().edits
    assert re.fullmatch(r" \(That (?:lasted until|ended in|stopped in) 2003\.\)", edit.after)


def test_who_trusts_no_one_is_not_said_not_to_trust_no_one() -> None:
    assert closing.ended_named("habit", "trust no one", "2003") == "I trusted no one until 2003 and no longer."
    assert closing.ended_named("habit", "trust no one", "") == ""  # not "I do not trust no one any more"


# ---- what is not so ------------------------------------------------------------------------------------------------

STRETCHES = (
    "id: a, when: 1990, effects: {chess: initiates}", "id: b, when: 1995, effects: {chess: terminates}",
    "id: c, when: 2005, effects: {chess: initiates}", "id: d, when: 2010, effects: {chess: terminates}",
    "id: e, when: 2015, effects: {chess: initiates}",
)  # fmt: skip
NO_CHESS = 'observations: [{trait: chess, holds: false, quote: "The board is in the loft"}]\n'


def test_what_was_not_so_came_back_when_it_next_began() -> None:
    life = Life(written("The board is in the loft.", more=NO_CHESS), written("x", *STRETCHES, date="2019-01-01"))
    [edit] = life.run().edits
    assert "2005" in edit.after


def test_what_had_never_been_so_does_not_come_back() -> None:
    life = Life(written("The board is in the loft.", more=NO_CHESS), written("x", STRETCHES[2], date="2019-01-01"))
    [edit] = life.run().edits
    assert edit.after == " (That changed in 2005.)"
    assert "began in 2005" in edit.reason
    assert re.search(closing.CLOSED, edit.after)


def test_what_is_told_of_a_time_after_its_end_is_not_said_to_have_lasted_until_then() -> None:
    late = "id: late, when: 2007, effects: {fear: {kind: continues, quote: I went round by the temple}}"
    life = Life(written("I went round by the temple.", late, date="2008-01-01"), written("x", BITTEN), CURED)
    result = life.run()
    assert result.edits == ()
    assert [f.message for f in result.findings] == ["late: it tells of fear after that had ended"]


def test_what_rests_beside_what_lives_is_named_and_never_said_to_be_over() -> None:
    told = "effects: {chess: {kind: initiates, quote: I play}, fear: {kind: initiates, quote: I run from dogs}}"
    rest = written("x", "id: b, when: 2015, effects: {chess: suspends}", date="2016-01-01")
    life = Life(written("I play every evening and I run from dogs.", f"id: a, when: 1990, {told}"), rest)
    assert [e.after for e in life.run().edits] == [" (Since 2015 I do not play chess; that rests.)"]
    traits = [{"id": "chess", "name": "good at chess", "importance": 2}, {"id": "fear", "name": "fear of dogs"}]
    config = Config.from_dict({"persona": {"born": "1985"}, "traits": traits})
    life = Life(life.notes[0].text, rest, config=config)
    labels = [c.label for q in life.run().questions for c in q.choices]
    assert labels
    assert not any(closing.CLOSED.search(label) for label in labels)


def test_two_claims_in_one_sentence_are_both_said_to_be_over() -> None:
    ends = written("x", "id: l, when: 2001, effects: {lazy: terminates}", date="2004-01-01")
    life = Life("---\ndate: 1999-04-05\n---\nI am afraid of dogs and I am lazy. It rained.\n", BITE, CURE, ends)
    assert re.search(r"I am lazy\. \((?:None of that lasted|All of that is over now)\.\) It rained", life.text())
    assert "2003" not in life.run().edits[0].reason


@pytest.mark.parametrize("text", ["Am I afraid of dogs?", "If I am afraid of dogs, so be it.", "Do I smoke?"])
def test_who_asks_or_supposes_claims_nothing(text: str) -> None:
    assert [t.id for t in CONFIG.traits if present_claims(text, t)] == []


def test_who_says_it_all_the_same_claims_it() -> None:
    assert present_claims("Even if I am afraid of dogs, I go.", CONFIG.traits[0])
    assert present_claims("I am afraid of dogs, are you?", CONFIG.traits[0])


@pytest.mark.parametrize(
    "said",
    [
        "‘I am afraid of dogs,’ said Meera.", "'I am afraid of dogs,' said Ravi.", "«I am afraid of dogs», said Ravi.",
        '"I was late. I am afraid of dogs. I ran," said Meera.', "Meera: Come\nRavi: I am afraid of dogs\nMeera: Oh",
    ],
)  # fmt: skip
def test_what_others_say_is_no_claim_of_the_writer(said: str) -> None:
    life = Life(BITE, CURE)
    assert check_dead_traits(life.notes[0], said, CONFIG, life.timeline) == []


def test_what_the_writer_says_in_a_chat_is_a_claim() -> None:
    life = Life(BITE, CURE)
    chat = "Meera: Come\nMe: I am afraid of dogs\nMeera: Oh"
    assert [f.start for f in check_dead_traits(life.notes[0], chat, CONFIG, life.timeline)] == [12]


@pytest.mark.parametrize("told", ["- Since then I stayed indoors\n- We had tea", "Since then I stayed indoors"])
def test_a_clause_stands_in_one_pair_of_brackets(told: str) -> None:
    text = Life(written(told, BITTEN), CURED).text()
    assert re.search(r"indoors \([^()]+2003[^()]*\)\n", text), text


def test_who_says_what_kind_of_girl_she_is_did_not_cease_to_be_one() -> None:
    text = "---\ndate: 1999-04-05\n---\nI am a small thin girl afraid of dogs. So be it.\n"
    [edit] = Life(text, BITE, CURE).run().edits
    assert (edit.source, edit.before) == ("rule:close", "")


def test_a_name_without_its_article_is_not_said() -> None:
    assert closing.ended_named("adjective", "lazy girl", "2003") == ""
    assert closing.ended_named("adjective", "lazy", "2003") != ""


def test_a_note_without_a_sentence_claims_nothing() -> None:
    assert present_claims("", Trait(id="fear", name="fear of dogs")) == []
    assert present_claims([], Trait(id="fear", name="fear of dogs")) == []
