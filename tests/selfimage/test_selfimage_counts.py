"""The whole life: counts, samples, what only others say, the floor."""

from __future__ import annotations

import pytest
from image_life import CONFIG, edit, note

from refiner.errors import Undecided
from refiner.models import Message, Person, Sample
from refiner.negative_floor import hold, percent, remedies
from refiner.stages.self_image_evidence import Teller
from refiner.stages.self_image_life import life_image, others_words, who
from refiner.stages.selfimage import life_balance

NOTE = note()
SHOUTED = "I always shouted at the conductor over the change."
SIX = note("\n\n".join(f"I shouted at neighbour number {n}." for n in range(6)), "six.md")


def sample(answer: str, name: str = "s1", **given: object) -> Sample:
    messages = (Message(role="user", content="Tell me."), Message(role="assistant", content=answer))
    return Sample.model_validate({"id": name, "kind": "memory", "messages": messages, "notes": ("bus.md",)} | given)


def test_raw_refined_and_samples() -> None:
    told = [
        sample("Well. **I always shouted** at the conductor\nover the change.", "s1"),
        sample("I always shouted at the conductor over the change and over the seat.", "other"),
        sample(SHOUTED, "elsewhere", notes=("six.md",)),
        sample(SHOUTED, "no", status="rejected"),
    ]
    image = life_image([NOTE], {NOTE.path: [edit(NOTE, "lied to her", "spoke to her")]}, CONFIG, None, (), told)
    temper, lies = image.traits
    assert [(t.trait.id, len(t.rows), t.count("kept"), t.in_samples) for t in image.traits] == [
        ("temper", 2, 2, 1),
        ("lies", 2, 1, 0),
    ]
    shouted = next(r for r in temper.rows if r.raw == SHOUTED)
    assert shouted.samples == ("s1",)
    assert [r.state for r in lies.rows] == ["gone", "kept"]  # what is lost comes first
    assert image.share == 3 / 4
    assert [r.raw for r in image.lost] == ["My cousin laughed at me and I lied to her about the ticket."]
    assert not temper.without_sample
    assert lies.without_sample


def test_a_trait_that_a_sample_states_is_carried() -> None:
    said = sample("People say I am short-tempered.", "s9", traits=("temper",), notes=())
    temper = life_image([NOTE], {}, CONFIG, None, (), [said]).traits[0]
    assert (temper.stated, temper.without_sample) == (("s9",), False)


def test_a_short_sentence_is_carried_only_as_a_sentence() -> None:
    where = note("Shouted. The tea was good.")
    alone, within = sample("Then. Shouted. Slept.", "a"), sample("I shouted at the cook.", "b")
    [row] = life_image([where], {}, CONFIG, None, (), [alone, within]).traits[0].rows
    assert row.samples == ("a",)


def test_what_only_others_say_in_plain_words() -> None:
    hers = note("---\nauthor: Meera Nair\n---\nHe was lying to me for years.\n", "meera.md")
    mine = note('The bus was late. "You are so short-tempered," Papa said.', "mine.md")
    people = [Person(names=("Meera",), relation="younger sister"), Person(names=("Papa",), relation="father")]
    image = life_image([hers, mine], {}, CONFIG, None)
    temper, lies = image.traits
    assert others_words(lies, CONFIG, people, "meera.md: “…”") == (
        "your younger sister says that you tell lies (meera.md: “…”); you never do"
    )
    assert others_words(temper, CONFIG, [], "q").startswith("Papa says that you are short-tempered (q)")
    told = [f for f in life_balance([hers, mine], {}, CONFIG, None, (), people) if f.severity == "warning"]
    assert [f.note for f in told] == ["mine.md", "meera.md"]
    assert "your father says that you are short-tempered (mine.md: “" in told[0].message
    assert life_image([hers, NOTE], {}, CONFIG, None).traits[1].of_others == ()  # the narrator says it too


def test_who_somebody_is() -> None:
    known = [Person(names=("Meera",), relation="sister"), Person(names=("Ravi",))]
    assert who(Teller("author", "Meera Nair"), known) == "your sister"
    assert who(Teller("quoted", "My elder brother"), known) == "your elder brother"
    assert who(Teller("author", "Ravi"), known) == "Ravi"
    assert who(Teller("quoted"), known) == "somebody"


def test_the_floor_of_the_whole_and_of_each_trait() -> None:
    def below(gone: int, floor: float, *, notes: int = 1) -> tuple[str, ...]:
        edits = [edit(SIX, f"shouted at neighbour number {n}", "waved") for n in range(gone)]
        many = [note(f"I lied to him. I was lying number {n}.", f"l{n}.md") for n in range(20)]
        given = [SIX, *(many if notes > 1 else [])]
        return life_image(given, {SIX.path: edits}, CONFIG, None).below(floor)

    assert below(0, 0.9) == ()
    assert below(1, 0.9) == ("", "temper")
    assert below(1, 0.8) == ()
    assert below(6, 0) == ()
    assert below(1, 0.9, notes=2) == ("temper",)  # the others do not hide it
    few = life_image([NOTE], {NOTE.path: [edit(NOTE, SHOUTED, "")]}, CONFIG, None)
    assert few.below(0.6) == ()  # 1 of 2, but too few to count by themselves; 3 of 4 in all
    assert few.below(0.9) == ("",)
    assert life_image([], {}, CONFIG, None).below(1) == ()


def test_the_refusal_names_place_quote_and_command() -> None:
    gone = edit(SIX, "I shouted at neighbour number 2.", "")
    said = edit(SIX, "shouted at neighbour number 4", "waved", source="person", evidence=("question:abc",))
    image = life_image([SIX], {SIX.path: [gone, said]}, CONFIG, None)
    with pytest.raises(Undecided) as caught:
        hold(image, 0.9)
    text = str(caught.value)
    assert caught.value.exit_code == 3
    assert "all negative traits together: 4 of 6 sentences are kept, 66 %" in text
    assert "short-tempered: 4 of 6" in text
    assert "gone: six.md: “I shouted at neighbour number 2.”" in text
    assert f"refiner review --reject {gone.id}" in text
    assert "refiner review --answer abc=CHOICE" in text
    assert "negative_floor" in text
    hold(image, 0.6)


def test_an_edit_beside_the_one_that_took_it_away_is_not_blamed() -> None:
    gone = edit(SIX, "shouted at", "waved to")
    beside = edit(SIX, "number 0", "number nought")
    image = life_image([SIX], {SIX.path: [gone, beside]}, CONFIG, None)
    assert remedies(image.lost[0]) == [f"refiner review --reject {gone.id}"]


def test_percents_are_rounded_down() -> None:
    assert [percent(s) for s in (0, 0.899, 0.9, 0.29, 1)] == ["0 %", "89 %", "90 %", "29 %", "100 %"]
