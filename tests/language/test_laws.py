"""Laws of the swap: other people's pronouns stay, edits are exact and disjoint, front matter is safe."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marked_passages import HERE, load, make_config, swap

from refiner.edits import render

CONFIG = make_config("m2f", "Arjun Rao", "Anjali Rao")
OTHERS = (
    "My father sold his scooter and I walked with him to the bus.",
    "He kept his tools in a tin that I was not to open.",
    "I gave the man his change and he counted it twice.",
    "Our teacher lost his temper once a year, in March.",
    "My brother is taller than I am, and he says so himself.",
    "When my uncle came, he slept in my bed and I slept in his car.",
    "The boys next door had a pump, and we had a tree.",
    "I read the letter to her because she could not see it.",
    "My wife kept her name, and I kept mine.",
)
SELVES = (
    "As a boy I slept on the roof.",
    "I was the only man in the choir.",
    "My teacher wrote: “Arjun is late.”",
    "Arjun Rao, s/o Mohan Rao, Sex: M",
    "I am an uncle twice over.",
    "I joined the boys' hostel in June.",
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(OTHERS), min_size=1, max_size=6), st.sampled_from([" ", "\n", "\n\n", "\n- "]))
def test_in_first_person_prose_other_people_stay(sentences: list[str], between: str) -> None:
    text = between.join(sentences) + "\n"
    refined, result = swap(text, CONFIG)
    assert refined == text
    assert not result.questions


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(OTHERS + SELVES), min_size=1, max_size=6))
def test_edits_are_exact_disjoint_and_final(sentences: list[str]) -> None:
    text = "---\nauthor: self\n---\n" + "\n\n".join(sentences) + "\r\n"
    refined, result = swap(text, CONFIG)
    body = text.index("---\n", 4) + 4
    at = body
    for edit in sorted(result.edits, key=lambda e: e.start):
        assert edit.start >= at, "edits overlap or reach into the front matter"
        assert text[edit.start : edit.end] == edit.before != edit.after
        assert edit.reason
        assert edit.source.startswith("rule:")
        at = edit.end
    assert refined == render(text, result.edits)
    assert refined[:body] == text[:body]
    assert swap(refined, CONFIG)[0] == refined


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_survived(text: str) -> None:
    refined, result = swap("x" + text, CONFIG)
    assert refined == render("x" + text, result.edits)


def test_questions_offer_what_would_stand_there() -> None:
    for p in load(HERE / "plain.txt"):
        for q in swap(p.text, p.config)[1].questions:
            assert q.reason
            assert q.mentions
            assert q.start is not None
            assert len(q.choices) >= 2
            for choice in q.choices:
                for e in choice.effect.edits:
                    assert 0 <= e.start < e.end <= len(p.text)


def test_the_same_input_gives_the_same_result() -> None:
    p = load(HERE / "plain.txt")[0]
    assert swap(p.text, p.config)[1] == swap(p.text, p.config)[1]


def test_importing_loads_no_parser() -> None:
    code = (
        "import sys, refiner.language, refiner.stages.swap, refiner.checks.gender;"
        "bad = [m for m in ('spacy', 'torch', 'transformers', 'openai') if m in sys.modules];"
        "sys.exit(str(bad) if bad else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_parser_does_not_bring_torch_along() -> None:
    code = "import sys; from refiner.language.parse import model; model(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
