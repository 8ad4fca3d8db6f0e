"""The coverage as two heat maps, traits and periods by kind, as PNG or SVG. Needs the extra `plot` (matplotlib).

Meant for print and for any eye: cividis (Nuñez, Anderton and Renslow 2018) is read alike with and without colour
vision and falls evenly in grey, here from light to dark; every number stands in its cell; what is missing is hatched;
the floor is a number and a sign.
"""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from refiner.dataset.coverage import KINDS, Cell, total
from refiner.dataset.coverage_life import Coverage
from refiner.errors import RefinerError, UsageError
from refiner.review.visible import one_line
from refiner.store import write_atomic

FORMATS = (".png", ".svg")
NAME = 30  # characters of a row's name in one line
EMPTY = "#f2f2f2"
CELL = 0.42  # inches of a row
_SALT = "refiner"  # of the ids in an SVG, so that the same tables give the same bytes


class _Band(NamedTuple):
    """A row of a heat map: its name, its cells, the kinds that should not be empty, its floor (0: none)."""

    name: str
    cells: Mapping[str, Cell]
    empty: Sequence[str] = ()
    floor: int = 0


def draw(table: Coverage, names: Mapping[str, str], path: Path) -> None:
    """Writes the picture. Raises what `check_file` raises, and StoreError."""
    check_file(path)
    write_atomic(path, picture(table, names, path.suffix.lower().removeprefix(".")))


def check_file(path: Path) -> None:
    """Refuses a file that is no picture, and a machine that cannot draw. Raises UsageError, RefinerError."""
    if path.suffix.lower() not in FORMATS:
        raise UsageError(f'--plot "{path}": a picture is .png or .svg', mend=f"--plot {path.stem or 'coverage'}.png")
    if path.is_dir():
        raise UsageError(f"{path} is a folder", mend=f"--plot {path / 'coverage.png'}")
    if find_spec("matplotlib") is None:
        raise RefinerError("drawing needs matplotlib", mend="pip install 'refiner[plot]'")


def picture(table: Coverage, names: Mapping[str, str], kind: str) -> bytes:
    """The bytes of the picture, "png" or "svg"; the same for the same tables. Needs matplotlib."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    kinds = table.kinds or list(KINDS)
    above = [_Band(_name(names.get(r.trait, r.trait), r.polarity), r.cells, r.empty, r.floor) for r in table.traits]
    if table.other:
        above.append(_Band(_name("no important trait"), table.other))
    below = [
        _Band(_name(f"{p.name}, {p.years}" if p.years else p.name), p.cells, table.empty_in(p)) for p in table.periods
    ]
    lines = [sum(band.name.count("\n") + 1 for band in rows) for rows in (above, below)]
    heights = [max(2.0, CELL * max(len(rows), 0.75 * n)) for rows, n in zip((above, below), lines, strict=True)]
    with matplotlib.rc_context({"svg.hashsalt": _SALT, "svg.fonttype": "path", "font.family": "DejaVu Sans"}):
        figure = Figure(figsize=(10.5, sum(heights) + 3.4), layout=ConstrainedLayoutEngine(h_pad=0.12, hspace=0.03))
        FigureCanvasAgg(figure)
        axes = figure.subplots(2, 1, height_ratios=heights)
        # The row of what is about no trait is always the fullest: it must not make all others pale.
        most = [
            max((c.ready for band in rows for c in band.cells.values()), default=1)
            for rows in (above[: len(table.traits)], below)
        ]
        _map(axes[0], above, kinds, most[0], "Samples by trait and kind", floors=True)
        _map(axes[1], below, kinds, most[1], "Samples by time of life and kind", floors=False)
        figure.suptitle(f"What {table.samples} samples are about", fontsize=13, fontweight="bold")
        figure.legend(handles=_legend(), loc="outside lower center", ncols=2, fontsize=8.5, frameon=False)
        out = BytesIO()
        with warnings.catch_warnings():  # a letter that the font lacks is a box, and no reason to stop
            warnings.filterwarnings("ignore", message="Glyph .* missing from")
            meta: dict[str, Any] = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
            figure.savefig(out, format=kind, dpi=150, metadata=meta)
    return out.getvalue()


def _name(name: str, polarity: str = "") -> str:
    mark = " (−)" if polarity == "negative" else ""
    text = one_line(name, 90)
    return "\n".join(textwrap.wrap(text + mark, NAME) or [text])


def _map(
    axes: Any,
    rows: Sequence[_Band],
    kinds: Sequence[str],
    most: int,
    title: str,
    *,
    floors: bool,
) -> None:
    import numpy as np
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap, PowerNorm
    from matplotlib.patches import Rectangle

    norm = PowerNorm(0.6, 0, max(most, 1), clip=True)
    colours = ListedColormap([EMPTY, *colormaps["cividis_r"](np.linspace(0.06, 0.97, 255))])
    grid = [[cells.get(k, Cell()).ready for k in kinds] for _, cells, _, _ in rows] or [[0] * len(kinds)]
    axes.imshow(grid, cmap=colours, norm=norm, aspect="auto", interpolation="nearest")
    for y, (_, cells, empty, floor) in enumerate(rows):
        ready = total(cells).ready
        for x, kind in enumerate(kinds):
            cell = cells.get(kind, Cell())
            dark = norm(cell.ready) > 0.5
            text = str(cell.ready) + (f" +{cell.waiting}" if cell.waiting else "")
            if kind in empty:
                box = Rectangle(
                    (x - 0.5, y - 0.5), 1, 1, facecolor="white", edgecolor="#333333", hatch="////", linewidth=0.8
                )
                axes.add_patch(box)
                label = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
                axes.text(x, y, text, ha="center", va="center", fontsize=8.5, color="black", bbox=label)
            elif cell.live:
                axes.text(x, y, text, ha="center", va="center", fontsize=8.5, color="white" if dark else "black")
        short = floor > ready
        words = (f"{ready} of {floor}" + (" ▼" if short else "")) if floor and floors else str(ready)
        weight = "bold" if short else "normal"
        axes.text(len(kinds) - 0.35, y, words, ha="left", va="center", fontsize=8.5, fontweight=weight)
    head = "all ready, of floor" if floors else "all ready"
    axes.text(len(kinds) - 0.35, -0.75, head, ha="left", va="center", fontsize=8)
    axes.set_title(title, loc="left", fontsize=11)
    axes.set_xticks(range(len(kinds)), [k.replace("_", " ") for k in kinds], fontsize=8.5, rotation=0)
    axes.set_yticks(range(len(rows)), [band.name for band in rows], fontsize=8.5)
    axes.set_xticks([x + 0.5 for x in range(len(kinds) - 1)], minor=True)
    axes.set_yticks([y + 0.5 for y in range(len(rows) - 1)], minor=True)
    axes.grid(which="minor", color="white", linewidth=0.7)
    axes.tick_params(which="both", length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _legend() -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    def words(text: str) -> Any:
        return Line2D([], [], linestyle="none", label=text)

    return [
        Patch(facecolor="white", edgecolor="#333333", hatch="////", label="missing: no sample is ready that should be"),
        words("12 +3: 12 ready, 3 wait for a decision; the darker, the more ready"),
        Patch(facecolor=EMPTY, edgecolor="#bbbbbb", label="none, and none is asked for"),
        words("(−): negative trait; ▼: fewer ready than its floor"),
    ]
