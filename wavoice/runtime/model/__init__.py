"""The nouns of a turn: frozen values that every room shares. Imports nothing of ours.

Times are UTC integer microseconds (`Micros`), taken from the injected clock.
Money is integer minor units with an ISO 4217 code. Ids are `ports.Ids` values with a prefix:
`c_` contact, `t_` turn, `p_` proposal, `e_` effect, `m_` message, `o_` outbox group.
"""

from wavoice.runtime.model.approval import Evidence, Proposal, Reading
from wavoice.runtime.model.messages import (
    Address,
    Alias,
    Arrived,
    Button,
    Inbound,
    MediaRef,
    OutboxGroup,
    Outgoing,
    Reply,
    Shown,
    StatusUpdate,
)
from wavoice.runtime.model.shop import Customer, Effect, Facts, Identity, Order, WriteResult
from wavoice.runtime.model.speech import Audio, Decode, Heard, Speech
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
    "OPEN_STATES",
    "SECOND",
    "VETOES",
    "Act",
    "Address",
    "Alias",
    "Arrived",
    "Asking",
    "Audio",
    "Binding",
    "Button",
    "Consent",
    "ConsentRecord",
    "ConsentStatus",
    "Conversation",
    "Customer",
    "Decode",
    "Effect",
    "Evidence",
    "Facts",
    "Form",
    "Heard",
    "Identity",
    "Inbound",
    "Mark",
    "MediaRef",
    "Micros",
    "Modality",
    "Order",
    "OutboxGroup",
    "OutboxState",
    "Outcome",
    "Outgoing",
    "PromptState",
    "Proposal",
    "ProposalState",
    "Question",
    "Reading",
    "Reply",
    "Shown",
    "Speech",
    "Stage",
    "StatusUpdate",
    "Tier",
    "Timer",
    "TimerKind",
    "WriteResult",
]
