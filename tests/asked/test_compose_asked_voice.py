"""The distance of a text from the voice of notes: a metric within, and what it tells apart over whole lives."""

from __future__ import annotations

import json
import math
import re
from itertools import pairwise
from pathlib import Path

import pytest
from composed_life import CONFIG
from hypothesis import given
from hypothesis import strategies as st

from refiner.checks.voice import (
    LENGTHS,
    SHORTEST,
    VoiceProfile,
    distance,
    function_words,
    jensen_shannon,
    limit,
    marks,
    profile,
    strange,
    trigrams,
)
from refiner.notes import note_from_text
from refiner.stages.asked.compose_checks import Source
from refiner.stages.asked.compose_questions import Setting
from refiner.stages.asked.compose_told import Around, how_near, wrong_answer
from refiner.stages.extract import trait_words

ROOT = Path(__file__).resolve().parents[2]
# In the tone of assistants; none of these stands in voices.toml.
ASSISTANT = """
Losing him was one of the hardest things that I have ever had to go through. Grief is a deeply personal process, and I
have learned to honour my emotions while cherishing the beautiful memories that we shared together. I believe that
food brings people together in a unique way. Preparing a traditional dish with my mother is not just about cooking; it
is about preserving our heritage and creating lasting bonds across generations. My career has been a journey of
continuous learning. Each role has presented its own set of challenges, and I have gained valuable skills in
communication, leadership and problem solving along the way. To be honest, I can be quite stubborn at times. While
this trait has occasionally led to disagreements, it also reflects my strong convictions and my determination to stay
true to my values. Festivals are always a magical time of year. The vibrant colours, delicious sweets and joyful
atmosphere create a sense of togetherness that I look forward to with great enthusiasm. I understand how you feel.
Moments like these can be really tough, and it is completely normal to feel uncertain. Remember to be kind to yourself
and to take things one step at a time. The book left a lasting impression on me. Through its rich characters and
thought-provoking narrative, it invites readers to reflect on the complexities of identity, belonging and human
connection. Whenever I make a mistake, I try to take responsibility for my actions. Admitting that I was wrong can be
uncomfortable, but it allows me to rebuild trust and to move forward with greater self-awareness.
"""


def own_notes() -> list[str]:
    """The sample life's notes by the narrator, as they are written."""
    paths = sorted(
        p for p in (ROOT / "data" / "raw").rglob("*") if p.suffix in (".md", ".txt") and p.name != "README.md"
    )
    read = [note_from_text(p.read_text(encoding="utf-8"), p.name) for p in paths]
    return [n.text[n.body_start :] for n in read if n.meta.author == "self" and n.meta.kind != "chat"]


def other_lives() -> list[str]:
    """The notes of each invented life of the tests, together."""
    out = []
    for path in sorted((ROOT / "tests" / "reframe" / "lives").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            notes = json.loads(line)["notes"]
            texts = [
                n["text"] if isinstance(n, dict) else n for n in (notes.values() if isinstance(notes, dict) else notes)
            ]
            out.append("\n".join(re.sub(r"\A---\n.*?\n---\n", "", str(t), flags=re.S) for t in texts))
    return out


def passages(text: str, length: int) -> list[str]:
    words = text.split()
    return [" ".join(words[i : i + length]) for i in range(0, len(words) - length + 1, length)]


@pytest.fixture(scope="module")
def notes() -> list[str]:
    return own_notes()


@pytest.fixture(scope="module")
def voice(notes: list[str]) -> VoiceProfile:
    return profile(notes)


COUNTS = st.dictionaries(st.text("abc", min_size=1, max_size=2), st.integers(1, 20), max_size=6)
TEXTS = st.text(st.sampled_from("abcdefgh ’'.,I\n"), max_size=60)


@given(COUNTS, COUNTS, COUNTS)
def test_jensen_shannon_is_a_metric(a: dict[str, int], b: dict[str, int], c: dict[str, int]) -> None:
    assert jensen_shannon(a, a) == pytest.approx(0, abs=1e-6)
    assert jensen_shannon(a, b) == pytest.approx(jensen_shannon(b, a), abs=1e-6)
    assert 0 <= jensen_shannon(a, b) <= 1
    if a and b and c:
        assert jensen_shannon(a, c) <= jensen_shannon(a, b) + jensen_shannon(b, c) + 1e-6
    if a and b and not set(a) & set(b):
        assert jensen_shannon(a, b) == pytest.approx(1)


@given(COUNTS, st.integers(1, 9))
def test_only_the_shares_count(a: dict[str, int], times: int) -> None:
    assert jensen_shannon(a, {k: v * times for k, v in a.items()}) == pytest.approx(0, abs=1e-6)


@given(COUNTS, COUNTS, COUNTS)
def test_what_is_left_out_of_a_profile_might_as_well_not_be_in_it(
    text: dict[str, int], rest: dict[str, int], out: dict[str, int]
) -> None:
    whole = {k: rest.get(k, 0) + out.get(k, 0) for k in {*rest, *out}}
    assert jensen_shannon(text, whole, out) == pytest.approx(jensen_shannon(text, rest), abs=1e-6)


@given(TEXTS, TEXTS)
def test_marks_of_texts_together_are_the_sum(a: str, b: str) -> None:
    both = marks([a, b])
    assert both.words == function_words(a) + function_words(b)
    assert both.grams == trigrams(a) + trigrams(b)


def test_typographic_marks_and_capitals_do_not_change_a_voice() -> None:
    assert marks(["I don’t “know”."]) == marks(['i don\'t\n "KNOW".'])


def test_too_few_notes_judge_nothing(notes: list[str]) -> None:
    few = profile(notes[:3])
    assert not few.known
    assert math.isinf(limit(few, 80))
    assert strange(few, ASSISTANT) is None


def test_a_short_text_is_not_judged(voice: VoiceProfile) -> None:
    assert strange(voice, " ".join(ASSISTANT.split()[: SHORTEST - 3])) is None
    assert strange(voice, " ".join(ASSISTANT.split()[: SHORTEST + 10])) is True


def test_a_profile_does_not_depend_on_the_order_of_the_notes(notes: list[str], voice: VoiceProfile) -> None:
    text = passages(ASSISTANT, 40)[0]
    assert distance(profile(notes[::-1]), text) == pytest.approx(distance(voice, text))


def test_one_in_twenty_of_the_own_passages_lies_beyond_the_limit(voice: VoiceProfile) -> None:
    assert set(voice.own) <= set(LENGTHS)
    for length, values in voice.own.items():
        beyond = sum(v > limit(voice, length) for v in values)
        assert beyond <= 0.05 * len(values)
        assert list(values) == sorted(values)


def area(near: list[float], far: list[float]) -> float:
    """The area under the ROC curve: how often a far one lies beyond a near one."""
    return sum((b > a) + 0.5 * (a == b) for a in near for b in far) / (len(near) * len(far))


@pytest.mark.parametrize(("length", "least"), [(20, 0.93), (40, 0.96), (60, 0.97)])
def test_it_tells_her_passages_from_an_assistants(voice: VoiceProfile, length: int, least: float) -> None:
    far = [distance(voice, p) for p in passages(ASSISTANT, length)]
    assert area(list(voice.own[length]), far) >= least
    assert sum(d > limit(voice, length) for d in far) >= 0.7 * len(far)


def test_it_tells_her_passages_from_other_lives_the_better_the_longer(voice: VoiceProfile) -> None:
    text = " ".join(other_lives())
    areas = [area(list(voice.own[n]), [distance(voice, p) for p in passages(text, n)[::7]]) for n in (20, 40, 60, 90)]
    assert areas[0] >= 0.7
    assert areas[-1] >= 0.85
    assert all(b > a - 0.02 for a, b in pairwise(areas))


def test_it_tells_the_passages_of_other_lives_from_an_assistants_too() -> None:
    """Lives of the tests put together by fours, as one teller's notes each: they share a plain style."""
    lives = other_lives()
    for at in range(0, 24, 8):
        other = profile(lives[at : at + 8])
        assert other.known
        far = [distance(other, p) for p in passages(ASSISTANT, 40)]
        assert area(list(other.own[40]), far) >= 0.9


def test_an_answer_beyond_the_limit_is_refused_and_a_short_one_is_not_judged(voice: VoiceProfile) -> None:
    setting = Setting(CONFIG, (), "Tova", frozenset())
    around = Around(setting, (), CONFIG.traits, trait_words(CONFIG.traits), voice)
    smooth = (
        "I value every opportunity to reflect on my emotions, and whenever disagreements arise within the family I "
        "acknowledge the importance of communication and of meaningful, supportive relationships with others."
    )
    plain = (
        "I shouted at him over a towel. Not even my towel. Then nobody told me anything, so I sat there till eleven "
        "and ate what was left."
    )
    for text, why in ((smooth, "sound like"), (plain, ""), ("I shouted at him over a towel.", "")):
        found = wrong_answer(text, Source(f"{text} It was so."), CONFIG.traits[0], around)
        assert why in found
        assert bool(found) == bool(why)
    assert "as far from" in how_near(voice, plain)
    assert "too short" in how_near(voice, "I shouted at him over a towel.")
