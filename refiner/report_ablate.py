"""What `refiner evaluate --ablate` prints: the mixes, what each taught, what differs, what the figures cannot show."""

from __future__ import annotations

from collections.abc import Sequence

from refiner.console import Output
from refiner.evaluate.ablate_compare import CONTRASTS, GIVEN, GROUPS, Ablated, Difference, Group, Taught, Value
from refiner.report import plural

_MINUTE = 60


def ablated(show: Output, found: Ablated) -> None:
    """The whole of an ablation, or with nothing measured yet what would be done."""
    if show.as_json:
        show.json(found.model_dump_json(indent=1))
        return
    _plan(show, found)
    if not found.values:
        return
    _values(show, found)
    _differences(show, found)
    show.data("")
    for line in found.cautions:
        show.data(f"- {line}", style="dim")
    show.say(f"answers and all measures: {found.folder}")


def _plan(show: Output, found: Ablated) -> None:
    about = "" if found.exact else "about "
    seeds = f", {plural(len(found.seeds), 'seed')}" if len(found.seeds) > 1 else ""
    show.data(
        f"mixes: {len(found.mixes)}, with {about}{found.tokens:,} tokens of answers each, "
        f"{found.epochs} epochs of {found.base}{seeds}",
        style="bold",
    )
    rows: list[Sequence[str]] = [("mix", "tokens", "of them", "rows", "a step", "steps", "facts told")]
    rows += [_mix(m, found) for m in found.mixes]
    _table(show, rows)
    if found.mixes:
        show.data(
            f"in every mix alike: {found.mixes[0].given} tokens about her name, gender and what she cannot know, and "
            "about the world"
        )
    for mix, why in found.left_out.items():
        show.data(f"left out: {mix} ({why})", style="yellow")
    asked = ", ".join(f"{n} {area}" for area, n in found.items.items())
    show.data(f"each is asked {plural(found.asks, 'question')}: items are {asked}")
    if not found.values and found.about_seconds:
        minutes = max(1, round(found.about_seconds / _MINUTE))
        show.data(
            f"training takes about {plural(minutes, 'minute')} on this machine, as busy as it is now; "
            "asking comes on top"
        )


def _mix(mix: Taught, found: Ablated) -> Sequence[str]:
    of = ", ".join(f"{part} {tokens}" for part, tokens in sorted(mix.parts.items(), key=lambda p: (-p[1], p[0])))
    taught = f"{mix.facts_taught} of {found.facts}"
    return mix.name, f"{mix.tokens:,}", of, str(mix.rows), str(mix.batch), str(mix.steps), taught


def _values(show: Output, found: Ablated) -> None:
    show.data("")
    show.data("What each mix taught, with the 95 % interval over the questions", style="bold")
    rows: list[Sequence[str]] = [("mix", *(_title(g) for g in GROUPS))]
    for name in [*(m.name for m in found.mixes), GIVEN]:
        if name in found.values:
            mine = found.values[name]
            shown = "(untrained)" if name == GIVEN else name
            rows.append((shown, *(_value(mine.get(g.id, Value()), g) for g in GROUPS)))
    _table(show, rows)


def _title(group: Group) -> str:
    return group.title if group.share else f"{group.title} (lower is nearer)"


def _value(value: Value, group: Group) -> str:
    if value.value is None:
        return "no answer that could be judged"
    span = f" [{_number(value.low, group)}, {_number(value.high, group)}]" if value.low is not None else ""
    return f"{_number(value.value, group)}{span}"


def _number(value: float | None, group: Group, *, signed: bool = False) -> str:
    if value is None:
        return "?"
    if group.share:
        return f"{100 * value:+.0f}" if signed else f"{100 * value:.0f} %"
    return f"{value:+.2f}"


def _differences(show: Output, found: Ablated) -> None:
    for contrast in CONTRASTS:
        mine = [d for d in found.differences if d.contrast == contrast.id]
        if not mine:
            continue
        pairs = "; ".join(f"{after} against {before}" for before, after in mine[0].pairs)
        show.data("")
        show.data(f"{contrast.title} ({pairs})", style="bold")
        rows = [_difference(d, group) for group in GROUPS for d in mine if d.group == group.id]
        _table(show, rows, head=False)


def _difference(found: Difference, group: Group) -> Sequence[str]:
    if found.value is None:
        return group.title, "", "", found.verdict
    unit = " points" if group.share else ""
    span = ""
    if found.low is not None:
        span = f"[{_number(found.low, group, signed=True)}, {_number(found.high, group, signed=True)}]"
    by_seed = f"; by seed {', '.join(_number(s, group, signed=True) for s in found.seeds)}" if found.seeds else ""
    items = plural(found.items, "item")
    return group.title, f"{_number(found.value, group, signed=True)}{unit}", span, f"{found.verdict} ({items}{by_seed})"


def _table(show: Output, rows: Sequence[Sequence[str]], *, head: bool = True) -> None:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    for at, row in enumerate(rows):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        show.data(f"  {line}", style="bold" if head and not at else "")
