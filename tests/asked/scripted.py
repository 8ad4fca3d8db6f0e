"""A model that answers the questions about refined notes from lists that a test gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fake import Request, is_choice, pick, user


class Scripted:
    """Answers lists and sentences from queues, the last again and again, and closed choices by their text and turn."""

    def __init__(
        self,
        known: Sequence[tuple[str, bool]],
        *lists: object,
        mends: Sequence[object] = ("",),
        sure: Callable[[str, int], str] = lambda *_: "yes",
    ) -> None:
        self.known = known
        self.lists = list(lists) or [{"found": []}]
        self.mends = [{"sentence": m} if isinstance(m, str) else m for m in mends]
        self.mended: list[list[dict[str, str]]] = []
        self.sure = sure
        self.controls, self.credulous = 0, False
        self.sent: list[list[dict[str, str]]] = []
        self.choices: list[str] = []

    def __call__(self, request: Request) -> object:
        if is_choice(request):
            for text, truth in self.known:
                if text in user(request):
                    self.controls += 1
                    return pick(request, "yes" if truth or self.credulous else "no")
            self.choices.append(user(request))
            return pick(request, self.sure(user(request), len(self.choices) - 1))
        if "sentence" in request["schema"]["properties"]:
            self.mended.append(request["messages"])
            return self.mends.pop(0) if len(self.mends) > 1 else self.mends[0]
        self.sent.append(request["messages"])
        return self.lists.pop(0) if len(self.lists) > 1 else self.lists[0]
