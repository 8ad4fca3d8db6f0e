"""What the person reads of an export: the table, the answers, the next commands."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from .modelfile import ollama_name


def visible(text: str) -> str:
    """`text` on one line, its control characters shown as what they are: a model may say anything."""
    return "".join(c if c.isprintable() else "⏎" if c == "\n" else f"\\x{ord(c):02x}" for c in text)


def size_text(size: int) -> str:
    """Bytes as a person says them."""
    for unit, name in ((2**30, "GiB"), (2**20, "MiB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size / 2**10:.0f} KiB"


def lines(manifest: dict[str, Any], out: Path) -> list[str]:
    """The report on the export in `out`."""
    told = [f"{'form':<10} {'size':>10} {'seconds':>8}  how"]
    for form, entry in manifest["forms"].items():
        size = size_text(sum(file["bytes"] for file in entry["files"]))
        old = "" if form in manifest["written_now"] else " (from before)"
        told.append(f"{form:<10} {size:>10} {entry['seconds']:>8.1f}  {entry['how']}{old}")
    check = manifest["check"]
    if check.get("unasked"):
        told.append(f"no question was asked: {check['unasked']}")
    else:
        told.append(f"asked “{visible(check['question'])}” (taught “{visible(check['taught'])}”)")
        run = check["run_said"]
        told.append(
            f"  the run      → {f'“{visible(run)}”' if run is not None else 'not asked: ' + check['run_unasked']}"
        )
        for form in manifest["written_now"]:
            told.append(_answer(form, manifest["forms"][form].get("asked")))
    if "ollama" in manifest["written_now"]:
        told += commands(manifest["run"], out)
    return told


def _answer(form: str, asked: dict[str, Any] | None) -> str:
    if asked is None:
        return f"  {form:<12} → not asked"
    if asked["unasked"]:
        return f"  {form:<12} → not asked: {asked['unasked']}"
    if asked["problem"]:
        return f"  {form:<12} → NO ANSWER: {visible(asked['problem'])}"
    same = {True: "yes", False: "no", None: "not known"}[asked["same_as_run"]]
    taught = "yes" if asked["as_taught"] else "no"
    mark = "" if asked["good"] else "   ← WRONG"
    return f"  {form:<12} → “{visible(asked['said'])}” (same as the run: {same}; as taught: {taught}){mark}"


def commands(run: str, out: Path) -> list[str]:
    """The commands that take the Modelfile to Ollama."""
    name = ollama_name(run)
    return [f"next: cd {shlex.quote(str(out))} && ollama create {name} -f Modelfile", f"      ollama run {name}"]
