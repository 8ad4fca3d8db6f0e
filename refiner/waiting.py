"""What stands against an export: everything that waits for the person, in groups, with the command for each."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from refiner.errors import Undecided
from refiner.models import Finding
from refiner.refine import Life
from refiner.review.visible import one_line
from refiner.sampling import TODAY, Samples
from refiner.stages.composing.open import finding_id
from refiner.stages.today import dead_samples

UNJUDGED = "unjudged"
LINES = 20  # told in full; the rest is a number
_WIDTH = 78
COMMANDS = {
    "samples": "refiner review --stage sample",
    "over": "refiner review --reject ID, or edit it to tell it as past",
    "edits": "refiner review --stage edit",
    "questions": "refiner review --stage question",
    "findings": "mend the note, or decide the edits there: refiner review --note NOTE",
    UNJUDGED: "refiner refine, which asks again",
}
_TITLES = {  # one of them, more of them
    "samples": ("sample is undecided", "samples are undecided"),
    "over": ("sample says of what is over that it is so today", "samples say of what is over that it is so today"),
    "edits": ("edit is undecided", "edits are undecided"),
    "questions": ("question is open", "questions are open"),
    "findings": ("finding is an error", "findings are errors"),
    UNJUDGED: ("note was not judged to the end", "notes were not judged to the end"),
}


@dataclass(frozen=True)
class Item:
    """One thing that waits. `id` can be typed after `refiner review --approve` and the like."""

    group: str  # a key of COMMANDS
    id: str
    kind: str  # of a sample: its kind; of an edit or question: its stage; of a finding: its check
    note: str
    what: str
    holds: int = 0  # approved samples that wait for it


def waiting(made: Samples) -> list[Item]:
    """Everything that stands against an export without `--partial`, in the order in which it is best decided.

    A sample waits while it is undecided; an edit, a question or a finding of severity error while an approved sample
    waits for it. A note that a model did not judge to the end stands against it whatever samples there are: what it
    might have said is missing.
    """
    life = made.life
    chain = life.chain
    held: dict[str, int] = {}
    for sample in made.blocked:
        for name in sample.blocked:
            held[name] = held.get(name, 0) + 1
    out = [
        Item(UNJUDGED, finding_id(f), f.check, f.note, f.message, held.get(finding_id(f), 0))
        for f in chain.findings
        if f.check == UNJUDGED
    ]
    known = {i.id for i in out}
    for edits in chain.edits.values():
        for e in edits:
            if e.id in held:
                what = f"“{one_line(e.before, 30)}” → “{one_line(e.after, 30)}”"
                out.append(Item("edits", e.id, e.stage, e.note, what, held[e.id]))
    out += [Item("questions", q.id, q.stage, q.note, q.question, held[q.id]) for q in chain.questions if q.id in held]
    for f in chain.findings:
        name = finding_id(f)
        if name in held and name not in known:
            out.append(Item("findings", name, f.check, _place(f, life), f.message, held[name]))
            known.add(name)
    if chain.timeline is not None:
        bad = [s for s in made.blocked if any(b.startswith(TODAY) for b in s.blocked)]
        out += [
            Item("over", s.id, s.kind, ", ".join(s.notes), f"“{one_line(quote, 60)}” ({trait.title})")
            for s, trait, quote in dead_samples(bad, life.config, chain.timeline)
        ]
    out += [
        Item("samples", s.id, s.kind, ", ".join(s.notes), s.messages[0].content)
        for s in sorted(made.undecided, key=lambda s: (s.kind, s.id))
    ]
    named = {i.id for i in out}
    lost = [name for name in held if name not in named and not name.startswith(TODAY)]
    return out + [Item("findings", name, "", "", "an item that is no longer there", held[name]) for name in lost]


def refusal(items: list[Item], ready: int) -> Undecided:
    """The error that names what waits: about twenty lines of it, and the command for each group."""
    by_group = {g: of for g in COMMANDS if (of := [i for i in items if i.group == g])}
    shown = _shares({g: len(of) for g, of in by_group.items()})
    lines: list[str] = []
    for group, of_group in by_group.items():
        first, held = of_group[0], group in ("edits", "questions", "findings")
        command = COMMANDS[group].replace("ID", first.id).replace("NOTE", first.note.partition(":")[0])
        title = _TITLES[group][len(of_group) > 1] + (", and approved samples wait for it" if held else "")
        lines += [
            "",
            f"{len(of_group)} {title}:",
            *textwrap.wrap(f"→ {command}", _WIDTH, initial_indent="  ", subsequent_indent="    "),
        ]
        if group == "samples":
            of_group = _by_turns(of_group)
            kinds = Counter(i.kind for i in of_group).most_common()
            lines += textwrap.wrap(
                ", ".join(f"{k} {n}" for k, n in kinds), _WIDTH, initial_indent="  ", subsequent_indent="  "
            )
        lines += [_line(i) for i in of_group[: shown[group]]]
        if len(of_group) > shown[group]:
            lines.append(f"  and {len(of_group) - shown[group]} more")
    count = "1 item waits" if len(items) == 1 else f"{len(items)} items wait"
    head, every = f"nothing was exported: {count} for you", "all of them: refiner export --json"
    rest = f"refiner review; or leave them out: refiner export --partial ({ready} are ready)"
    return Undecided("\n".join([head, *lines, "", every]), mend=rest)


def _by_turns(items: list[Item]) -> list[Item]:
    """One of each kind in turn, so that the beginning of the list shows all kinds."""
    seen: Counter[str] = Counter()
    place = {}
    for i in items:
        place[i.id] = (seen[i.kind], i.kind)
        seen[i.kind] += 1
    return sorted(items, key=lambda i: place[i.id])


def _shares(counts: dict[str, int]) -> dict[str, int]:
    """How many of each group are told, so that they are `LINES` together: the same of each, the rest to the first."""
    out = dict.fromkeys(counts, 0)
    for _ in range(LINES):
        open_ = [g for g in counts if out[g] < counts[g]]
        if not open_:
            break
        out[min(open_, key=lambda g: out[g])] += 1
    return out


def as_json(items: Iterable[Item]) -> dict[str, Any]:
    """All of it, for `--json`: the items, and the command for each group."""
    of = [asdict(i) for i in items]
    groups = {g: {"count": n, "command": c} for g, c in COMMANDS.items() if (n := sum(i["group"] == g for i in of))}
    return {"waiting": of, "groups": groups}


def _line(item: Item) -> str:
    name = "" if item.id.startswith("finding:") else f"{item.id[:12]}  "  # a finding is mended, not decided
    about = " ".join(p for p in (item.kind, item.note) if p)
    return f"  {name}" + one_line(f"{about}: {item.what}" if about else item.what, _WIDTH - len(name) - 2)


def _place(finding: Finding, life: Life) -> str:
    note = next((n for n in life.chain.notes if n.path == finding.note), None)
    if note is None or finding.start is None:
        return finding.note
    return f"{finding.note}:{note.text.count(chr(10), 0, finding.start) + 1}"
