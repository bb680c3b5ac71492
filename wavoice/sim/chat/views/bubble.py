"""A message as WhatsApp shows it."""

from __future__ import annotations

from dataclasses import dataclass

from wavoice.runtime.model import Micros


@dataclass(frozen=True, slots=True)
class ButtonView:
    """A button under a message."""

    id: str
    title: str
    pressed: bool = False
    stale: bool = False
    """It answers a question that is no longer asked; it can be pressed all the same, as on a real phone."""


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message. Texts are as they came: whoever draws them draws plain text."""

    id: str
    """Its wamid."""
    mine: bool
    """Of the customer, who holds the phone."""
    form: str
    """`voice`, `text`, `button` (a tap), `template`, `staff`, or WhatsApp's own name of another kind."""
    text: str
    """Words; of a note what was said or heard in it, where that may be shown."""
    at: Micros
    ticks: str = ""
    """`sending`, `sent`, `delivered`, `read`, `played` or `failed`; empty: nothing is known."""
    quotes: str | None = None
    """First words of the message that it answers; empty if that is not here."""
    answers: str | None = None
    """wamid of that message."""
    buttons: tuple[ButtonView, ...] = ()
    reactions: tuple[str, ...] = ()
    """Emoji: the customer's, then the business's."""
    edited: bool = False
    unsent: bool = False
    redacted: bool = False
    """Its words, or some of them, were removed or may not be kept."""
    forwarded: bool = False
    seconds: float | None = None
    peaks: tuple[float, ...] = ()
    playable: bool = False
    turn: str = ""
    """The turn that took it in, or sent it."""
