"""pywa 4.5 against the emulator, with nothing changed but where Graph is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pywa import errors
from pywa.client import WhatsApp
from pywa.types.callback import (
    Button,
    FlowButton,
    ImageCarouselCard,
    Section,
    SectionList,
    SectionRow,
    URLButton,
)
from pywa.types.others import Contact, ProductsSection

from tests.clients.served import CUSTOMER, NUMBER, WABA, Served, served
from tests.sim.emulator.emulated_world import SECRET, TOKEN
from wavoice.sim.emulator.media import TINY_JPEG

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pywa")
NOTE = Path(__file__).parents[2] / "fixtures" / "audio" / "where_is_my_order__street_20db.ogg"
VERIFY = "a-word-of-ours"


@dataclass(frozen=True, slots=True)
class Client:
    """pywa, and the emulator that it takes for WhatsApp."""

    wa: WhatsApp
    at: Served

    async def call(self, verb: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Call a blocking verb without blocking the emulator."""
        return await asyncio.to_thread(verb, *args, **named)


def connect(at: Served) -> WhatsApp:
    wa = WhatsApp(
        phone_id=NUMBER, token=TOKEN, waba_id=WABA, verify_token=VERIFY, app_secret=SECRET, server=None
    )
    wa.api._session.base_url = f"{at.graph}/v26.0"  # the one line: pywa has no public option for it

    async def take(body: bytes, signature: str | None) -> tuple[str, int]:
        refused = await asyncio.to_thread(wa.webhook_update_validator, body, signature)
        if refused is not None:
            return refused
        return await asyncio.to_thread(wa.webhook_update_handler, body)

    at.hook.take = take
    at.hook.greet = wa.webhook_challenge_handler
    return wa


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with served() as at:
        wa = connect(at)
        yield Client(wa, at)
        wa.api._session.close()


_ROWS = [Section(title="Days", rows=[SectionRow(title="Friday", callback_data="fri")])]
_CARD = ImageCarouselCard(
    body="A lamp",
    image="https://shop.example/lamp.jpg",
    buttons=URLButton(title="See", url="https://shop.example"),
)

SENDS: dict[str, Callable[[Client, str], Any]] = {
    "text": lambda at, hello: at.wa.send_message(to=CUSTOMER, text="hi 😀"),
    "reply": lambda at, hello: at.wa.send_message(to=CUSTOMER, text="hi", reply_to_message_id=hello),
    "to a user id": lambda at, hello: at.wa.send_message(to=at.at.anna.person.bsuid, text="hi"),
    "buttons": lambda at, hello: at.wa.send_message(
        to=CUSTOMER,
        text="Move it?",
        header="Order 1842",
        footer="Corner Shop",
        buttons=[Button(title="Yes", callback_data="y"), Button(title="No", callback_data="n")],
        tracker="t-1",
    ),
    "list": lambda at, hello: at.wa.send_message(
        to=CUSTOMER, text="When?", buttons=SectionList(button_title="Days", sections=_ROWS)
    ),
    "link": lambda at, hello: at.wa.send_message(
        to=CUSTOMER, text="Pay here", buttons=URLButton(title="Pay", url="https://shop.example/pay")
    ),
    "flow": lambda at, hello: at.wa.send_message(
        to=CUSTOMER,
        text="Tell us",
        buttons=FlowButton(title="Open", flow_id="1234567890", flow_token="tok", flow_action_screen="START"),
    ),
    "image": lambda at, hello: at.wa.send_image(
        to=CUSTOMER, image=TINY_JPEG, caption="a lamp", mime_type="image/jpeg"
    ),
    "document": lambda at, hello: at.wa.send_document(
        to=CUSTOMER, document=b"%PDF-1.7\n%%EOF\n", filename="bill.pdf", mime_type="application/pdf"
    ),
    "location": lambda at, hello: at.wa.send_location(
        to=CUSTOMER, latitude=19.06, longitude=72.83, name="Corner Shop", address="12 Hill Road"
    ),
    "location request": lambda at, hello: at.wa.request_location(to=CUSTOMER, text="Where are you?"),
    "contact request": lambda at, hello: at.wa.request_contact_info(to=CUSTOMER, text="Your number?"),
    "contact": lambda at, hello: at.wa.send_contact(
        to=CUSTOMER,
        contact=Contact(
            name=Contact.Name(formatted_name="Corner Shop", first_name="Corner"),
            phones=[Contact.Phone(phone="+15550100100", type="WORK")],
        ),
    ),
    "reaction": lambda at, hello: at.wa.send_reaction(to=CUSTOMER, emoji="👍", message_id=hello),
    "no reaction": lambda at, hello: at.wa.remove_reaction(to=CUSTOMER, message_id=hello),
    "catalog": lambda at, hello: at.wa.send_catalog(to=CUSTOMER, body="All we have"),
    "product": lambda at, hello: at.wa.send_product(
        to=CUSTOMER, catalog_id="77", sku="lamp", body="This one"
    ),
    "products": lambda at, hello: at.wa.send_products(
        to=CUSTOMER,
        catalog_id="77",
        title="Lamps",
        body="Which?",
        product_sections=[ProductsSection(title="Lamps", skus=["lamp", "desk-lamp"])],
    ),
    "carousel": lambda at, hello: at.wa.send_carousel(to=CUSTOMER, body="Two lamps", cards=[_CARD, _CARD]),
}


@pytest.mark.conformance("S64")
class TestSending:
    async def test_every_kind_arrives(self, client: Client) -> None:
        hello = await client.at.anna.says("hello again")
        sent = {kind: (await client.call(send, client, hello)).id for kind, send in SENDS.items()}
        await client.at.emulator.idle()
        assert all(wamid.startswith("wamid.") for wamid in sent.values())
        shown = {message.wamid for message in client.at.anna.messages}
        missing = [kind for kind, wamid in sent.items() if wamid not in shown]
        assert set(missing) <= {"reaction", "no reaction"}  # shown on the message that they are about

    async def test_a_voice_note_is_uploaded_probed_and_played(self, client: Client) -> None:
        sent = await client.call(
            client.wa.send_voice, to=CUSTOMER, voice=NOTE.read_bytes(), mime_type="audio/ogg; codecs=opus"
        )
        await client.at.emulator.idle()
        (note,) = client.at.anna.messages
        assert (note.wamid, note.kind, note.media) == (sent.id, "voice", NOTE.read_bytes())

    async def test_read_and_typing(self, client: Client) -> None:
        hello = await client.at.anna.says("hello again")
        assert (await client.call(client.wa.mark_message_as_read, hello)).success
        assert client.at.anna.seen[-1] == hello
        assert not client.at.anna.typing
        assert (await client.call(client.wa.indicate_typing, hello)).success
        assert client.at.anna.typing

    async def test_a_refusal_is_the_error_that_pywa_knows(self, client: Client) -> None:
        with pytest.raises(errors.WhatsAppError) as refused:
            await client.call(client.wa.send_message, to=CUSTOMER, text="x" * 4097)
        assert refused.value.code in {100, 131009}


@pytest.mark.conformance("S64")
class TestMedia:
    async def test_up_and_down(self, client: Client) -> None:
        up = await client.call(
            client.wa.upload_media, NOTE.read_bytes(), mime_type="audio/ogg; codecs=opus", filename="n.ogg"
        )
        url = await client.call(client.wa.get_media_url, up.id)
        assert url.url.startswith(client.at.media)
        assert await client.call(client.wa.get_media_bytes, url.url) == NOTE.read_bytes()
        assert (await client.call(client.wa.delete_media, up.id)).success
        with pytest.raises(errors.WhatsAppError):
            await client.call(client.wa.get_media_url, up.id)


@pytest.mark.conformance("S64")
class TestTheNumber:
    async def test_what_pywa_reads_of_the_number(self, client: Client) -> None:
        number = await client.call(client.wa.get_business_phone_number)
        assert number.id == NUMBER
        assert number.verified_name == "Corner Shop"

    async def test_templates(self, client: Client) -> None:
        found = await client.call(client.wa.get_templates)
        names = [template.name for template in found]
        assert "hello_world" in names
        gone = await client.call(client.wa.delete_template, "hello_world")
        assert gone.success
        left = [template.name for template in await client.call(client.wa.get_templates)]
        assert left == [name for name in names if name != "hello_world"]
