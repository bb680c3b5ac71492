"""The nouns of a turn: frozen values that every room shares. Imports nothing of ours.

Times are UTC integer microseconds (`Micros`), taken from the injected clock.
Money is integer minor units with an ISO 4217 code. Ids are `ports.Ids` values with a prefix:
`c_` contact, `t_` turn, `p_` proposal, `e_` effect, `m_` message, `o_` outbox group.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wavoice.runtime.model.approval import Evidence, Proposal, Reading
    from wavoice.runtime.model.case_note import CaseNote, Confirmed
    from wavoice.runtime.model.facts import Facts, Identity
    from wavoice.runtime.model.hand_off import (
        Figures,
        HandedPacket,
        HandOff,
        Line,
        MustStop,
        Packet,
        PacketState,
        Pending,
        WithPerson,
    )
    from wavoice.runtime.model.messages import (
        Address,
        Alias,
        Arrived,
        Button,
        Inbound,
        MediaRef,
        Offered,
        OutboxGroup,
        Outgoing,
        Referral,
        Reply,
        Shown,
        StatusUpdate,
        Template,
    )
    from wavoice.runtime.model.records import (
        KINDS,
        NO_RECORDS,
        OF_THE_SHOP,
        Appointment,
        Card,
        Charge,
        Contact,
        FreeSlot,
        Invoice,
        Product,
        Record,
        Records,
        Subscription,
        Ticket,
    )
    from wavoice.runtime.model.rules import ShopRules
    from wavoice.runtime.model.shop import (
        ASKS,
        NEEDS_A_PERSON,
        NO_CURRENCY,
        OUTDATED,
        PENDING,
        Customer,
        Effect,
        Money,
        Order,
        Payment,
        WriteResult,
    )
    from wavoice.runtime.model.speech import Audio, Decode, Detour, Heard, Speech
    from wavoice.runtime.model.talk import Asking, ConsentRecord, Conversation, Question, Timer
    from wavoice.runtime.model.terms import (
        OPEN_STATES,
        SECOND,
        VETOES,
        Act,
        Binding,
        Consent,
        ConsentStatus,
        Form,
        Mark,
        Micros,
        Modality,
        OutboxState,
        Outcome,
        PromptState,
        ProposalState,
        Stage,
        Tier,
        TimerKind,
    )

__all__ = [
    "ASKS",
    "KINDS",
    "NEEDS_A_PERSON",
    "NO_CURRENCY",
    "NO_RECORDS",
    "OF_THE_SHOP",
    "OPEN_STATES",
    "OUTDATED",
    "PENDING",
    "SECOND",
    "VETOES",
    "Act",
    "Address",
    "Alias",
    "Appointment",
    "Arrived",
    "Asking",
    "Audio",
    "Binding",
    "Button",
    "Card",
    "CaseNote",
    "Charge",
    "Confirmed",
    "Consent",
    "ConsentRecord",
    "ConsentStatus",
    "Contact",
    "Conversation",
    "Customer",
    "Decode",
    "Detour",
    "Effect",
    "Evidence",
    "Facts",
    "Figures",
    "Form",
    "FreeSlot",
    "HandOff",
    "HandedPacket",
    "Heard",
    "Identity",
    "Inbound",
    "Invoice",
    "Line",
    "Mark",
    "MediaRef",
    "Micros",
    "Modality",
    "Money",
    "MustStop",
    "Offered",
    "Order",
    "OutboxGroup",
    "OutboxState",
    "Outcome",
    "Outgoing",
    "Packet",
    "PacketState",
    "Payment",
    "Pending",
    "Product",
    "PromptState",
    "Proposal",
    "ProposalState",
    "Question",
    "Reading",
    "Record",
    "Records",
    "Referral",
    "Reply",
    "ShopRules",
    "Shown",
    "Speech",
    "Stage",
    "StatusUpdate",
    "Subscription",
    "Template",
    "Ticket",
    "Tier",
    "Timer",
    "TimerKind",
    "WithPerson",
    "WriteResult",
]

_MODULES = (
    "terms",
    "messages",
    "hand_off",
    "shop",
    "case_note",
    "records",
    "rules",
    "speech",
    "talk",
    "approval",
    "facts",
)
"""Each before those that are built on it."""

if not TYPE_CHECKING:  # or every name would be one, to a type checker

    def __getattr__(name: str) -> object:
        """Import what is asked for, and no more: whoever needs only a unit of time starts sooner."""
        if name in __all__:
            for module in _MODULES:
                if hasattr(found := import_module(f"{__name__}.{module}"), name):
                    return globals().setdefault(name, getattr(found, name))
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
