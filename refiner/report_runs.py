"""What `refiner runs` prints: the runs of a workspace in a list, or everything of one."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from refiner.console import Output
from refiner.report import plural
from refiner.training.runs import Current, RunInfo

BARS, PLAIN_BARS = "▁▂▃▄▅▆▇█", "_.-:=+*#"
WIDTH = 60  # columns of a loss curve
FILES = ("adapter", "adapter.gguf", "loss.png", "recipe.toml", "train.log", "run.json", "checkpoints", "started.json")


def listed(show: Output, runs: Sequence[RunInfo], now: Current, outdated: Collection[str]) -> None:
    """All runs, the current one marked. `outdated`: names of those whose data set changed since."""
    if show.as_json:
        show.json([summary(run, runs, now, outdated) for run in runs])
        return
    if now.note:
        show.say(f"note: {now.note}")
    if not runs:
        show.say("no run yet; next: refiner train --recipe cpu-smoke")
        return
    rows: list[tuple[str, ...]] = [("", "run", "finished (UTC)", "method", "rows", "steps", "loss", "held out", "took")]
    rows += [_row(run, now, show.unicode) for run in runs]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for at, row in enumerate(rows):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        show.data(line, style="" if at else "bold")
        if at:
            for said in _remarks(runs[at - 1], runs, outdated):
                show.data(f"{'':<{widths[0] + 2}}  {said}", style="dim")
    if now.run:
        show.say(f"* the current one: she who is talked to. All of one: refiner runs --show {now.run.name}")


def summary(run: RunInfo, runs: Sequence[RunInfo], now: Current, outdated: Collection[str]) -> dict[str, Any]:
    """One run of the list as plain data."""
    gone = bool(run.continues) and run.continues not in {other.name for other in runs}
    return {
        "name": run.name, "folder": str(run.folder), "state": _state(run), "current": _is(run, now),
        "finished": run.finished or None, "method": run.method or None, "base": run.base or None,
        "backend": run.backend or None, "rows": rows_of(run), "steps": run.steps or None,
        "first_loss": _number(run.first_loss) if run.is_finished else None,
        "last_loss": _number(run.last_loss) if run.is_finished else None,
        "best_loss": _number(run.best_loss), "seconds": _number(run.seconds) if run.is_finished else None,
        "continues": run.continues or None, "continues_is_gone": gone, "data_changed": run.name in outdated,
        "resume": _resume(run) if run.is_begun else None, "problem": run.problem or None,
    }  # fmt: skip


def rows_of(run: RunInfo) -> int | None:
    """How many rows of the persona a run was trained on; None where it does not say."""
    told = run.data.get("dataset") or {}
    count = told.get("persona_rows") if isinstance(told, dict) else None
    return count if isinstance(count, int) else len(run.rows) or None


def _state(run: RunInfo) -> str:
    if run.is_finished or run.problem:
        return "finished" if run.is_finished else "broken"
    return "running" if run.process else "unfinished" if run.is_begun else "empty"


def _is(run: RunInfo, now: Current) -> bool:
    return bool(now.run) and now.run is not None and now.run.name == run.name


def _resume(run: RunInfo) -> str:
    return f"refiner train --resume --name {run.name}"


def _number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None  # JSON has no infinity


def _row(run: RunInfo, now: Current, unicode: bool) -> tuple[str, ...]:
    mark = "*" if _is(run, now) else ""
    if not run.is_finished:
        return (mark, run.name, _state(run), run.method, "", "", "", "", "")
    arrow = "→" if unicode else "->"
    return (
        mark, run.name, run.finished[:16].replace("T", " "), run.method, str(rows_of(run) or ""), str(run.steps),
        f"{run.first_loss:.2f} {arrow} {run.last_loss:.2f}", _loss(run.best_loss), lasted(run.seconds),
    )  # fmt: skip


def _remarks(run: RunInfo, runs: Sequence[RunInfo], outdated: Collection[str]) -> list[str]:
    said = [run.base] if run.base else []
    if run.continues:
        gone = run.continues not in {other.name for other in runs}
        said.append(f"continues {run.continues}" + (", which was removed" if gone else ""))
    if run.name in outdated:
        said.append("the data set changed since")
    lines = ["; ".join(said)] if said else []
    if run.problem:
        lines.append(run.problem)
    elif run.process:
        lines.append(f"it is being trained now (process {run.process})")
    elif run.is_begun:
        lines.append(f"go on with it: {_resume(run)}")
    elif not run.is_finished:
        lines.append("nothing of a run is in it")
    return lines


# ---- one run -------------------------------------------------------------------------------------------------------


def shown(show: Output, run: RunInfo, runs: Sequence[RunInfo], now: Current, outdated: Collection[str]) -> None:
    """Everything of one run, in readable form; with --json the summary and its whole run.json."""
    files = {name: _size(run.folder / name) for name in FILES if (run.folder / name).exists()}
    if show.as_json:
        show.json({**summary(run, runs, now, outdated), "files": files, "run": _finite(run.data)})
        return
    show.data(f"{run.name}{', the current run' if _is(run, now) else ''}", style="bold")
    for head, said in _facts(run, runs, outdated):
        show.data(f"{head:<10} {said}")
    for head, key in (("loss", "losses"), ("held out", "evaluations")):
        losses = _losses(run.data.get(key))
        if losses:
            show.data(f"{head:<10} {curve(losses, unicode=show.unicode)}  {losses[0]:.2f} to {losses[-1]:.2f}")
    show.data(f"files      {run.folder}")
    for name, size in files.items():
        show.data(f"           {name:<14} {in_bytes(size):>9}")
    for head, table in (("versions", run.data.get("versions")), ("hardware", run.data.get("hardware"))):
        if isinstance(table, dict):
            show.data(f"{head:<10} " + ", ".join(f"{key} {value}" for key, value in table.items() if value != ""))
    for line in _recipe(run.data.get("recipe")):
        show.data(line)


def _facts(run: RunInfo, runs: Sequence[RunInfo], outdated: Collection[str]) -> list[tuple[str, str]]:
    facts = [("state", _state(run))]
    facts += [("", line) for line in _remarks(run, runs, outdated)]
    if not run.is_finished:
        return facts
    told: dict[str, Any] = run.data["dataset"]
    before = run.data.get("continues")
    digest = str(before.get("sha256", ""))[:12] if isinstance(before, dict) else ""
    counts = ", ".join(f"{told[key]} {key.replace('_', ' ')}" for key in told if key != "sha256")
    early = ", stopped early" if run.data.get("stopped_early") else ""
    best = f"; the best held-out loss is {_loss(run.best_loss)}" if run.best_loss is not None else ""
    peak = run.data.get("peak_memory_gib")
    facts += [
        ("finished", f"{run.finished} after {lasted(run.seconds)}"),
        ("method", run.method + (f", from the adapter of {run.continues} ({digest})" if run.continues else "")),
        ("base", f"{run.base} ({run.base_source})"),
        ("back end", run.backend),
        ("data", f"{counts}; sha256 {run.dataset[:12]}"),
        ("taught", _taught(run)),
        ("steps", f"{run.steps}{early}{best}"),
    ]
    facts += _second_part(run.data.get("preferences")) + _still_known(before, run.continues)
    if isinstance(peak, dict) and peak:
        facts.append(("memory", ", ".join(f"{key} {value} GiB" for key, value in peak.items())))
    if run.data.get("git_commit"):
        commit = str(run.data["git_commit"])
        changed = ", with changes" if commit.endswith("+") else ""
        facts.append(("program", f"{commit.removesuffix('+')[:12]}{changed}"))
    return facts


def _taught(run: RunInfo) -> str:
    if not run.rows:
        return "not recorded"
    return plural(len(run.rows), "row") + (", with those of the runs before" if run.continues else "")


def _second_part(part: Any) -> list[tuple[str, str]]:
    """What came of the decisions that dpo or kto learnt from."""
    if not isinstance(part, dict):
        return []
    said = f"{part['method']} on {part['rows']}, {part['steps']} steps"
    was, now = part.get("held_out_before"), part.get("held_out_after")
    if was is not None and now is not None:
        said += f"; held-out loss {was:.2f} before, {now:.2f} after"
    return [("decisions", said + ("; undone, since it did harm" if part.get("undone") else ""))]


def _still_known(before: Any, name: str) -> list[tuple[str, str]]:
    """What became of the held-out answers that the continued run knew."""
    held_out = before.get("held_out") if isinstance(before, dict) else None
    if not isinstance(held_out, dict) or held_out.get("before") is None:
        return []
    return [("kept", f"held-out loss of what {name} was taught: {held_out['before']:.2f}, now {held_out['after']:.2f}")]


def _recipe(recipe: Any, head: str = "recipe") -> list[str]:
    """The recipe's keys, a section a line."""
    if not isinstance(recipe, dict):
        return []
    plain = {key: value for key, value in recipe.items() if not isinstance(value, dict)}
    lines = [f"{head:<10} " + ", ".join(f"{key} {value}" for key, value in plain.items() if value not in ("", None))]
    return lines + [line for key, value in recipe.items() if isinstance(value, dict) for line in _recipe(value, key)]


def curve(losses: Sequence[float], *, unicode: bool = True, width: int = WIDTH) -> str:
    """Losses as a line of bars, the tallest for the highest: each bar the mean of its share of the steps. What is no
    number is a "?"."""
    bars = BARS if unicode else PLAIN_BARS
    count = min(width, len(losses))
    parts = [losses[len(losses) * i // count : len(losses) * (i + 1) // count] for i in range(count)]
    means = [sum(part) / len(part) for part in parts]
    real = [mean for mean in means if math.isfinite(mean)]
    low, high = min(0.0, *real) if real else 0.0, max(real, default=0.0)
    span = (high - low) or 1.0
    return "".join(bars[round((m - low) / span * (len(bars) - 1))] if math.isfinite(m) else "?" for m in means)


def _losses(entries: Any) -> list[float]:
    try:
        return [float(entry["loss"]) for entry in entries or ()]
    except (TypeError, KeyError, ValueError):
        return []


def _loss(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def lasted(seconds: float) -> str:
    """A duration: `45 s`, `3 min 56 s`, `2 h 05 min`."""
    if not math.isfinite(seconds) or seconds < 0:
        return "?"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60:02} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60:02} min"


def in_bytes(size: int) -> str:
    """A size: `812 B`, `9.8 MB`."""
    value, unit = float(size), "B"
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"


def _size(path: Path) -> int:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
