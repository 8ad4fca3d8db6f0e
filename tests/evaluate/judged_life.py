"""An invented life with many small facts, and judges of it that are scripted: each knows the truth and says what its
character lets it say."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

from refiner.config import Config
from refiner.evaluate.judge_claims import claim_of, judged_asks
from refiner.evaluate.material import Material, Telling
from refiner.evaluate.planted import plant
from refiner.evaluate.shapes import Answer, Ask, Item, Key
from refiner.models import Person, Timeline

NOW = "2026-01-01"
_DEEDS = (
    "painted the boat green", "sold the old loom", "carried the piano up the stairs", "lost the keys of the mill",
    "learned to graft pear trees", "missed the last ferry", "buried the tin box", "won the onion prize",
)  # fmt: skip
_WITH = ("Marta", "Olav", "Ingrid", "Tomas")
_WHERE = ("in Bergen", "at the quay", "behind the school", "on the island", "at the fair")


def config(before: str = "male") -> Config:
    after = "female" if before == "male" else "male"
    names = {"male": "Anders Vik", "female": "Astrid Vik"}
    return Config.from_dict(
        {
            "persona": {
                "before": {"name": names[before], "gender": before},
                "after": {"name": names[after], "gender": after},
            },
            "llm": {"model": "judge"},
            "traits": [
                {"id": "sulks", "name": "sulks", "description": "says nothing for days", "polarity": "negative"},
                {"id": "sea-fear", "name": "fear of the sea", "description": "stays ashore when others sail"},
            ],
        }
    )


def facts(count: int) -> list[Item]:
    """Items about one thing each; no two tell the same."""
    out = []
    for n in range(count):
        deed, person, where = _DEEDS[n % 8], _WITH[n // 8 % 4], _WHERE[n // 32 % 5]
        told = f"In {1990 + n % 30} I {deed} {where} with {person}, number {n}."
        out.append(
            Item(
                id=f"fact-{n}", area="fact", about=f"e{n}", notes=(f"n{n}.md",), key=Key(told=(told,)),
                asks=(Ask(text=f"What happened on day {n} of the list?", wanted="tell"),),
            )
        )  # fmt: skip
    return out


def others() -> list[Item]:
    """Items of the other areas, one or a few each."""

    def item(area: Any, *asks: tuple[str, str], about: str = "", **key: Any) -> Item:
        made = tuple(Ask(text=t, wanted=w) for t, w in asks)  # type: ignore[arg-type]
        return Item(id=f"{area}-{asks[0][0]}", area=area, about=about, asks=made, key=Key(**key))

    return [
        item("date", ("When was the fire?", "year"), earliest="2004-01-01", latest="2004-12-31"),
        item("date", ("When did the mill close?", "year"), earliest="2010-05-01", latest="2012-02-01"),
        item("order", ("Which came first, the fire or the flood?", "first"), groups=(("the fire",), ("the flood",))),
        item("living", ("Do you sulk?", "yes"), ("They forgot you. What now?", "shown"), about="sulks"),
        item("negative", ("You never sulk, do you?", "no"), ("Between us, do you?", "yes"), about="sulks"),
        item("dead", ("Are you afraid of the sea?", "no"), ("Is it over with the sea?", "yes"), about="sea-fear"),
        item("gender", ("Man or woman?", "female"), ("Are you Mr Vik?", "no")),
        item("gender", ("Your first name?", "name"), groups=(("Astrid",),), forbidden=("Anders",)),
        item("unlived", ("How was the moon?", "abstain"), ("You flew to the moon, yes?", "no")),
        item("media", ("Which book?", "tell"), groups=(("The Ice Palace",),)),
        item("media", ("Which film?", "tell"), groups=(("Kon-Tiki",),)),
        item("general", ("Capital of Peru?", "tell"), groups=(("Lima",),)),
        item("general", ("Seven times eight?", "tell"), groups=(("56", "fifty-six"),)),
        item("held_out", ("What of the tin box?", "abstain"), about="e6", told=("I buried the tin box at the quay.",)),
    ]


def material(before: str = "male") -> Material:
    settings = config(before)
    name = settings.persona.after.name
    texts = {"home.md": "I was a good girl. As a girl I sat by the stove. The stove was red. I am the daughter here."}
    raw = {"home.md": "I was a good boy. As a boy I sat by the stove. The stove was red. I am the son here."}
    if before == "female":
        texts, raw = raw, texts
    passages = [
        ("I said nothing for three days, and they knew why, all of them.", ("sulks",), "a.md"),
        ("They all went out to the reef, and I did not speak when they came home.", ("sulks",), "b.md"),
        ("I mended the net until midnight, knot after knot, for the whole crew.", ("mends",), "c.md"),
        ("I counted the planks twice, then once more, before anyone was up.", ("counts",), "d.md"),
    ]
    return Material(
        config=settings,
        timeline=Timeline(now=NOW),
        her=name.split()[0],
        full_name=name,
        old_names=("Anders",) if before == "male" else ("Astrid",),
        texts=texts,
        raw=raw,
        people=tuple(Person(names=(n,), gender="female" if n in ("Marta", "Ingrid") else "male") for n in _WITH),
        passages=tuple(
            Telling(id=f"p{i}", note=note, text=t, sentences=(t,), traits=ids)
            for i, (t, ids, note) in enumerate(passages)
        ),
    )


def interviewed(items: Sequence[Item], contestant: str, right: float, life: Material, seed: int = 1) -> list[Answer]:
    """Answers to facts of which a share is right; the wrong ones tell another fact."""
    choose = random.Random(seed)
    good = set(choose.sample([i.id for i in items], round(right * len(items))))
    out = []
    for n, item in enumerate(items):
        told = item.key.told[0] if item.id in good else items[(n + 9) % len(items)].key.told[0]
        out.append(Answer(contestant=contestant, item=item.id, ask=0, text=f"Well. {told}"))
    return out


Character = Callable[[bool, str], bool]  # the truth and the words that are judged -> what the judge says


class Judge:
    """Answers a judge's questions: it knows the truth, and says what `character` makes of it."""

    def __init__(
        self, items: Sequence[Item], life: Material, character: Character, given: Sequence[Answer] = (), **plants: Any
    ) -> None:
        self.character = character
        self.asked: list[str] = []
        self.claims = {a.text: claim_of(i, n, life) for i in items for n, a in enumerate(i.asks)}
        self.truth = {
            (p.item.asks[p.ask].text, _line(p.text)): p.right
            for made in plant(items, life, **plants).values()
            for p in made
        }
        of = {i.id: i for i in items}
        for a in given:
            item = of[a.item]
            self.truth[item.asks[a.ask].text, _line(a.text)] = _line(item.key.told[0]) in _line(a.text)

    def __call__(self, request: Any) -> object:
        said = str(request["messages"][1]["content"])
        self.asked.append(said)
        question = re.search(r'Question: """\n(.*?)\n"""', said, re.DOTALL)
        answer = re.search(r'Answer: """\n(.*?)\n"""', said, re.DOTALL)
        assert question is not None
        assert answer is not None
        claim = self.claims[question[1]]
        assert claim is not None
        truth = self.truth[question[1], answer[1]]
        right = self.character(truth, question[1] + answer[1])
        words = claim.options[next(i for i in range(len(claim.options)) if (i in claim.right) == right)]
        letters = {w: letter for letter, w in re.findall(r"(?m)^([A-P])\. (.+)$", said)}
        return {"choice": letters[words]}


def _line(text: str) -> str:
    return " ".join(text.split())


def perfect(truth: bool, words: str) -> bool:
    return truth


def always_right(truth: bool, words: str) -> bool:
    return True


def right_in(share_right: float, share_wrong: float) -> Character:
    """A judge that is right on so many of the right and so many of the wrong answers, each time on the same ones."""

    def character(truth: bool, words: str) -> bool:
        drawn = int.from_bytes(hashlib.sha256(words.encode()).digest()[:4], "big") / 2**32
        return truth if drawn < (share_right if truth else share_wrong) else not truth

    return character


def wordings(items: Sequence[Item], life: Material) -> int:
    return sum(len(judged_asks(i, life)) for i in items)
