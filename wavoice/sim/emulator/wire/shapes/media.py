"""Files in messages. None tells length or size: those come from the file itself."""

from __future__ import annotations

from wavoice.sim.emulator.wire.shapes.base import Digits, Sha256, Shape, Text


class Media(Shape):
    """What every file has."""

    id: Digits
    """Dies seven days after the webhook."""
    mime_type: Text
    """As the sender's app says; `audio/ogg; codecs=opus` for a note."""
    sha256: Sha256
    """Of the file's bytes."""
    url: Text | None = None
    """Where the bytes are, for a few minutes; rolled out gradually, so it may be absent."""


class Audio(Media):
    """A voice note or an audio file: no length, no size, no caption."""

    voice: bool
    """True for a note recorded in the app; false for a file, and for a forwarded note."""


class Captioned(Media):
    """A picture or a video."""

    caption: Text | None = None
    """Words below it."""


class Document(Captioned):
    """Any file."""

    filename: Text | None = None
    """Its name on the sender's device."""


class Sticker(Media):
    """A WebP picture."""

    animated: bool
    """Whether it moves."""
