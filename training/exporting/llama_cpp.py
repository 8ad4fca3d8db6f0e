"""llama.cpp's own programs, where the person has them: the converter and the quantiser.

Looked for in the folder of --llama-cpp, in the one that LLAMA_CPP_DIR names, and on PATH. Nothing is fetched.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tuning.errors import Refused

CONVERTER = "convert_hf_to_gguf.py"
QUANTISER = "llama-quantize"
GET_CONVERTER = "git clone --depth 1 https://github.com/ggml-org/llama.cpp   (then --llama-cpp llama.cpp)"


def find_converter(folder: Path | None) -> Path | None:
    """llama.cpp's converter from a transformers folder to a GGUF, or None."""
    return _find(folder, CONVERTER, (".",))


def find_quantiser(folder: Path | None) -> Path | None:
    """The program llama-quantize, or None."""
    return _find(folder, QUANTISER, (".", "build/bin", "bin", "build/bin/Release"))


def _find(folder: Path | None, name: str, within: tuple[str, ...]) -> Path | None:
    given = os.environ.get("LLAMA_CPP_DIR", "")
    for place in (folder, Path(given) if given else None):
        for inner in within if place else ():
            for file in (place / inner / name, place / inner / f"{name}.exe"):
                if file.is_file():
                    return file.resolve()
    found = shutil.which(name)
    return Path(found).resolve() if found else None


def convert(converter: Path, model: Path, out: Path, form: str) -> None:
    """Convert the folder `model` to the GGUF `out` in `form` (f16 or q8_0). Raises `Refused` with its last words."""
    _call([sys.executable, str(converter), str(model), "--outfile", str(out), "--outtype", form], out)


def quantise_file(quantiser: Path, source: Path, out: Path) -> None:
    """Quantise the GGUF `source` to q4_k_m. Raises `Refused` with the program's last words."""
    _call([str(quantiser), str(source), str(out), "Q4_K_M"], out)


def _call(command: list[str], out: Path) -> None:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", env=environment)
    if done.returncode or not out.is_file():
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-4:])
        name = Path(command[1] if command[0] == sys.executable else command[0]).name
        missing = re.search(r"No module named '([\w.]+)'", last)
        mend = f"pip install {missing[1]}" if missing else "lora-gguf needs no such program"
        raise Refused(f"{name} ended with {done.returncode}:\n{last}", mend=mend)
