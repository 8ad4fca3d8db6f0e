"""The model of tests/asked for the tests of the judge, and the fixtures of a whole evaluation."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "asked"))

from evaluated_program import models, refined, run, ws

__all__ = ["models", "refined", "run", "ws"]
