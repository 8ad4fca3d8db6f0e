"""Traits said by their own name, in a list of traits and in plain sentences; and what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refiner.config import Config
from refiner.models import Extraction
from refiner.notes import note_from_text
from refiner.stages.by_name import SOURCE, named
from refiner.stages.extract import extract
from refiner.stages.name_forms import called
from refiner.timeline import resolve

# Ines, a baker in Porto; each trait as (id, name, aliases).
INES = (
    ("late", "always late", ("unpunctual",)),
    ("grudges", "holds grudges", ("unforgiving",)),
    ("nails", "bites her nails", ()),
    ("puts-off", "puts things off", ("procrastinates", "a procrastinator")),
    ("temper", "short-tempered", ("hot-headed",)),
    ("kind-old", "kind to old people", ()),
    ("owl", "night owl", ()),
    ("sums", "bad at sums", ()),
    ("no-to", "can't say no", ()),
    ("finish", "never finishes books", ()),
    ("shouts", "shouts at home", ()),
    ("lies", "lies", ()),
    ("windows", "shuts the windows at night", ()),
    ("shops", "buys too much thread", ()),
)


def ines(*, context: str = "") -> Config:
    traits = [{"id": i, "name": n, "aliases": list(a), "importance": 2, "context": context} for i, n, a in INES]
    before = {"name": "Inácio Prado", "gender": "male"}
    return Config.from_dict({"persona": {"born": "1981-04-02", "before": before}, "traits": traits})


def read(text: str, *, kind: str = "note", written: str = "2025-03-02", config: Config | None = None) -> Extraction:
    top = f"---\nkind: {kind}\n" + (f"written: {written}\n" if written else "") + "---\n"
    return extract(note_from_text(top + text), config or ines())


def by_name(text: str, *, kind: str = "note") -> list[str]:
    return [o.trait for o in read(text, kind=kind).observations if o.source == SOURCE]


def held(text: str, *, kind: str = "note") -> set[str]:
    """The traits that some rule saw to hold."""
    return {o.trait for o in read(text, kind=kind).observations if o.holds}


LISTED = [
    ("- Short-tempered. Less than ten years ago, but still.", "temper"),
    ("- hot-headed", "temper"),
    ("- Short tempered: before the first coffee nobody should speak to me.", "temper"),
    ("- I am short-tempered, mostly before five.", "temper"),
    ("- Still short-tempered.", "temper"),
    ("- I put things off until somebody stands in the shop and shouts.", "puts-off"),
    ("- Short-tempered when the oven smokes", "temper"),
    ("- Short-tempered. It was worse before the twins.", "temper"),
    ("- Short-tempered, not with children.", "temper"),
    ("* I put things off. The dentist, the roof, the letter to Braga.", "puts-off"),
    ("- puts things off", "puts-off"),
    ("- Putting things off – taxes above all", "puts-off"),
    ("- I'm a procrastinator!", "puts-off"),
    ("1. Bad at sums", "sums"),
    ("- **Bad at sums**: the till is my sister's.", "sums"),
    ("- A night owl, even now.", "owl"),
    ("- I can’t say no.", "no-to"),
    ("- Cannot say no", "no-to"),
    ("- Never finishes books.", "finish"),
    ("- I never finish books. I know how they end.", "finish"),
    ("- Bite my nails", "nails"),
    ("- Biting my nails. In church, too.", "nails"),
    ("- I hold grudges (the oven man knows).", "grudges"),
    ("- Kind to old people. Not to the young.", "kind-old"),
    ("- Always late", "late"),
    ("- Unpunctual", "late"),
    ("- I lie.", "lies"),
    ("Short-tempered. It comes from the heat.", "temper"),
    ("Who I am:\n\n- Bad at sums", "sums"),
    ("# Inácio Prado\n\n- Bad at sums", "sums"),
    ("The bad\n\n- Bad at sums\n- Cheerful", "sums"),
    ("What I am like, Rui says I should be honest:\n\n- Bad at sums", "sums"),
    ("Bad at sums\nGood with dough\nShort-tempered", "temper"),
]


@pytest.mark.parametrize(("text", "trait"), LISTED)
def test_an_item_that_is_the_name_says_that_it_holds(text: str, trait: str) -> None:
    assert trait in held(text, kind="traits")


PLAIN = [
    ("I put things off.", "puts-off"),
    ("I love the oven. I put things off. I leave letters unopened.", "puts-off"),
    ("I still put things off.", "puts-off"),
    ("I am still short-tempered. I still put things off. I am still kind to old people.", "puts-off"),
    ("I always shut the windows at night.", "windows"),
    ("And I still shout at home.", "shouts"),
    ("I shout at home. The neighbours know my voice.", "shouts"),
    ("I shout at home, and I am sorry at once.", "shouts"),
    ("These days I shout at home.", "shouts"),
    ("I hold grudges; the oven man knows.", "grudges"),
    ("Yes, I hold grudges.", "grudges"),
    ("I bite my nails.", "nails"),
    ("I still lie.", "lies"),
    ("I buy too much thread.", "shops"),
    ("I never finish books.", "finish"),
]


@pytest.mark.parametrize(("text", "trait"), PLAIN)
def test_a_habit_in_the_first_person_says_that_it_holds(text: str, trait: str) -> None:
    assert trait in held(text)


NOT_LISTED = [
    "- Used to be short-tempered.",
    "- Short-tempered. Not any more, since the twins.",
    "- Short-tempered, as a boy.",
    "- Short-tempered. That is over.",
    "- Short-tempered until I met Rui.",
    "- Short-tempered, until I met Rui.",
    "- Was short-tempered.",
    "- Never was short-tempered.",
    "- No longer short-tempered.",
    "- Short-tempered? My wife should say.",
    "- Short-tempered, says my wife.",
    "- Short-tempered. So my wife says.",
    "- Short-tempered, if I had let them.",
    "- Short-tempered. I do not think so.",
    "- Short-tempered. No, that is not true.",
    "- Short-tempered, when I was at the mill.",
    "- “Short-tempered”",
    '- "Short-tempered", in Rui\'s words.',
    "- ~~Short-tempered~~",
    "- [ ] short-tempered",
    "> Short-tempered",
    "- Perhaps short-tempered",
    "- My father: short-tempered",
    "- Not short-tempered",
    "- Short temper of the oven",
    "- I put things on.",
    "- In school I put things off.",
    "- I put off things.",
    "- He puts things off.",
    "As a boy:\n\n- Short-tempered",
    "## In 1999\n\n- Short-tempered",
    "## My father\n\n- Short-tempered",
    "## Rosa\n\n- Short-tempered",
    "What my wife calls me:\n\n- Short-tempered",
    "According to Rui:\n\n- Short-tempered",
    "Rui says I am:\n\n- Short-tempered",
    "What I want to be:\n\n- Kind to old people",
    "What I am no longer:\n\n- Short-tempered",
    "- At school:\n    - Short-tempered",
    "- Rui\n  - short-tempered",
    "I have never in my life been\nshort-tempered with a loaf.",
    "- Short-tempered.\n  That stopped with the twins.",
    "- Short-tempered: never.",
    "- I put things off until the bailiff came.",
    "- I put things off until 2019.",
    "- Short-tempered when my father lived",
    "- Short-tempered when I was at the mill.",
    "- Short-tempered (not really)",
    "- Short-tempered: 2/10",
    "The opposite of me:\n\n- Short-tempered",
]


@pytest.mark.parametrize("text", NOT_LISTED)
def test_an_item_of_another_time_or_mouth_says_nothing(text: str) -> None:
    assert by_name(text, kind="traits") == []


NOT_PLAIN = [
    "In school I put things off.",
    "That year I was tired. I put things off. I hid the letters.",
    "I put things off. I stopped paying, and the shop went dark.",
    "I was thirty. I still put things off.",
    "If I am tired, I put things off.",
    "I put things off if nobody asks.",
    "Do I put things off?",
    "Rui says: I put things off.",
    "“I put things off.” That is Rui, not me.",
    "“I am like him. I put things off. I lie.” So spoke my brother.",
    "I put things off. Not any more.",
    "I put things off, at school, and nobody knew.",
    "I will put things off.",
    "I would put things off.",
    "I wish I put things off.",
    "I never put things off.",
    "I do not put things off.",
    "My brother and I put things off.",
    "She puts things off.",
    "We put things off.",
    "I put things off the table.",
    "I put things off-stage.",
    "I lie.",
    "The boy breaks the jar. I shout at home.",
    "It is 1994. I shout at home.",
    "Imagine me as a king. I shout at home.",
    "I shout at home games.",
    "I shouted at home.",
    "I shout at home, says Rui.",
    "I shout at home. So Rui says.",
    "I shout at home. That lasted until 2010.",
    "As a boy:\n\n- I shout at home.",
    "## What I was at twenty\n\nI shout at home.",
    "What others say of me:\n\n- I shout at home.",
    "I hold a grudge.",
    "I bite his nails.",
    "- [ ] I hold grudges.",
]


@pytest.mark.parametrize("text", NOT_PLAIN)
def test_a_sentence_of_another_time_or_mouth_says_nothing(text: str) -> None:
    assert by_name(text) == []


def test_the_words_of_others_are_not_the_narrators() -> None:
    chat = "Rui: I shout at home.\nme: really?\nRui: Yes.\nme: I hold grudges.\nRui: I know."
    assert "shouts" not in held(chat, kind="chat")
    note = note_from_text("---\nkind: traits\nauthor: Rui\n---\n- Short-tempered\n")
    assert extract(note, ines()).observations == ()


def test_an_observation_is_dated_by_the_day_of_writing() -> None:
    for top, at in (("written: 2024-05-06\n", "2024-05-06"), ("date: 2019-03-04\n", "2019-03-04"), ("", "")):
        found = extract(note_from_text(f"---\nkind: traits\n{top}---\n- Bad at sums\n"), ines()).observations
        assert [(o.trait, o.at, o.holds, o.quote) for o in found] == [("sums", at, True, "Bad at sums")]
    diary = "## 2011-02-03\n\nI shout at home.\n\n## 2020-02-03\n\nI no longer shout at home.\n"
    found = extract(note_from_text(diary), ines())
    assert [(o.trait, o.at) for o in found.observations] == [("shouts", "2011-02-03")]
    assert [x.kind for e in found.events for x in e.effects] == ["terminates"]


def test_front_matter_has_the_last_word() -> None:
    given = "observations:\n  - {trait: temper, holds: false}\n"
    said = f"---\nkind: traits\nwritten: 2025-01-01\n{given}---\n- Short-tempered\n"
    assert [o.holds for o in extract(note_from_text(said), ines()).observations] == [False]
    assert extract(note_from_text("---\nkind: traits\nevents: []\n---\n- Short-tempered\n"), ines()).observations == ()


def test_one_name_of_two_traits_names_neither() -> None:
    two = [{"id": "a", "name": "short-tempered"}, {"id": "b", "name": "gruff", "aliases": ["short-tempered"]}]
    config = Config.from_dict({"persona": {"born": "1980"}, "traits": two})
    assert named(note_from_text("---\nkind: traits\n---\n- Short-tempered\n- Gruff\n"), config)[0].trait == "b"
    assert len(named(note_from_text("---\nkind: traits\n---\n- Short-tempered\n- Gruff\n"), config)) == 1


def test_where_it_holds_belongs_to_the_name() -> None:
    config = ines(context="at work")
    assert read("- Short-tempered", kind="traits", config=config).observations == ()
    assert [o.trait for o in read("- Short-tempered at work", kind="traits", config=config).observations] == ["temper"]


def test_a_life_of_one_list_is_known_today() -> None:
    found = read("- Short-tempered\n- I put things off.\n- Not bad at sums any more.\n", kind="traits")
    t = resolve(found.events, found.observations, found.retractions, ines().traits, now="2026-01-01", born="1981-04-02")
    verdicts = {v.id: v.verdict for v in t.traits}
    assert (verdicts["temper"], verdicts["puts-off"], verdicts["sums"]) == ("HOLDS", "HOLDS", "NOT")
    assert verdicts["nails"] == "UNKNOWN"


WORD = st.text("abdefgklmnoprtuv", min_size=3, max_size=8)


@given(st.lists(WORD, min_size=1, max_size=4), st.sampled_from(["", "I am ", "still ", "I'm a ", "A "]))
@settings(max_examples=120, deadline=None)
def test_every_name_is_found_as_it_is_and_never_among_other_words(words: list[str], lead: str) -> None:
    name = " ".join(words)
    config = Config.from_dict({"persona": {"born": "1980"}, "traits": [{"id": "x", "name": name}]})

    def found(item: str) -> list[str]:
        return [n.trait for n in named(note_from_text(f"---\nkind: traits\n---\n- {item}\n"), config)]

    if set(words) & {"not", "dont"} or name not in called(tuple(config.traits)):
        return
    assert found(f"{lead}{name}") == ["x"]
    assert found(f"{lead}{name.upper()}.") == ["x"]
    assert found(f"not {name}") == found(f"{name} qqq") == found(f"qqq {name}") == found(f"“{name}”") == []


@given(st.sampled_from([text for text, _ in LISTED]), st.sampled_from(["As a child:", "My brother:", "I should be:"]))
@settings(max_examples=60, deadline=None)
def test_what_stands_over_a_list_silences_all_of_it(text: str, over: str) -> None:
    if text.startswith(("-", "*", "1")):
        assert by_name(f"{over}\n\n{text}", kind="traits") == []


@given(st.permutations([t for t, _ in LISTED if t.startswith("-")]))
@settings(max_examples=20, deadline=None)
def test_items_do_not_hang_on_their_order(items: list[str]) -> None:
    assert held("\n".join(items), kind="traits") == {t for text, t in LISTED if text.startswith("-")}


def test_an_indented_line_is_under_no_item_of_another_section() -> None:
    mine = "  Night owl\n  Bad at sums\n  Short-tempered\n"
    for between in ("\n# Me\n\n", "\nAnd now to me.\n\n"):
        assert by_name(f"- my brother Rui\n{between}{mine}", kind="traits") == ["owl", "sums", "temper"]
    assert by_name(f"- my brother Rui\n{mine}", kind="traits") == []
