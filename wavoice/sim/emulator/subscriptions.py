"""Who gets which webhook: apps, their callback and fields, the account they listen to, overrides.

Source: Cloud API, "Webhooks" (overview, overrides) and "WhatsApp Business Account > Subscribed Apps".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

OBJECT = "whatsapp_business_account"
FIELDS = (
    *("messages", "account_alerts", "account_review_update", "account_update", "automatic_events"),
    *("business_capability_update", "calls", "flows", "history", "message_template_components_update"),
    *("message_template_quality_update", "message_template_status_update", "partner_solutions"),
    *("payment_configuration_update", "phone_number_name_update", "phone_number_quality_update"),
    *("security", "smb_app_state_sync", "smb_message_echoes", "template_category_update"),
    *("user_preferences", "group_lifecycle_update", "group_participants_update"),
    *("group_settings_update", "group_status_update", "user_id_update", "business_username_update"),
    *("business_username_updates", "account_offboarded", "account_reconnected", "standby"),
    "messaging_handovers",
)
"""What an app can subscribe to (webhooks overview, group webhooks, and the additions of 2026)."""


class App(BaseModel, defer_build=True):
    """An app of the developer: what signs its webhooks, and where they go."""

    model_config = ConfigDict(validate_assignment=True)

    id: str = "300000000000001"
    name: str = "wavoice"
    secret: str = Field(repr=False)
    """Key of the signature."""
    callback_url: str | None = None
    """Verified; None: no subscription."""
    fields: tuple[str, ...] = ()
    """What it has subscribed to."""
    installed: bool = False
    """Whether it listens to the business account (`subscribed_apps`)."""
    account_override: str | None = None
    """Where `messages` of the account go instead; verified."""
    number_override: str | None = None
    """Where `messages` of the number go instead, before the account's; verified."""


class SubscriptionsState(BaseModel, defer_build=True):
    """All apps, in the order in which they were made."""

    apps: list[App] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Target:
    """Where one app gets a webhook."""

    app: str
    url: str
    secret: bytes = b""


class Subscriptions:
    """The apps that know this business account. Changes count from the next try of a webhook on."""

    def __init__(self, *apps: App) -> None:
        self.state = SubscriptionsState(apps=list(apps))
        self._targets: dict[str, tuple[Target, ...]] = {}

    def load(self, state: SubscriptionsState) -> None:
        """Take these over."""
        self.state = state
        self._targets.clear()

    def add(self, app: App) -> None:
        """Let another app exist; one of the same id is replaced."""
        self.state.apps = [*(one for one in self.state.apps if one.id != app.id), app]
        self._targets.clear()

    def app(self, app_id: str) -> App | None:
        """Return an app by its id."""
        return next((app for app in self.state.apps if app.id == app_id), None)

    def change(self, app: App, **fields: Any) -> None:
        """Set fields of an app."""
        for name, value in fields.items():
            setattr(app, name, value)
        self._targets.clear()

    def targets(self, field: str) -> tuple[Target, ...]:
        """Where a webhook of that field goes: one place an app.

        Only `messages` obeys overrides, the number's before the account's. An app with an override gets
        `messages` also if it has no subscription of its own.
        """
        if (known := self._targets.get(field)) is None:
            known = tuple(
                Target(app.id, url, app.secret.encode())
                for app in self.state.apps
                if (url := _place(app, field)) is not None
            )
            self._targets[field] = known
        return known


def _place(app: App, field: str) -> str | None:
    if not app.installed:
        return None
    override = (app.number_override or app.account_override) if field == "messages" else None
    if override and (field in app.fields or app.callback_url is None):
        return override
    # What nobody can ask for yet comes to all: so new fields reach bots that do not expect them.
    return app.callback_url if field in app.fields or field not in FIELDS else None


def configuration(app: App, *, number: bool) -> dict[str, str]:
    """Return `webhook_configuration` as the number's node shows it, or the account's."""
    shown = {
        "phone_number": app.number_override if number else None,
        "whatsapp_business_account": app.account_override,
        "application": app.callback_url,
    }
    return {level: url for level, url in shown.items() if url is not None}
