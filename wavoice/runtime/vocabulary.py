"""What a bot listens for beside the words of its languages: its jobs, and the values of an author's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from wavoice.runtime.faq import Faq

_ORDERS = (
    "refund_order",
    "change_address",
    "reschedule_delivery",
    "track_order",
    "delivery_estimate",
    "place_order",
    "reorder",
    "cancel_order",
    "confirm_cod",
)
_SERVICE = (
    *("payment_link", "invoice", "payment_problem", "pay_reminder", "saved_card"),
    *("book_appointment", "move_appointment", "cancel_appointment"),
    *("pause_subscription", "skip_subscription", "cancel_subscription"),
    *("update_contact", "product_question", "recommend", "faq", "open_ticket"),
    *("erase_my_data", "send_my_data"),
)
SAMPLE = (*_ORDERS, *_SERVICE)
"""The jobs that ship with wavoice, whose words the interpreter knows."""


class OwnKind(StrEnum):
    """What an own slot holds."""

    CHOICE = "choice"
    TEXT = "text"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class OwnSlot:
    """A slot of an author's job that is none of those which every message is searched for."""

    name: str
    kind: OwnKind
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Each value of a choice with the ways to say it, lower case."""


_TEXTS = {"open_ticket": (OwnSlot("subject", OwnKind.TEXT),)}
"""Free texts that built-in jobs ask for."""
ADDRESSED = ("change_address", "place_order", "reorder", "confirm_cod")
"""Built-in jobs that send something to an address: while one is open, a street alone is another address."""


@dataclass(frozen=True, slots=True)
class Saying:
    """A way to ask for a job: its words of meaning, in order, and the slot that the rest of the words is."""

    words: tuple[str, ...]
    takes: str | None = None


@dataclass(frozen=True, slots=True)
class OwnJob:
    """How customers ask for an author's job."""

    name: str
    sayings: tuple[Saying, ...]
    slots: tuple[OwnSlot, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The jobs that can be asked for: of those that ship with wavoice, and the author's own."""

    sample: tuple[str, ...] = SAMPLE
    own: tuple[OwnJob, ...] = ()
    faq: Faq = field(default_factory=Faq)
    """Questions that the shop has answered itself."""

    def __contains__(self, name: str | None) -> bool:
        return name in self.sample or self.job(name) is not None

    def job(self, name: str | None) -> OwnJob | None:
        """The author's own job of that name."""
        return next((job for job in self.own if job.name == name), None)

    def slots(self, *names: str | None) -> Iterator[OwnSlot]:
        """The own slots of these jobs, each name once; of built-in ones, the free texts."""
        seen: set[str] = set()
        for name in names:
            job = self.job(name)
            for slot in job.slots if job else _TEXTS.get(name or "", ()):
                if slot.name not in seen:
                    seen.add(slot.name)
                    yield slot
