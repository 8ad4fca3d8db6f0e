"""The failures that `train.py` expects: one message, the change that mends it, no traceback."""

from __future__ import annotations


class Refused(Exception):
    """An expected failure.

    `mend` is the command or change that mends it, printed on a line of its own. `exit_code` is 2 for wrong usage
    (arguments, recipe, dataset folder) and 1 for a run that could not go on.
    """

    def __init__(self, message: str, *, mend: str = "", exit_code: int = 1) -> None:
        super().__init__(message)
        self.mend = mend
        self.exit_code = exit_code

    def __str__(self) -> str:
        return f"{self.args[0]}\n  → {self.mend}" if self.mend else str(self.args[0])
