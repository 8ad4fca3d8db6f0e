"""How a long life scales: `python benchmarks/scale.py [--notes 1000] [--first 250] [--only STEP …] [--keep FOLDER]`.

Makes invented lives of 250, 500, 1000 … notes (a daily diary of several sentences, some chats and some front matter,
the same for the same seed) in a temporary workspace, and measures each step in a process of its own: CPU seconds, wall
seconds, the most memory that it held. The exponent says how CPU time grew since the life of half the size: 1 is linear,
2 is quadratic. The steps:

    refine   by rules, from nothing        again    refine once more: nothing changed
    change   refine with one note changed  samples  compose the training samples
    review   start a review, items kept    made     start a review whose items must be made (a new day, say)

`--profile STEP` prints the functions in which a step of the largest life spends most.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import math
import pstats
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from refiner.store import Workspace, write_atomic

STEPS = ("refine", "again", "change", "samples", "review", "made")
SEED, NOW, FIRST_DAY = 7, "2050-01-01", date(2005, 1, 1)
NAMES = (
    "Asha", "Bela", "Charu", "Devika", "Esha", "Farida", "Gauri", "Hema", "Isha", "Jaya", "Kavya", "Lata", "Meera",
    "Nalini", "Arvind", "Bharat", "Chetan", "Dinesh", "Feroz", "Girish", "Harish", "Irfan", "Jatin", "Kunal", "Lalit",
    "Manoj", "Naveen", "Omkar", "Prakash", "Rakesh", "Suresh", "Tarun", "Umesh", "Vinod", "Yusuf", "Zubin",
)  # fmt: skip
FAMILIES = ("Joshi", "Khan", "Menon", "Bose", "Pillai", "Sethi", "Rao", "Das", "Naik", "Gill", "Kaul", "Ahuja")
PLACES = ("Nashik", "Indore", "Kochi", "Jaipur", "Mysore", "Bhopal", "Surat", "Patna", "Shimla", "Goa", "Pune", "Agra")
THINGS = ("kettle", "bicycle", "ceiling fan", "old radio", "water pump", "sewing machine", "lamp", "window", "scooter")
WORKS = ("ledger", "tender file", "audit list", "salary sheet", "stock register", "map", "proposal", "server")
FOODS = ("poha", "khichdi", "dal", "upma", "guava", "jalebi", "curd rice", "kadhi")
WEATHERS = ("Rain since morning.", "A dry wind all day.", "Fog until ten.", "Too hot to think.", "A clear cold sky.")
# What a day may hold; each is filled with the people, places and things of that day.
DAYS = (
    "Fixed the {thing} after dinner while {friend} held the torch.",
    "{friend} came by with {food} and stayed till nine.",
    "The {work} was due today and I finished it at the last minute.",
    "Took the morning bus to {place} and came back with wet shoes.",
    "My brother said I am a stubborn boy, and Amma laughed at both of us.",
    "{friend} told me that she is tired of the office.",
    "He never asked about the {work}, so I said nothing.",
    "Played cricket behind the depot until the ball went into the drain.",
    "As a man of thirty I should know how to cook {food}, Amma says.",
    "“You are a good son,” said Amma when I brought the {thing} home.",
    "We lost the way near {place} and asked three people.",
    "I read half a novel and slept with the light on.",
    "{friend} and I argued about money, then about nothing.",
    "The uncle at the counter called me beta and gave me the wrong change.",
    "Could not sleep, so I counted the trucks on the highway.",
    "I watched “The {thing} of {place}” with {friend} in the small hall.",
    "My friend {friend} is moving to {place} next month.",
    "Paid the rent, bought {food}, wrote to {friend}.",
    "At work they want the {work} again, with other columns this time.",
    "The {thing} made that noise again and I pretended not to hear it.",
)
# What happens to the traits, and what is said of them.
TURNS = (
    "Since the accident in {year} I have been afraid of driving.",
    "In {year} I stopped being afraid of driving.",
    "I shouted at {friend} over a {thing}; my short temper again.",
    "From {month} {year} I no longer lose my temper at home.",
    "I am still stubborn about small things.",
    "I started smoking in {year}.",
    "I gave up smoking in {year}.",
    "I am afraid of driving, and I told {friend} so.",
    "I used to be shy, but since {place} I talk to anybody.",
    "After the fever of {year} I became a light sleeper.",
    "I have always been punctual.",
    "I told a small lie to {friend} about the {work}.",
)
TIMES = (
    "Two years after we moved to {place} the {thing} broke.",
    "A month after {friend}'s wedding I went to {place}.",
    "It was the year before {friend} died.",
    "We moved to {place} in {year}.",
    "{friend} got married in {month} {year}.",
    "After the flood in {place} nobody trusted the river.",
)
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October")
SAID = (
    "did you eat", "the {thing} is with me", "I am in {place} till Friday", "he is late again", "bring {food}",
    "I gave up smoking, ask anybody", "call me after the {work}", "you were always the stubborn one", "not today",
)  # fmt: skip
SETTINGS = """[persona]
born = "1985-05-14"
[persona.before]
name = "Arjun Nair"
gender = "male"
[persona.after]
name = "Anjali Nair"
gender = "female"
[policy.replace]
cricket = "badminton"
"""
TRAITS: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "afraid-of-driving": ("neutral", 2, ("afraid of driving", "fear of driving")),
    "short-temper": ("negative", 4, ("short temper", "lose my temper", "shouted")),
    "stubborn": ("negative", 3, ("stubborn",)),
    "smokes": ("negative", 2, ("smoking", "smoke")),
    "shy": ("neutral", 1, ("shy",)),
    "light-sleeper": ("neutral", 0, ("light sleeper",)),
    "punctual": ("positive", 2, ("punctual",)),
    "small-lies": ("negative", 3, ("small lie", "small lies")),
}


def settings() -> str:
    """refiner.toml of the invented life."""
    return SETTINGS + "".join(
        f'[[traits]]\nid = "{i}"\npolarity = "{polarity}"\nimportance = {weight}\naliases = {json.dumps(words)}\n'
        for i, (polarity, weight, words) in TRAITS.items()
    )


def note(n: int) -> tuple[str, str]:
    """(path, text) of the n-th note; a longer life begins with the notes of a shorter one."""
    rng = random.Random(f"{SEED}/{n}")
    day = FIRST_DAY + timedelta(days=n)
    # One meets somebody new about every ten days; half of what one tells is of the few who were always there.
    known = [f"{NAMES[i % 36]} {FAMILIES[i // 36 % 12]}" if i >= 36 else NAMES[i] for i in range(12 + n // 10)]

    def filled(line: str) -> str:
        return line.format(
            friend=rng.choice(known[:8] if rng.random() < 0.5 else known), place=rng.choice(PLACES),
            thing=rng.choice(THINGS), work=rng.choice(WORKS), food=rng.choice(FOODS), month=rng.choice(MONTHS),
            year=rng.randint(2003, day.year),
        )  # fmt: skip

    if n % 23 == 11:
        names = [rng.choice(known).split()[0], "Arjun"]
        lines = [f"{rng.choice(names)}: {filled(rng.choice(SAID))}" for _ in range(rng.randint(6, 16))]
        return f"chat/{day}.txt", f"{day.day} {day:%B %Y}\n" + "\n".join(lines) + "\n"
    lines = [filled(line) for line in rng.sample(DAYS, rng.randint(3, 7))]
    if n % 5 == 2:
        lines.insert(rng.randint(0, len(lines)), filled(rng.choice(TURNS)))
    if n % 11 == 4:
        lines.insert(rng.randint(0, len(lines)), filled(rng.choice(TIMES)))
    head = f"---\ndate: {day}\n"
    if n % 97 == 13:
        trait, kind = rng.choice(list(TRAITS)), rng.choice(("initiates", "terminates"))
        head += f"events:\n  - label: {filled('the day at {place}')}\n    when: {day}\n"
        head += f"    effects: {{ {trait}: {kind} }}\n"
    return f"{day.year}/{day}.md", f"{head}---\n{rng.choice(WEATHERS)} " + " ".join(lines) + "\n"


def life(root: Path, notes: int) -> Workspace:
    """A workspace with that many notes."""
    ws = Workspace(root)
    write_atomic(ws.config, settings())
    for n in range(notes):
        path, text = note(n)
        file = ws.raw / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return ws


def _refine(ws: Workspace) -> str:
    from refiner.queueing import keep_refined
    from refiner.refine import refine

    done = refine(ws, now=NOW, engine="rules")
    if done.life is not None:  # as the command does
        keep_refined(ws, done.life, now=NOW)
    return f"{done.notes} notes"


def _change(ws: Workspace) -> str:
    path = sorted(ws.raw.rglob("*.md"))[len(list(ws.raw.rglob("*.md"))) // 2]
    path.write_text(path.read_text(encoding="utf-8") + "\nIn 2004 I gave up smoking for a week.\n", encoding="utf-8")
    return _refine(ws)


def _samples(ws: Workspace) -> str:
    from refiner.queueing import make_samples_for_review

    return f"{len(make_samples_for_review(ws, now=NOW).samples)} samples"


def _review(ws: Workspace) -> str:
    from refiner.reviewing import open_queue
    from refiner.store import locked

    with locked(ws, "review"):
        return f"{len(open_queue(ws, now=NOW))} items"


def _made(ws: Workspace) -> str:
    ws.queue.unlink(missing_ok=True)
    return _review(ws)


DO: dict[str, Callable[[Workspace], str]] = {
    "refine": _refine, "again": _refine, "change": _change, "samples": _samples, "review": _review, "made": _made,
}  # fmt: skip


def one(ws: Workspace, step: str, profile: bool) -> None:
    """Does a step in this process and prints what it took, as JSON."""
    profiler = cProfile.Profile() if profile else None
    wall, cpu = time.perf_counter(), time.process_time()
    about = profiler.runcall(DO[step], ws) if profiler else DO[step](ws)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    if profiler:
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("cumulative").print_stats(70)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"wall": wall, "cpu": cpu, "mib": most, "about": about}))


def measured(ws: Workspace, step: str, *, profile: bool = False) -> dict[str, float | str]:
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--step", step, "--workspace", str(ws.root)]
    done = subprocess.run([*command, *(["--profile", step] if profile else [])], stdout=subprocess.PIPE, check=True)
    found: dict[str, float | str] = json.loads(done.stdout)
    return found


def exponent(before: float, after: float, ratio: float) -> float:
    """e of after = before · ratio**e."""
    return math.log(max(after, 1e-3) / max(before, 1e-3)) / math.log(ratio)


def report(root: Path, sizes: list[int], steps: list[str], profile: str) -> None:
    """Measures and prints the table, line by line."""
    last: dict[str, tuple[int, float]] = {}
    print(f"{'notes':>6}  {'step':8} {'CPU s':>8} {'wall s':>8} {'MiB':>6} {'growth':>7}", flush=True)
    for size in sizes:
        ws = life(root / str(size), size)
        for step in steps:
            got = measured(ws, step, profile=profile == step and size == sizes[-1])
            cpu = float(got["cpu"])
            grew = f"{exponent(last[step][1], cpu, size / last[step][0]):7.2f}" if step in last else f"{'':7}"
            last[step] = size, cpu
            print(f"{size:6}  {step:8} {cpu:8.2f} {got['wall']:8.2f} {got['mib']:6} {grew}  {got['about']}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--notes", type=int, default=1000, help="size of the largest life")
    parser.add_argument("--first", type=int, default=250, help="size of the smallest; each next one is twice as large")
    parser.add_argument("--only", nargs="+", choices=STEPS, default=list(STEPS), help="steps, in the order given")
    parser.add_argument("--profile", choices=STEPS, default="", help="profile this step of the largest life")
    parser.add_argument("--keep", type=Path, help="make the workspaces in this folder and leave them there")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--workspace", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.step:
        one(Workspace(args.workspace), args.step, bool(args.profile))
        return
    sizes = [args.first]
    while sizes[-1] * 2 <= args.notes:
        sizes.append(sizes[-1] * 2)
    if sizes[-1] != args.notes:
        sizes.append(args.notes)
    with tempfile.TemporaryDirectory(prefix="refiner-scale-") as folder:
        report(args.keep or Path(folder), sizes, args.only, args.profile)


if __name__ == "__main__":
    main()
