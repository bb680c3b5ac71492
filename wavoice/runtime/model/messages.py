"""Messages: who wrote, what arrived, what goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wavoice.runtime.model.terms import Consent, Form, Micros, Modality, OutboxState, PromptState


@dataclass(frozen=True, slots=True)
class Address:
    """Where a conversation lives: tenant, business number, contact."""

    tenant: str
    number: str
    """`phone_number_id` of the business number."""
    contact: str
    """Our own id (`c_…`); never derived from a phone number."""

    @property
    def thread(self) -> str:
        """The conversation, as it is called in tickets and notes: all that is filed of it has this name."""
        return f"{self.number}.{self.contact}"


@dataclass(frozen=True, slots=True)
class Alias:
    """A name that WhatsApp gives a contact; the phone may be absent, the BSUID changes with it."""

    phone: str | None
    """Digits with country code, without `+`."""
    bsuid: str | None
    """Business-scoped user id, e.g. `US.13491208655302741918`; opaque, case kept."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A question that the shop's own system raises, such as another day for a late parcel."""

    id: str
    """Of the shop's choosing: the same id is the same offer."""
    action: str
    args: Mapping[str, str]
    """What the action needs, canonical: days as ISO dates."""
    until: Micros
    """From then on it is not asked any more."""


@dataclass(frozen=True, slots=True)
class MediaRef:
    """What a webhook says about an audio file: never its length or size."""

    id: str
    mime_type: str
    sha256: str
    """Hex or base64 of the bytes; both occur on the wire."""
    voice: bool
    """True for a note recorded in the app, false for a forwarded file."""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Referral:
    """The advertisement or post that led a customer into the chat (Click-to-WhatsApp)."""

    source_type: str
    """`ad` or `post`."""
    source_id: str | None = None
    source_url: str | None = None
    headline: str | None = None
    body: str | None = None
    media_type: str | None = None
    ctwa_clid: str | None = None
    """Click id; absent where the ad was shown in WhatsApp's own Status."""
    at: Micros = 0
    """When the message that brought it was sent."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message of a webhook, parsed and not yet stored."""

    number: str
    """`phone_number_id` of the business number that it was sent to."""
    id: str
    """The wamid."""
    alias: Alias
    sent_at: Micros
    modality: Modality
    type: str
    """WhatsApp's own type, e.g. `audio`, `text`, `sticker`."""
    body: Mapping[str, object]
    """The message as it came, card numbers removed."""
    text: str | None = None
    media: MediaRef | None = None
    button: str | None = None
    quotes: str | None = None
    forwarded: bool = False
    form: Form = Form.MESSAGE
    target: str | None = None
    """wamid of the message that a reaction, an edit or an unsend is about."""
    identity: str | None = None
    """Identity key hash of the sender, if the webhook brought one."""
    becomes: Alias | None = None
    """The name under which the sender goes from now on, if this says that it has changed."""
    referral: Referral | None = None
    """What led the customer here, if the message came from an advertisement."""


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What a webhook reports on one of our messages."""

    number: str
    message: str
    reference: str | None
    """Our `Outgoing.reference`, echoed."""
    status: PromptState
    at: Micros
    error_code: int | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """One stored inbound message: one turn."""

    id: str
    """The wamid."""
    turn: str
    address: Address
    alias: Alias
    seq: int
    """Order of arrival; equals commit order."""
    modality: Modality
    sent_at: Micros
    """The webhook's own timestamp (whole seconds)."""
    received_at: Micros
    """When the webhook reached us; decides what was received before what."""
    text: str | None = None
    media: MediaRef | None = None
    button: str | None = None
    """Id of the tapped button."""
    quotes: str | None = None
    """wamid of the message that this one answers."""
    forwarded: bool = False
    form: Form = Form.MESSAGE
    target: str | None = None
    """wamid of the message that a reaction, an edit or an unsend is about."""
    identity: str | None = None
    """Identity key hash of the sender, if the webhook brought one."""
    offer: Offered | None = None
    """What the shop's own system offers; the customer said nothing."""
    referral: Referral | None = None
    """What led the customer here, if the message came from an advertisement."""
    attempts: int = 0
    """How often this turn was begun before and did not finish."""
    stored_at: Micros = 0
    """When it was about to be made durable: end of the stage `receive`."""


@dataclass(frozen=True, slots=True)
class Button:
    """A reply button; the id carries the digest it answers."""

    id: str
    title: str
    """At most 20 characters."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Words of a reply that tell a customer about a purpose, or ask for consent to it."""

    purpose: Consent
    source: str
    """`first_contact` or `question`."""
    wording: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply group in words; `deliver` turns it into messages."""

    text: str
    buttons: tuple[Button, ...] = ()
    by_voice: bool = False
    """Speak it as a voice note; text goes out instead if speech fails or is too slow."""
    spoken: str | None = None
    """Words of the voice note where the text holds what is never spoken: a code."""
    proposal: str | None = None
    """The proposal that this asks about."""
    digest: str | None = None
    final: bool = False
    """The one acknowledgement that may follow an opt-out or a hand-off."""
    notice: bool = False
    """Sent by a wake, not as the answer to a message."""
    shows: tuple[Shown, ...] = ()
    """What it tells or asks about consent; on the ledger once WhatsApp has accepted it."""


@dataclass(frozen=True, slots=True)
class Template:
    """An approved message template without parameters, by its name and language."""

    name: str
    language: str
    """WhatsApp's language code, e.g. `en_US`."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message for WhatsApp: exactly one of text, buttons with text, a voice note, or a template."""

    to: Alias
    reference: str
    """Our outbox id, echoed in every status (`biz_opaque_callback_data`)."""
    text: str | None = None
    buttons: tuple[Button, ...] = ()
    media: str | None = None
    """Uploaded media id of a voice note."""
    template: Template | None = None
    """Instead of text, buttons and media: the only thing that WhatsApp takes outside its window."""
    answers: str | None = None
    """wamid that this quotes."""


@dataclass(frozen=True, slots=True)
class OutboxGroup:
    """A stored reply group; survives a crash between decision and delivery."""

    id: str
    address: Address
    to: Alias
    turn: str
    reply: Reply
    created_at: Micros
    state: OutboxState = OutboxState.QUEUED
    messages: tuple[str, ...] = ()
    """wamids that WhatsApp gave its parts."""
    attempts: int = 0
    window_ends_at: Micros | None = None
    """From then on WhatsApp takes no free-form message for this customer."""
    waits: int = 0
    """How often it was put off without a try."""
    not_before: Micros | None = None
    """WhatsApp's rate limits let it go at this moment at the earliest; later replies wait behind it."""
    held_at: Micros | None = None
    """Since when it is kept, outside WhatsApp's window, until the customer writes again. Its state is
    `failed` meanwhile, so that a program which knows nothing of this leaves it alone."""
    called_at: Micros | None = None
    """When a template asked the customer to write again."""

    @property
    def untried(self) -> bool:
        """True before its first sending has come to anything, be it to a wait."""
        return self.attempts == self.waits == 0
