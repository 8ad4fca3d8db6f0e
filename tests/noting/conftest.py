"""The pseudo-terminal of the review's tests is that of the form's tests too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "review"))
