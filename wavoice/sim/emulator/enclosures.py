"""The file that a message brings: fetched if it was sent by URL, and looked at before it is delivered."""

from __future__ import annotations

from typing import Protocol

from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.links import Links
from wavoice.sim.emulator.media_rules import RULES, bare_mime
from wavoice.sim.emulator.sending.content import Content
from wavoice.sim.emulator.voice_probe import VoiceProbe, probe_voice

_MUST_MATCH = frozenset({"audio", "video", "image", "sticker"})
"""Types of messages whose file has to be of that type; a document may be anything."""


class File(Protocol):
    """Bytes and what they are said to be."""

    @property
    def data(self) -> bytes:
        """All of it."""
        ...

    @property
    def mime_type(self) -> str:
        """As its owner says."""
        ...


class Enclosures:
    """Opens files as WhatsApp does after it has accepted a message: what is wrong comes as a status."""

    def __init__(self, links: Links) -> None:
        self._links = links

    async def open(self, content: Content, uploaded: File | None) -> tuple[File | None, VoiceProbe | None]:
        """Return the file of a message and, of a voice note, what it really is.

        Raises `GraphError` 131053 if it cannot be fetched or is of the wrong type.
        """
        file = uploaded
        if file is None and content.link is not None:
            file = await self._links.fetch(content.link)
        if file is None:
            return None, None
        if content.voice:
            probe = probe_voice(file.data)
            if probe.problem is not None:
                raise GraphError(131053, probe.problem)
            return file, probe
        kind = bare_mime(file.mime_type)
        rule = RULES.get(kind)
        if content.kind in _MUST_MATCH and (rule is None or rule.kind != content.kind):
            raise GraphError(131053, f"A file of type '{kind}' cannot be sent as {content.kind}")
        if rule is not None and not rule.fits(file.data):
            raise GraphError(131053, f"The bytes of the file are not {rule.wanted}")
        return file, None
