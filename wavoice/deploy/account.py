"""Which business account the number belongs to: as configured, or as Graph says."""

from __future__ import annotations

from wavoice.deploy.meta import NumberFacts
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.settings import Settings


def account_of(settings: Settings, number: NumberFacts) -> str:
    """Its id. Raises `ConfigError` where neither says."""
    found = settings.deploy.business_account_id or number.account
    if found is None:
        raise ConfigError(
            "Graph does not say to which WhatsApp Business Account the number belongs.",
            remedy="Set deploy.business_account_id in wavoice.toml (WhatsApp Manager shows it).",
        )
    return found
