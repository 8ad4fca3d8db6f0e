"""The timeline: dates from words, order from constraints, traits from effects. Pure: no model, no files, no clock.

`parse_time` and `find_times` turn words into windows of days; `resolve` turns the events of a life into verdicts;
`timeline_lines` draws them, `why` says what stands behind one. Dates are ISO days or EDTF outside, whole numbers of
days inside.
"""

from refiner.timeline.causes import Chain, Link, Step, why
from refiner.timeline.dates import FUZZY, FoundTime, ImpossibleTime, find_times, parse_time
from refiner.timeline.resolve import resolve
from refiner.timeline.show import timeline_lines

__all__ = [
    "FUZZY", "Chain", "FoundTime", "ImpossibleTime", "Link", "Step", "find_times", "parse_time", "resolve",
    "timeline_lines", "why",
]  # fmt: skip
