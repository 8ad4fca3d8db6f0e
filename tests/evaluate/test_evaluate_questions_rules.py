"""What is asked for and what is not, by the grammar of the sentence: keys, places, topics, who, narrow traits."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refiner.config import Config, Trait
from refiner.evaluate.material import Material, Telling, stems_of
from refiner.evaluate.questions import make_items
from refiner.evaluate.questions_changed import nearly
from refiner.evaluate.questions_cut import cuts
from refiner.evaluate.questions_forms import Wordings, table
from refiner.evaluate.questions_her import gender
from refiner.evaluate.questions_keys import MOST_GROUPS, groups_of
from refiner.evaluate.questions_life import about, facts, named
from refiner.evaluate.questions_scenes import held_to, said_of, scenes, virtue
from refiner.evaluate.questions_time import _clause, _timed
from refiner.evaluate.questions_traits import living
from refiner.models import Interval, Medium, Person, Timeline, TraitVerdict
from refiner.stages.composing.deeds import deeds
from refiner.stages.composing.topics import Topic


def life(*sentences: str, topics: tuple[Topic, ...] = (), **more: object) -> Material:
    """A woman whose notes are one passage."""
    sides = {"before": {"name": "Nour Haddad", "gender": "male"}, "after": {"name": "Noor Haddad", "gender": "female"}}
    passage = Telling(
        "p", "note.md", " ".join(sentences), sentences, topics=topics, deeds=tuple(tuple(deeds(s)) for s in sentences)
    )
    settings_ = more.pop("traits", [])
    config = Config.from_dict({"persona": sides, "traits": settings_})
    verdicts = tuple(
        TraitVerdict(id=t.id, verdict="HOLDS", default_verdict="HOLDS", intervals=(Interval(from_="2001"),))
        for t in config.traits
    )
    return Material(
        config, Timeline(now="2026-01-01", traits=verdicts), her="Noor", full_name="Noor Haddad", old_names=("Nour",),
        texts={"note.md": passage.text}, passages=(passage,), **more,
    )  # type: ignore[arg-type]  # fmt: skip


def keys(*sentences: str, asked: tuple[str, ...] = (), **more: object) -> list[str]:
    return [g[0] for g in groups_of(sentences, life(*sentences, **more), asked)]


# ---- keys ------------------------------------------------------------------------------------------------------------


def test_names_come_first_then_numbers_then_nouns() -> None:
    assert keys("In the harbour of Tripoli I sold forty crates.") == ["Tripoli", "forty", "harbour", "crates"]


def test_the_events_own_sentence_comes_before_those_around() -> None:
    found = keys("I burnt the lentils in the blue pot of the landlady.", "Karim and Salma ate bread in Sidon.")
    assert not {"Karim", "Salma", "Sidon"} & set(found)
    assert {"lentils", "pot"} <= set(found)


@pytest.mark.parametrize(
    "sentence",
    [
        "Please don't be upset, the carpet was finished honestly and truly in Tyre.",
        "I gladly and quickly carried the carpet to Tyre, perhaps rather late.",
    ],
)
def test_only_names_numbers_and_nouns_are_wanted_where_there_are_two(sentence: str) -> None:
    assert set(keys(sentence)) == {"Tyre", "carpet"}


def test_a_name_of_several_words_is_one_thing() -> None:
    found = groups_of(["I met Dona Lurdes at the corner of Rua das Pedras."], life("I met her."))
    assert found[0][:3] == ("Dona Lurdes", "Dona", "Lurdes")
    assert found[1][0] == "Rua das Pedras"


def test_nouns_that_stand_together_are_one_thing() -> None:
    found = groups_of(["The curtain rod fell on the carpet."], life("I came."))
    assert ("curtain rod", "curtain", "rod") in found
    assert ("carpet",) in found
    assert len(found) == 2
    asked = ["Who mended the rod?"]
    assert ("curtain",) in groups_of(["The curtain rod fell on the carpet."], life("I came."), asked)


def test_the_day_of_a_month_and_the_hour_are_no_numbers_to_know() -> None:
    assert not {"14", "9", "11"} & set(keys("On 14 August at 9:11 and at 11 pm the boiler burst over the kitchen."))


def test_a_number_is_read_whole() -> None:
    assert groups_of(["The lamp cost 1,450 in all."], life("I came."))[0][:2] == ("1,450", "1450")
    assert ("17.42",) in groups_of(["I missed the 17.42 and the ferry."], life("I came."))


def test_one_word_of_time_is_enough() -> None:
    found = keys("On a Tuesday in June 1996 the goat came, and on a Friday in July 1996 it went.")
    assert sum(w in ("Tuesday", "June", "1996", "Friday", "July") for w in found) <= 1


def test_the_words_of_others_are_wanted_last() -> None:
    assert keys('The baker said "your zebra ate the marzipan", and I paid for the window and the door.')[:2] == [
        "baker", "window",
    ]  # fmt: skip


def test_relatives_are_known_by_name_and_by_kinship() -> None:
    people = (Person(names=("Teta",), relation="grandmother"),)
    found = groups_of(["I gave the ring to Teta."], life("I came.", people=people))
    assert ("Teta", "grandmother") in found
    asked = ["Where is the ring of your grandmother?"]
    assert not any("Teta" in g for g in groups_of(["I gave the ring to Teta."], life("I came.", people=people), asked))


def test_her_own_names_are_no_answer() -> None:
    assert not {"Noor", "Haddad", "Noor Haddad", "Nour"} & set(keys("They gave Noor Haddad and Nour the drum."))


WORDS = ["Karim", "Sidon", "1,200", "forty", "drum", "kettle", "quickly", "upset", "the", "gave", "and", ".", "on", "3",
         "May", "1998", "Leila's", "“", "”", "please"]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9), min_size=1, max_size=3), st.sampled_from(WORDS)
)
def test_keys_are_few_in_their_sentences_and_not_asked(parts: list[list[str]], asked: str) -> None:
    sentences = [" ".join(p) for p in parts]
    found = groups_of(sentences, life("I came."), [asked])
    said = stems_of(sentences)
    assert len(found) <= MOST_GROUPS
    assert len(set(found)) == len(found)
    for group in found:
        assert stems_of([group[0]]) <= said
        assert not stems_of(group) & stems_of([asked])


# ---- who -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sentence",
    [
        "Bunty's mother gave her tea and biscuits.",
        "Karim gave her tea and biscuits on the stairs.",
        "Karim brought them the kettle from the kitchen.",
        "Karim put it on the roof with his brother Samir.",
    ],
)
def test_nobody_is_asked_for_by_a_pronoun_without_its_noun(sentence: str) -> None:
    assert not [c for c in cuts(sentence) if c.way == "who"]


@pytest.mark.parametrize("sentence", ["Karim came home and did not shout at me.", "Karim came home and went away."])
def test_nobody_is_asked_for_by_what_did_not_happen_or_by_nothing(sentence: str) -> None:
    assert not [c for c in cuts(sentence) if c.way == "who"]


def test_somebody_is_asked_for_by_what_happened() -> None:
    assert [(c.asked, c.group) for c in cuts("Karim broke the kettle on the stairs.") if c.way == "who"] == [
        ("broke the kettle on the stairs", ("Karim",))
    ]


# ---- labels ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "clause"),
    [
        ("grandmother Salma falls on the stairs", "your grandmother Salma fell on the stairs"),
        ("Ravi breaks the kettle", "Ravi broke the kettle"),
    ],
)
def test_a_label_with_a_subject_is_a_clause_and_no_thing(label: str, clause: str) -> None:
    assert named(label) == (clause, "")


def test_a_label_without_a_verb_is_a_thing() -> None:
    assert named("flood in the cellar") == ("", "the flood in the cellar")


# ---- when -----------------------------------------------------------------------------------------------------------


def test_what_tells_the_time_is_told_first() -> None:
    said = ("That was the flood in the cellar.", "In May 1999 the river rose.", "In June 1987 I was small.")
    assert _timed(said, said[0], "1999-05-01", "1999-05-31") == (said[1], said[0])


@pytest.mark.parametrize(
    ("name", "clause"), [("always late", "you began to be always late"), ("stubborn", "you became stubborn")]
)
def test_one_does_not_become_always_late(name: str, clause: str) -> None:
    trait = Trait(id="t", name=name)
    assert _clause(said_of(trait, life("I came.").config), "began") == clause


def test_a_relative_is_labelled_as_whose_one_is() -> None:
    material = life("I came.", people=(Person(names=("Salma",), relation="sister"),))
    labels = [o.item.label for o in gender(material, Wordings(material))]
    assert "what she is to her sister Salma" in labels


# ---- what nearly was so ----------------------------------------------------------------------------------------------


def changed(sentence: str, **more: object) -> list[str]:
    material = life(sentence, **more)
    return [a.text for o in nearly(material, Wordings(material)) for a in o.item.asks]


def test_a_place_is_changed() -> None:
    found = changed("I sold oranges in Lisbon for two years.")
    assert len(found) == 1
    assert "Lisbon" not in found[0]
    assert any(p.replace("-", " ") in found[0] for p in table("never")["places"].split())


@pytest.mark.parametrize(
    "sentence",
    [
        "I lost four thousand in Bank Nifty options.",
        "I was sent to Ghanshyam uncle's for the drill.",
        "I failed the test in Physics twice.",
        "I wrote the letter in Arabic at night.",
        "I bought three lamps at Diwali for the stairs.",
    ],
)
def test_what_is_no_place_is_not_changed_for_one(sentence: str) -> None:
    assert not changed(sentence)


def test_what_was_told_must_be_there() -> None:
    people = (Person(names=("Karim",), relation="brother"),)
    assert not changed("I promised Karim in the hospital that I would come.", people=people)
    assert changed("I visited Karim in the hospital on Sunday.", people=people)


# ---- topics ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic", "sentences", "told"),
    [
        ("the Marconi radio", ("We waited.", "He had a Marconi radio on the shelf."), True),
        ("Byblos", ("I left.", "The bus stood in Byblos for two hours."), True),
        ("Pekingese", ("I ran.", "All of them, Pekingese also, also the plaster one.", "I fell."), False),
        ("Achrafieh", ("I wrote.", "Haddad has only a flat in Achrafieh."), False),
        ("the ribbon cable reverse", ("I swore.", "The boy put the ribbon cable reverse."), False),
        ("Byblos", ("Byblos was hot.", "Nobody in Byblos slept."), True),
    ],
)
def test_a_passage_tells_of_a_topic_that_a_verb_has(topic: str, sentences: tuple[str, ...], told: bool) -> None:
    assert about(topic, Telling("p", "n", " ".join(sentences), sentences)) is told


def test_a_thing_that_only_the_note_knows_is_no_topic() -> None:
    lost = "Karim gave my basket to the boy at the kiosk in Sidon."
    for words, asked in (("your basket", False), ("Sidon", True)):
        material = life(lost, topics=(Topic("topic", words),))
        assert bool([o for o in facts(material, Wordings(material)) if o.item.label == words]) is asked


def test_what_is_in_a_book_is_no_topic_of_a_life() -> None:
    sentences = ("Emma: Highbury has no end.", "Highbury bored my aunt, and the gravy had lumps.")
    topics = (Topic("place", "Highbury"),)
    plain = life(*sentences, topics=topics)
    assert [o for o in facts(plain, Wordings(plain)) if o.item.label == "Highbury"]
    read = life(*sentences, topics=topics, media=(Medium(title="Emma", notes=("note.md",)),))
    assert not [o for o in facts(read, Wordings(read)) if o.item.label == "Highbury"]


# ---- traits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["patient with the hands", "impatient with slow drivers", "jealous of her brother", "stubborn about money"]
)
def test_a_trait_of_something_has_no_scenes_of_the_bare_word(name: str) -> None:
    bare = Trait(id="t", name=name.split()[0])
    assert scenes(bare)
    assert not scenes(Trait(id="t", name=name))
    assert not virtue(Trait(id="t", name=name))


@pytest.mark.parametrize(
    "name", ["goes silent on people", "swims in the cold sea", "fear of dogs", "jealous of others"]
)
def test_a_trait_of_everybody_or_with_its_object_keeps_its_scenes(name: str) -> None:
    assert scenes(Trait(id="t", name=name))


@pytest.mark.parametrize(
    ("name", "bound"),
    [
        ("kind to animals", "animals"),
        ("impatient with the staff", "the staff"),
        ("impatient when tired", ""),
        ("quick to judge", ""),
        ("fear of the dark", ""),
    ],
)
def test_what_a_trait_is_bound_to_is_a_thing(name: str, bound: str) -> None:
    assert held_to(Trait(id="t", name=name)) == bound


def test_a_trait_that_is_said_of_one_person_has_no_scenes_of_others() -> None:
    trait = Trait(id="t", name="jealous", description="counts what came to Leila and to whom else")
    assert scenes(trait)
    assert not scenes(trait, frozenset({"leila"}))
    described = {"id": "t", "name": "jealous", "description": trait.description, "importance": 2}
    material = life("I came.", people=(Person(names=("Leila",), relation="sister"),), traits=[described])
    found = [a.text for a in next(iter(living(material, Wordings(material)))).item.asks]
    assert len(found) == 5
    assert all("Leila" in text for text in found)
    assert not [text for text in found if "jealous" in text]


def test_what_shows_a_trait_is_told_before_what_stands_beside_it() -> None:
    trait = {"id": "t", "name": "tells small lies", "polarity": "negative", "importance": 3}
    sentences = ("Papa came home.", "He took his diary.", "Since then I tell small lies:", "ate already, on my way.")
    material = life(*sentences, traits=[trait])
    material = replace(material, passages=(replace(material.passages[0], traits=("t",)),))
    told = next(iter(living(material, Wordings(material)))).item.key.told
    assert told == sentences[2:]


def test_the_forms_of_a_group_need_the_same_slots() -> None:
    for group, known in (("did", {"did"}), ("thing", {"topic"}), ("topic", {"topic"}), ("person", {"topic"})):
        for form in table("forms")["fact"][group]:
            assert {m.lower() for m in re.findall(r"\{(\w+)\}", form)} == known, form


def test_a_life_without_traits_is_told_so_of_traits_alone() -> None:
    of = Material(config=Config(), timeline=Timeline(now="2026-01-01"))
    _, left_out = make_items(of)
    assert "declares no trait" in left_out["living"]
    assert "declares no trait" in left_out["dead"]
    assert not any("declares no trait" in left_out[area] for area in ("held_out", "fact") if area in left_out)
