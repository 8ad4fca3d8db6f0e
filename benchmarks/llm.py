"""The model engine's speed and safety: a thousand notes, a question about each, 32 at a time, answers in SQLite.

    python benchmarks/llm.py [--notes N] [--latency SECONDS] [--json FILE]

Serves a model in a process of its own that answers after 200 ms with a hash of what it was asked, so that an answer
that belongs to another text is seen. Each measurement is a whole fresh process, start and imports included. Beside
each stand the aim and what other tools did on the same task (see benchmarks/RESULTS.md).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "asking")]

AT_ONCE = 32
FAULTS = ("429", "500", "dropped", "cut JSON", "wrong schema")
WORDS = """
morning evening garden river mother letter window kitchen school winter summer teacher brother street market remember
walked talked waited played asked wrote carried opened looked thought with from about before after because until never
often again quiet small old new long the a my her his our that this we I he she they and but so
""".split()  # noqa: SIM905


def note(n: int, change: str = "") -> str:
    """A note of 150 words, always the same for a number."""
    pick = random.Random(n)
    return f"Note {n}. {change}" + " ".join(pick.choice(WORDS) for _ in range(150)) + "."


# -- the process that is measured ------------------------------------------------------------------------------------


def ask_all(folder: Path, url: str) -> None:
    """Reads the notes, asks about each, and prints what came of it."""
    from refiner.answers import Answers
    from refiner.asking.ask import Ask, Shape
    from refiner.asking.asker import Asker
    from refiner.config import LLM
    from refiner.llm import Endpoint
    from refiner.prompts import load_prompt

    class Said(Shape):
        echo: str

    prompt, stale = load_prompt("choose"), 0
    llm = LLM(base_url=url, model="bench", max_concurrency=AT_ONCE, timeout=30)
    with Answers(folder / "answers.sqlite") as answers:
        asker = Asker(llm, Endpoint(llm), answers)

        async def about(path: Path) -> bool:
            nonlocal stale
            text = path.read_text(encoding="utf-8")
            values = dict.fromkeys(prompt.inputs, "") | {"marked": text, "options": [("A", "one"), ("B", "other")]}
            messages = prompt.messages(**values)
            answer = await asker.ask(Ask("choose", path.name, tuple(messages), Said, 200))
            right = hashlib.sha256(messages[1]["content"].encode()).hexdigest()[:12]
            stale += answer is not None and answer.value.echo != right
            return answer is not None

        had = asker.run(partial(about, folder / "notes" / name) for name in sorted(os.listdir(folder / "notes")))
        asker.close()
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({
        "lost": had.count(False), "stale": stale, "calls": asker.usage.calls, "retried": asker.usage.retried,
        "mib": used.ru_maxrss / 1024, "cpu": used.ru_utime + used.ru_stime,
    }))  # fmt: skip


# -- the server, a process of its own --------------------------------------------------------------------------------


def serve(latency: float) -> None:
    """Prints its port; then, for each line of input, what it was asked; {"latency", "faults", "forget"} set."""
    from server import Reply, Seen, Server, echo

    state: dict[str, Any] = {"latency": latency, "faults": 0.0}
    pick = random.Random(7)

    def behave(seen: Seen) -> Reply:
        right = Reply(echo(seen).content, hold=state["latency"])
        if pick.random() >= state["faults"]:
            return right
        match pick.choice(FAULTS):
            case "429":
                return Reply(status=429, headers={"Retry-After": "1"}, hold=0.005)
            case "500":
                return Reply(status=500, hold=state["latency"])
            case "dropped":
                return Reply(drop="before", hold=state["latency"])
            case "cut JSON":
                return Reply('{"echo": "12', hold=state["latency"])
            case _:
                return Reply('{"other": 1}', hold=state["latency"])

    with Server(behave) as server:
        print(server.port, flush=True)
        for line in sys.stdin:
            state |= json.loads(line)
            print(json.dumps({"asked": len(server.seen), "in_flight": server.in_flight}), flush=True)
            if state.pop("forget", False):
                server.seen.clear()


class Model:
    """The server's process, from outside."""

    def __init__(self, latency: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--serve", str(latency)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}/v1"

    def tell(self, **state: Any) -> dict[str, int]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(state) + "\n")
        self.process.stdin.flush()
        answer: dict[str, int] = json.loads(self.process.stdout.readline())
        return answer

    def requests(self) -> int:
        """Requests since the last time this was asked."""
        return self.tell(forget=True)["asked"]


# -- measuring -------------------------------------------------------------------------------------------------------


def child(folder: Path, url: str) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, "--ask", str(folder), url]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"OPENAI_API_KEY": ""})


def whole(folder: Path, url: str) -> dict[str, Any]:
    """One whole run: what it printed, and its wall time."""
    began = time.perf_counter()
    process = child(folder, url)
    out, _ = process.communicate()
    wall = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(f"the run ended with {process.returncode}")
    return {**json.loads(out), "wall": wall}


def killed(folder: Path, model: Model, at: int) -> int:
    """Kills a run when the server has been asked so often; how many answers it had sent by then are asked for again."""
    process = child(folder, model.url)
    while model.tell()["asked"] < at and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    seen = model.tell(forget=True)  # what is on its way at this moment is not answered: the next run has to ask it
    process.communicate()
    answered = seen["asked"] - seen["in_flight"]
    whole(folder, model.url)
    return answered + model.requests() - len(list((folder / "notes").iterdir()))


def measure(notes: int, latency: float) -> list[tuple[str, str, str, str]]:
    """(what, measured, aim, others) for each line of the table."""
    ideal = math.ceil(notes / AT_ONCE) * latency
    lines, model = [], Model(latency)
    with tempfile.TemporaryDirectory() as scratch:

        def fresh(name: str) -> Path:
            folder = Path(scratch) / name
            (folder / "notes").mkdir(parents=True)
            for n in range(notes):
                (folder / "notes" / f"{n:05}.md").write_text(note(n), encoding="utf-8")
            return folder

        def line(what: str, measured: str, aim: str, others: str = "") -> None:
            lines.append((what, measured, aim, others))
            print(f"{what:<24}{measured:<44}{aim:<32}{others}", flush=True)

        load = os.getloadavg()[0]
        print(f"{notes} notes, {latency * 1000:.0f} ms, {AT_ONCE} at a time: ideal {ideal:.2f} s; load {load:.1f}")
        line("", "measured", "aim", "others")
        folder = fresh("a")
        m = whole(folder, model.url)
        line(
            "cold",
            f"{m['wall']:.2f} s, {m['wall'] / ideal:.2f} x ideal, {m['lost']} lost, cpu {m['cpu']:.1f} s",
            f"<= {1.4 * ideal:.2f} s (1.4 x)",
            "7.2 raw script, 10.0 instructor, 13.1 data-designer, 14.3 curator, 21.1 distilabel",
        )
        line("peak memory", f"{m['mib']:.0f} MiB", "<= 120 MiB")
        model.requests()
        m = whole(folder, model.url)
        done = f"{m['wall']:.2f} s, cpu {m['cpu']:.2f} s, {model.requests()} requests"
        line("nothing changed", done, "<= 0.40 s, 0 requests", "2.5 distilabel, 3.5 data-designer, 4.7 curator")
        changed = notes // 100
        for n in range(0, notes, notes // changed):
            (folder / "notes" / f"{n:05}.md").write_text(note(n, "Changed. "), encoding="utf-8")
        m = whole(folder, model.url)
        done = f"{m['wall']:.2f} s, {model.requests()} requests, {m['stale']} stale"
        others = "2.2 distilabel and 4.0 data-designer, 10 stale each; 12.8 curator"
        line("1 % changed", done, f"<= 2.30 s, {changed} requests, 0 stale", others)

        model.tell(faults=0.05)
        m = whole(fresh("b"), model.url)
        model.tell(faults=0.0)
        faults = f"{m['wall']:.2f} s, {m['wall'] / ideal:.2f} x ideal, {m['lost']} lost, {m['stale']} stale"
        line("5 % faults", faults, f"<= {1.7 * ideal:.2f} s (1.7 x), 0 lost", "49 lost raw script")
        model.requests()
        for share in (0.1, 0.5, 0.9):
            repeated = killed(fresh(f"k{share}"), model, int(notes * share))
            line(f"kill -9 at {share:.0%}", f"{repeated} answered questions repeated", "<= 10", "hangs distilabel")
        model.tell(latency=0.0)
        m = whole(fresh("z"), model.url)
        each = m["cpu"] / notes * 1000
        line("no latency", f"{notes / m['wall']:.0f} calls/s, cpu {each:.2f} ms a call, start included", "")
    model.process.kill()
    model.process.communicate()
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--notes", type=int, default=1000)
    parser.add_argument("--latency", type=float, default=0.2)
    parser.add_argument("--json", type=Path, help="write the table there too")
    parser.add_argument("--serve", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--ask", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve is not None:
        serve(args.serve)
    elif args.ask:
        ask_all(Path(args.ask[0]), args.ask[1])
    else:
        lines = measure(args.notes, args.latency)
        if args.json:
            args.json.write_text(json.dumps(lines, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
