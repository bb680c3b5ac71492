"""What the first argument of a slash command can be; imports what a chat is made of, which takes a second."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from wavoice.runtime.lexicon import shipped
from wavoice.sim.chat.customers import CALLERS
from wavoice.sim.chat.faults import FAULTS
from wavoice.sim.chat.mouth import NOISES
from wavoice.sim.chat.notes import fixtures

if TYPE_CHECKING:
    from wavoice.sim.chat.session import ChatSession


def _fixtures(chat: ChatSession) -> Mapping[str, str]:
    return {note.name: note.said or "" for note in fixtures(chat.folder)}


def _voices(chat: ChatSession) -> Mapping[str, str]:
    own = dict.fromkeys(chat.mouth.voices(), "says your lines")
    return {**own, "on": "the bot speaks", "off": "the bot answers in text"}


CHOICES: Mapping[str, Callable[[ChatSession], Mapping[str, str]]] = {
    "play": _fixtures,
    "fault": lambda _: FAULTS,
    "customer": lambda _: {caller.key: caller.about for caller in CALLERS},
    "language": lambda _: dict.fromkeys(shipped(), ""),
    "voice": _voices,
    "noise": lambda _: {"off": "", **{kind: "" for kind in NOISES if kind != "none"}},
}
"""By command; each choice with a word about it."""
