"""Prompt files: one Markdown file per question put to a model, YAML front matter and a Jinja2 body.

A file declares `name`, `version` and `inputs`; it is refused when its body uses other variables than it declares. Notes
enter only as variables and are rendered once, so that a note that contains `{{ ... }}` stays text.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any

import frontmatter
from jinja2 import StrictUndefined, Template, TemplateError, meta
from jinja2.sandbox import SandboxedEnvironment

from refiner.edits import digest
from refiner.errors import PromptError

_ENVIRONMENT = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)
SPLIT = "\n---user---\n"


@dataclass(frozen=True)
class Prompt:
    name: str
    version: str
    inputs: tuple[str, ...]
    body: str

    @property
    def key(self) -> str:
        """Changes whenever the words of the prompt change."""
        return digest("prompt", self.name, self.version, self.body)

    @cached_property
    def _parts(self) -> tuple[tuple[str, Template], ...]:
        system, _, user = self.body.partition(SPLIT)
        return ("system", _ENVIRONMENT.from_string(system)), ("user", _ENVIRONMENT.from_string(user))

    def messages(self, **values: object) -> list[dict[str, str]]:
        """System and user message. Raises PromptError when an input is missing or unknown."""
        if set(values) != set(self.inputs):
            wrong = sorted(set(values) ^ set(self.inputs))
            raise PromptError(
                f"prompt {self.name}: inputs are {', '.join(self.inputs)}; wrong here: {', '.join(wrong)}"
            )
        try:
            return [{"role": role, "content": part.render(values).strip()} for role, part in self._parts]
        except TemplateError as error:
            raise PromptError(f"prompt {self.name}: {error}") from None


def folders(workspace: Path | None = None) -> list[Path]:
    """Where prompt files are looked for: the workspace's own, the repository's, the installed package's."""
    found = [workspace / "prompts"] if workspace else []
    found.append(Path(__file__).resolve().parent.parent / "prompts")
    found.append(Path(str(resources.files("refiner"))) / "_prompts")
    return [f for f in found if f.is_dir()]


@cache
def load_prompt(name: str, workspace: Path | None = None) -> Prompt:
    """The prompt of this name. Raises PromptError when it is not there or does not hold what it declares."""
    for folder in folders(workspace):
        path = folder / f"{name}.md"
        if path.is_file():
            return parse_prompt(path.read_text(encoding="utf-8"), str(path))
    raise PromptError(f"there is no prompt {name}.md", mend="reinstall refiner")


def parse_prompt(text: str, where: str) -> Prompt:
    """Reads one prompt file's text. Raises PromptError."""
    post: Any = frontmatter.loads(text)
    missing = [k for k in ("name", "version", "inputs") if k not in post.metadata]
    if missing:
        raise PromptError(f"{where}: front matter lacks {', '.join(missing)}")
    body, inputs = post.content, tuple(str(i) for i in list(post.metadata["inputs"]))
    if SPLIT not in body:
        raise PromptError(f"{where}: the line ---user--- between system and user part is missing")
    try:
        used = meta.find_undeclared_variables(_ENVIRONMENT.parse(body))
    except TemplateError as error:
        raise PromptError(f"{where}: {error}") from None
    if used != set(inputs):
        raise PromptError(f"{where}: declares {sorted(inputs)} but uses {sorted(used)}")
    return Prompt(str(post.metadata["name"]), str(post.metadata["version"]), inputs, body)
