"""Base and adapter made one by PEFT, in 16 bits, checked before it is written.

The base is loaded in 32 bits where that fits into memory, else in 16: never in 4, since merging into weights that were
rounded to 4 bits rounds the adapter away too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tuning.base import Base, agree, load_model, load_tokenizer
from tuning.errors import Refused

from .finished import Finished
from .template import chat_text, probe_talk

# The two sums differ in the order of rounding alone: a millionth in 32 bits, about a hundredth in bfloat16.
TOLERANCE = {32: 1e-3, 16: 4e-2}


def load_with_adapter(run: Finished, base: Base, bits: int) -> tuple[Any, Any]:
    """(base with the run's adapter beside it, tokenizer), the weights in `bits` (32 or 16)."""
    import torch
    from peft import PeftModel

    try:
        tokenizer = load_tokenizer(base)
        model = load_model(base, dtype=torch.float32 if bits == 32 else torch.bfloat16)
    except OSError as error:
        fetch = f"hf download {base.source}" if base.kind == "hub" else f"put it back to {base.source}"
        raise Refused(f"the base model {base.name} is not whole on this machine", mend=f"get it: {fetch}") from error
    agree(model, tokenizer)
    return PeftModel.from_pretrained(model, str(run.adapter)).eval(), tokenizer


def write_merged(run: Finished, base: Base, bits: int, out: Path) -> float:
    """Write the merged model with its tokenizer to the folder `out`; returns by how much its logits differ from those
    of base and adapter, as a share of their length. Raises `Refused` if that is more than rounding explains."""
    import torch

    model, tokenizer = load_with_adapter(run, base, bits)
    prompt = chat_text(tokenizer, probe_talk(2, run.system or "You are Ada."))
    ids = tokenizer(prompt, add_special_tokens=False, return_tensors="pt")["input_ids"][:, :512]
    with torch.no_grad():
        before = model(input_ids=ids).logits.float()
        merged = model.merge_and_unload(safe_merge=True)
        after = merged(input_ids=ids).logits.float()
    apart = float((after - before).norm() / before.norm())
    if not apart <= TOLERANCE[bits]:  # also where it is no number
        raise Refused(f"the merged model's answers differ from the run's by {apart:.1%}: it was not written")
    merged = merged.to(torch.bfloat16)
    merged.config.dtype = torch.bfloat16
    merged.save_pretrained(str(out))
    tokenizer.save_pretrained(str(out))
    return apart
