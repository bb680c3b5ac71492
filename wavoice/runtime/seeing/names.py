"""Closed lists for labels: what is in none of them is `other`, so that no label can hold a personal value.

An event's public fields are written by this program, but some (an intent, the name of an error's class) come
from code that an author or a library brings. A label takes only names that are known.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from wavoice.runtime import errors
from wavoice.runtime.errors import WavoiceError
from wavoice.runtime.model import HandOff, Modality, MustStop, Stage, Tier
from wavoice.runtime.vocabulary import SAMPLE

OTHER: Final = "other"
NONE: Final = "none"

NOT_JOBS: Final = frozenset(
    {
        *("human", "opt_in", "opt_out", "bare_stop", "bare_cancel", "out_of_scope"),
        *("voice_on", "voice_off", "voice_data_on", "voice_data_off", "sensitive_off"),
        *(str(stop) for stop in MustStop),
    }
)
"""Intents that ask for no job: a person, silence, a preference, and what a person has to answer."""

MODALITIES: Final = frozenset(str(one) for one in Modality)
STAGES: Final = frozenset(str(one) for one in Stage)
TIERS: Final = frozenset(str(one) for one in Tier)
REASONS: Final = frozenset(str(one) for one in HandOff)
STEPS: Final = frozenset({"begin", "ask", "confirm", "settle", "commit", "tell", "answer"})
"""Steps of a job as a label names them; `ask` is any detail that was asked for."""
ENDS: Final = frozenset(
    {"done", "called_off", "refused", "unavailable", "failed", "lapsed", "dropped", "handed_off", "untold"}
)
TROUBLE_STAGES: Final = frozenset({*STAGES, "turn", "job", "offer", "ticket", "note", "keep", "template"})
FORMS: Final = frozenset({"voice", "text", "buttons", "voice+buttons", "template"})
STATUSES: Final = frozenset({"queued", "accepted", "sent", "delivered", "read", "played", "failed"})
HOW_ENDED: Final = frozenset({"answered", "overtaken", "silent", "undelivered", "delayed", "stopped"})
SYSTEMS: Final = frozenset({"orders", "payments", "tickets", "timeline", "own", "whatsapp", "ears", "voice"})
_OWN_CODES = frozenset(
    {
        *("own_fact", "own_no_answer", "own_write", "foreign_record", "job_failed", "not_offered"),
        *("not_sent", "window_closed", "ticket_unknown", "ticket_refused", "note_unknown", "note_refused"),
    }
)
CODES: Final = frozenset(
    {
        *_OWN_CODES,
        *(
            str(kind.code)
            for kind in vars(errors).values()
            if isinstance(kind, type) and issubclass(kind, WavoiceError)
        ),
    }
)
"""What may have gone wrong: codes of the error tree, and those that the runtime notes beside it."""

NEWS: Final = frozenset(
    {
        *("account_alerts", "account_offboarded", "account_reconnected", "account_review_update"),
        *("account_update", "business_capability_update", "message_template_components_update"),
        *("message_template_quality_update", "message_template_status_update", "phone_number_name_update"),
        *("phone_number_quality_update", "security", "template_category_update"),
    }
)
"""Fields of webhooks that tell of account, numbers and templates."""


def known(name: object, names: frozenset[str]) -> str:
    """The name, if it is one of these; `other` for any other, `none` for none."""
    text = "" if name is None else str(name)
    if not text:
        return NONE
    return text if text in names else OTHER


class Jobs:
    """The names of jobs that a label may hold: those that ship, and those of the running bot."""

    def __init__(self, more: Iterable[str] = ()) -> None:
        self._names = frozenset({*SAMPLE, *more})

    def add(self, more: Iterable[str]) -> None:
        """Know the jobs of another app as well; a reload brings some."""
        self._names |= frozenset(more)

    def label(self, flow: str | None) -> str:
        """The job as a label."""
        return known(flow, self._names)


def step_label(step: str) -> str:
    """A step as a label: which detail was asked for is told by the report."""
    return known(step.partition(":")[0], STEPS)


def is_job(intent: str | None) -> bool:
    """True for an intent that asks for a job."""
    return bool(intent) and intent not in NOT_JOBS
