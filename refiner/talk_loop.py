"""The loop of a talk: a message is put to her, a line that begins with / is a command."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from refiner.chat import Conversation, Model
from refiner.errors import RefinerError, UsageError
from refiner.review.visible import visible
from refiner.talk_files import TalkFile
from refiner.talk_save import save_talk
from refiner.talk_terminal import Lines, Stream, Tell, unechoed

COMMANDS = {
    "/why": "what you wrote that is like her last answer",
    "/wrong": "she would not have said that: write what she would have said",
    "/again": "another answer to the same question",
    "/base": "what the untrained model says to it",
    "/new": "begin a new talk; this one is kept",
    "/save": "FILE: write this talk to a file (/save! FILE writes over one)",
    "/help": "these lines",
    "/quit": "end; so do Ctrl-D and Ctrl-C at an empty line",
}
_SAME = {"/exit": "/quit", "/q": "/quit", "/?": "/help", "/retry": "/again"}
Action = Callable[[Conversation, Lines, Tell], None]


class Loop:
    """A talk at the terminal. `tell` prints the program's own lines."""

    def __init__(
        self,
        conversation: Conversation,
        lines: Lines,
        tell: Tell,
        *,
        her: str = "her",
        new_file: Callable[[], TalkFile | None] = lambda: None,
        base: Callable[[], Model] | None = None,
        why: Action | None = None,
        wrong: Action | None = None,
        saved: Path = Path(),
        who: str = "",
        stream: Callable[[str], Stream] = Stream,
    ) -> None:
        """`base` opens the untrained model where there is one. `why` and `wrong` are what these commands do.
        `saved`: the folder of what is saved under a name alone; `who`: the run, file or server."""
        self.talk, self.lines, self.tell, self.her = conversation, lines, tell, her
        self._new_file, self._open_base, self._stream = new_file, base, stream
        self._saved, self._who = saved, who
        self._actions = {"/why": why, "/wrong": wrong}
        self._base: Model | None = None
        self._notices: list[str] = []  # told when her answer has ended, so that they do not stand in it
        conversation.say = self._notices.append

    def run(self) -> None:
        """Reads and answers until the person ends it. What fails is told, and the talk goes on."""
        try:
            while True:
                try:
                    text = self.lines.read()
                except (EOFError, KeyboardInterrupt):
                    if self.lines.terminal:
                        print()
                    return
                try:
                    if not self._one(text):
                        return
                except KeyboardInterrupt:
                    self.tell("(stopped)")
                except (RefinerError, OSError) as error:
                    self.tell(f"({error})")
        finally:
            if self._base is not None:
                self._base.close()

    def _one(self, text: str) -> bool:
        """Answers one message; False: the talk ends."""
        line = text.strip()
        if not line:
            return True
        if not line.startswith("/") or "\n" in line:
            self._shown(self.her, lambda show: self.talk.ask(line, show).answer)
            return True
        word, _, rest = line.partition(" ")
        word = _SAME.get(word, word)
        match word:
            case "/quit":
                return False
            case "/help":
                self._help()
            case "/new":
                self.talk.turns.clear()
                self.talk.file = self._new_file()
                self.tell("(a new talk)")
            case "/again":
                self._shown(self.her, lambda show: self.talk.again(show).answer)
            case "/base":
                self._untrained()
            case "/save" | "/save!":
                self._save(rest.strip(), over=word.endswith("!"))
            case "/why" | "/wrong":
                self._act(word)
            case _:
                near = difflib.get_close_matches(word, COMMANDS, 1, 0.5)
                meant = f"; do you mean {near[0]}?" if near else "."
                self.tell(f"(there is no {word}{meant} /help names the commands; nothing was asked)")
        return True

    def _shown(self, head: str, answer: Callable[[Callable[[str], None]], str]) -> None:
        stream = self._stream(f"{visible(head)}: " if self.lines.terminal else "")
        stream.wait()
        try:
            with unechoed():
                said = answer(stream)
            if not said:
                stream("(she said nothing)")
        finally:
            stream.end()
            for notice in self._notices:
                self.tell(f"({notice})")
            self._notices.clear()

    def _act(self, word: str) -> None:
        action = self._actions[word]
        if self.talk.last is None:
            raise UsageError("ask her something first")
        if action is None:
            raise UsageError(f"{word} needs a workspace")
        action(self.talk, self.lines, self.tell)

    def _untrained(self) -> None:
        last = self.talk.last
        if last is None:
            raise UsageError("ask her something first")
        if self._base is None:
            if self._open_base is None:
                raise UsageError("there is no untrained model beside this one")
            self.tell("(opening the untrained model)")
            self._base = self._open_base()
        model = self._base
        self._shown("untrained", lambda show: self.talk.compare(model, show))
        if self.lines.terminal:  # beside hers
            hers = self._stream(f"{visible(self.her)}: ")
            hers(last.answer)
            hers.end()

    def _save(self, name: str, *, over: bool) -> None:
        path = save_talk(
            self.talk.turns, name, saved=self._saved, her=self.her, who=self._who or self.talk.model.name,
            at=datetime.now(), over=over,
        )  # fmt: skip
        self.tell(f"(saved in {path}, readable by you alone)")

    def _help(self) -> None:
        for word, said in COMMANDS.items():
            self.tell(f"{word:<8} {said}")
        self.tell('A line that ends in \\ goes on; """ begins and ends several lines. Ctrl-C stops an answer.')
