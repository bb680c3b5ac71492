"""Whoever a serving bot talks to, in a process of its own that costs as little as it can.

Answers the Graph API, a shop, and ears that never answer, from one port: constants, nothing stored. The
emulator checks and remembers everything, which takes longer than the turn that is to be measured.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from typing import Any
from urllib.parse import parse_qs, urlsplit

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"


class Peer(asyncio.Protocol):
    """One connection: HTTP/1.1 with lengths, kept alive."""

    def __init__(self, sent: Synchronized[int], note: bytes) -> None:
        self._sent, self._note = sent, note
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._buffer[:end]).decode("latin-1")
            length = _length(head)
            if len(self._buffer) < end + 4 + length:
                return
            body = bytes(self._buffer[end + 4 : end + 4 + length])
            del self._buffer[: end + 4 + length]
            method, target, _ = head.split("\r\n", 1)[0].split(" ")
            answer = self._answer(method, target, body)
            if answer is not None and self._transport is not None:
                self._transport.write(ANSWER % (len(answer), answer))

    def _answer(self, method: str, target: str, body: bytes) -> bytes | None:
        url = urlsplit(target)
        parts = url.path.strip("/").split("/")
        match method, parts:
            case "POST", [_, "audio", "transcriptions"]:
                return None  # ears that are stuck
            case "GET", ["note"]:
                return self._note
            case "POST", [_, _, "messages"]:
                return self._message(body)
            case "GET", ["customers"]:
                phone = parse_qs(url.query)["phone"][0]
                return _json({"customers": [{"id": f"c{phone}", "name": "Sample Customer", "phone": phone}]})
            case "GET", ["customers", customer, "orders"]:
                return _json({"orders": [_order(customer)]})
        return _json({"id": "1", "data": []})

    def _message(self, body: bytes) -> bytes:
        if b'"typing_indicator"' in body:
            return _json({"success": True})
        with self._sent.get_lock():
            self._sent.value += 1
            return _json({"messages": [{"id": f"wamid.far.{self._sent.value}"}]})


def _length(head: str) -> int:
    for line in head.split("\r\n")[1:]:
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            return int(value)
    return 0


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _order(customer: str) -> dict[str, Any]:
    return {
        "id": "1842",
        "customer": customer,
        "status": "packed",
        "day": "2027-01-07",
        "delivery_address": "12 Hill Road",
        "items": ["Rice 5 kg"],
        "version": "v1",
    }


@dataclass(frozen=True, slots=True)
class FarSide:
    """A process that answers."""

    url: str
    _sent: Synchronized[int]

    @property
    def sent(self) -> int:
        """How many messages the bot has sent."""
        return self._sent.value


@contextmanager
def far_side(note: bytes = b"") -> Iterator[FarSide]:
    """Have it answer while the context lasts; every media id leads to `note`."""
    listener = socket.create_server(("127.0.0.1", 0))
    sent: Synchronized[int] = multiprocessing.Value("i", 0)
    process = multiprocessing.get_context("fork").Process(
        target=_run, args=(listener, sent, note), daemon=True
    )
    process.start()
    try:
        yield FarSide(f"http://127.0.0.1:{listener.getsockname()[1]}", sent)
    finally:
        process.terminate()
        process.join()
        listener.close()


def _run(listener: socket.socket, sent: Synchronized[int], note: bytes) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Peer(sent, note), sock=listener)
        await server.serve_forever()

    asyncio.run(main())
