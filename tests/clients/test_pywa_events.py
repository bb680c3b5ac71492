"""Every webhook that the emulator knows by name, given to pywa 4.5: which of its handlers fires.

What it does not handle is listed with the reason, which is pywa's and not the emulator's: that list
is the honest half of "a foreign client works unchanged".
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import pytest
from pywa import handlers
from pywa.client import WhatsApp

from tests.clients.served import NUMBER, WABA
from tests.sim.emulator.emulated_world import SECRET, START, TOKEN
from wavoice.sim.clock import VirtualClock
from wavoice.sim.emulator import wire
from wavoice.sim.emulator.events import EVENTS, make
from wavoice.sim.emulator.events.kinds import EventContext

HANDLED = {
    "AccountUpdateHandler": (
        "account.deleted account.disabled account.offboarded account.partner_removed account.pricing_tier "
        "account.reconnected account.restricted account.violation"
    ),
    "CallConnectHandler": "call.connect",
    "CallStatusHandler": "call.ringing",
    "CallTerminateHandler": "call.terminate",
    "CallPermissionUpdateHandler": "message.call_permission",
    "CallbackButtonHandler": "message.button_reply message.template_button",
    "CallbackSelectionHandler": "message.list_reply",
    "DeletedMessageHandler": "message.revoke",
    "EditedMessageHandler": "message.edit",
    "FlowCompletionHandler": "message.flow_reply",
    "IdentityChangeHandler": "user.identity_changed",
    "MessageHandler": (
        "message.ad_referral message.audio message.contact_shared message.contacts message.document "
        "message.forwarded message.forwarded_often message.group_text message.image message.location "
        "message.media_too_large message.order message.product_inquiry message.reaction "
        "message.reaction_removed message.reaction_removed_without_key message.reply "
        "message.status_ad_referral message.sticker message.text message.unsupported "
        "message.unsupported_poll message.video message.voice message.voice_forwarded "
        "number.broken_message unknown.message_type"
    ),
    "MessageStatusHandler": "status.delivered status.payment status.played status.read status.sent",
    "OutgoingMessageHandler": "app.echo",
    "PhoneNumberChangeHandler": "user.number_changed user.number_changed_before_user_ids",
    "TemplateCategoryUpdateHandler": "template.category",
    "TemplateComponentsUpdateHandler": "template.components",
    "TemplateQualityUpdateHandler": "template.quality",
    "TemplateStatusUpdateHandler": (
        "template.approved template.disabled template.paused template.pending template.pending_deletion "
        "template.rejected"
    ),
    "UserMarketingPreferencesHandler": (
        "user.marketing_resumed user.marketing_signup user.marketing_stopped"
    ),
}

UNHANDLED = {
    "pywa has no handler for the field": (
        "account.alert account.review ad.lead agent.handover app.contact app.history app.history_refused "
        "business.capability business.username flow.status group.created group.participants_removed "
        "group.settings group.suspended message.standby number.name number.pin_changed number.throughput "
        "partner.solution payment.configuration unknown.field user.user_id_update"
    ),
    "pywa has no handler for values without messages or statuses": "number.error user.action",
    "pywa has no handler for the reply to an address message": "message.address_reply",
    "pywa requires `contacts`, which Meta's `failed` does not have": "status.failed status.failed_window",
    "pywa requires `from`, which is absent where the number is hidden": "user.user_id_changed",
}


@pytest.fixture
def wa() -> WhatsApp:
    return WhatsApp(
        phone_id=NUMBER, token=TOKEN, waba_id=WABA, verify_token="word", app_secret=SECRET, server=None
    )


def listening(wa: WhatsApp, heard: list[str]) -> None:
    """Note the name of every typed handler that fires."""
    for name in HANDLED:
        kind: Any = getattr(handlers, name)
        wa.add_handlers(kind(lambda _client, _update, name=name: heard.append(name)))


def bodies() -> Iterator[tuple[str, bytes]]:
    person = wire.Person("Anna", "US.13491208655302741918", "15550100200")
    context = EventContext(
        business=wire.Business(), person=person, clock=VirtualClock(START), ids=wire.WireIds(0)
    )
    yield from ((name, wire.encode(make(name, context))) for name in EVENTS)


def events_of(table: dict[str, str]) -> list[str]:
    return [event for events in table.values() for event in events.split()]


def test_every_event_is_listed_once() -> None:
    assert sorted(events_of(HANDLED) + events_of(UNHANDLED)) == sorted(EVENTS)


@pytest.mark.conformance("S64")
@pytest.mark.filterwarnings("ignore::pywa.errors.PywaUnknownEnumMemberWarning")
async def test_the_typed_handler_of_each_kind_fires(wa: WhatsApp) -> None:
    heard: list[str] = []
    listening(wa, heard)
    fired: dict[str, list[str]] = {}
    for name, body in bodies():
        heard.clear()
        signature = f"sha256={hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}"
        assert wa.webhook_update_validator(body, signature) is None
        _, status = await asyncio.to_thread(wa.webhook_update_handler, body)
        assert status == 200
        fired[name] = list(heard)
    assert fired == {
        **{event: [handler] for handler, events in HANDLED.items() for event in events.split()},
        **{event: [] for event in events_of(UNHANDLED)},
    }
