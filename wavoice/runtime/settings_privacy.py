"""Section `[privacy]` of `wavoice.toml`: how long things are kept, and what is left of the erased."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field, SecretStr

from wavoice.runtime.policy import HOUR, Policy
from wavoice.runtime.settings_speech import Section

_DAY = 24 * HOUR
_Days = Annotated[int, Field(ge=1, le=20 * 366)]


class Privacy(Section):
    """Absent: the value of `policy.py` that is named."""

    key: SecretStr | None = None
    """Secret reference: key of the hashes that are left of who was erased; derived from `whatsapp.app_secret`
    if absent. Under another key nobody is known again who was erased before."""
    words_days: _Days | None = None
    """What customers said and were told: messages, transcripts, replies, packets (`keep_words`, 30 days)."""
    ids_days: Annotated[int, Field(ge=8, le=20 * 366)] | None = None
    """Ids of messages; 8 at least, because WhatsApp sends a webhook again for 7 days (`keep_ids`, 30)."""
    audit_days: Annotated[int, Field(ge=30, le=20 * 366)] | None = None
    """Journal and effects, which prove every write (`keep_audit`, 3 years)."""
    consent_days: Annotated[int, Field(ge=30, le=20 * 366)] | None = None
    """Earlier words on a consent; the last one on each purpose stays for good (`keep_consents`, 3 years)."""

    def within(self, policy: Policy) -> Policy:
        """The policy, with what the owner has set."""
        words, ids, audit, consents = self.words_days, self.ids_days, self.audit_days, self.consent_days
        return replace(
            policy,
            keep_words=policy.keep_words if words is None else words * _DAY,
            keep_ids=policy.keep_ids if ids is None else ids * _DAY,
            keep_audit=policy.keep_audit if audit is None else audit * _DAY,
            keep_consents=policy.keep_consents if consents is None else consents * _DAY,
        )
