"""Notes that follow the canon, and notes that do not."""

from __future__ import annotations

import pytest
from life_again import again, config, edit, findings, shown

from refiner.checks.again import Again
from refiner.checks.canon_followed import canon_followed, canon_uses
from refiner.models import CanonEntry, Decision
from refiner.notes import note_from_text
from refiner.pipeline import run_chain

MAN = config(replace={"cricket": "badminton"})
NOTES = {"a.md": "I played cricket every evening.", "b.md": "I played cricket badly, and my brother sang."}


def decided(notes: dict[str, str], note: str, word: str, verdict: str, text: str | None = None) -> list[Decision]:
    """Decisions on the edits of `word` in one note."""
    read = [note_from_text(t, p) for p, t in notes.items()]
    chain = run_chain(read, MAN, now="2026-01-01", stages=("swap",))
    edits = [e for e in chain.proposed if e.note == note and e.before == word]
    assert edits
    return [
        Decision(item=e.id, text_sha=e.text_sha, verdict=verdict, text=text, id=f"d{i}", at="2026-01-01T00:00:00Z")  # type: ignore[arg-type]
        for i, e in enumerate(edits)
    ]


def left(read: Again) -> list[str]:
    return shown(canon_followed(canon_uses(read), read.canon), read.text)


def test_a_life_that_follows_the_canon_has_no_findings() -> None:
    assert findings(NOTES, MAN) == []


def test_a_place_that_does_not_follow_names_the_notes_that_do() -> None:
    found = findings(NOTES, MAN, decisions=decided(NOTES, "b.md", "cricket", "reject"))
    assert [(f.check, f.note, f.severity) for f in found] == [("canon-followed", "b.md", "warning")]
    assert shown(found, NOTES["b.md"]) == ["cricket"]
    assert "a.md follows the canon" in found[0].message


def test_another_substitute_is_a_contradiction() -> None:
    found = findings(NOTES, MAN, decisions=decided(NOTES, "b.md", "cricket", "edit", "tennis"))
    assert [(f.check, f.note) for f in found] == [("contradiction", "b.md")]
    assert '"tennis" here, "badminton" in a.md' in found[0].message


def test_an_institution_of_the_canon_that_is_left() -> None:
    notes = {"a.md": "I studied at St Mary's Boys' School.", "b.md": "I left St Mary's Boys' School in 1999."}
    found = findings(notes, MAN, decisions=decided(notes, "b.md", "St Mary's Boys' School", "reject"))
    assert [(f.check, f.note) for f in found] == [("canon-followed", "b.md")]


@pytest.mark.parametrize(
    "text",
    [
        "My brother plays cricket in Leeds.",
        "Papa's cricket was famous, and he kept wicket.",
        "I watched cricket on TV.",
        "We pitched a tent beside the court after badminton.",
        "I play badminton now.",
    ],
)
def test_others_lives_and_other_senses_stay(text: str) -> None:
    assert left(again(text, [], MAN)) == []


def test_words_that_go_with_the_sport() -> None:
    read = again("I loved badminton. I kept wicket because I was small.", [], MAN)
    found = canon_followed(canon_uses(read), read.canon)
    assert shown(found, read.text) == ["wicket"]
    assert found[0].severity == "info"
    assert left(again("I climbed in by the wicket gate.", [], MAN)) == []  # the note speaks of no sport


def test_a_place_the_person_was_asked_about_is_passed_over() -> None:
    read = again("I played cricket badly.", [], MAN)
    asked = Again(read.note, read.text, read.config, read.canon, asked=((9, 16),))
    assert left(read) == ["cricket"]
    assert left(asked) == []


def test_what_the_canon_itself_wrote_is_not_left() -> None:
    chained = config(replace={"cricket": "badminton", "badminton": "tennis"})
    note = note_from_text("I played cricket.", "n.md")
    made = edit(note, 9, 16, "badminton", source="rule:canon")
    canon = (
        CanonEntry(id="c1", kind="activity", before="cricket", after="badminton"),
        CanonEntry(id="c2", kind="activity", before="badminton", after="tennis"),
        CanonEntry(id="c3", before="badminton", after="badminton doubles"),
    )
    assert left(Again(note, "I played badminton.", chained, canon, (made,))) == []
