"""What `refiner selfimage` prints: each negative trait in notes, refined notes and samples, and quotes side by side."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from refiner.config import Config
from refiner.console import Output
from refiner.errors import UsageError
from refiner.models import Person
from refiner.negative_floor import percent, remedies
from refiner.review.bodies import SIDE_FROM
from refiner.review.diff import rewritten, segments
from refiner.review.paint import DIM, HEAD, NEW, OLD, WARN, Paint
from refiner.review.visible import one_line
from refiner.sampling import Samples, image_of
from refiner.stages.self_image_life import LifeImage, Row, TraitImage, others_words, who
from refiner.stages.self_image_valence import Drift
from refiner.stages.selfimage import DRIFT
from refiner.timeline.wording import ASCII

_HEADS = ("raw", "refined", "kept", "samples")
_STATE = {"gone": "bold red", "softened": WARN, "kept": ""}
_QUOTE = 90
_HEARD = 0.005  # a smaller drift is 0.00 in print


def selfimage(show: Output, made: Samples, trait: str = "") -> None:
    """The whole self-image, or that of one trait (id, name or alias). Raises UsageError for one that is not watched."""
    life = made.life
    image = image_of(life, made)
    if trait:
        image = LifeImage((_one(image, life.config, trait),))
    people = life.chain.people
    if show.as_json:
        show.json(as_json(image, life.config, people))
        return
    for line in lines(show, image, life.config, people, one=bool(trait)):
        _print(show, line)
    if not image.traits:
        show.say("no important negative trait holds today or may hold: there is nothing to watch (docs/self-image.md)")


def _one(image: LifeImage, config: Config, words: str) -> TraitImage:
    """The trait that is meant by an id, a name or an alias, in any case."""
    wanted = words.strip().casefold()
    exact = [t for t in image.traits if t.trait.id == words.strip()]
    found = exact or [
        t for t in image.traits if wanted in {w.casefold() for w in (t.trait.id, t.trait.title, *t.trait.words)}
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            f'"{words}" means several traits: {", ".join(t.trait.id for t in found)}',
            mend=f"refiner selfimage --trait {found[0].trait.id}",
        )
    ids = [t.trait.id for t in image.traits]
    known = config.trait(words.strip())
    why = (
        f'"{words}" is not watched: it is {known.polarity}, its importance is {known.importance}, or it is over'
        if known
        else f'there is no trait "{words}"'
    )
    near = difflib.get_close_matches(words.strip(), ids, 1, 0.5) or ids[:1]
    raise UsageError(
        f"{why}; watched are: {', '.join(ids) or 'none'}",
        mend=f"refiner selfimage --trait {near[0]}" if near else "refiner timeline",
    )


# ---- data ----------------------------------------------------------------------------------------------------------


def as_json(image: LifeImage, config: Config, people: Sequence[Person]) -> dict[str, Any]:
    """The same for programs. Shares are 0 to 1, null where there is no evidence; places count code points."""
    return {
        "floor": config.policy.negative_floor,
        "share": image.share,
        "below_floor": list(image.below(config.policy.negative_floor)),  # "": all traits together
        "traits": [
            {
                "id": t.trait.id, "name": t.trait.title, "raw": len(t.rows), "refined": t.count("kept"),
                "softened": t.count("softened"), "gone": t.count("gone"), "share": t.share, "samples": t.in_samples,
                "stated_in_samples": list(t.stated), "no_sample": t.without_sample,
                "only_others": others_words(t, config, people, _quoted(t.of_others[0])) if t.of_others else "",
                "evidence": [_row_json(r) for r in t.rows],
            }
            for t in image.traits
        ],
        "valence": [
            {"note": d.note, "changed": d.changed, "raw": round(d.raw, 4), "refined": round(d.refined, 4),
             "drift": round(d.drift, 4), "warns": d.drift > DRIFT}
            for d in image.drifts
        ],
    }  # fmt: skip


def _row_json(row: Row) -> dict[str, Any]:
    return {
        "note": row.note, "start": row.start, "end": row.end, "raw": row.raw, "refined": row.refined,
        "state": row.state, "why": list(row.why), "voice": row.teller.voice, "teller": row.teller.name,
        "via": list(row.via), "samples": list(row.samples), "edits": [e.id for e in row.edits],
        "brings_back": remedies(row),
    }  # fmt: skip


# ---- the screen ----------------------------------------------------------------------------------------------------


def _print(show: Output, line: Text) -> None:
    if not show.unicode:
        plain = Text(line.plain.translate(ASCII), style=line.style)
        plain.spans = line.spans  # every stand-in is one character wide
        line = plain
    show.data(line)


def lines(
    show: Output, image: LifeImage, config: Config, people: Sequence[Person], *, one: bool = False
) -> Iterator[Text]:
    """Everything that is printed, line by line, no line wider than the terminal where it can be broken."""
    paint = Paint(show.out, plain=show.out.no_color or not show.out.is_terminal)
    floor = config.policy.negative_floor
    if image.traits:
        yield from _table(image, floor, paint, one=one)
    for trait in image.traits:
        yield from _trait(trait, people, paint)
    others = [t for t in image.traits if t.of_others]
    if others:
        yield from _head("What only others say", paint)
        for t in others:
            first = min(t.of_others, key=lambda r: (r.teller.voice != "author", r.note, r.start))
            yield paint.indented(paint.text(others_words(t, config, people, _quoted(first))))
    if image.drifts:
        yield from _head("How the changed sentences sound (-1 to 1)", paint)
        moved = [d for d in image.drifts if abs(d.drift) >= _HEARD]
        for drift in moved:
            yield paint.indented(paint.text(_drift(drift), WARN if drift.drift > DRIFT else ""))
        if same := len(image.drifts) - len(moved):
            words = "1 note sounds" if same == 1 else f"{same} notes sound"
            yield paint.indented(paint.text(f"{words} the same as before, in what changed", DIM))


def _head(words: str, paint: Paint) -> Iterator[Text]:
    yield paint.text("")
    yield paint.indented(paint.text(words, HEAD), "")


def _cells(raw: int, refined: int, share: float | None, samples: int) -> tuple[str, ...]:
    return str(raw), str(refined), "-" if share is None else percent(share), str(samples)


def _table(image: LifeImage, floor: float, paint: Paint, *, one: bool) -> Iterator[Text]:
    rows = [
        (one_line(t.trait.title), _cells(len(t.rows), t.count("kept"), t.share, t.in_samples)) for t in image.traits
    ]
    if not one:
        total = _cells(
            len(image.rows), sum(r.kept for r in image.rows), image.share, sum(bool(r.samples) for r in image.rows)
        )
        rows.append(("all together", total))
    width = [max(len(h), *(len(c[i]) for _, c in rows)) for i, h in enumerate(_HEADS)]
    room = max(paint.console.width - sum(width) - 2 * len(width), 8)
    room = min(room, max(cell_len(name) for name, _ in rows))
    yield paint.text(_padded("", room) + _numbers(_HEADS, width), DIM)
    below = image.below(floor)
    watched = [*(t.trait.id for t in image.traits), ""]
    for (name, cells), trait in zip(rows, watched, strict=False):
        first, *more = Text(name).wrap(paint.console, room) or [Text("")]
        style = _STATE["gone"] if trait in below else ""
        yield paint.text(_padded(first.plain.rstrip(), room) + _numbers(cells, width), style)
        for part in more:
            yield paint.text(part.plain.rstrip(), style)
    if below:
        words = f"below the floor of {percent(floor)}: refiner export stops until some of it is back"
        yield paint.indented(paint.text(words, WARN), "")


def _padded(text: str, room: int) -> str:
    return text + " " * max(room - cell_len(text), 0)


def _numbers(cells: Sequence[str], width: Sequence[int]) -> str:
    return "".join(f"  {c:>{w}}" for c, w in zip(cells, width, strict=True))


def _trait(image: TraitImage, people: Sequence[Person], paint: Paint) -> Iterator[Text]:
    parts = [f"{n} {state}" for state in ("gone", "softened", "kept") if (n := image.count(state))]
    yield from _head(f"{one_line(image.trait.title)}: {', '.join(parts) or 'no sentence shows it'}", paint)
    if image.without_sample:
        yield paint.indented(paint.text("no sample carries it", WARN))
    for row in image.rows:
        yield from _row(row, people, paint)


def _row(row: Row, people: Sequence[Person], paint: Paint) -> Iterator[Text]:
    teller = "" if row.teller.voice == "narrator" else f"told by {who(row.teller, people)}"
    count = len(row.samples)
    samples = f"in {count} sample{'s' * (count != 1)}" if count else "in no sample"
    about = " · ".join(one_line(p) for p in (row.note, teller, *row.why, samples) if p)
    yield paint.indented(paint.join((row.state, _STATE[row.state]), (f" · {about}", DIM)))
    yield from _words(row, paint)
    for command in remedies(row) if not row.kept else ():
        yield paint.text(f"    → {command}", DIM)


def _words(row: Row, paint: Paint) -> Iterator[Text]:
    """The sentence raw and refined: side by side where there is room, else as one diff by words."""
    raw, refined = _flat(row.raw), _flat(row.refined)
    if raw == refined:
        yield paint.indented(paint.text(raw), "    ")
    elif paint.console.width >= SIDE_FROM:
        yield from _columns(raw, refined or "(nothing)", paint)
    else:
        parts = segments(raw, refined)
        if rewritten(parts) and refined:
            yield paint.indented(paint.text(f"- {raw}", OLD), "    ")
            yield paint.indented(paint.text(f"+ {refined}", NEW), "    ")
        else:
            yield paint.diff(parts, "    ")


def _columns(raw: str, refined: str, paint: Paint) -> Iterator[Text]:
    """Both in a column each, what changed marked in its own."""
    room = (paint.console.width - 8) // 2
    parts = segments(raw, refined)
    left, right = paint.text(""), paint.text("")
    for p in parts:
        same = p.kind == "equal"
        left.append_text(
            paint.text(p.old if same or not paint.plain or not p.old else f"[-{p.old}-]", "" if same else OLD)
        )
        right.append_text(
            paint.text(p.new if same or not paint.plain or not p.new else f"{{+{p.new}+}}", "" if same else NEW)
        )
    before, after = left.wrap(paint.console, room, overflow="fold"), right.wrap(paint.console, room, overflow="fold")
    for i in range(max(len(before), len(after))):
        one, two = (c[i] if i < len(c) else paint.text("") for c in (before, after))
        one.rstrip()
        two.rstrip()
        line = paint.text("    ").append_text(one).append(" " * (room - one.cell_len + 3)).append_text(two)
        line.rstrip()
        yield line


def _flat(text: str) -> str:
    return " ".join(text.split())


def _quoted(row: Row) -> str:
    return f"{one_line(row.note)}: “{one_line(row.raw, _QUOTE)}”"


def _drift(drift: Drift) -> str:
    many = f"{drift.changed} changed sentence{'s' * (drift.changed != 1)}"
    warns = ", more pleasant than you told it" if drift.drift > DRIFT else ""
    return f"{drift.drift:+.2f} {one_line(drift.note)} ({many}: {drift.raw:+.2f} → {drift.refined:+.2f}){warns}"
