"""What can be made to go wrong while chatting, by name; each is used up, in the order of asking."""

from __future__ import annotations

import difflib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.emulator.emulator import Emulator
from wavoice.sim.emulator.media_faults import MediaFault
from wavoice.sim.emulator.network_faults import NetworkFault
from wavoice.sim.emulator.phone import Deliver
from wavoice.sim.scenario.notes import Faults
from wavoice.sim.shop_faults import FaultKind, FaultPlace
from wavoice.sim.world import World

System = Literal["ears", "voice", "media", "orders", "whatsapp", "delivery"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail."""

    name: str
    help: str
    """One line."""
    system: System
    does: str
    """In the words of whoever fails; of ears, voice, orders and WhatsApp those of scenario files."""
    at: FaultPlace | None = None
    """Of the shop: at which request."""


KNOWN: tuple[Fault, ...] = (
    Fault("stt-low", "the recogniser is unsure of the next note", "ears", "low"),
    Fault("stt-fail", "the recogniser fails on the next note", "ears", "fail"),
    Fault("stt-hang", "the recogniser never ends with the next note", "ears", "timeout"),
    Fault("tts-fail", "the voice fails: the next reply is text", "voice", "fail"),
    Fault("tts-hang", "the voice never ends: the next reply is a late text", "voice", "timeout"),
    Fault("note-gone", "WhatsApp has lost the file of the next note", "media", "gone"),
    Fault("note-cut", "the download of the next note brings half of it", "media", "truncate"),
    Fault("orders-slow", "the shop answers the next look-up 2 s late", "orders", "slow", "read"),
    Fault("orders-down", "the shop cannot be asked once", "orders", "fail", "read"),
    Fault("orders-changed", "somebody changes the order just before a write", "orders", "stale", "write"),
    Fault("write-refused", "the shop refuses the next write", "orders", "refuse", "write"),
    Fault("write-down", "the shop fails at the next write; nothing is written", "orders", "fail", "write"),
    Fault("payment-lost", "a write is made, and its answer is lost", "orders", "lost_response", "write"),
    Fault("send-fail", "WhatsApp fails to take the next reply", "whatsapp", "fail"),
    Fault("send-slow", "WhatsApp answers 2 s after it took the next reply", "whatsapp", "slow"),
    Fault("send-lost", "WhatsApp takes the next reply, and its answer is lost", "whatsapp", "lost_response"),
    Fault("131047", "WhatsApp refuses the next reply: 24 hours have passed", "whatsapp", "refuse"),
    Fault("duplicate", "your next message comes to the bot twice", "delivery", "twice"),
    Fault("reorder", "your next message comes after the one that follows it", "delivery", "reordered"),
    Fault("late", "your next message comes to the bot 10 s late", "delivery", "late"),
)

FAULTS: Mapping[str, str] = {fault.name: fault.help for fault in KNOWN}
"""Names, each with one line of help."""


@dataclass(frozen=True, slots=True)
class Armed:
    """A fault that was asked for."""

    at: Micros
    fault: Fault
    times: int


@dataclass(slots=True)
class FaultBoard:
    """Hands faults to whoever is to fail, and remembers them for a scenario that is saved."""

    clock: Clock
    world: World
    emulator: Emulator
    speech: Faults
    """Of ears and voice."""
    deliveries: deque[Deliver] = field(default_factory=deque)
    """How the customer's next messages come."""
    armed: list[Armed] = field(default_factory=list)

    def arm(self, name: str, times: int = 1) -> Fault:
        """Let the next `times` uses fail. Raises `UserInputError` for a name that is unknown."""
        fault = find(name)
        if times < 1:
            raise UserInputError("A fault happens at least once.", remedy="Give a number from 1.")
        match fault.system:
            case "orders":
                self.world.fault(cast("FaultKind", fault.does), fault.at or "write", times)
            case "whatsapp":
                self.emulator.fault(cast("NetworkFault", fault.does), times)
            case "media":
                self.emulator.media_fault(cast("MediaFault", fault.does), times)
            case "delivery":
                self.deliveries.extend([cast("Deliver", fault.does)] * times)
            case _:
                self.speech.add(fault.system, fault.does, times)
        self.armed.append(Armed(self.clock.now(), fault, times))
        return fault

    def next_delivery(self) -> Deliver:
        """How the next message of the customer comes."""
        return self.deliveries.popleft() if self.deliveries else "once"


def find(name: str) -> Fault:
    """The fault of that name. Raises `UserInputError` that names the nearest."""
    found = next((fault for fault in KNOWN if fault.name == name), None)
    if found is None:
        near = difflib.get_close_matches(name, FAULTS, n=1)
        remedy = f"Did you mean {near[0]}?" if near else f"There are {', '.join(FAULTS)}."
        raise UserInputError(f"There is no fault {name!r}.", remedy=remedy)
    return found
