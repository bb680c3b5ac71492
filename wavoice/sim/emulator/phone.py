"""A customer's handset: speaks, taps, listens, and remembers what it was sent."""

from __future__ import annotations

from wavoice.sim.emulator.handset.ad import Ad
from wavoice.sim.emulator.handset.answers import Answers, BasketItem
from wavoice.sim.emulator.handset.base import LATE, TYPING_LASTS, Deliver, Forwarded, Network, Wish
from wavoice.sim.emulator.handset.calling import Calling
from wavoice.sim.emulator.handset.corrections import Corrections
from wavoice.sim.emulator.handset.message import PhoneMessage
from wavoice.sim.emulator.handset.owner import Owner
from wavoice.sim.emulator.handset.sharing import Sharing
from wavoice.sim.emulator.handset.speech import Speech

__all__ = [
    "LATE",
    "TYPING_LASTS",
    "Ad",
    "BasketItem",
    "Deliver",
    "Forwarded",
    "Network",
    "Phone",
    "PhoneMessage",
    "Wish",
]


class Phone(Speech, Sharing, Answers, Corrections, Calling, Owner):
    """One customer's handset; made by `Emulator.phone`.

    Verbs that reach the business return once the webhook was tried for the first time: answered,
    or left to redelivery. `deliver` changes that:

    * `twice`: the same bytes come again although they were answered;
    * `late`: the verb returns at once, and the webhook is first tried `LATE` after its sending;
    * `reordered`: the verb returns at once, and the webhook comes just after that of this
      customer's next message, or with `Emulator.flush`.

    `quotes` is the wamid of what is answered. Both may stand together with `forwarded`.
    """
