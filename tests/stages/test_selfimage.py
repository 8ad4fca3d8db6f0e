"""The self-image: what is not flattering stays, and no praise comes in."""

from __future__ import annotations

from refiner.config import Config
from refiner.edits import make_edit
from refiner.models import Edit, Note, Timeline, TraitVerdict
from refiner.notes import note_from_text
from refiner.stages.base import StageInput
from refiner.stages.selfimage import SelfImage, life_balance

CONFIG = Config.from_dict(
    {
        "traits": [
            {"id": "temper", "name": "short-tempered", "polarity": "negative", "importance": 3},
            {"id": "kind", "name": "kind", "polarity": "positive", "importance": 3},
        ]
    }
)
NOTE = note_from_text("I was short-tempered with the clerk. I shouted in a rage. The bus was late.", "a.md")


def edit(note: Note, before: str, after: str) -> Edit:
    at = note.text.index(before)
    return make_edit(note, "override", at, at + len(before), after, reason="r", source="rule:x")


def test_what_is_left_as_it_is_gives_no_finding() -> None:
    assert SelfImage().run(StageInput(NOTE, CONFIG)).findings == ()
    assert SelfImage().run(StageInput(NOTE, CONFIG, earlier=(edit(NOTE, "clerk", "cashier"),))).findings == ()


def test_lost_evidence_is_a_warning_with_its_place() -> None:
    found, flagged = (
        SelfImage().run(StageInput(NOTE, CONFIG, earlier=(edit(NOTE, "I shouted in a rage. ", ""),))).findings[:2]
    )
    assert (found.check, found.severity, found.start) == ("self-image", "warning", NOTE.text.index("I shouted"))
    assert (flagged.check, flagged.start) == ("idealises", NOTE.text.index("I shouted"))
    assert "takes away “I shouted in a rage.” (short-tempered)" in flagged.message


def test_praise_that_an_edit_adds_is_told() -> None:
    change = edit(NOTE, "The bus", "A wise and gentle bus")
    found = next(
        f for f in SelfImage().run(StageInput(NOTE, CONFIG, earlier=(change,))).findings if f.check == "idealises"
    )
    assert (found.check, "“wise”, “gentle”" in found.message) == ("idealises", True)


def test_balance_of_a_life() -> None:
    whole = life_balance([NOTE], {}, CONFIG, None)
    assert [(f.severity, f.message) for f in whole] == [("info", "short-tempered: 2 of 2 sentences of evidence remain")]
    half = life_balance([NOTE], {"a.md": [edit(NOTE, "I shouted in a rage. ", "")]}, CONFIG, None)
    assert [(f.severity, f.message) for f in half] == [("error", "short-tempered: 1 of 2 sentences of evidence remain")]


def test_what_is_over_may_go() -> None:
    verdict = TraitVerdict(id="temper", verdict="NOT", default_verdict="NOT")
    assert life_balance([NOTE], {}, CONFIG, Timeline(now="2026-01-01", traits=(verdict,))) == []


def test_what_only_others_show_is_told() -> None:
    other = note_from_text("---\nauthor: Meera\n---\nShort-tempered, always in a rage, and shouting.\n", "m.md")
    found = life_balance([other, note_from_text("The bus was late.", "b.md")], {}, CONFIG, None)
    assert "Meera says that you are short-tempered (m.md: “Short-tempered, always" in found[-1].message
    assert found[-1].message.endswith("you never do")
