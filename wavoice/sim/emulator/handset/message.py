"""A message of the business as a handset shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wavoice.runtime.model import Button, Micros

PLAYS_INLINE_BYTES = 512 * 1024
"""A larger voice note shows a download icon instead of a play icon."""


@dataclass(frozen=True, slots=True)
class PhoneMessage:
    """A message of the business, as the handset shows it."""

    wamid: str
    kind: Literal["text", "buttons", "voice", "audio"]
    """`audio` is a file; only `voice` plays as a note and reports that it was played."""
    at: Micros
    text: str | None = None
    buttons: tuple[Button, ...] = ()
    media: bytes | None = None
    quotes: str | None = None
    download_icon: bool = False
    typing: bool = False
    """The business was shown as typing when this arrived."""
