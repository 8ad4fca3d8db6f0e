"""Which form is asked through which program, and what the run itself says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from tuning.errors import Refused

from .asking import Row, Said, best_row, judge, speak, taught_rows
from .forms import FILES, MODEL_GGUFS
from .go_template import render
from .room import free_memory, load_bits
from .steps import Means
from .template import go_template


class Questioner:
    """Asks the forms in the folder `new` one question that the run was taught, and the run itself first (`ask_run`).

    Where there is no such question `unasked` says why, and nothing is to be asked.
    """

    def __init__(self, means: Means, new: Path, dataset: Path | None) -> None:
        self._means, self._new = means, new
        self.row: Row | None = None
        self.run_said: str | None = None
        self.unasked = self.run_unasked = ""
        self._rows: list[Row] = []
        try:
            self._rows = taught_rows(means.run, dataset)
        except Refused as error:
            self.unasked = str(error.args[0])

    def ask_run(self) -> None:
        """Ask the run itself some rows that it was taught, and keep the one that it knows best."""
        rows = self._rows
        try:
            answers = speak(self._beside_base(self._means.run.adapter), [{"messages": row.messages} for row in rows])
            best = best_row(rows, answers)
            self.row, self.run_said = rows[best], answers[best]
        except Refused as error:
            self.row, self.run_unasked = rows[0], str(error.args[0])

    def as_dict(self) -> dict[str, Any]:
        """For the manifest."""
        if self.row is None:
            return {"unasked": self.unasked}
        return {
            "question": self.row.question,
            "taught": self.row.taught,
            "run_said": self.run_said,
            "run_unasked": self.run_unasked,
        }

    def ask(self, form: str) -> Said:
        """The answer of `form`."""
        assert self.row is not None
        ask: dict[str, Any] = {"messages": self.row.messages}
        try:
            wanted, by = self._opened(form)
            if form == "ollama":
                from transformers import AutoTokenizer

                template = go_template(AutoTokenizer.from_pretrained(str(self._means.run.adapter)))
                ask = {"prompt": render(template.go, self.row.messages), "stop": list(template.stops)}
        except Refused as error:
            return Said(unasked=str(error.args[0]))
        try:
            said = speak(wanted, [ask])[0]
        except Refused as error:
            return Said(problem=str(error.args[0]), asked_by=by)
        return judge(self.row, said, self.run_said, by)

    def _opened(self, form: str) -> tuple[dict[str, Any], str]:
        """(what speaker.py is to open, the program's name). Raises `Refused` if something for it is missing here."""
        if form == "adapter":
            return self._beside_base(self._new / "adapter"), "transformers"
        if form == "merged":
            folder = str(self._new / "merged")
            return {**_TRANSFORMERS, "model": folder, "kind": "folder", "bits": self._bits()}, "transformers"
        if importlib.util.find_spec("xllamacpp") is None:
            raise Refused("llama.cpp is not installed here (pip install xllamacpp)")
        whole = form if form in MODEL_GGUFS else ""
        if form == "ollama":
            whole = next((name for name in MODEL_GGUFS if (self._new / FILES[name]).is_file()), "")
        if whole:
            return {"engine": "llama.cpp", "gguf": str(self._new / FILES[whole])}, "llama.cpp"
        if self._means.base_gguf is None:
            raise Refused("no GGUF of the base is here (--base-gguf)")
        lora = str(self._new / FILES["lora-gguf"])
        return {"engine": "llama.cpp", "gguf": str(self._means.base_gguf), "lora": lora}, "llama.cpp"

    def _beside_base(self, adapter: Path) -> dict[str, Any]:
        base = self._means.require_base()
        return {
            **_TRANSFORMERS,
            "model": base.source,
            "kind": base.kind,
            "gguf_file": base.gguf_file,
            "revision": base.revision,
            "adapter": str(adapter),
            "bits": self._bits(),
        }

    def _bits(self) -> int:
        bits = load_bits(self._means.parameters(), free_memory())
        if not bits:
            raise Refused("the memory does not hold the base model in 16 bits")
        return bits


_TRANSFORMERS = {"engine": "transformers", "gguf_file": "", "revision": "main"}
