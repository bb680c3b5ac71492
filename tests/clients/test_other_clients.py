"""Clients of other authors against the emulator, with only their base URL changed.

waba-sdk (aiohttp, pydantic) and kapso-whatsapp-cloud-api (httpx, pydantic) model answers and
webhooks of their own; they were chosen because both are maintained and neither shares code with pywa.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from kapso_whatsapp import WhatsAppClient
from kapso_whatsapp.exceptions import WhatsAppAPIError
from kapso_whatsapp.webhooks.normalize import normalize_webhook
from kapso_whatsapp.webhooks.verify import verify_signature
from waba_sdk import WhatsApp
from waba_sdk.errors import WhatsAppError
from waba_sdk.webhook.handler import WebhookHandler

from tests.clients.served import CUSTOMER, NUMBER, WABA, Served, served
from tests.sim.emulator.emulated_world import SECRET, TOKEN
from wavoice.runtime.model import PromptState

NOTE = (Path(__file__).parents[2] / "fixtures" / "audio" / "where_is_my_order__street_20db.ogg").read_bytes()
OPUS = "audio/ogg; codecs=opus"


@pytest.fixture
async def at() -> AsyncIterator[Served]:
    async with served() as everything:
        yield everything


@pytest.fixture
async def waba(at: Served) -> AsyncIterator[WhatsApp]:
    async with WhatsApp(TOKEN, NUMBER, waba_id=WABA, base_url=at.graph, max_retries=0) as client:
        yield client


@pytest.fixture
async def kapso(at: Served) -> AsyncIterator[WhatsAppClient]:
    async with WhatsAppClient(access_token=TOKEN, base_url=at.graph, max_retries=0) as client:
        yield client


YES_NO = [("y", "Yes"), ("n", "No")]

WABA_SENDS: dict[str, Callable[[WhatsApp], Awaitable[Any]]] = {
    "text": lambda wa: wa.send_text(CUSTOMER, "hi"),
    "buttons": lambda wa: wa.send_buttons(CUSTOMER, "Move it?", YES_NO, footer="Corner Shop"),
    "list": lambda wa: wa.send_list(
        CUSTOMER, "When?", "Days", [{"title": "Days", "rows": [{"id": "fri", "title": "Friday"}]}]
    ),
    "link": lambda wa: wa.send_cta_url(CUSTOMER, "Pay", "Pay", "https://shop.example/pay"),
    "flow": lambda wa: wa.send_flow(
        CUSTOMER, "Tell us", flow_id="123", flow_cta="Open", flow_token="tok", screen="START"
    ),
    "location": lambda wa: wa.send_location(CUSTOMER, 19.06, 72.83, name="Corner Shop"),
    "contacts": lambda wa: wa.send_contacts(
        CUSTOMER, [{"name": {"formatted_name": "Corner Shop", "first_name": "Corner"}}]
    ),
    "product": lambda wa: wa.send_single_product(
        CUSTOMER, catalog_id="77", product_retailer_id="lamp", body="This one"
    ),
    "catalog": lambda wa: wa.send_catalog(CUSTOMER, "All we have"),
}

KAPSO_SENDS: dict[str, Callable[[WhatsAppClient], Awaitable[Any]]] = {
    "text": lambda wa: wa.messages.send_text(phone_number_id=NUMBER, to=CUSTOMER, body="hi"),
    "buttons": lambda wa: wa.messages.send_interactive_buttons(
        phone_number_id=NUMBER,
        to=CUSTOMER,
        body_text="Move it?",
        buttons=[{"id": "y", "title": "Yes"}, {"id": "n", "title": "No"}],
    ),
    "list": lambda wa: wa.messages.send_interactive_list(
        phone_number_id=NUMBER,
        to=CUSTOMER,
        body_text="When?",
        button_text="Days",
        sections=[{"title": "Days", "rows": [{"id": "fri", "title": "Friday"}]}],
    ),
    "location": lambda wa: wa.messages.send_location(
        phone_number_id=NUMBER,
        to=CUSTOMER,
        location={"latitude": 19.06, "longitude": 72.83, "name": "Corner Shop"},
    ),
    "location request": lambda wa: wa.messages.send_interactive_location_request(
        phone_number_id=NUMBER, to=CUSTOMER, body_text="Where are you?"
    ),
}


@pytest.mark.conformance("S65")
class TestWabaSdk:
    async def test_every_kind_arrives(self, at: Served, waba: WhatsApp) -> None:
        sent = {kind: (await send(waba))["messages"][0]["id"] for kind, send in WABA_SENDS.items()}
        await at.emulator.idle()
        shown = {message.wamid for message in at.anna.messages}
        assert [kind for kind, wamid in sent.items() if wamid not in shown] == []

    async def test_media_up_down_and_played(self, at: Served, waba: WhatsApp) -> None:
        media = await waba.media.upload(NOTE, mime_type=OPUS, filename="note.ogg")
        info = await waba.media.get_url(media)
        assert (info.file_size, info.mime_type) == (len(NOTE), OPUS)
        assert (await waba.media.download(media)).content == NOTE
        await waba.send_audio(CUSTOMER, media_id=media)
        await at.emulator.idle()
        assert at.anna.messages[-1].media == NOTE

    async def test_a_refusal_keeps_its_code(self, at: Served, waba: WhatsApp) -> None:
        with pytest.raises(WhatsAppError) as refused:
            await waba.send_audio(CUSTOMER, media_id="1000000000000000")
        assert refused.value.error_code in {100, 131009}

    async def test_its_webhook_handler_reads_notes_taps_and_statuses(
        self, at: Served, waba: WhatsApp
    ) -> None:
        handler, events = WebhookHandler(verify_token="word"), []

        async def take(body: bytes, signature: str | None) -> tuple[str, int]:
            events.extend(handler.parse(json.loads(body)))
            return "", 200

        at.hook.take = take
        await at.anna.records(NOTE)
        await waba.send_buttons(CUSTOMER, "Move it?", YES_NO)
        await at.emulator.idle()
        await at.anna.taps("Yes")
        kinds = [event.message.type for event in events if hasattr(event, "message")]
        assert kinds == ["audio", "interactive"]
        assert [event.status.status for event in events if hasattr(event, "status")] == ["sent", "delivered"]


@pytest.mark.conformance("S65")
class TestKapso:
    async def test_every_kind_arrives(self, at: Served, kapso: WhatsAppClient) -> None:
        sent = {kind: (await send(kapso)).messages[0].id for kind, send in KAPSO_SENDS.items()}
        await at.emulator.idle()
        shown = {message.wamid for message in at.anna.messages}
        assert [kind for kind, wamid in sent.items() if wamid not in shown] == []

    async def test_media_up_and_down(self, kapso: WhatsAppClient) -> None:
        up = await kapso.media.upload(phone_number_id=NUMBER, file=NOTE, type=OPUS, filename="note.ogg")
        assert await kapso.media.download(media_id=up.id, phone_number_id=NUMBER) == NOTE
        await kapso.media.delete(media_id=up.id)
        with pytest.raises(WhatsAppAPIError):
            await kapso.media.get(media_id=up.id)

    async def test_its_signature_check_and_its_reading(self, at: Served) -> None:
        read: list[Any] = []

        async def take(body: bytes, signature: str | None) -> tuple[str, int]:
            if not verify_signature(app_secret=SECRET, raw_body=body, signature_header=signature):
                return "", 401
            read.append(normalize_webhook(json.loads(body)))
            return "", 200

        at.hook.take = take
        at.anna.reach = PromptState.READ
        await at.anna.records(NOTE)
        (message,) = read[0].messages
        assert message["type"] == "audio"
        assert read[0].phone_number_id == NUMBER
