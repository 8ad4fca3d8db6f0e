#!/usr/bin/env python3
"""Open one form of a model, answer some questions, end.

A program of its own, started by asking.py: a broken GGUF ends the process that opens it, and what a model takes in
memory is given back. On stdin one JSON object, on stdout one:

    {"engine": "llama.cpp", "gguf": …, "lora": …, "asks": [{"messages": …} or {"prompt": …}], "max_tokens": 60}
    {"engine": "transformers", "model": folder, "gguf_file": …, "revision": …, "adapter": …, "bits": 32, "asks": …}
    → {"answers": […]}
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[1]
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))


def by_llama_cpp(wanted: dict[str, Any]) -> list[str]:
    """The answers of a GGUF, with an adapter's GGUF beside it where one is named."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = wanted["gguf"]
    parameters.n_ctx = 2048
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = os.cpu_count() or 1
    parameters.warmup = False
    parameters.verbosity = -1
    parameters.api_keys = [secrets.token_urlsafe(24)]  # it listens on a loopback port, which nobody here uses
    if wanted.get("lora"):
        parameters.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(wanted["lora"], 1.0)]
    server = xllamacpp.Server(parameters)
    answers = []
    for ask in wanted["asks"]:
        request = {"temperature": 0.0, "max_tokens": wanted["max_tokens"], **ask}
        if "prompt" in ask:
            said = server.handle_completions(request)["choices"][0]["text"]
        else:
            request["chat_template_kwargs"] = {"enable_thinking": False}
            said = server.handle_chat_completions(request)["choices"][0]["message"]["content"]
        answers.append(str(said).strip())
    return answers


def by_transformers(wanted: dict[str, Any]) -> list[str]:
    """The answers of a folder in the transformers layout, or of a base with an adapter beside it."""
    import torch
    from transformers.utils import logging
    from tuning.base import Base, agree, load_model, load_tokenizer

    from exporting.template import chat_text

    logging.disable_progress_bar()
    base = Base(wanted["model"], wanted["kind"], wanted["model"], wanted.get("gguf_file", ""), wanted["revision"])
    tokenizer = load_tokenizer(base)
    model = load_model(base, dtype=torch.float32 if wanted["bits"] == 32 else torch.bfloat16)
    agree(model, tokenizer)
    if wanted.get("adapter"):
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, wanted["adapter"])
    model.eval()
    answers = []
    for ask in wanted["asks"]:
        ids = tokenizer(chat_text(tokenizer, ask["messages"]), add_special_tokens=False, return_tensors="pt")
        with torch.no_grad():
            out = model.generate(**ids, max_new_tokens=wanted["max_tokens"], do_sample=False)
        answers.append(tokenizer.decode(out[0][ids["input_ids"].shape[1] :], skip_special_tokens=True).strip())
    return answers


def main() -> int:
    answer = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints is no answer
    wanted = json.load(sys.stdin)
    answers = by_llama_cpp(wanted) if wanted["engine"] == "llama.cpp" else by_transformers(wanted)
    with os.fdopen(answer, "w", encoding="utf-8") as out:
        json.dump({"answers": answers}, out)
        out.flush()
    os._exit(0)  # llama.cpp's server takes seconds to end by itself


if __name__ == "__main__":
    sys.exit(main())
