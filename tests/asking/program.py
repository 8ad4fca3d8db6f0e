"""The program as a call: its exit code, what it printed, what it remarked."""

from __future__ import annotations

from collections.abc import Callable

Run = Callable[..., tuple[int, str, str]]
