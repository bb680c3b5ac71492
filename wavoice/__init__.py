"""WhatsApp voice bots that finish the job and never act on a yes that was not one.

What the author of a bot needs stands here; docs/jobs.md is the guide.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wavoice.runtime.actions import Ask, Fact, Refuse
    from wavoice.runtime.author.app import App
    from wavoice.runtime.author.declared import IMPOSSIBLE, RESTORE
    from wavoice.runtime.author.job import job
    from wavoice.runtime.author.prepare import Change
    from wavoice.runtime.author.slots import Slot
    from wavoice.runtime.model import Customer, Facts, Money, Order, Outcome, WriteResult
    from wavoice.runtime.model import Effect as Write

__all__ = [  # noqa: RUF022 -- as sorted() sorts
    "App",
    "Ask",
    "Change",
    "Customer",
    "Fact",
    "Facts",
    "IMPOSSIBLE",
    "Money",
    "Order",
    "Outcome",
    "RESTORE",
    "Refuse",
    "Slot",
    "Write",
    "WriteResult",
    "__version__",
    "job",
]

__version__ = "0.1.0"

_PLACES = {
    "wavoice.runtime.actions": ("Ask", "Fact", "Refuse"),
    "wavoice.runtime.author.app": ("App",),
    "wavoice.runtime.author.declared": ("IMPOSSIBLE", "RESTORE"),
    "wavoice.runtime.author.job": ("job",),
    "wavoice.runtime.author.prepare": ("Change",),
    "wavoice.runtime.author.slots": ("Slot",),
    "wavoice.runtime.model": ("Customer", "Facts", "Money", "Order", "Outcome", "WriteResult"),
}

if not TYPE_CHECKING:  # or every name would be one, to a type checker

    def __getattr__(name: str) -> Any:
        """Import what is asked for: `wavoice --version` needs none of it."""
        if name == "Write":
            return globals().setdefault(name, import_module("wavoice.runtime.model").Effect)
        for place, names in _PLACES.items():
            if name in names:
                return globals().setdefault(name, getattr(import_module(place), name))
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
