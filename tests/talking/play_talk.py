"""A talk with a scripted model, as a program for a pseudo-terminal: `play_talk.py FOLDER [PAUSE]`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from talk_scripted import Scripted  # noqa: E402

from refiner.chat import Conversation  # noqa: E402
from refiner.talk_files import TalkFile  # noqa: E402
from refiner.talk_loop import COMMANDS, Loop  # noqa: E402
from refiner.talk_terminal import Lines  # noqa: E402

folder, pause = Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
long = " ".join(f"word{n}" for n in range(60))
model = Scripted("I live in Vadodara, \x1b[31mnear the river.", long, pause=pause)
talk = Conversation(model, "You are Ila.", TalkFile(folder, {"run": "r"}), say=print)
lines = Lines("you: ", COMMANDS, ["an earlier question"])


def wrong(talk: Conversation, lines: Lines, tell: object) -> None:
    print("->", lines.ask("> ", talk.turns[-1].answer[:6]))


Loop(
    talk,
    lines,
    print,
    her="Ila",
    new_file=lambda: TalkFile(folder, {"run": "r"}),
    base=lambda: Scripted("I am an assistant."),
    wrong=wrong,
    saved=folder / "saved",
    who="cpu-smoke",
).run()
print("ended")
