"""The model of tests/asked for the tests of the asked wording."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "asked"))
