from __future__ import annotations
from dataclasses import dataclass
from refiner.models import When
from refiner.timeline.bounds import ImpossibleTime
FUZZY = ()
@dataclass(frozen=True)
class FoundTime:
    start: int
    end: int
    when: When
    problem: str = ""
def find_times(sentence, **_): return []
def parse_time(raw, **_): return None
