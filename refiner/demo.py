"""The sample life, from notes to answers: `make demo` refines it, `make demo-train` also trains on it and asks.

    python -m refiner.demo [--train] [--folder DIR]      # in a checkout; an installed package has `refiner demo`

Works on a copy, so that the repository's own files stay as they are. The day that counts as today is pinned.
"""

from __future__ import annotations

import argparse
import importlib.resources
import re
import shlex
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from refiner import report, report_export, report_timeline
from refiner.console import Output
from refiner.errors import RefinerError, TrainingError
from refiner.exporting import export_samples
from refiner.models import Edit, Question
from refiner.refine import Life, refine
from refiner.review.visible import one_line
from refiner.sampling import make_samples
from refiner.store import Workspace, make_folder

NOW = "2026-01-01"
QUESTIONS = (
    "Who are you?",
    "Are you a man or a woman?",
    "What are you like at home when small things go wrong?",
    "Are you afraid of dogs?",
    "What is the capital of France?",
)


def sample_folder() -> Path:
    """The repository's own sample life, else the installed package's copy. Raises RefinerError if neither is there."""
    packaged = Path(str(importlib.resources.files("refiner"))) / "_sample"
    for folder in (Path(__file__).resolve().parent.parent, packaged):
        if (folder / "refiner.toml").is_file() and (folder / "data" / "raw").is_dir():
            return folder
    raise RefinerError("the sample life is missing from this installation", mend="install refiner again")


def copy_sample(target: Path, *, with_decisions: bool) -> Workspace:
    """A fresh workspace with the sample life; what an earlier demo left there is removed."""
    source = sample_folder()
    ws = Workspace(target)
    if target.exists():
        if not (target / ".refiner-demo").exists():
            raise RefinerError(f"{target} is there and is no earlier demo", mend="name another --folder")
        shutil.rmtree(target)
    make_folder(target)
    (target / ".refiner-demo").touch()
    shutil.copy(source / "refiner.toml", ws.config)
    shutil.copytree(source / "data" / "raw", ws.raw)
    make_folder(ws.review)
    if with_decisions:
        for name in ("decisions.jsonl", "canon.toml"):
            if (source / "data" / "review" / name).is_file():
                shutil.copy(source / "data" / "review" / name, ws.review / name)
    return ws


def telling(edits: list[Edit], count: int = 3) -> list[Edit]:
    """The edits that show most of what the tool does: another stage or rule each, the longest reasons first."""
    order = {"override": 0, "reframe": 1, "swap": 2, "selfimage": 3}
    chosen: list[Edit] = []
    # What was written for nobody's eyes is no showcase, sample life or not.
    shown = [e for e in edits if not e.note.startswith("private/")]
    pool = sorted(shown, key=lambda e: (order.get(e.stage, 9), -len(e.evidence), -len(e.reason), e.note, e.start))
    for what in ("stage", "source"):
        for edit in pool:
            seen = {getattr(c, what) for c in chosen}
            if len(chosen) < count and getattr(edit, what) not in seen and edit.note not in {c.note for c in chosen}:
                chosen.append(edit)
    return sorted(chosen, key=lambda e: (-order.get(e.stage, 9), e.note))


def tell(show: Output, life: Life) -> None:
    """What the demo prints about a refined life."""
    edits = [e for es in life.chain.edits.values() for e in es if e.status == "undecided"]
    show.data("\nThree of the edits, each with its reason", style="bold")
    for edit in telling(edits):
        show.data(f"\n  {edit.note} · {edit.stage} · {edit.source} · confidence {edit.confidence:.2f}", style="dim")
        line = report.edit_in_place(show, life, edit)
        show.data(line)
        show.data(f"  why: {edit.reason}")
    open_ = [q for q in life.chain.questions if q.status == "undecided"]
    show.data(f"\n{report.plural(len(open_), 'open question')}; the first of each kind", style="bold")
    for question in _first_of_each(open_):
        show.data(f"  {question.note or question.subject}: {question.question}")
        for n, choice in enumerate(question.choices, 1):
            show.data(f"      {n} {one_line(choice.label, 100)}")
    show.data(f"\nWhat she is like on {life.now}", style="bold")
    report_timeline.timeline(show, life)


def _first_of_each(questions: list[Question], count: int = 4) -> list[Question]:
    found: dict[str, Question] = {}
    for q in questions:
        found.setdefault(re.sub(r"[\"“].*?[\"”]", "…", q.question), q)
    return list(found.values())[:count]


def demo(folder: Path, show: Output) -> None:
    """Refines the sample life without its decisions, as a newcomer's first run would."""
    ws = copy_sample(folder, with_decisions=False)
    with show.progress() as progress:
        done = refine(ws, now=NOW, engine="rules", progress=progress)
    assert done.life is not None
    numbers = report.counts(done.life)
    words = sum(len(n.text.split()) for n in done.life.chain.notes)
    show.data(
        f"The sample life: {done.notes} notes, {words} words, refined in {done.seconds:.1f} s by rules alone",
        style="bold",
    )
    show.data("(fiction; what is planted in it stands in data/raw/README.md)")
    tell(show, done.life)
    edits = ", ".join(f"{stage} {n}" for stage, n in numbers["edits"].items())
    show.data(
        f"\nedits: {edits} · open questions: {numbers['questions'].get('undecided', 0)} · events: {numbers['events']}"
    )
    show.data("\nGo on", style="bold")
    show.data(f"  {_go_there(folder)}")
    show.data("  refiner review                 decide: y approve, n reject, e edit, digits answer, ? help, q quit")
    show.data("  refiner timeline --why stage-fright --now 2026-01-01")
    show.data("  refiner init ~/my-life         a workspace of your own")
    again = "make demo-train" if (sample_folder() / "Makefile").is_file() else "refiner demo --train"
    show.data(f"  {again:<30} train on the sample life and talk to her")


def _go_there(folder: Path) -> str:
    """The line that leads into the folder, with `refiner` on the path."""
    enter, environment = f"cd {shlex.quote(str(folder))}", Path(sys.prefix)
    if shutil.which("refiner") or not (environment / "bin" / "activate").is_file():
        return enter
    with suppress(ValueError):
        environment = environment.relative_to(Path.cwd())
    return f"source {shlex.quote(str(environment / 'bin' / 'activate'))} && {enter}"


def demo_train(folder: Path, show: Output) -> int:
    """Refines, exports, trains the small model on the CPU, asks before and after; the exit code."""
    from refiner.running import Training, train_run
    from refiner.talking import ask_all
    from refiner.training.runs import latest_run

    ws = copy_sample(folder, with_decisions=True)
    with show.progress() as progress:
        done = refine(ws, now=NOW, engine="rules", progress=progress)
    show.data(f"refined {report.plural(done.notes, 'note')} by the decisions in data/review ({done.seconds:.1f} s)")
    made = make_samples(ws, now=NOW)
    ready = sum(s.status in ("approved", "edited") and not s.blocked for s in made.samples)
    show.data(f"{report.plural(len(made.samples), 'sample')}, {ready} of them approved and free")
    waiting = len(made.samples) - ready - sum(s.status == "rejected" for s in made.samples)
    if waiting:
        show.data(f"{waiting} wait for a decision and are left out here (refiner export would stop)")
    report_export.exported(show, export_samples(ws, now=NOW, base="smollm2-135m-instruct", partial=bool(waiting)))
    code = train_run(ws, Training(recipe="cpu-smoke", name="demo"), show)
    run = latest_run(ws.runs)
    if code or run is None:
        raise TrainingError(f"training ended with code {code}")
    before, after = ask_all(run, list(QUESTIONS), adapter=False), ask_all(run, list(QUESTIONS), adapter=True)
    for question, old, new in zip(QUESTIONS, before, after, strict=True):
        show.data(f"\n{question}", style="bold")
        show.data(f"  before: {one_line(old, 300)}")
        show.data(f"  after:  {one_line(new, 300)}")
    show.data(
        f"\nA model of 135 M parameters on a CPU: it shows the way, not the depth. Talk to it: refiner chat -C {folder}"
    )
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m refiner.demo", description="The sample life, from notes to answers."
    )
    parser.add_argument("--train", action="store_true", help="also train on it and ask five questions before and after")
    parser.add_argument("--folder", type=Path, default=None, help="where the copy goes (default: .demo, .demo/train)")
    args = parser.parse_args()
    show = Output()
    folder = args.folder or Path(".demo", "train" if args.train else "life")
    try:
        if args.train:
            return demo_train(folder, show)
        demo(folder, show)
        return 0
    except RefinerError as error:
        show.error(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
