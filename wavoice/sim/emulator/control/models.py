"""What the control API takes and gives: every key with its meaning; docs/emulator.md is made from these.

Unknown keys are refused. A time span is a number with a unit, as in `800ms`, `1.5s`, `2min`, `26h`, `8d`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Base64Bytes, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from wavoice.runtime.model import PromptState
from wavoice.sim.emulator.phone import Deliver
from wavoice.sim.scenario.values import Duration

Reach = Annotated[
    PromptState,
    WithJsonSchema({"enum": ["failed", "sent", "delivered", "read", "played"]}, mode="validation"),
]
"""How far messages of the business get on a phone."""


def _as_words(value: object) -> object:
    return value.split(",") if isinstance(value, str) else value


class Model(BaseModel):
    """Base of all: strict about keys; built when first used, which keeps the start short."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class CallLine(Model):
    """A call in short."""

    method: str
    """HTTP method."""
    path: str
    """Path, with `{names}`."""
    about: str
    """What it does."""


class Listing(Model):
    """Every call of this API."""

    version: int
    """Version of this API."""
    calls: list[CallLine]
    """In the order of docs/emulator.md."""


class Wamid(Model):
    """What a customer's message became on the wire."""

    wamid: str
    """Id of the message, as in the webhook."""


class Done(Model):
    """It was done."""

    done: bool = True
    """Always true: what cannot be done is refused with 4xx."""


class NewUser(Model):
    """A WhatsApp user. The four identity shapes come from which keys are given.

    Phone and BSUID: `phone`. With username: `phone` and `username`. Without phone: `username` alone.
    With parent BSUID: also `parent_bsuid`.
    """

    name: Annotated[str, Field(min_length=1)]
    """Profile name, and the name in the paths of this API; unique."""
    phone: Annotated[str, Field(pattern=r"^\d{5,15}$")] | None = None
    """Digits with country code; absent: the user hides it."""
    bsuid: Annotated[str, Field(pattern=r"^[A-Z]{2}\.[A-Za-z0-9]{1,128}$")] | None = None
    """Business-scoped user id; absent: made up from the seed."""
    username: str | None = None
    """Username."""


class ChangeUser(Model):
    """What to change of a user; absent keys stay as they are."""

    reach: Reach | None = None
    """How far messages of the business get: `failed` (undeliverable), `sent` (phone off: they wait),
    `delivered`, `read` (opened at once), `played` (voice notes are played, too)."""
    identity_key_hash: str | None = None
    """WhatsApp's identity key hash; set it to switch the identity check on."""
    ahead: Duration | None = None
    """How far in the future the user's messages are dated."""


class User(Model):
    """A user and the state of the phone."""

    name: str
    """Profile name."""
    phone: str | None
    """Digits; null: hidden."""
    bsuid: str
    """Business-scoped user id."""
    username: str | None
    """Username."""
    reach: PromptState
    """How far messages of the business get."""
    sees_typing: bool
    """The business is shown as typing now."""
    blue_ticks: list[str]
    """wamids of own messages that the business has marked as read."""
    received: int
    """Messages of the business on this phone."""


class Users(Model):
    """All users."""

    users: list[User]
    """In the order in which they were made."""


class _Said(Model):
    quotes: str | None = None
    """wamid of the message that this answers."""
    deliver: Deliver = "once"
    """How its webhook comes: `once`; `twice`, the same bytes again although they were answered; `late`, 10 s
    after its sending; `reordered`, just after that of the user's next message."""


class SayText(_Said):
    """A text message."""

    text: Annotated[str, Field(min_length=1)]
    """What is written."""
    forwarded: bool = False
    """Marked as forwarded."""


class SayNote(_Said):
    """A voice note: `data`, `fixture` or `say`."""

    data: Base64Bytes | None = None
    """Ogg Opus bytes, in base64. A request of type `audio/ogg` may carry the bytes themselves."""
    fixture: Annotated[str, Field(pattern=r"^\w+$")] | None = None
    """Name of a note in the folder of fixtures (`--fixtures`), without `.ogg`."""
    say: Annotated[str, Field(min_length=1)] | None = None
    """Words for the voice that is installed on this machine (`wavoice doctor`)."""
    language: str = "en"
    """With `say`: the language of the words."""
    noise: Literal["none", "street", "wind"] = "none"
    """Noise around what is said; seeded."""
    snr: float = 10.0
    """Speech over noise, in dB."""
    voice: bool = True
    """True: recorded in WhatsApp. False: an audio file."""
    forwarded: bool = False
    """Marked as forwarded; on the wire that makes it a file."""


class SayImage(_Said):
    """A JPEG picture."""

    data: Base64Bytes | None = None
    """The picture, in base64; absent: one grey pixel."""
    caption: str | None = None
    """Words under it."""


class SayDocument(_Said):
    """A document."""

    filename: Annotated[str, Field(min_length=1)]
    """Its name, which decides its type."""
    caption: str | None = None
    """Words under it."""


class SayLocation(_Said):
    """A place."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    """Degrees north."""
    longitude: Annotated[float, Field(ge=-180, le=180)]
    """Degrees east."""
    name: str | None = None
    """Its name."""
    address: str | None = None
    """Its address."""


class Tap(Model):
    """A tap on a button or on a row of a list."""

    choice: str
    """Title or id."""
    on: str | None = None
    """wamid of the message that shows it; absent: the newest that does. An older one makes a stale tap."""
    deliver: Deliver = "once"
    """As for a text."""


class React(Model):
    """A reaction."""

    message: str
    """wamid of the message."""
    emoji: str | None = None
    """The emoji. Absent or empty takes the reaction back; the wire has both forms."""
    deliver: Deliver = "once"
    """As for a text."""


class Edit(Model):
    """A text that is changed after it was sent."""

    message: str
    """wamid of the text."""
    text: Annotated[str, Field(min_length=1)]
    """What it says now."""
    deliver: Deliver = "once"
    """As for a text."""


class Revoke(Model):
    """A message that is deleted for everyone."""

    message: str
    """wamid of the message."""
    deliver: Deliver = "once"
    """As for a text."""


class Poll(Model):
    """Which part of a list, and how long to wait for more of it."""

    after: Annotated[int, Field(ge=0)] = 0
    """Leave out so many from the beginning."""
    wait: Duration = 0
    """If nothing is there after those: wait so long in real time, at most 60s; the answer may be empty."""


class ShownButton(Model):
    """A button."""

    id: str
    """What the tap's webhook names."""
    title: str
    """What it says."""


class Media(Model):
    """A file in a message."""

    path: str
    """Where this API has the bytes."""
    size: int
    """Bytes."""
    sha256: str
    """Hash, in hex."""


class Message(Model):
    """A message of the business as the phone shows it."""

    wamid: str
    """Id, as the send call returned it."""
    kind: str
    """What it is; `voice` plays as a voice note, `audio` is a file."""
    at: int
    """When it appeared, in microseconds since the epoch."""
    text: str | None
    """What it says."""
    buttons: list[ShownButton]
    """What can be tapped."""
    media: Media | None
    """Its file."""
    quotes: str | None
    """wamid of the message that it answers."""
    download_icon: bool
    """A voice note above 512 KB, which has to be fetched by hand."""
    typing_before: bool
    """The business was shown as typing when it appeared."""


class Received(Model):
    """What the phone shows of the business."""

    messages: list[Message]
    """Oldest first."""
    next: int
    """What `after` has to be to ask for what comes next."""


class Advance(Model):
    """A jump of the clock."""

    by: Duration
    """How far. Whatever falls due on the way happens in its order: redeliveries, windows, late webhooks."""


class ClockState(Model):
    """The clock."""

    now: int
    """Microseconds since 1970-01-01T00:00Z."""
    iso: str
    """The same, as ISO 8601."""


class Inject(Model):
    """A webhook that no verb makes: `event` or `payload`."""

    event: str | None = None
    """Name of an event; `wavoice trigger --list` and `GET /events` list them."""
    user: str | None = None
    """With `event`: name, BSUID or phone of the user whom it is about; absent: the first one."""
    overrides: Annotated[dict[str, Any], Field(default_factory=dict)]
    """With `event`: values by path in the payload, as `wavoice trigger --override` takes them."""
    payload: dict[str, Any] | None = None
    """A whole webhook body; it is encoded, signed and sent as it is."""


Names = Annotated[list[str], BeforeValidator(_as_words)]
"""Words with commas between them."""
