"""What a scenario needs of the stage on which it is performed, in virtual time or before somebody's eyes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from wavoice.runtime.journal import Event
from wavoice.runtime.model import Alias, Micros, Offered
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Clock
from wavoice.sim.emulator.emulator import Emulator
from wavoice.sim.emulator.phone import Phone
from wavoice.sim.scenario.format import Step
from wavoice.sim.world import World


@dataclass(frozen=True, slots=True)
class Person:
    """One customer with a handset."""

    name: str
    phone: Phone
    contact: str
    """The runtime's own id for this person."""


class Breaks(Protocol):
    """Takes what is to go wrong with ears, voice and files."""

    def add(self, system: str, does: str, times: int) -> None:
        """The next `times` uses of that system do this."""
        ...


class Scene(Protocol):
    """Bot, WhatsApp, shop and people, and the time between them."""

    @property
    def clock(self) -> Clock: ...  # noqa: D102 -- whose time it is
    @property
    def emulator(self) -> Emulator: ...  # noqa: D102 -- WhatsApp
    @property
    def world(self) -> World: ...  # noqa: D102 -- the shop
    @property
    def policy(self) -> Policy: ...  # noqa: D102 -- the bot's
    @property
    def faults(self) -> Breaks: ...  # noqa: D102 -- what is to go wrong
    @property
    def people(self) -> Mapping[str, Person]: ...  # noqa: D102 -- by name

    @property
    def zone(self) -> str: ...  # noqa: D102 -- the shop's
    @property
    def number(self) -> str: ...  # noqa: D102 -- id of the business number

    @property
    def events(self) -> Sequence[Event]:
        """The journal so far; always the same object, which grows."""
        ...

    @property
    def today(self) -> date:
        """The shop's today."""
        ...

    @property
    def armed(self) -> str | None:
        """The failpoint at which the runtime is still to die."""
        ...

    def sending(self, step: Step) -> AbstractContextManager[object]:
        """Within it, what the step says is sent."""
        ...

    async def advance(self, until: Micros) -> None:
        """Let time pass up to then; what falls due on the way happens, each at its moment."""
        ...

    async def settle(self, limit: Micros | None = None) -> Micros | None:
        """Return when nothing more happens before the clock moves, with when it has to move next.

        With `limit` it may return then, although something is still under way.
        """
        ...

    async def jump(self, moment: Micros) -> None:
        """Move the clock to a moment before which nothing is due; one that has passed is reached."""
        ...

    async def offer(self, to: Alias, offered: Offered) -> None:
        """Let the shop's own system raise a question."""
        ...

    async def release(self, person: Person) -> None:
        """Let the shop's own system give the bot a chat back."""
        ...

    async def restart(self) -> None:
        """Kill the runtime and start it again on the same store."""
        ...

    def arm(self, failpoint: str) -> None:
        """Let the runtime die when it next reaches that point."""
        ...
