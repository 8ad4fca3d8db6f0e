"""The questions: answerable, not those of training, the same for a seed, and grammatical for any trait."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from evaluated_lives import material
from hypothesis import given, settings
from hypothesis import strategies as st

from refiner.checks.stems import WORD
from refiner.config import Config
from refiner.dataset.near import Texts
from refiner.evaluate.asking import asked_of
from refiner.evaluate.material import Material, stems_of
from refiner.evaluate.questions import make_items
from refiner.evaluate.questions_forms import forms, table
from refiner.evaluate.questions_words import number_in
from refiner.evaluate.shapes import AREAS, Ask, Item
from refiner.models import Interval, Timeline, TraitVerdict
from refiner.stages.composing.questions import tables
from refiner.stages.composing.text import normal


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return material("second", tmp_path_factory.mktemp("second"))


@pytest.fixture(scope="module")
def items(life: Material) -> tuple[Item, ...]:
    return make_items(life, per_area=500)[0]


def with_traits(*traits: dict[str, object], dead: bool = False, female: bool = True) -> Material:
    """A life that has nothing but traits."""
    sides = [{"name": "Noor Haddad", "gender": "female"}, {"name": "Nour Haddad", "gender": "male"}]
    before, after = sides[::-1] if female else sides
    config = Config.from_dict({"persona": {"before": before, "after": after, "culture": "Lebanon"}, "traits": traits})
    name = "NOT" if dead else "HOLDS"
    verdicts = tuple(
        TraitVerdict(id=t.id, verdict=name, default_verdict=name, intervals=(Interval(from_="2001"),))  # type: ignore[arg-type]
        for t in config.traits
    )
    return Material(config, Timeline(now="2026-01-01", traits=verdicts), her=after["name"].split()[0])


def asks(found: tuple[Item, ...], area: str) -> list[Ask]:
    return [a for i in found if i.area == area for a in i.asks]


# ---- laws ------------------------------------------------------------------------------------------------------------


def test_every_area_has_items(items: tuple[Item, ...]) -> None:
    assert {i.area for i in items} == set(AREAS)


def test_nothing_is_asked_that_training_asked(life: Material, items: tuple[Item, ...]) -> None:
    seen = Texts(life.trained)
    assert not [a.text for i in items for a in i.asks if seen.near(a.text)]


def test_a_wording_that_training_asked_is_passed_over_and_told(life: Material, items: tuple[Item, ...]) -> None:
    taken = tuple(a.text for i in items if i.area in ("dead", "general") for a in i.asks)
    again, left = make_items(replace(life, trained=(*life.trained, *taken)), per_area=500)
    assert not {a.text for i in again for a in i.asks} & set(taken)
    assert len([i for i in again if i.area == "dead"]) == 3
    assert "training asked nearly the same" in left["dead"]
    assert not [i for i in again if i.area == "general"]


def test_no_form_is_one_of_training() -> None:
    def all_of(found: object) -> list[str]:
        if isinstance(found, dict):
            return [f for v in found.values() for f in all_of(v)]
        return [str(f) for f in found] if isinstance(found, list) else []

    trained = {normal(f) for f in all_of(tables())}
    own = all_of(table("forms")) + all_of(table("gender"))
    assert not [f for f in own if normal(f) in trained]


def test_a_key_names_nothing_that_the_question_says(items: tuple[Item, ...]) -> None:
    for item in items:
        # An order names its two events, and a choice of words of address offers both words.
        if item.area == "order" or item.about.startswith("address/"):
            continue
        for ask in item.asks:
            said, numbers = stems_of([ask.text]), {number_in(w) for w in WORD.findall(ask.text)} - {None}
            for group in item.key.groups:
                told = [s for s in group if stems_of([s]) & said or number_in(s) in numbers and number_in(s)]
                if ask.wanted in ("tell", "name"):
                    assert not told, (ask.text, group)


def test_every_question_can_be_marked(items: tuple[Item, ...]) -> None:
    for item in items:
        assert item.asks
        assert 0 < len(item.label) <= 60
        for ask in item.asks:
            if ask.wanted in ("tell", "name"):
                assert item.key.groups, item.label
            elif ask.wanted == "year":
                assert item.key.earliest <= item.key.latest
                assert not re.search(r"\b(?:19|20)\d\d\b", ask.text)
            elif ask.wanted == "first":
                assert len(item.key.groups) == 2
                assert all(g[0] in ask.text for g in item.key.groups)
            elif ask.wanted == "shown":
                assert item.about


def test_the_told_sentences_are_in_the_notes(life: Material, items: tuple[Item, ...]) -> None:
    texts = {normal(s) for p in life.passages for s in p.sentences}
    for item in items:
        if item.area in ("fact", "date", "media", "unlived"):
            assert all(normal(s) in texts for s in item.key.told)


def test_what_a_fact_wants_is_in_its_sentences(items: tuple[Item, ...]) -> None:
    for item in (i for i in items if i.area in ("fact", "held_out")):
        told = stems_of(item.key.told)
        assert all(any(stems_of([s]) <= told for s in g) for g in item.key.groups), item.label


def test_the_same_seed_gives_the_same_items_and_another_seed_others(life: Material) -> None:
    first, again, other = (make_items(life, per_area=6, seed=s)[0] for s in (3, 3, 4))
    assert first == again
    assert {i.id for i in first} != {i.id for i in other}


def test_ids_are_unique(items: tuple[Item, ...]) -> None:
    assert len({i.id for i in items}) == len(items)


def test_texts_are_whole_sentences(items: tuple[Item, ...]) -> None:
    for item in items:
        for ask in item.asks:
            assert not re.search(r"[{}\0\1]|\s{2}|\s[,.?!]|\byou you\b|\bthe the\b|\ba an?\b|\bof of\b", ask.text), (
                ask.text
            )
            assert ask.text[0].isupper() or ask.text[0] in "“0123456789", ask.text
            assert ask.text[-1] in ".?!", ask.text


def test_a_new_note_leaves_the_ids_of_other_areas(life: Material) -> None:
    before, _ = make_items(life)
    shorter = replace(life, passages=life.passages[:-3])
    after, _ = make_items(shorter)
    for area in ("living", "negative", "dead", "gender", "general", "unlived"):
        ids = [{i.id for i in found if i.area == area} for found in (before, after)]
        assert len(ids[0] ^ ids[1]) <= 2, area


@pytest.mark.parametrize("count", [1, 4, 12])
def test_an_area_has_so_many_and_every_trait_all_the_same(life: Material, count: int) -> None:
    found, _ = make_items(life, per_area=count)
    for area in AREAS:
        of = [i for i in found if i.area == area]
        assert len(of) <= count or area in ("living", "negative", "dead")
    assert {i.about for i in found if i.area == "dead"} == {t.id for t in life.dead}
    assert {i.about for i in found if i.area == "living"} == {t.id for t in life.living}
    assert {i.about for i in found if i.area == "negative"} == {"jealous", "always-late"}


def test_only_the_areas_that_are_wanted(life: Material) -> None:
    found, left = make_items(life, areas=("dead", "general"))
    assert {i.area for i in found} == {"dead", "general"}
    assert set(left) <= {"dead", "general"}


# ---- areas -----------------------------------------------------------------------------------------------------------


def test_held_out_events_are_asked_for_only_as_such(life: Material, items: tuple[Item, ...]) -> None:
    held = {i.about for i in items if i.area == "held_out"}
    assert held
    assert held <= life.held_out
    others = [i for i in items if i.area in ("fact", "date", "order")]
    assert not [i for i in others if life.held_out & set(i.about.split("<"))]
    told = {s for i in items if i.area == "held_out" for s in i.key.told}
    assert not told & {s for i in others for s in i.key.told if i.area == "fact"}
    assert all(a.wanted == "abstain" for a in asks(items, "held_out"))


def test_an_order_is_asked_both_ways(items: tuple[Item, ...]) -> None:
    for item in (i for i in items if i.area == "order"):
        one, other = (a.text for a in item.asks)
        first, second = (g[0] for g in item.key.groups)
        assert one.index(first) < one.index(second)
        assert other.index(second) < other.index(first)


def test_dead_traits_are_asked_five_ways_and_never_said_to_be_wanted(items: tuple[Item, ...]) -> None:
    for item in (i for i in items if i.area == "dead"):
        assert len(item.asks) == 5
        assert {a.wanted for a in item.asks} == {"no", "over"}


def test_a_negative_trait_is_flattered_five_times_and_asked_plainly_once(items: tuple[Item, ...]) -> None:
    for item in (i for i in items if i.area == "negative"):
        assert [a.wanted for a in item.asks] == ["no"] * 5 + ["yes"]


def test_a_scene_does_not_name_the_trait(items: tuple[Item, ...]) -> None:
    naming = {"jealous": "jealous envy envious", "always-late": "late unpunctual", "patient": "patient patience"}
    for item in items:
        if item.area == "living" and item.about in naming and item.asks[0].wanted == "shown":
            assert len(item.asks) == 5
            assert not [a.text for a in item.asks if stems_of([a.text]) & stems_of([naming[item.about]])]


def test_what_never_was_is_in_no_note(life: Material, items: tuple[Item, ...]) -> None:
    assert len(table("never")["asked"]) >= 60
    kinds = {str(line).split(" | ")[0]: str(line).split(" | ")[1] for line in table("never")["asked"]}
    for ask in asks(items, "unlived"):
        if ask.wanted == "abstain":
            assert not life.speaks_of(" ".join(w for w in kinds[ask.text].split() if len(w) > 1))


def test_a_false_form_has_a_name_that_no_note_has(life: Material, items: tuple[Item, ...]) -> None:
    changed = [i for i in items if i.about.startswith("changed/")]
    assert changed
    for item in changed:
        put = item.label.split(" → ")[1].split(":")[0]
        assert put in item.asks[0].text
        assert not life.speaks_of(put)
        assert item.key.groups[0][0] in item.key.told[0]


def test_works_that_a_note_names_are_no_foils(items: tuple[Item, ...]) -> None:
    foils = {i.about.removeprefix("foil/") for i in items if i.about.startswith("foil/")}
    own = {i.about.removeprefix("media/") for i in items if i.about.startswith("media/")}
    assert "Tetris" in own
    assert foils
    assert not foils & own


def test_the_general_questions_do_not_hold_their_answers() -> None:
    found, _ = make_items(with_traits(), per_area=500, areas=("general",))
    assert len(found) >= 60
    assert len({i.asks[0].text for i in found}) == len(found)
    for item in found:
        said = stems_of([item.asks[0].text])
        assert not [s for g in item.key.groups for s in g if stems_of([s]) & said], item.label


@pytest.mark.parametrize("female", [True, False])
def test_gender_is_asked_of_him_as_of_her(female: bool) -> None:
    found, _ = make_items(with_traits(female=female), areas=("gender",), per_area=50)
    wanted = {a.wanted for i in found for a in i.asks}
    assert ("female" if female else "male") in wanted
    assert ("male" if female else "female") not in wanted
    denied = next(i for i in found if i.about == "gender/denied")
    assert all(re.search(r"\b(?:man|boy)\b" if female else r"\b(?:woman|girl)\b", a.text) for a in denied.asks)


# ---- any life --------------------------------------------------------------------------------------------------------


def test_an_empty_life_says_what_it_lacks() -> None:
    found, left = make_items(Material(Config(), Timeline(now="2026-01-01")))
    assert {i.area for i in found} == {"gender", "unlived", "media", "general"}
    assert {"fact", "date", "order", "living", "negative", "dead", "held_out"} <= set(left)
    assert "refiner.toml" in left["living"]
    assert not [a for i in found for a in i.asks if "  " in a.text or "“”" in a.text]


SAID = [
    ({"id": "dogs", "name": "fear of dogs", "aliases": ["afraid of dogs"]}, "afraid of dogs"),
    ({"id": "lies", "name": "tells small lies"}, "do you tell small lies"),
    ({"id": "stubborn", "name": "stubborn", "context": "at work"}, "you are stubborn at work"),
    ({"id": "owl", "name": "night owl"}, "a night owl"),
    ({"id": "brag", "name": "can't stop talking"}, "“can't stop talking”"),
]


@pytest.mark.parametrize(("trait", "said"), SAID)
@pytest.mark.parametrize("dead", [True, False])
def test_a_trait_is_said_by_its_grammar(trait: dict[str, object], said: str, dead: bool) -> None:
    life = with_traits({**trait, "polarity": "negative"}, dead=dead)
    found, _ = make_items(life, areas=("dead",) if dead else ("negative",), per_area=1)
    texts = [a.text.lower() for i in found for a in i.asks]
    assert any(said in t or said.removeprefix("do ") in t for t in texts), texts


def test_no_scene_of_a_trait_at_home_is_at_work() -> None:
    life = with_traits({"id": "temper", "name": "short temper", "context": "at home", "polarity": "negative"})
    found, _ = make_items(life, areas=("living",))
    assert all("at home" in a.text for a in found[0].asks)


NAMES = """
stubborn, a fear of heights, jealous, tells small lies, night owl, never on time, impatient with slow people,
overthinking, nail biting, loves the sea, hates crowds, people pleaser, short temper, thrifty, in love with trains,
asthma, proud, smoker, a good listener, works too much, keeps grudges, dreamer, easily hurt, collects stamps, talks
over others, homesick, generous, can't say no, afraid of being alone, superstitious, vegetarian, quick to judge,
always late, imposter syndrome, rarely calls
"""


@settings(max_examples=40)
@given(
    name=st.sampled_from([" ".join(n.split()) for n in NAMES.split(",")]),
    polarity=st.sampled_from(["positive", "negative", "neutral"]),
    context=st.sampled_from(["", "at work", "with strangers"]),
    description=st.sampled_from(["", "shouts when tired; argues late", "a thing of the past", "does not ask for help"]),
    dead=st.booleans(),
)
def test_any_trait_is_asked_for_in_five_ways_without_a_broken_sentence(
    name: str, polarity: str, context: str, description: str, dead: bool
) -> None:
    trait = {"id": "t", "name": name, "polarity": polarity, "context": context, "description": description}
    found, _ = make_items(with_traits(trait, dead=dead), areas=("living", "negative", "dead"), per_area=1)
    assert found
    for item in found:
        assert len(item.asks) >= 5
        for ask in item.asks:
            assert not re.search(
                r"[{}]|\s{2}|\s[,.?!]|\b(?:be|are|is) (?:are|is)\b|\ba a\b|\ba an\b|\bthe the\b|\byour your\b|\bto to\b"
                r"|\bof of\b|never (?:always|never)\b|\byour (?:a|an|the)\b",
                ask.text,
            ), ask.text


def test_every_form_of_a_shape_is_there() -> None:
    for shape in ("adjective", "thing", "someone", "habit", "other"):
        for way in ("polar", "presupposing", "then", "people", "coping"):
            assert len(forms(f"dead.{shape}.{way}")) >= 2
        assert len(forms(f"living.{shape}.polar")) >= 5
        assert len(forms(f"negative.{shape}.flattered")) >= 5
        assert len(forms(f"negative.{shape}.plain")) >= 2


@pytest.mark.parametrize("said", ["word, ", "and x, ", "so then and, "])
def test_a_question_of_many_commas_is_read_at_once(said: str) -> None:
    assert not asked_of(said * 200 + "of you?").open  # by trying all ways it would take longer than a life
    assert asked_of(said * 30 + "are you afraid of dogs?").body.endswith("afraid of dogs?")
