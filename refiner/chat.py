"""Talking to her in the terminal. The history stays on this machine; every turn sends the system message."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from refiner.errors import StoreError
from refiner.store import make_folder

HELP = "/new begins again · /base asks the untrained model the same · /save FILE · /quit or Ctrl-D ends"
REMEMBERED = 12  # messages: what a small model can follow, and what fits its context beside the system message


class Model(Protocol):
    """Something that answers. Pieces come as they are made."""

    def reply(
        self, messages: list[dict[str, str]], *, max_tokens: int = ..., temperature: float = ...
    ) -> Iterator[str]: ...

    def close(self) -> None: ...


class Conversation:
    """One talk: the system message, the turns, and a private file that gets each of them as it ends."""

    def __init__(self, model: Model, system: str, history: Path | None, *, max_tokens: int, temperature: float) -> None:
        self.model, self.system, self.history = model, system, history
        self.max_tokens, self.temperature = max_tokens, temperature
        self.turns: list[dict[str, str]] = []

    def messages(self) -> list[dict[str, str]]:
        return [{"role": "system", "content": self.system}, *self.turns[-REMEMBERED:]]

    def ask(self, text: str, show: Callable[[str], None]) -> str:
        """Her answer to `text`, shown piece by piece. An interrupted answer stays in the talk as far as it came."""
        self.turns.append({"role": "user", "content": text})
        pieces: list[str] = []
        try:
            for piece in self.model.reply(self.messages(), max_tokens=self.max_tokens, temperature=self.temperature):
                pieces.append(piece)
                show(piece)
        except KeyboardInterrupt:
            show(" …")
        answer = "".join(pieces).strip()
        self.turns.append({"role": "assistant", "content": answer})
        self._note(text, answer)
        return answer

    def _note(self, text: str, answer: str) -> None:
        if self.history is None:
            return
        make_folder(self.history.parent)
        line = json.dumps(
            {"at": datetime.now(UTC).isoformat(timespec="seconds"), "user": text, "answer": answer}, ensure_ascii=False
        )
        try:
            self.history.touch(mode=0o600)
            with self.history.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError as error:
            raise StoreError(f"{self.history} cannot be written: {error.strerror}") from None


def talk(
    conversation: Conversation,
    read: Callable[[], str],
    show: Callable[[str], None],
    base: Callable[[], Model] | None = None,
) -> None:
    """The loop: reads a line, shows the answer, until /quit or the end of input."""
    untrained: Model | None = None
    try:
        while True:
            try:
                line = read().strip()
            except EOFError:
                return
            except KeyboardInterrupt:
                show("\n")
                return
            if not line:
                continue
            if line in ("/quit", "/exit", "/q"):
                return
            if line == "/new":
                conversation.turns.clear()
                show("(begun again)\n")
            elif line == "/base":
                untrained = untrained or (base() if base else None)
                last = next((t["content"] for t in reversed(conversation.turns) if t["role"] == "user"), "")
                if untrained is None or not last:
                    show("(ask something first)\n" if untrained else "(there is no untrained model beside this one)\n")
                    continue
                asked = [{"role": "system", "content": conversation.system}, {"role": "user", "content": last}]
                for piece in untrained.reply(
                    asked, max_tokens=conversation.max_tokens, temperature=conversation.temperature
                ):
                    show(piece)
                show("\n")
            elif line.startswith("/save"):
                path = Path(line.removeprefix("/save").strip() or "talk.md").expanduser()
                text = "\n\n".join(
                    f"**{'You' if t['role'] == 'user' else 'Her'}:** {t['content']}" for t in conversation.turns
                )
                path.write_text(text + "\n", encoding="utf-8")
                path.chmod(0o600)
                show(f"(saved in {path})\n")
            elif line.startswith("/"):
                show(HELP + "\n")
            else:
                conversation.ask(line, show)
                show("\n")
    finally:
        if untrained is not None:
            untrained.close()
