"""What fuzzy words mean, as a page for people: `python -m refiner.timeline.table` writes docs/dates.md.

The page is made of the table that the code reads, so that the two cannot differ.
"""

from __future__ import annotations

import sys
from pathlib import Path

from refiner.timeline.fuzzy import ERAS, FUZZY, Fuzzy
from refiner.timeline.holidays import ALIASES, RULES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "dates.md"
COMMAND = "python -m refiner.timeline.table"
_HEAD = f"""# What words of time mean

The tool turns the words of a time into a window: the first and the last day that they allow. A wrong certainty costs
more than an open question, so that windows are rather wide than narrow, and neighbours overlap. Where words allow no
window at all ("recently", "in those days"), nothing is read.

This page is made of the table in `refiner/timeline/fuzzy.py`, which is what the code reads. `{COMMAND}`
writes it anew.

- **Dates**: days, months, years, decades in figures and words (day before month, in the US month before day), EDTF,
  quarters, half years, financial and academic years. `2003-04` is April 2003 in front matter; in a sentence it may as
  well be the years 2003 to 2004.
- **Your life**: ages from `born`, classes from `first_school_year` (without it: from the year of birth), years of a
  degree from the first class on. "After tenth" begins with the examination.
- **The day of writing**: "last June", "two years ago", "the summer before last". A month without a year is in the year
  spoken of before it; in a note of one day it is else the last one, in other notes of no known year.
- **Events**: "two years after X", "before X", "the year X", where X is an event that a note has (by id or label), or a
  death, a wedding, a move and the like that one dated sentence of some note tells.
- **What cannot be** is a finding and gives no window: 31 June, an age above yours on the day of writing, class 15.
"""


def page() -> str:
    """The whole page as Markdown."""
    lines = [_HEAD, "## The table\n", "| said of | word | from | to | in | meaning |", "|---|---|---|---|---|---|"]
    lines += [_row(r) for r in FUZZY]
    lines += [
        "\n## Times that everybody knows\n",
        "| name | window (EDTF) | over from | where | source |",
        "|---|---|---|---|---|",
    ]
    lines += [f"| {e.name} | {e.edtf} | {e.over} | {e.culture or 'everywhere'} | {e.source} |" for e in ERAS]
    lines += ["\n## Holidays\n", "Lunar ones from the mean moon, with some days of slack; no almanac is needed.\n"]
    names = (name + "".join(f", {a}" for a, n in ALIASES.items() if n == name) for name in RULES)
    lines += ["; ".join(names) + "."]
    return "\n".join(lines) + "\n"


def _row(r: Fuzzy) -> str:
    unit = {"part": ""}.get(r.unit, r.unit + "s")
    return f"| {r.of} | {r.word} | {r.low} | {r.high} | {unit} | {r.says} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE, file=sys.stderr)
