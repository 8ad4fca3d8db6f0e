"""What `refiner evaluate --dry-run` says: the questions, how many answers they need, and how long that takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from refiner.console import Output
from refiner.evaluate.forced import Forced
from refiner.evaluate.interview import Kept, key_of
from refiner.evaluate.keeping import kept_in
from refiner.evaluate.likelihood import no_weights
from refiner.evaluate.shapes import AREAS, Area, Item
from refiner.evaluate.telling import many
from refiner.evaluating_contestants import Entrant
from refiner.store import Workspace

_READ = 10e9  # bytes of weights that a processor reads in a second, once for each token: for a rough guess alone
_USED = 0.6  # of the limit of tokens that an answer takes, about


@dataclass(frozen=True)
class Planned:
    """What would be asked."""

    items: Sequence[Item]
    left_out: dict[str, str]
    choices: Sequence[Forced]
    entrants: Sequence[Entrant]
    max_tokens: int
    seed: int
    areas: Sequence[Area] = AREAS

    @property
    def unchosen(self) -> str:
        """Why there are no anecdotes to choose among, where facts are not asked about at all."""
        return "" if "fact" in self.areas else "no questions of facts"

    @property
    def answers(self) -> int:
        """How many answers it takes, with those that are kept already."""
        return len(self.entrants) * sum(len(i.asks) for i in self.items)


def known_seconds(ws: Workspace, plan: Planned) -> list[float]:
    """The seconds of each answer that is kept already."""
    kept = Kept(kept_in(ws))
    texts = [ask.text for item in plan.items for ask in item.asks]
    keys = [
        key_of(e.contestant, text, max_tokens=plan.max_tokens, temperature=0.0, seed=plan.seed)
        for e in plan.entrants
        for text in texts
    ]
    return [a.seconds for a in map(kept.answer, keys) if a is not None]


def say_plan(ws: Workspace, show: Output, plan: Planned, *, judge: dict[str, object] | None = None) -> None:
    """Prints the plan; nothing is asked. As JSON it also holds `judge`: what would be sent to the judge."""
    timed = known_seconds(ws, plan)
    guess = sum(timed) / len(timed) if timed else _guess(plan)
    seconds = None if guess is None else round((plan.answers - len(timed)) * guess)
    if show.as_json:
        show.json({
            "items": [i.model_dump(mode="json") for i in plan.items], "left_out": plan.left_out,
            "answers": plan.answers, "kept": len(timed), "seconds": seconds, "choices": len(plan.choices),
            "contestants": [e.contestant.model_dump(mode="json", exclude={"about"}) for e in plan.entrants],
            **({"judge": judge} if judge is not None else {}),
        })  # fmt: skip
        return
    for area, group in groupby(plan.items, key=lambda i: i.area):
        mine = list(group)
        wordings = sum(len(i.asks) for i in mine)
        show.data(f"{area}: {many(len(mine), 'question')} in {many(wordings, 'wording')}")
        for item in mine:
            show.data(f"  {item.asks[0].text}")
    for area, why in plan.left_out.items():
        show.data(f"{area}: {why}", style="dim")
    if plan.choices:
        show.data(f"{many(len(plan.choices), 'anecdote')} among false ones: {_how(plan)}")
    who = ", ".join(e.contestant.id for e in plan.entrants)
    show.data(f"{who}: {many(plan.answers, 'answer')}, {len(timed)} of them kept already")
    if len(timed) == plan.answers:
        show.data("nothing is left to ask; the report is made anew of what is kept")
    elif seconds is not None:
        rough = "" if timed else ", a rough guess: none was timed on this machine yet"
        show.data(f"about {max(1, round(seconds / 60))} min for the answers{rough}")


def _how(plan: Planned) -> str:
    unable = {why for e in plan.entrants if (why := no_weights(e.contestant))}
    return "; ".join(sorted(unable)) or "chosen by likelihood"


def _guess(plan: Planned) -> float | None:
    """Seconds of an answer, by the size of the weights; None where they are not known."""
    size = max((int(e.contestant.about.get("bytes") or 0) for e in plan.entrants), default=0)
    return plan.max_tokens * _USED * size / _READ if size else None
