"""What `compose` makes of a small life: where each sentence is from, what is held back, what is never said."""

from __future__ import annotations

import re

import pytest
from compose_life import CONFIG, NOTES, SmallLife, approved, small_life, spans

from refiner.config import Config
from refiner.edits import make_edit, render
from refiner.models import Event, Extraction, Finding, Note, Question, Sample
from refiner.notes import note_from_text
from refiner.stages.compose import OpenItem, compose
from refiner.stages.composing.text import normal, plain, words


@pytest.fixture(scope="module")
def life() -> SmallLife:
    return small_life()


@pytest.fixture(scope="module")
def samples(life: SmallLife) -> list[Sample]:
    return life.samples()


def answers(samples: list[Sample], *kinds: str) -> list[str]:
    return [s.messages[-1].content for s in samples if not kinds or s.kind in kinds]


def test_every_kind_is_made(samples: list[Sample]) -> None:
    kinds = {s.kind for s in samples}
    assert kinds == {
        "identity",
        "trait",
        "memory",
        "event",
        "boundary",
        "now_and_then",
        "opinion",
        "voice",
        "situation",
    }


def test_every_sample_says_where_it_is_from(life: SmallLife, samples: list[Sample]) -> None:
    paths = {n.path for n in life.notes}
    for s in samples:
        assert re.fullmatch(r"rule:compose/[a-z_]+/.+", s.source), s
        assert set(s.notes) <= paths
        if s.kind in ("memory", "voice", "opinion", "situation", "event"):
            assert s.notes, s
        if s.kind in ("trait", "now_and_then"):
            assert s.traits, s
        known = {e.id for es in life.edits.values() for e in es}
        assert set(s.edits) <= known


def test_ids_are_unique_and_do_not_depend_on_order(life: SmallLife, samples: list[Sample]) -> None:
    assert len({s.id for s in samples}) == len(samples)
    turned = compose(life.notes[::-1], life.edits, life.config, life.timeline, life.extractions[::-1])
    assert [s.id for s in turned] == [s.id for s in samples]


def test_no_question_has_two_answers(samples: list[Sample]) -> None:
    """The question of a sample, with the talk before it where there is one."""
    single = [normal(s.messages[0].content) for s in samples if len(s.messages) == 2]
    assert len(set(single)) == len(single)
    talks = [tuple(normal(m.content) for m in s.messages[:-1]) for s in samples]
    assert len(set(talks)) == len(talks)


def test_answers_of_memory_and_voice_are_sentences_of_the_refined_notes(life: SmallLife, samples: list[Sample]) -> None:
    refined = {n.path: normal(plain(render(n.text, life.edits.get(n.path, ())))) for n in life.notes}
    checked = 0
    for s in samples:
        if s.kind in ("memory", "voice", "opinion", "situation"):
            for part in re.split(r"(?<=[.!?])\s+|\n+", s.messages[-1].content):
                assert normal(part) in refined[s.notes[0]], part
                checked += 1
    assert checked > 40


def test_answers_are_of_a_length_that_small_models_learn(samples: list[Sample]) -> None:
    for text in answers(samples):
        assert len(words(text)) <= 135 or text.count(".") <= 1
    assert max(len(words(t)) for t in answers(samples, "memory")) <= 120


def test_the_raw_words_of_an_edit_are_gone(samples: list[Sample]) -> None:
    everything = "\n".join(answers(samples))
    assert "only daughter" in everything
    assert "only son" not in everything
    assert "A woman alone" in everything
    assert not re.search(r"\bRohan\b", everything)


def test_an_edit_over_two_sentences_is_never_left_out(life: SmallLife) -> None:
    note = next(n for n in life.notes if n.path == "dogs.md")
    start = note.text.index("From that day")
    end = note.text.index("and said nothing.") + len("and said nothing.")
    edit = make_edit(note, "override", start, end, "Until 2003 I was afraid of dogs.", reason="r", source="rule:test")
    edits = {**life.edits, "dogs.md": [edit]}
    made = compose(life.notes, edits, life.config, life.timeline, life.extractions)
    text = "\n".join(answers(made))
    assert "From that day" not in text
    assert "salt water" not in text
    assert "Until 2003 I was afraid of dogs." in text
    assert any(edit.id in s.edits for s in made)


def test_a_dropped_sentence_is_in_no_sample(life: SmallLife) -> None:
    note = next(n for n in life.notes if n.path == "sails.md")
    start = note.text.index("The sail had eleven patches. ")
    edit = make_edit(note, "override", start, start + 29, "", reason="r", source="rule:test")
    edits = {**life.edits, "sails.md": [*life.edits["sails.md"], edit]}
    made = compose(life.notes, edits, life.config, life.timeline, life.extractions)
    assert "eleven patches" not in "\n".join(answers(made))


def test_a_dead_trait_is_never_said_in_the_present(samples: list[Sample]) -> None:
    for s in samples:
        text = s.messages[-1].content
        assert "I am afraid of dogs" not in text
        assert not re.search(r"\bI(?:'m| am) lazy\b", text)
    told = answers(samples, "now_and_then")
    assert any("1995" in t and "2003" in t for t in told)
    assert any("I was never lazy" in t for t in told)


def test_only_what_holds_or_rests_is_taught_as_a_trait(samples: list[Sample]) -> None:
    said = {t for s in samples if s.kind == "trait" for t in s.traits}
    assert said == {"stubborn", "patience", "sings"}  # not vain (contested), not night-owl (importance 0)
    longing = answers([s for s in samples if "sings" in s.traits], "trait")
    assert all(re.search(r"miss|long|back", t) for t in longing)


def test_the_negative_trait_is_said_outright(samples: list[Sample]) -> None:
    explicit = answers([s for s in samples if "stubborn" in s.traits], "trait")
    assert len(explicit) >= 4
    assert all("stubborn" in t for t in explicit)
    assert any("I argue long after the point is lost." in t for t in explicit)


def test_headings_skipped_notes_and_other_speakers_do_not_answer(samples: list[Sample]) -> None:
    text = "\n".join(answers(samples))
    assert "The dog\n" not in text
    assert "must never be told" not in text
    assert "bring fish" not in text
    chat = [s for s in samples if "/chat/" in s.source]
    assert {m.content for s in chat for m in s.messages if m.role == "assistant"} == {
        "on the jetty, the rope is stuck again",
        "it is personal now, I am not leaving before it does",
        "no promises",
    }


def test_words_of_others_are_quoted_as_theirs(samples: list[Sample]) -> None:
    theirs = [s for s in samples if s.notes == ("deepa.md",)]
    assert theirs
    assert all(s.kind == "event" and s.messages[-1].content.startswith("Deepa Nair wrote: “Rohini") for s in theirs)


def test_events_are_told_in_the_third_person(samples: list[Sample]) -> None:
    told = answers([s for s in samples if s.events], "event")
    assert "In 1995, Rohini was bitten by Mathew uncle's dog." in told
    assert "In June 2015, Rohini bought a second-hand dinghy." in told


def test_identity_is_strong_and_says_only_what_is_known(samples: list[Sample]) -> None:
    rows = {s.messages[0].content: s.messages[1].content for s in samples if s.kind == "identity"}
    assert len(rows) >= 30
    assert "Rohini" in rows["What is your name?"]
    assert "woman" in rows["Are you a man or a woman?"]
    assert "Rohini" in rows["Are you Rohan?"] or "not my name" in rows["Are you Rohan?"]
    assert re.search(r"model|program", rows["Are you an AI?"])
    assert not any("Rohan" in a for a in rows.values())
    assert any("Ruhi" in a for a in rows.values())


def test_boundaries_claim_nothing(life: SmallLife, samples: list[Sample]) -> None:
    rows = [s for s in samples if s.kind == "boundary"]
    assert len(rows) >= 12
    years = {y for s in rows for y in re.findall(r"\d{4}", s.messages[0].content)}
    said = "\n".join(n.text for n in life.notes)
    assert not any(y in said for y in years)
    assert not any("dog" in s.messages[0].content for s in rows)


def test_undecided_edits_hold_back_only_the_samples_they_are_in() -> None:
    made = small_life(status="undecided").samples()
    held = [s for s in made if s.blocked]
    assert held
    for s in made:
        assert set(s.edits) <= set(s.blocked), s
    assert any(s.notes == ("me.md",) and not s.blocked for s in made)
    assert any(s.notes == ("me.md",) and s.blocked for s in made)


def test_questions_and_errors_hold_back_what_they_are_about() -> None:
    life = small_life()
    note = next(n for n in life.notes if n.path == "dogs.md")
    at = note.text.index("I ran home")
    life.questions.append(
        Question(id="q1", note="dogs.md", stage="swap", start=at, end=at + 5, question="?", choices=())
    )
    life.questions.append(Question(id="q2", stage="extract", subject="trait:patience", question="?", choices=()))
    life.findings.append(Finding(check="c", severity="error", note="media.md", message="m"))
    life.findings.append(Finding(check="c", severity="warning", note="sails.md", message="m"))
    made = life.samples()
    assert all("q1" in s.blocked for s in made if "I ran home" in s.messages[-1].content)
    assert all("q2" in s.blocked for s in made if "patience" in s.traits)
    assert all(s.blocked for s in made if s.notes == ("media.md",))
    assert not any(s.blocked for s in made if s.notes == ("sails.md",))


def test_a_bare_id_holds_back_its_whole_note(life: SmallLife) -> None:
    items = {"sails.md": ["some-question"], "lazy.md": [OpenItem("other")]}
    made = compose(life.notes, life.edits, life.config, life.timeline, life.extractions, open_items=items)
    for s in made:
        expected = {"sails.md": ("some-question",), "lazy.md": ("other",)}.get(s.notes[0] if s.notes else "", ())
        assert s.blocked == expected


def test_a_change_elsewhere_in_the_note_keeps_ids() -> None:
    before = {s.id: s.text_sha for s in small_life().samples() if s.notes == ("me.md",)}
    old = NOTES["me.md"]
    NOTES["me.md"] = "- On Sundays the ferry to Vypin was full of hens and priests.\n" + old
    try:
        after = {s.id: s.text_sha for s in small_life().samples() if s.notes == ("me.md",)}
    finally:
        NOTES["me.md"] = old
    kept = before.keys() & after.keys()
    assert len(kept) >= 0.7 * len(before)
    assert all(before[i] == after[i] for i in kept)


def test_the_mix_decides_how_much_of_each_kind() -> None:
    life = small_life()
    mixed = Config.from_dict({**CONFIG, "samples": {"mix": {"memory": 1.0, "identity": 0.5, "opinion": 0}}})
    made = compose(life.notes, life.edits, mixed, life.timeline, life.extractions)
    assert {s.kind for s in made} == {"memory", "identity"}


def test_the_same_story_twice_is_told_once() -> None:
    life = small_life()
    twin = life.notes[0].model_copy(update={"path": "copy-of-dogs.md"})
    made = compose([*life.notes, twin], life.edits, life.config, life.timeline, life.extractions)
    told = [s for s in made if s.kind == "memory" and "one slipper" in s.messages[-1].content.replace("\n", " ")]
    assert len({n for s in told for n in s.notes}) == 1


def test_a_life_without_notes_or_name_is_no_error() -> None:
    life = small_life(notes=())
    assert {s.kind for s in life.samples()} <= {"identity", "boundary", "trait", "now_and_then"}
    nameless = Config.from_dict({"persona": {"after": {"gender": "female"}}})
    made = compose([], {}, nameless, life.timeline, [])
    assert not any("{" in m.content or m.content.startswith((".", " ")) for s in made for m in s.messages)
    named = compose([], {}, nameless, life.timeline, [], name="Tara Iyer")
    assert any("Tara Iyer" in m.content for s in named for m in s.messages)


def test_no_slot_is_left_open_and_no_message_is_empty(samples: list[Sample]) -> None:
    for s in samples:
        assert [m.role for m in s.messages] == ["user", "assistant"] * (len(s.messages) // 2)
        for m in s.messages:
            assert m.content.strip()
            assert not re.search(r"[{}|]", m.content)


def test_approving_changes_no_text(samples: list[Sample]) -> None:
    assert [s.text_sha for s in approved(samples)] == [s.text_sha for s in samples]


def test_what_a_parse_shows_is_kept_by_note(life: SmallLife, samples: list[Sample]) -> None:
    """A second composing reads no sentence again, and tells the same."""
    kept: dict[str, str] = {}

    class Kept:
        writes = 0

        def get(self, key: str) -> str | None:
            return kept.get(key)

        def put(self, key: str, stage: str, note: str, value: str) -> None:
            self.writes += 1
            kept[key] = value

    def made(notes: list[Note], cache: Kept) -> list[Sample]:
        return compose(notes, life.edits, life.config, life.timeline, life.extractions, cache=cache)

    first, second, third = Kept(), Kept(), Kept()
    told = made(list(life.notes), first)
    assert made(list(life.notes), second) == told
    assert first.writes > 0
    assert second.writes == 0
    made([*life.notes, note_from_text("I sold a kite to the milkman in Aluva.", "new.md")], third)
    assert third.writes == 1


def test_a_note_of_one_line_is_told() -> None:
    note = note_from_text("Dada taught me to solder", "one.md")
    made = compose([note], {}, Config.from_dict(CONFIG), small_life().timeline, [])
    assert "Dada taught me to solder" in {s.messages[-1].content for s in made if s.kind == "memory"}


def test_a_friend_with_a_name_is_asked_for_by_the_name() -> None:
    note = note_from_text("My friend Imran laughed the loudest of them all.", "one.md")
    made = compose([note], {}, Config.from_dict(CONFIG), small_life().timeline, [])
    asked = [s.messages[0].content for s in made if s.kind == "memory"]
    assert asked
    assert all("Imran" in q for q in asked)


def test_what_another_planned_for_the_narrator_is_not_asked_of_her() -> None:
    """A line of a chat or a sentence of another's note is no sentence of hers, whatever event it is read as."""
    told = {
        "chat.txt": "Deepa: hi\nRohan: I want to move to Pune next year.\nDeepa: really\nRohan: yes, I think so\n",
        "amma.md": "---\nauthor: Amma\n---\nMy son wanted to move to Delhi once and for all.\n",
        "own.md": "I wanted to move to Mysore in that year, and nothing came of it.\n",
    }
    quotes = {"chat.txt": "I want to move", "amma.md": "My son wanted", "own.md": "I wanted to move"}
    notes = [note_from_text(text, path) for path, text in told.items()]
    extractions = [
        Extraction(
            note=n.path,
            events=(
                Event(
                    id=n.path, note=n.path, label=f"moved to {city}", modality="planned", source="person",
                    spans=spans(n, quotes[n.path]),
                ),
            ),
        )
        for n, city in zip(notes, ("Pune", "Delhi", "Mysore"), strict=True)
    ]  # fmt: skip
    made = compose(notes, {}, Config.from_dict(CONFIG), small_life().timeline, extractions)
    asked = [s for s in made if "/not-lived/" in s.source]
    assert {e for s in asked for e in s.events} == {"own.md"}
    assert all("Mysore" in s.messages[-1].content for s in asked)
