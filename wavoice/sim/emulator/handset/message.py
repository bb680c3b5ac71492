"""A message of the business, as the customer's handset shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from wavoice.runtime.model import Button, Micros
from wavoice.sim.emulator.sending.content import Content, Kind, Link, Row
from wavoice.sim.emulator.voice_probe import VoiceProbe


@dataclass(frozen=True, slots=True)
class PhoneMessage:
    """A message of the business, as the handset shows it."""

    wamid: str
    kind: Kind | Literal["voice"]
    """`audio` is a file; only `voice` plays as a note and reports that it was played."""
    at: Micros
    text: str | None = None
    """Body, caption, names, or the emoji of a reaction; empty when that is taken back."""
    buttons: tuple[Button, ...] = ()
    """What `Phone.taps` can tap: reply buttons, or quick replies of a template with payloads as ids."""
    media: bytes | None = None
    quotes: str | None = None
    download_icon: bool = False
    probe: VoiceProbe | None = None
    """What the file of a voice note really is."""
    typing: bool = False
    """The business was shown as typing when this arrived."""
    header: str | None = None
    footer: str | None = None
    filename: str | None = None
    mime_type: str | None = None
    """Of the media."""
    link: str | None = None
    """URL of a file that the business did not upload."""
    menu: str | None = None
    """Label that opens the list of `rows`."""
    rows: tuple[Row, ...] = ()
    links: tuple[Link, ...] = ()
    """Buttons that lead elsewhere."""
    about: str | None = None
    """wamid of the message that a reaction is put on."""
    node: Mapping[str, Any] = field(default_factory=dict)
    """The object of its type as the business sent it."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a message has beside its content when it comes to a handset."""

    wamid: str
    at: Micros
    quotes: str | None
    typing: bool
    media: bytes | None = None
    mime_type: str | None = None
    probe: VoiceProbe | None = None


def shown(content: Content, arrival: Arrival) -> PhoneMessage:
    """Return what the handset shows of it."""
    media = arrival.media
    return PhoneMessage(
        wamid=arrival.wamid,
        kind="voice" if content.voice else content.kind,
        at=arrival.at,
        text=content.text,
        buttons=content.buttons,
        media=media,
        quotes=arrival.quotes,
        download_icon=arrival.probe is not None and arrival.probe.download_icon,
        probe=arrival.probe,
        typing=arrival.typing,
        header=content.header,
        footer=content.footer,
        filename=content.filename,
        mime_type=arrival.mime_type,
        link=content.link,
        menu=content.menu,
        rows=content.rows,
        links=content.links,
        about=content.about,
        node=content.node,
    )
