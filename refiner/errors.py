"""Every failure that refiner expects, so that a person reads one message and not a traceback.

RefinerError                exit code 1; what went wrong, where, and what mends it
├── ConfigError             exit code 2; refiner.toml, one message for all its errors
├── UsageError              exit code 2; a command's options or arguments
├── NoteError               a note that cannot be read: file and line
├── StoreError              a file of the workspace that cannot be read or written
│   └── WorkspaceBusy       another refiner works on this workspace
├── PromptError             a prompt file that does not hold what it declares
├── ModelError              a model endpoint that does not answer, or answers nonsense for good
│   └── RemoteRefused       an endpoint that is not on this machine, and nobody allowed it
├── TrainingError           training or its data set
└── Undecided               exit code 3; items that wait for the person
"""

from __future__ import annotations


class RefinerError(Exception):
    """An expected failure. `mend` is the command or change that mends it; it is printed on a line of its own."""

    exit_code = 1

    def __init__(self, message: str, *, mend: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.message}\n  → {self.mend}" if self.mend else self.message


class ConfigError(RefinerError):
    exit_code = 2


class UsageError(RefinerError):
    exit_code = 2


class NoteError(RefinerError):
    pass


class StoreError(RefinerError):
    pass


class WorkspaceBusy(StoreError):
    pass


class PromptError(RefinerError):
    pass


class ModelError(RefinerError):
    pass


class RemoteRefused(ModelError):
    pass


class TrainingError(RefinerError):
    pass


class Undecided(RefinerError):
    exit_code = 3
