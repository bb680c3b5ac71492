"""A file in a form (RFC 7578) whose last byte is not known when its first is sent."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

_PRODUCT = "whatsapp"


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent, and the headers that say what it is."""

    content: AsyncIterator[bytes]
    headers: Mapping[str, str]


def chunks(parts: AsyncIterator[bytes], mime_type: str) -> Body:
    """The form of a media upload (Cloud API, "Upload media") around the parts of its file."""
    boundary = os.urandom(16).hex()
    return Body(
        _form(parts, mime_type, boundary), {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    )


async def _form(parts: AsyncIterator[bytes], mime_type: str, boundary: str) -> AsyncIterator[bytes]:
    yield b"".join(_field(boundary, *each) for each in (("messaging_product", _PRODUCT), ("type", mime_type)))
    yield (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="file"; filename="{file_name(mime_type)}"\r\n'
        f"Content-Type: {mime_type}\r\n\r\n"
    ).encode()
    async for part in parts:
        yield part
    yield f"\r\n--{boundary}--\r\n".encode()


def file_name(mime_type: str) -> str:
    """A name that goes with the type; WhatsApp looks at both."""
    return f"voice.{mime_type.partition(';')[0].rpartition('/')[2]}"


def _field(boundary: str, name: str, value: str) -> bytes:
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


class Kept:
    """Parts that can be read once as they come, and had again as a whole."""

    def __init__(self, parts: AsyncIterator[bytes]) -> None:
        self._parts = parts
        self._seen: list[bytes] = []

    async def each(self) -> AsyncIterator[bytes]:
        """The parts as they come."""
        async for part in self._parts:
            self._seen.append(part)
            yield part

    async def whole(self) -> bytes:
        """All of them, those that were read before included."""
        async for part in self._parts:
            self._seen.append(part)
        return b"".join(self._seen)
