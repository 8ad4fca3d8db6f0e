"""Rows of a data set as plain dictionaries: chats, preference pairs, single verdicts; each with the sample behind it.

Preference pairs (`prompt, chosen, rejected`, for DPO) come from two kinds of decision:

- An edited answer: the person's words are chosen, the tool's rejected, in the same talk up to there. Where the question
  was changed too there is nothing to compare.
- Two answers to exactly the same talk, one approved or edited and one rejected: the person saw both. Not where the
  answers are nearly the same (the second was then rejected as a repetition), not where the rejected one waits for its
  sources, and not where the reason given speaks of repetition. No other rejection makes a pair: an answer to another
  question is no alternative, and what a rejected sample should have said nobody knows.

Single verdicts (`prompt, completion, label`, for KTO): approved and edited answers are good; rejected ones, and those
that the person replaced, are not.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from refiner.dataset.near import alike
from refiner.dataset.split import question
from refiner.models import FROM_CHAT, Message, Sample

Row = dict[str, Any]
Placed = list[tuple[Sample, Row]]  # a row and the sample that it comes from
Pair = tuple[Sample, Sample]  # as the person edited it, as it was proposed
_REPETITION = re.compile(r"\b(?:again|already|twice|enough|dup\w*|repeat\w*|repetiti\w*|same|too many)\b", re.I)


def chat(system: str, messages: Sequence[Message]) -> list[dict[str, str]]:
    """Messages as chat templates take them, the system message first."""
    return [{"role": "system", "content": system}, *plain(messages)]


def plain(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": m.role, "content": m.content} for m in messages]


def chats(system: str, samples: Sequence[Sample]) -> Placed:
    """One row for each sample: `messages` and the sample's `kind`. Of a talk that was corrected `learn` says that only
    the last answer is the person's: those before it are a model's, and only lead there."""
    return [
        (s, {"messages": chat(system, s.messages), "kind": s.kind} | ({"learn": "last"} if _led(s) else {}))
        for s in samples
    ]


def _led(sample: Sample) -> bool:
    return sample.source.startswith(FROM_CHAT) and len(sample.messages) > 2


def replaced(edited: Sample, proposed: Sample) -> list[int]:
    """The places of the answers that the person replaced, in a talk whose questions up to there are the tool's."""
    out = []
    for i, (new, old) in enumerate(zip(edited.messages, proposed.messages, strict=False)):
        if new.role != old.role or (new.role != "assistant" and new.content != old.content):
            break
        if new.role == "assistant" and new.content.strip() != old.content.strip():
            out.append(i)
    return out


def preferences(
    system: str,
    able: Sequence[Sample],
    pairs: Sequence[Pair],
    rejected: Sequence[Sample],
    reasons: Mapping[str, str],
) -> tuple[Placed, int]:
    """The preference pairs, and how many of them come from edits (they stand first). `reasons`: why the person rejected
    a sample, by its id."""
    free = {s.id for s in able}
    out: Placed = []
    for edited, proposed in sorted(pairs, key=lambda p: p[0].id):
        for i in replaced(edited, proposed) if edited.id in free else ():
            prompt = chat(system, edited.messages[:i])
            chosen, refused = plain(edited.messages[i : i + 1]), plain(proposed.messages[i : i + 1])
            out.append((edited, {"prompt": prompt, "chosen": chosen, "rejected": refused}))
    from_edits = len(out)
    asked: dict[str, list[Sample]] = defaultdict(list)
    for sample in able:
        asked[question(sample)].append(sample)
    for bad in sorted(rejected, key=lambda s: s.id):
        if bad.status != "rejected" or bad.blocked or _REPETITION.search(reasons.get(bad.id, "")):
            continue
        same = [
            good
            for good in asked.get(question(bad), ())
            if good.id != bad.id and good.messages[:-1] == bad.messages[:-1]
        ]
        if same and not any(alike(g.messages[-1].content, bad.messages[-1].content) for g in same):
            good = min(same, key=lambda s: s.id)
            prompt = chat(system, good.messages[:-1])
            chosen, refused = plain(good.messages[-1:]), plain(bad.messages[-1:])
            out.append((good, {"prompt": prompt, "chosen": chosen, "rejected": refused}))
    return out, from_edits


def verdicts(system: str, able: Sequence[Sample], pairs: Sequence[Pair], rejected: Sequence[Sample]) -> Placed:
    """The single verdicts. A rejected sample that waits for its sources is left out: what it says may not be hers."""
    free = {s.id for s in able}
    out: Placed = [(s, _verdict(system, s.messages, True)) for s in able]
    bad: Placed = [
        (s, _verdict(system, s.messages, False)) for s in rejected if s.status == "rejected" and not s.blocked
    ]
    for edited, proposed in pairs:
        for i in replaced(edited, proposed) if edited.id in free else ():
            before = edited.messages[:i]
            bad.append((edited, _verdict(system, (*before, proposed.messages[i]), False)))
            if i < len(edited.messages) - 1:  # the last answer has its row already
                out.append((edited, _verdict(system, (*before, edited.messages[i]), True)))
    return out + sorted(bad, key=lambda p: p[0].id)


def _verdict(system: str, messages: Sequence[Message], good: bool) -> Row:
    return {"prompt": chat(system, messages[:-1]), "completion": plain(messages[-1:]), "label": good}
