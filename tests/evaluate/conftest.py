"""The model of tests/asked for the tests of the judge."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "asked"))
