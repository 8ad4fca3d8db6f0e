"""Writing each form: which way is open on this machine, and the way itself.

A whole GGUF has three ways. From the metadata of the base's own GGUF, where one is at hand and the weights are too
(the GGUF itself if the run was trained on it or it has 16 bits, else the base's safetensors). By llama.cpp's converter
from the merged folder. For q4_k_m after that by llama-quantize, or by the ggml inside xllamacpp.
"""

from __future__ import annotations

import functools
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
from export_gguf import ARCHITECTURES, write_lora
from tuning.base import Base, load_config
from tuning.errors import Refused

from . import llama_cpp
from .finished import Finished, base_of, weights_folder
from .forms import FILES
from .modelfile import CONTEXT, adapter_card, modelfile
from .quantise import ggml_is_here
from .room import refuse_full_memory
from .template import go_template
from .weights import FLOATS, IN_FOLDERS, FolderWeights, GgufWeights, Merged, Weights, require_same_base
from .write_gguf import write_model


@dataclass
class Means:
    """What there is on this machine to export a run with."""

    run: Finished
    base: Base | None
    base_absent: Refused | None  # why there is no `base`
    base_gguf: Path | None
    config: dict[str, Any]  # of the base, as transformers names its keys
    folder: Path | None  # the base's safetensors
    converter: Path | None
    quantiser: Path | None

    def require_base(self) -> Base:
        """The base. Raises `Refused` with the command that fetches it."""
        if self.base is None:
            assert self.base_absent is not None
            raise self.base_absent
        return self.base

    @property
    def own_gguf(self) -> bool:
        """Whether the run was trained on that very GGUF."""
        return bool(self.base and self.base_gguf and self.base.gguf and Path(self.base.gguf).samefile(self.base_gguf))

    def parameters(self) -> int:
        """Weights of the base; 0 where nothing says."""
        if self.run.parameters or not self.base_gguf:
            return self.run.parameters
        return sum(int(tensor.n_elements) for tensor in _reader(self.base_gguf).tensors)

    def way(self, form: str) -> str:
        """How the whole GGUF `form` would be written: "base gguf" or "converter".

        Raises `Refused` if neither is open here, naming what would open one.
        """
        if form == "q4_k_m" and not self.quantiser and not ggml_is_here():
            raise Refused(
                "q4_k_m needs llama.cpp's llama-quantize, and neither that nor xllamacpp is here",
                mend="pip install xllamacpp; or build llama.cpp and name its folder: --llama-cpp DIR. Meanwhile q8_0 "
                "is the same model at about twice the size, and lora-gguf goes beside any GGUF of the base",
            )
        if self.base_gguf and (self.own_gguf or self._has_floats()):
            return "base gguf"
        if self.base_gguf and self.folder and self.config["model_type"] in IN_FOLDERS:
            return "base gguf"
        if self.converter and self.base is not None:
            return "converter"
        if self.base is None:
            assert self.base_absent is not None
            raise self.base_absent
        if self.base_gguf:
            raise Refused(
                f"{self.base_gguf.name} has too few bits to be merged into, and the base's own weights are not here",
                mend=f"get them: hf download {self.base.name}" if self.base.kind == "hub" else "name a 16-bit GGUF",
            )
        raise Refused(
            f"{form} needs a GGUF of the base {self.base.name}, or llama.cpp's converter",
            mend="name the GGUF: --base-gguf FILE (any size of it: only its tokenizer and names are taken);\n"
            f"  or get the converter: {llama_cpp.GET_CONVERTER}",
        )

    def _has_floats(self) -> bool:
        kinds = {tensor.tensor_type for tensor in _reader(self.base_gguf).tensors}
        return kinds <= FLOATS


def look(run: Finished, base_gguf: Path | None, llama_cpp_folder: Path | None) -> Means:
    """What there is. Raises `Refused` for a --base-gguf that is no file, or an architecture that is not known."""
    base, absent = None, None
    try:
        base = base_of(run)
    except Refused as error:
        absent = error
    if base_gguf is not None and not base_gguf.is_file():
        raise Refused(f"there is no file {base_gguf}", mend="--base-gguf takes the base model's .gguf", exit_code=2)
    if base_gguf is None and base is not None and base.gguf:
        base_gguf = Path(base.gguf)
    if base is not None:
        config = load_config(base).to_dict()
    elif base_gguf is not None:
        config = load_config(Base(base_gguf.name, "gguf", str(base_gguf.parent), base_gguf.name)).to_dict()
    else:
        assert absent is not None
        raise absent
    config = config.get("text_config") or config
    means = Means(
        *(run, base, absent, base_gguf, config),
        folder=weights_folder(base) if base is not None else None,
        converter=llama_cpp.find_converter(llama_cpp_folder),
        quantiser=llama_cpp.find_quantiser(llama_cpp_folder),
    )
    if base_gguf is not None:
        _require_same_architecture(means)
    return means


def _require_same_architecture(means: Means) -> None:
    kind = means.config.get("model_type", "")
    if kind in ARCHITECTURES and means.base_gguf:
        field = _reader(means.base_gguf).fields.get("general.architecture")
        wanted = gguf.MODEL_ARCH_NAMES[ARCHITECTURES[kind][0]]
        if field is None or field.contents() != wanted:
            found = field.contents() if field else "nothing"
            raise Refused(f"{means.base_gguf} is {found}, and the run's base is {wanted}", exit_code=2)


@functools.lru_cache(maxsize=2)
def _reader(file: Path) -> gguf.GGUFReader:
    """The GGUF `file`, read once: a vocabulary takes seconds to go through."""
    try:
        return gguf.GGUFReader(file)
    except (ValueError, IndexError, KeyError, OverflowError, MemoryError) as error:  # gguf checks next to nothing
        raise Refused(f"{file} is no whole GGUF: {error}", mend="get it again, or name another: --base-gguf") from error


def write_adapter(means: Means, new: Path) -> str:
    """The adapter and its tokenizer as a folder, with a card."""
    target = new / "adapter"
    target.mkdir()
    for file in sorted(means.run.adapter.iterdir()):
        if file.is_file():  # without its mode: a run that came from elsewhere may be open to everybody
            shutil.copyfile(file, target / file.name)
    (target / "README.md").write_text(adapter_card(means.run, target), encoding="utf-8")
    return "copied"


def write_lora_gguf(means: Means, new: Path) -> str:
    """The adapter as GGUF."""
    count = write_lora(means.run.adapter, means.config, new / FILES["lora-gguf"])
    return f"{count} weights adapted"


def write_merged_folder(means: Means, target: Path) -> str:
    """Base and adapter in one folder."""
    from .merge import write_merged

    bits = refuse_full_memory(means.parameters())
    apart = write_merged(means.run, means.require_base(), bits, target)
    return f"merged in {bits} bits; logits differ by {apart:.1e} of their length"


def write_gguf(means: Means, form: str, new: Path, work: Path, *, tokenizer: Any) -> str:
    """Base and adapter in one GGUF. `work` is a folder for what is needed on the way, shared by the forms."""
    out = new / FILES[form]
    through = means.quantiser if form == "q4_k_m" else None
    if means.way(form) == "base gguf":
        said = "from the base's own GGUF"
        if through is None:
            _direct(means, form, out, tokenizer)
            return f"{said}, by ggml" if form == "q4_k_m" else said
        source = _kept(new, work, "f16") or work / FILES["f16"]
        if not source.is_file():
            _direct(means, "f16", source, tokenizer)
    else:
        assert means.converter is not None
        said = "by llama.cpp's converter"
        plain = "f16" if form == "q4_k_m" else form
        source = _kept(new, work, "f16") or work / FILES["f16"] if form == "q4_k_m" else out
        if not source.is_file():
            merged = next((folder for folder in (new / "merged", work / "merged") if folder.is_dir()), None)
            if merged is None:
                merged = work / "merged"
                write_merged_folder(means, merged)
            llama_cpp.convert(means.converter, merged, source, plain)
        if form == "q4_k_m" and through is None:
            reader = gguf.GGUFReader(source)
            names = {tensor.name for tensor in reader.tensors}
            write_model(reader, Merged(GgufWeights(reader), None, means.config, names), form, out)
            return f"{said}, by ggml"
    if form == "q4_k_m" and through is not None:
        llama_cpp.quantise_file(through, source, out)
        said += ", by llama-quantize"
    return said


def _kept(new: Path, work: Path, form: str) -> Path | None:
    return next((place / FILES[form] for place in (new, work) if (place / FILES[form]).is_file()), None)


def _direct(means: Means, form: str, out: Path, tokenizer: Any) -> None:
    reader = _reader(means.base_gguf)
    names = {tensor.name for tensor in reader.tensors}
    source: Weights = GgufWeights(reader)
    template, eos = "", None
    if not means.own_gguf:
        # The run's own tokenizer decides how a talk is written and where an answer ends.
        template, eos = str(tokenizer.chat_template), int(tokenizer.eos_token_id)
        if means.folder and means.config["model_type"] in IN_FOLDERS:
            source = FolderWeights(means.folder, means.config)
            require_same_base(reader, source)
    weights = Merged(source, means.run.adapter, means.config, names)
    write_model(reader, weights, form, out, name=means.run.name, chat_template=template, eos=eos)


def write_modelfiles(means: Means, new: Path, gguf_form: str, *, tokenizer: Any) -> str:
    """Modelfile for the whole GGUF `gguf_form`; Modelfile.adapter for the adapter beside the base's GGUF, where both
    are here. With no whole GGUF ("") the latter is the Modelfile."""
    template = go_template(tokenizer)
    limit = int(means.config.get("max_position_embeddings") or CONTEXT)
    context = min(CONTEXT, limit)
    told = []
    if gguf_form:
        text = modelfile(means.run, f"./{FILES[gguf_form]}", template, context=context)
        (new / "Modelfile").write_text(text, encoding="utf-8")
        told.append(f"FROM {FILES[gguf_form]}")
    if means.base_gguf and (new / FILES["lora-gguf"]).is_file():
        name = "Modelfile.adapter" if gguf_form else "Modelfile"
        text = modelfile(
            *(means.run, str(means.base_gguf.resolve()), template),
            context=context,
            adapter=f"./{FILES['lora-gguf']}",
        )
        (new / name).write_text(text, encoding="utf-8")
        told.append(f"{name}: ADAPTER {FILES['lora-gguf']}")
    return f"{template.family}; {', '.join(told)}"
