"""refiner: from raw autobiographical notes to a local model of a different version of their author.

`refine_text(text, config)` refines one text; `Config.from_dict` takes the keys of refiner.toml. Everything else is the
command line (`refiner --help`). Importing this package loads no model client, no spaCy and no torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from refiner.config import Config
    from refiner.pipeline import RefinedText, refine_text

__version__ = "0.1.0"
__all__ = ["Config", "RefinedText", "__version__", "refine_text"]


def __getattr__(name: str) -> Any:
    if name == "Config":
        from refiner.config import Config

        return Config
    if name in ("RefinedText", "refine_text"):
        from refiner import pipeline

        return getattr(pipeline, name)
    raise AttributeError(f"module 'refiner' has no attribute {name!r}")
