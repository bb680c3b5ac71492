"""What the phone shows that no journal holds: messages as they stand on the screen, ticks, HTTP.

Every fact is frozen and whole in itself. Times are microseconds of the session's clock (UTC). `contact`
is the runtime's own id, the same as in the journal's `Where`. Texts are as they came, untrusted: whoever
draws them draws plain text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from wavoice.runtime.model import Micros
from wavoice.sim.emulator.handset.message import PhoneMessage

SentKind = Literal["voice", "text", "button", "reaction", "edit", "unsend"]
"""What the customer did."""

TickState = Literal["sent", "delivered", "read", "played"]
"""How far a message got, in this order."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The customer has sent something: WhatsApp has it, the business may not have it yet."""

    wamid: str
    contact: str
    at: Micros
    kind: SentKind
    text: str
    """Typed words, the title of the button, the emoji (empty: taken back), the new words of an edit; of a
    voice note what was said in it, as far as that is known beforehand, else empty."""
    seconds: float = 0.0
    """Length of a voice note; 0 if it cannot be decoded."""
    peaks: tuple[float, ...] = ()
    """Loudness of a voice note, `waveform.BARS` values from 0 to 1 over its whole length; empty if there
    is none."""
    quotes: str | None = None
    """wamid of what it answers; of a reaction, an edit or an unsend the message that it is about."""
    media: bytes | None = None
    """Ogg Opus of a voice note."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message of the business is on the handset's screen; a typing indicator is gone with it."""

    contact: str
    message: PhoneMessage
    peaks: tuple[float, ...] = ()
    """As in `Sent`."""
    seconds: float = 0.0
    """As in `Sent`."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """A message got further. Of an own one: `sent`, `delivered` (the business has acknowledged it),
    `read`. Of one of the business: `delivered`, `read`, and `played` if it is a voice note.
    """

    contact: str
    wamid: str
    state: TickState


@dataclass(frozen=True, slots=True)
class Typing:
    """The business is shown as typing until then, or until its next message."""

    contact: str
    until: Micros


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP request and its answer: webhook, Graph, media or shop. Told when the answer is there."""

    at: Micros
    """When the request left."""
    host: str
    """`graph.…`, `media.…`, `bot.…` (webhooks) or `shop.…`."""
    method: str
    path: str
    """With its query."""
    status: int | None
    """None: no answer came."""
    took: Micros
    """Real time."""
    request: str
    """Body as text; tokens and secrets are replaced, and what is no text is `<n bytes>`."""
    response: str
    """The same of the answer; the kind of failure if none came."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A line for whoever holds the phone: what this machine lacks, what was scheduled and failed."""

    at: Micros
    text: str


Fact: TypeAlias = Sent | Arrived | Ticks | Typing | Exchange | Notice
