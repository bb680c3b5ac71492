"""What is offered: dialogs whose answer is the argument of a command, and the values at the top."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wavoice.cli.tui.dialogs.pick import Choice
from wavoice.runtime.model import SECOND
from wavoice.sim.chat.commands import find

if TYPE_CHECKING:
    from wavoice.sim.chat.session import ChatSession


@dataclass(frozen=True, slots=True)
class Menu:
    """A dialog whose answer is the argument of a command."""

    title: str
    command: str
    free: str = ""
    """What else may be typed; empty: only what is listed."""
    more: Mapping[str, str] | None = None
    """What is offered where the command has no list of its own."""


MENUS: Mapping[str, Menu] = {
    "fixture": Menu("Send which voice note?", "play"),
    "customer": Menu("Who holds the phone?", "customer"),
    "language": Menu("Speak which language?", "language"),
    "voice": Menu("Speak with which voice?", "voice"),
    "noise": Menu(
        "Which noise, how many dB below the speech?",
        "noise",
        "or type it: street 5",
        {
            "off": "silence",
            **{
                f"{kind} {snr}": f"{about} noise, {loud}"
                for kind, about in (("street", "traffic"), ("babble", "people"), ("wind", "wind"))
                for snr, loud in (
                    (20, "faint"),
                    (10, "loud"),
                    (5, "as loud as it gets outside"),
                    (0, "as loud as the speech"),
                )
            },
        },
    ),
    "fault": Menu("Let what go wrong?", "fault"),
    "advance": Menu(
        "Let how much time pass?",
        "advance",
        "or type it: 90s, 3m, 2h, 1d",
        {
            "5s": "past a settle window",
            "11m": "past the life of a question",
            "6h": "until the evening",
            "26h": "past WhatsApp's 24-hour window",
        },
    ),
}
"""By action."""


async def choices(menu: Menu, chat: ChatSession) -> Sequence[Choice]:
    """What can be chosen. Looking may take a while, for voices and files: it is done in a thread."""
    values = menu.more if menu.more is not None else await listed(menu.command, chat)
    return [Choice(value, value, about) for value, about in values.items()]


async def listed(command: str, chat: ChatSession) -> Mapping[str, str]:
    """What the first argument of a command can be; empty if that is not known."""
    look = find(command).choices
    return {} if look is None else await asyncio.to_thread(look, chat)


def chips(chat: ChatSession) -> dict[str, str]:
    """What the line at the top shows, by action."""
    manner = chat.mouth.manner
    skipped = chat.clock.skipped // SECOND
    return {
        "customer": f"☎ {chat.customer.name}",
        "language": manner.language,
        "voice": "voice off" if chat.models.late_voice.muted else "voice on",
        "noise": "no noise" if manner.noise == "none" else f"{manner.noise} {manner.snr_db:g} dB",
        "advance": f"+{_in_hours(skipped)}" if skipped else "",
    }


def _in_hours(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    parts = ((hours, "h"), (minutes, "min"), (left if not hours else 0, "s"))
    return " ".join(f"{value} {unit}" for value, unit in parts if value)


def loading(chat: ChatSession) -> str:
    """What is still loading, in a few words."""
    models = (("ears", chat.models.ears), ("voice", chat.models.voice))
    late = [name for name, model in models if model.state == "loading"]
    return f"loading {', '.join(late)} …" if late else ""
