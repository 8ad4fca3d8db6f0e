"""Events held out: nothing of them is trained on, in whatever words another note tells them."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from dataset_life import CONFIG, EFFECTS, LABELS, TOLD, events, notes, same_as, sample, samples, timeline
from hypothesis import given
from hypothesis import strategies as st

from refiner import exporting
from refiner.dataset.holdout import HeldOut, hold_out, same_events
from refiner.dataset.leaks import Leaks, event_tellings, grams
from refiner.dataset.persona import persona_card
from refiner.dataset.validate import validate_dataset
from refiner.errors import StoreError, UsageError
from refiner.models import Decision, Event, Message, Sample
from refiner.notes import note_from_text
from refiner.refine import refine, with_life
from refiner.sampling import make_samples
from refiner.store import DecisionLog
from refiner.workspace import init


def held(rows: list[Sample], count: int, *, extra: tuple[Event, ...] = (), seed: str = "", **more: Any) -> HeldOut:
    life = more.get("timeline") or timeline(extra)
    tellings = event_tellings(life.events, notes(), {}, LABELS)
    return hold_out(rows, count, config=CONFIG, timeline=life, tellings=tellings, seed=seed)


def only(event: str, rows: list[Sample], **more: Any) -> HeldOut:
    """The split that holds out this event, by whichever seed does."""
    for seed in map(str, range(200)):
        found = held(rows, 1, seed=seed, **more)
        if found.events == (event,):
            return found
    raise AssertionError(f"{event} is never held out")


def test_the_evaluation_is_about_the_held_out_events_alone() -> None:
    found = held(samples(), 2)
    assert len(found.events) == 2
    assert {e for s in found.split.evaluation for e in s.events} == set(found.events)
    assert not {e for s in found.split.train for e in s.events} & set(found.events)
    parts = [*(s.id for s in found.split.train), *(s.id for s in found.split.evaluation), *found.left_out]
    assert sorted(parts) == sorted(s.id for s in samples())


@given(st.permutations(samples()), st.sampled_from([1, 2, 3]), st.sampled_from(["", "a", "b"]))
def test_no_held_out_event_leaks_whatever_the_order(rows: list[Sample], count: int, seed: str) -> None:
    found = held(rows, count, seed=seed)
    assert found.split == held(samples(), count, seed=seed).split
    told = {g for s in found.split.evaluation for m in s.messages if m.role == "assistant" for g in grams(m.content)}
    assert told
    for s in found.split.train:
        for m in s.messages:
            assert not set(grams(m.content)) & told
            assert not any(TOLD[e] in m.content for e in found.events)


def test_they_are_spread_over_the_life_and_another_seed_takes_others() -> None:
    life = {e.id: e.when.edtf for e in events()}
    years = sorted(life[e] for e in held(samples(), 3).events)
    assert years[0] <= "2001"
    assert years[-1] >= "2012"
    assert len({held(samples(), 1, seed=str(n)).events for n in range(12)}) > 2


def test_other_tellings_go_too() -> None:
    told, about = same_as("told-prize", "prize", "My brother was given a cup for a pocket watch, and I left early.")
    third = sample("event", "What became of the prize?", "Esther's brother won the watchmakers' prize in 2008.")
    quoted = sample("voice", "Say something of your own.", "I hear it still. " + TOLD["prize"], notes=["late.md"])
    began = sample("trait", "Since when?", "It began when my brother won the watchmakers' prize.", traits=("jealous",))
    nearly = sample("situation", "What happened with that prize?", "Nothing of note.")
    more = [about, third, quoted, began, nearly]
    found = only("prize", samples() + more, extra=(told,))
    trained = {s.id for s in found.split.train}
    assert found.all_events == {"prize", "told-prize"}
    assert about in found.split.evaluation
    assert not trained & {third.id, quoted.id, began.id, nearly.id}
    assert {third.id, quoted.id, began.id, nearly.id} <= set(found.left_out)


def test_an_early_turn_of_a_talk_counts() -> None:
    last = sample("memory", "And the clocks?", "They are gone.")
    before = (Message(role="user", content="What then?"), Message(role="assistant", content=TOLD["flood"]))
    talk = last.model_copy(update={"messages": (*before, *last.messages)})
    assert talk.id not in {s.id for s in only("flood", samples() + [talk]).split.train}


def test_a_trait_that_an_event_began_is_no_telling_of_it() -> None:
    is_so = sample("trait", "Do you begrudge others their luck?", "Yes, I do.", events=("prize",), traits=("jealous",))
    began = sample("trait", "How did it begin?", TOLD["prize"], events=("prize",), traits=("jealous",))
    dated = sample("trait", "Since when are you like that?", "Since 2008, I think.", traits=("jealous",))
    other = sample("trait", "Since when do you mend?", "Since 2008, I think.")
    found = only("prize", samples() + [is_so, began, dated, other])
    assert began in found.split.evaluation
    assert is_so in found.split.train
    assert dated.id in found.left_out
    assert other.id in {s.id for s in found.split.train}


def test_what_the_note_says_around_it_goes_too_and_elsewhere_stays() -> None:
    told = notes()[1]
    more = told.text + "\nThe bakery at the corner gave us two warm loaves for nothing on the way home.\n"
    longer = [note_from_text(more, path=told.path) if n.path == told.path else n for n in notes()]
    near = sample("voice", "Say something.", "The bakery at the corner gave us two warm loaves for nothing, I know.")
    far = sample("voice", "Say more.", "The bakery at the other corner gave us nothing at all that day.")
    tellings = event_tellings(events(), longer, {}, LABELS)
    assert any("bakery" in t for t in tellings["tower"].around)
    assert not any("bakery" in t for t in tellings["tower"].itself)
    leaks = Leaks(frozenset({"tower"}), samples() + [near, far], tellings, set(), events())
    assert leaks.in_sample(near)
    assert not leaks.in_sample(far)
    many = more + "\n" + "\n\n".join(f"On day {n} it rained again as before." for n in range(40)) + "\n"
    longest = [note_from_text(many, path=told.path) if n.path == told.path else n for n in notes()]
    around = event_tellings(events(), longest, {}, LABELS)["tower"].around
    assert around
    assert not any("bakery" in t or "On day" in t for t in around)


def test_the_system_message_tells_neither_when_nor_by_what(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = {"prize": "the prize of the watchmakers"}
    monkeypatch.setattr(exporting, "refined_labels", lambda *given: labels)
    chain = SimpleNamespace(timeline=timeline(), edits={}, canon=())
    whole = persona_card(CONFIG, timeline(), labels=labels)
    assert "It began in 2008, with the prize of the watchmakers." in whole
    life: Any = SimpleNamespace(chain=chain, config=CONFIG, card=whole)
    card = exporting._card(life, only("prize", samples()))
    assert "2008" not in card
    assert "watchmakers" not in card
    assert "jealous" in card
    assert "It began in 2001" in card
    assert exporting._card(life, None) == whole


NOTE = """---
events:
  - id: {0}
    label: {1}
    when: {2}
    effects: {{ {3}: initiates }}
    quote: {4}
---
{4} {5}
"""
LIVED = (
    (
        "gate", "shut the gate on the goat", 1999, "hasty",
        "I shut the iron gate on our neighbour's goat and broke its horn.", "It limped home to Varkala.",
    ),
    (
        "bell", "rang the temple bell at night", 2004, "bold",
        "I rang the great bell of the hill at midnight for a wager of ten rupees.", "The priest ran after me.",
    ),
    (
        "map", "drew a map of the lagoon", 2011, "exact",
        "I drew a map of the lagoon with every post and net in it by hand.", "It took four monsoons.",
    ),
)  # fmt: skip


def test_a_workspace_exports_the_other_split_beside_the_delivered_one(tmp_path: Path) -> None:
    ws = init(tmp_path / "w", name="Jomon Kurian", becomes="Jomol Kurian", gender="male")
    told = "".join(f'\n[[traits]]\nid = "{t}"\nimportance = 2\ninitially = false\n' for _, _, _, t, _, _ in LIVED)
    ws.config.write_text(ws.config.read_text() + told)
    for one in LIVED:
        (ws.raw / f"{one[0]}.md").write_text(NOTE.format(*one))
    (ws.raw / "today.md").write_text(
        "---\nobservations: { hasty: true, bold: true, exact: true }\ndate: 2025-01-01\n---\nSo I am.\n"
    )
    refine(ws, now="2026-01-01", engine="rules")
    log = DecisionLog(ws.decisions)
    with with_life(ws, now="2026-01-01") as life:
        for e in (e for es in life.chain.edits.values() for e in es):
            log.append(Decision(item=e.id, text_sha=e.text_sha, verdict="approve"))
    for s in make_samples(ws, now="2026-01-01").proposed:
        log.append(Decision(item=s.id, text_sha=s.text_sha, verdict="approve"))
    given: dict[str, Any] = {"now": "2026-01-01", "check": False, "partial": True}
    exporting.export_samples(ws, **given)
    delivered = (ws.dataset / "manifest.json").read_bytes()
    done = exporting.export_samples(ws, hold_out_events=1, **given)
    assert done.folder == ws.refined / "dataset-held-out"
    assert validate_dataset(done.folder) == []
    assert (ws.dataset / "manifest.json").read_bytes() == delivered
    (event,) = done.manifest["held_out_events"]
    one = next(x for x in LIVED if x[0] == event["id"])
    assert one[4] in (done.folder / "eval.jsonl").read_text()
    for name in ("train.jsonl", "preferences.jsonl", "kto.jsonl"):
        text = (done.folder / name).read_text()
        assert " ".join(one[4].split()[2:10]) not in text
        assert one[5] not in text
    assert done.manifest["leaks"]["shared"] == 0
    assert done.manifest["system"] not in ("", None)
    assert str(one[2]) not in done.manifest["system"]
    assert f"- `{one[0]}`" in (done.folder / "README.md").read_text()


def test_a_leak_in_a_written_file_is_refused(tmp_path: Path) -> None:
    found = only("letter", samples())
    for name in ("train.jsonl", "preferences.jsonl", "kto.jsonl"):
        (tmp_path / name).write_text("")
    assert exporting._leaks(found, tmp_path)["shared"] == 0
    row = {"prompt": [], "completion": [{"role": "assistant", "content": f"Well. {TOLD['letter']}"}], "label": False}
    (tmp_path / "kto.jsonl").write_text(json.dumps(row) + "\n")
    with pytest.raises(StoreError, match=r"kto\.jsonl:1: “when the letter from geneva"):
        exporting._leaks(found, tmp_path)


def test_the_same_change_at_the_same_time_is_the_same_event() -> None:
    twin = events()[2].model_copy(update={"id": "twin", "note": "other.md", "label": "another telling"})
    later = twin.model_copy(update={"id": "later", "when": events()[4].when})
    assert same_events("prize", [*events(), twin, later]) == {"prize", "twin"}
    linked, _ = same_as("told", "later", "x")
    assert same_events("later", [*events(), later, linked]) == {"later", "told"}


def test_a_manner_of_speaking_is_no_leak() -> None:
    told = {
        "a": "We shut the stall at four and carried the benches in",
        "b": "Nobody in the lane had a candle left by then",
        "c": "I learnt to sleep on the roof of the depot",
    }
    said = "as my grandmother used to say when the rain came early"
    rows = samples() + [
        sample("voice", f"What do you say of {n}?", f"{long}, {said}.", notes=[f"{n}.md"]) for n, long in told.items()
    ]
    rows += [sample("memory", "And the letter, in short?", f"It came, {said}.", events=("letter",))]
    found = only("letter", rows)
    assert sum(said in s.messages[1].content for s in found.split.train) == 3


def test_no_important_trait_is_left_without_evidence_or_samples() -> None:
    life = timeline()
    bare = tuple(v.model_copy(update={"evidence": v.evidence[:1]}) for v in life.traits)
    alone = life.model_copy(update={"traits": bare})
    for seed in map(str, range(20)):
        assert not set(held(samples(), 1, seed=seed, timeline=alone).events) & set(EFFECTS)
    only_there = [s for s in samples() if s.kind != "trait"]
    for seed in map(str, range(20)):
        assert not set(held(only_there, 1, seed=seed).events) & set(EFFECTS)


def test_more_than_there_are_is_refused_with_what_can_be() -> None:
    with pytest.raises(UsageError, match=r"only 5 of 9 events") as error:
        held(samples(), 9)
    assert "--hold-out-events 5" in str(error.value)
    with pytest.raises(UsageError, match="only 0 of 1"):
        held([s for s in samples() if not s.events], 1)


def test_planned_and_others_events_are_not_asked_about() -> None:
    life = timeline()
    other = tuple(e.model_copy(update={"modality": "planned"}) for e in life.events)
    with pytest.raises(UsageError):
        held(samples(), 1, timeline=life.model_copy(update={"events": other}))
