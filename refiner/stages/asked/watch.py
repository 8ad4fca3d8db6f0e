"""Why a question got no answer: it was not put, or what came could not be used."""

from __future__ import annotations

from dataclasses import dataclass, field

from refiner.asking.asker import Asker


@dataclass
class Watch:
    """What became of the questions since it was made. Others' questions fail meanwhile too; it errs to telling."""

    asker: Asker
    note: str
    _before: tuple[int, int, int] = field(init=False)

    def __post_init__(self) -> None:
        self._before = (self.asker.unasked, len(self.asker.lost), self.asker.failed)

    @property
    def stopped(self) -> bool:
        """The budget was spent, or the endpoint gave no answer to a question about this note."""
        unasked, lost, _ = self._before
        return self.asker.unasked > unasked or any(f"about {self.note}:" in line for line in self.asker.lost[lost:])

    @property
    def failed(self) -> bool:
        return self.asker.failed > self._before[2]
