"""A model server to test against: real HTTP on a port of its own, and it does what a test tells it.

`Server(behave)` runs in a thread; `behave` gets each request and says what becomes of it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Seen:
    """A request: the how-manieth it is (from 1), and what was in it."""

    n: int
    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def mode(self) -> str:
        """The form of structured output that it asks for."""
        wanted = self.body.get("response_format", {}).get("type", "plain")
        return "tools" if "tools" in self.body else {"json_schema": "schema", "json_object": "json"}.get(wanted, wanted)

    @property
    def said(self) -> list[str]:
        """The messages' texts."""
        return [m["content"] for m in self.body["messages"]]

    @property
    def question(self) -> str:
        return self.said[1]


@dataclass
class Reply:
    """What the server does. `drop`: "before" or "middle" of the body the connection ends. `hold`: seconds before."""

    content: str | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    message: dict[str, Any] = field(default_factory=dict)
    choice: dict[str, Any] = field(default_factory=dict)
    usage: dict[str, Any] = field(default_factory=dict)
    drop: str = ""
    hold: float = 0.0
    drip: float = 0.0  # seconds between single bytes of the body


def echo_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def echo(seen: Seen) -> Reply:
    """The right answer: it shows which question it belongs to."""
    return Reply(json.dumps({"echo": echo_of(seen.question)}))


def wire(seen: Seen, reply: Reply) -> bytes:
    """The HTTP response."""
    if reply.body is not None:
        body = reply.body
    elif reply.status != 200:
        body = json.dumps({"error": {"message": "no"}}).encode()
    else:
        message: dict[str, Any] = {"role": "assistant", "content": reply.content}
        if seen.mode == "tools" and reply.content:
            call = {"id": "c", "type": "function", "function": {"name": "answer", "arguments": reply.content}}
            message = {"role": "assistant", "content": None, "tool_calls": [call]}
        choice = {"index": 0, "finish_reason": "stop", "message": message | reply.message} | reply.choice
        usage = {"prompt_tokens": 50, "completion_tokens": 10} | reply.usage
        body = json.dumps({"id": "x", "object": "chat.completion", "choices": [choice], "usage": usage}).encode()
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body))} | reply.headers
    lines = [f"HTTP/1.1 {reply.status} X", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Server:
    """Serves in a thread while its context lasts."""

    def __init__(self, behave: Callable[[Seen], Reply] = echo, port: int = 0) -> None:
        self.behave, self.port = behave, port
        self.seen: list[Seen] = []
        self.in_flight = self.most_in_flight = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def questions(self) -> list[str]:
        return [s.question for s in self.seen]

    async def serve(self, ready: Callable[[], None] = lambda: None) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._talk, "127.0.0.1", self.port, limit=1 << 24, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        ready()
        await self._stop.wait()
        server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def __enter__(self) -> Server:
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self.serve(started.set)), daemon=True)
        self._thread.start()
        assert started.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self.die()

    def die(self) -> None:
        """Ends at once, with all its connections."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            self._tasks.discard(task)
            writer.transport.abort() if writer.transport.is_closing() else writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        seen = Seen(len(self.seen) + 1, first.split()[1], headers, json.loads(body) if body else {})
        self.seen.append(seen)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            reply = self.behave(seen)
            if reply.hold:
                await asyncio.sleep(reply.hold)
        finally:
            self.in_flight -= 1
        if reply.drop == "before":
            writer.transport.abort()
            return False
        data = wire(seen, reply)
        if reply.drop == "middle":
            writer.write(data[:-20])
            await writer.drain()
            writer.close()
            return False
        if reply.drip:
            for byte in data:
                writer.write(bytes([byte]))
                await asyncio.sleep(reply.drip)
        else:
            writer.write(data)
        await writer.drain()
        return True
