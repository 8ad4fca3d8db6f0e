"""What `export` and `samples --trace` print, in 80 columns: data to stdout, remarks to stderr."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from refiner.models import FROM_CHAT
from refiner.review.visible import visible

if TYPE_CHECKING:
    from refiner.console import Output
    from refiner.dataset.checked import Checked
    from refiner.exporting import Exported
    from refiner.tracing import Trace, Verdict

WIDTH = 80
_FIRST = ("train.jsonl", "eval.jsonl", "preferences.jsonl", "kto.jsonl")


def exported(show: Output, done: Exported) -> None:
    """After `export`: files and rows, what was looked at, tokens, and the next command."""
    manifest = done.manifest
    if show.as_json:
        show.json({**manifest, "untold": list(done.untold)})
    counts = manifest["counts"]
    about = {
        "train.jsonl": f"{counts['replay']} of them general" if counts["replay"] else "",
        "eval.jsonl": "about held-out events alone" if "held_out_events" in manifest else "",
        "preferences.jsonl": _from(counts["preferences_from"]),
        "kto.jsonl": f"{counts['kto_labels']['true']} good, {counts['kto_labels']['false']} not",
    }
    for file in manifest["files"]:
        if file["name"] in _FIRST:
            count, said = file["rows"], about[file["name"]]
            rows = f"{count} row{'' if count == 1 else 's'}"
            show.say(f"{file['name']:<18} {rows:>9}{f': {said}' if said and count else ''}")
    if done.general_short:
        show.say(f"general rows: {done.general_short} fewer than [samples] replay asks for; replay_file may name more")
    if done.waiting:
        show.say(f"left out: {done.waiting} sample{'' if done.waiting == 1 else 's'} that wait for you")
    forms = dict.fromkeys(f["name"].split("/")[1] for f in manifest["files"] if f["name"].startswith("formats/"))
    if forms:
        show.say(f"also as {', '.join(forms)}: {done.folder / 'formats'}")
    if moved := counts["near_duplicates_moved"]:
        what = "1 held-out question is" if moved == 1 else f"{moved} held-out questions are"
        show.say(f"{what} nearly asked in training, and trained on")
    for event in manifest.get("held_out_events", ()):
        show.say(_cut(f"held out: {event['id']} {event['label']}"))
    if "leaks" in manifest:
        left = manifest["leaks"]["samples_left_out"]
        show.say(f"no eight words in a row of them are trained on; {left} samples that touch them are left out")
    if done.checked:
        looked(show, done.checked, manifest)
    if done.untold:
        show.say(f"no row is about what holds today: {', '.join(done.untold)}; approve a sample of it, or write a note")
    show.say(f"written to {done.folder}")
    if done.run:
        show.say(f"next: refiner train --continue {done.run}, or anew with --recipe (try --plan first)")
    else:
        show.say("next: refiner train --recipe cpu-smoke (or rtx3050-4gb, …; try --plan first)")


def looked(show: Output, found: Checked, manifest: dict[str, Any]) -> None:
    """What was loaded and rendered, and the tokens."""
    tokens = found.tokens
    if found.loaded is not None:
        show.say(f"datasets loads it: {', '.join(found.loaded)}")
    if found.rendered:
        show.say(f"every row rendered with the chat template of {found.rendered}")
    about = "" if tokens["tokenizer"] == "exact" else "about "
    longest = tokens["longest"]
    if longest:
        show.say(
            f"tokens: {about}{tokens['total']:,}, {about}{tokens['mean']:.0f} a row; the longest has {about}"
            f"{longest['tokens']} (sample {longest['sample'][:12]})"
        )
    for limit, count in tokens["above"].items():
        if count:
            show.say(f"{count} rows have more than the {limit} tokens that some recipes take")
    for problem in found.problems[:10]:
        show.error(str(problem))
    if found.why:
        missing = "loaded and rendered" if found.loaded is None else "rendered"
        show.say(f"not {missing}: {'; '.join(found.why)}")
        show.say(f"  → {found.mend}")


def traced(show: Output, found: Trace) -> None:
    """Where a sample comes from."""
    if show.as_json:
        show.json(found.as_dict())
        return
    s = found.sample
    _say(show, f"sample {s.id}: {s.kind}, {s.status}, {s.source}", 0, 2)
    for m in s.messages:
        _say(show, f"{m.role + ':':<11}{m.content}", 2, 13)
    _decided(show, found.decisions, 2)
    of_talk = s.source.startswith(FROM_CHAT)
    said = "none: you wrote it in a talk" if of_talk else "none: it says what refiner.toml says outright"
    _heading(show, "notes", [] if found.notes else [said])
    for path in found.notes:
        own = [x for x in found.sentences if x.note == path]
        if not own:
            _say(show, f"{path}: no sentence of it stands there as it is", 2, 4)
        line = 0
        for x in own:
            if x.line != line:
                _say(show, f"{path}:{x.line}", 2, 4)
            line = x.line
            _say(show, f"raw      {x.raw}", 4, 13)
            _say(show, "refined  the same" if x.refined == x.raw else f"refined  {x.refined or '(nothing)'}", 4, 13)
    if found.traits:
        _heading(show, "traits", [", ".join(found.traits)])
    if found.events:
        _heading(show, "events")
    for e in found.events:
        _say(show, f"{e.id}  {e.when or 'undated'}  {e.label}", 2, 4)
        if e.effects:
            _say(show, ", ".join(e.effects), 4, 4)
        _decided(show, e.decisions, 4)
    if found.edits:
        _heading(show, "edits")
    for b in found.edits:
        _say(show, f"{b.id[:12]}  “{b.before}” → “{b.after}”  {b.stage}, {b.rule}, {b.status}", 2, 4)
        _say(show, b.reason, 4, 4)
        _decided(show, b.decisions, 4)
    if found.waits:
        _heading(show, "waits for", [", ".join(w if w.startswith("finding:") else w[:12] for w in found.waits)])


def _heading(show: Output, name: str, lines: Iterable[str] = ()) -> None:
    show.data(name, style="bold")
    for line in lines:
        _say(show, line, 2, 2)


def _decided(show: Output, verdicts: Iterable[Verdict], indent: int) -> None:
    for v in verdicts:
        why = f": {v.reason}" if v.reason else ""
        _say(show, f"decided  {v.verdict} on {v.at[:16].replace('T', ' ')}{why}", indent, indent + 9)


def _say(show: Output, text: str, first: int, then: int) -> None:
    flat = " ".join(visible(text).split()) if "\n" in text else visible(text)
    for line in textwrap.wrap(
        flat, WIDTH, initial_indent=" " * first, subsequent_indent=" " * then, break_long_words=True
    ):
        show.data(line)


def _cut(text: str) -> str:
    flat = " ".join(visible(text).split())
    return flat if len(flat) <= WIDTH else flat[: WIDTH - 1].rstrip() + "…"


def _from(of: dict[str, int]) -> str:
    return f"{of['edits']} from edits, {of['answers']} from two answers to one question" if any(of.values()) else ""
