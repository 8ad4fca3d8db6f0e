"""The forms that a run can be exported in, and which of them a form needs."""

from __future__ import annotations

import difflib

from tuning.errors import Refused

FORMS = {
    "adapter": "the adapter alone, for PEFT and transformers",
    "lora-gguf": "the adapter alone as GGUF, for llama.cpp beside the base's GGUF",
    "merged": "base and adapter in one, 16 bits, for transformers and whatever reads its folders",
    "f16": "base and adapter in one GGUF, 16 bits",
    "q8_0": "base and adapter in one GGUF, 8 bits: hardly to be told from 16",
    "q4_k_m": "base and adapter in one GGUF, about 5 bits: the smallest",
    "ollama": "a Modelfile for Ollama beside a GGUF",
}
MODEL_GGUFS = ("q4_k_m", "q8_0", "f16")  # the smallest first: the one that a Modelfile takes
FILES = {"lora-gguf": "adapter.gguf", **{form: f"model-{form}.gguf" for form in MODEL_GGUFS}}


def parse_forms(asked: list[str]) -> list[str]:
    """The forms named in `asked`, each a name or several with commas, in the order of FORMS.

    Raises `Refused` (exit code 2) for an unknown name, with the nearest known one, and if none is named.
    """
    names = [name.strip().lower() for part in asked for name in part.split(",") if name.strip()]
    for name in names:
        if name not in FORMS:
            near = difflib.get_close_matches(name, FORMS, n=1, cutoff=0.5)
            mend = f"did you mean {near[0]}?" if near else f"one or more, with commas, of {', '.join(FORMS)}"
            raise Refused(f"there is no form {name!r}", mend=mend, exit_code=2)
    if not names:
        raise Refused("no form is named", mend=f"--to with one or more of {', '.join(FORMS)}", exit_code=2)
    return [form for form in FORMS if form in names]


def with_what_they_need(forms: list[str], *, can_merge: bool, base_gguf: bool) -> list[str]:
    """`forms` and what `ollama` needs: a GGUF with base and adapter in one (8 bits unless another is asked for), and
    where the base's GGUF is at hand the adapter's, for the second Modelfile.

    `can_merge`: whether a whole GGUF can be written here. Where it cannot, the adapter beside the base's GGUF is left.
    """
    wanted = set(forms)
    if "ollama" in wanted:
        if can_merge and not wanted & set(MODEL_GGUFS):
            wanted.add("q8_0")
        if base_gguf:
            wanted.add("lora-gguf")
    return [form for form in FORMS if form in wanted]
