"""The format of scenario files, version 1: every key, what it means, and its default.

Keys that are not listed here are errors. `wavoice/schema/scenario-1.json` is generated from these
classes (`given.py` and `expect.py` beside this one), so what stands here is also what an editor shows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from wavoice.runtime.ports import FAILPOINTS
from wavoice.sim.scenario.expect import EventName, Expect, Then
from wavoice.sim.scenario.given import Given, OrderStatus
from wavoice.sim.scenario.strict import Phrases, Strict
from wavoice.sim.scenario.values import Amount, Day, Duration, Offset

VERSION = 1
T = TypeVar("T")
_VALUES = {"type": "array", "items": {"type": ["string", "number", "boolean"]}, "minItems": 1}


class HeardSpec(Strict):
    """What the ears return in scripted mode."""

    text: str | None = None
    """Default: the words of the note."""
    second: str | None = None
    """Text of the other decode while a yes is awaited; default: `text`."""
    logprob: Annotated[float, Field(le=0)] = -0.2
    """Mean log-probability a token."""
    no_speech: Annotated[float, Field(ge=0, le=1)] = 0.02
    """Probability that there is no speech."""
    figures: bool = True
    """False: it tells neither of the two, as some hosted recognisers do."""
    language: str = "en"
    """Language that was recognised."""
    took: Duration = 300_000
    """How long the recogniser takes."""
    voices: Annotated[int, Field(ge=1)] = 1
    """People who speak in the note: another one in the room, a television."""


class OrderChange(Strict):
    """What changes of an order."""

    day: Day | None = None
    """Another promised day."""
    address: str | None = None
    """Another address."""
    status: OrderStatus | None = None
    """Another place on its way."""
    refunded: Amount | None = None
    """What of it has gone back by now."""


class VendorSpec(Strict):
    """A system of record changes by itself."""

    orders: dict[str, OrderChange]
    """New values by order number."""


class OfferSpec(Strict):
    """A question that the shop's own system raises."""

    action: str
    """Name of the job."""
    day: Day | None = None
    """The day that is offered."""
    order: str | None = None
    """Number of the order that it is about."""
    invoice: str | None = None
    """Id of the invoice that it is about."""


def _is_failpoint(where: bool | str) -> bool | str:
    if where is True or where in FAILPOINTS:
        return where
    points = ", ".join(FAILPOINTS)
    raise PydanticCustomError(
        "crash", "{where} is neither true nor one of {points}", {"where": str(where), "points": points}
    )


class Step(Strict):
    """One thing that happens: exactly one of the first fifteen keys."""

    note: str | None = None
    """The customer records a voice note and says this; `{code}` as in `text`."""
    text: str | None = None
    """The customer types this. `{code}` is the code that the bot showed last, `{code of ID}` that of its
    answer to an earlier step, `{wrong code}` none that it has shown."""
    button: str | None = None
    """The customer taps the button with this title, on the newest message that has it."""
    reaction: str | None = None
    """The customer reacts with this emoji; `removed` takes the reaction back."""
    edit: str | None = None
    """The customer edits an own message to this."""
    revoke: Literal[True] | None = None
    """The customer takes an own message back."""
    image: str | Literal[True] | None = None
    """The customer sends a picture, with this caption."""
    document: str | None = None
    """The customer sends a document of this file name."""
    location: str | None = None
    """The customer sends a place of this name."""
    wait: Duration | None = None
    """Time passes."""
    staff: str | None = None
    """A human agent answers this from the shop's own phone."""
    vendor: VendorSpec | None = None
    """A system of record changes."""
    offer: OfferSpec | None = None
    """The shop's own system raises a question: asked once nothing else is open."""
    release: Literal[True] | None = None
    """The shop's own system gives the bot a chat back that a person has."""
    crash: Annotated[bool | str, AfterValidator(_is_failpoint)] | None = None
    """The bot is killed and started again: now, or at this failpoint of the next turn."""

    from_: Annotated[str | None, Field(alias="from")] = None
    """Another person, by name: who sends it; default: the `contact`."""
    quotes: str | None = None
    """`id` of an earlier step: quotes, taps or reacts to the bot's answer to it; of an edit or revoke,
    the customer's message itself."""
    forwarded: bool = False
    """It was forwarded, not said now."""
    audio: str | None = None
    """File of the voice note, from the folder in which the command runs or from the file's own project."""
    prompt_status: Literal["failed", "sent", "delivered", "read", "played"] | None = None
    """How far the messages get that the bot sends from here on; default: delivered."""
    identity: str | None = None
    """WhatsApp's identity key of the customer, from this message on: another one means that WhatsApp was
    set up anew, or that the number has another owner."""
    ahead: Duration | None = None
    """How far in the future the message is dated."""
    deliver: Literal["twice", "late", "reordered"] | None = None
    """How the webhook comes: twice; 10 s late; or after the customer's next one."""
    id: str | None = None
    """Name of the step, to be quoted later."""
    heard: HeardSpec | None = None
    """What the ears return."""
    after: Duration | None = None
    """Since the customer's previous message was sent, or a later wait ended; default: 5 s after the latest of
    reply delivered, message sent and wait ended. Staff, vendor and crash: at once."""
    lasts: Duration | None = None
    """Length of the note; default: 0.4 s a word, at least 1 s."""
    expect: Expect = Expect()
    """What must hold when the step ends."""

    @model_validator(mode="after")
    def _one_action(self) -> Self:
        actions = [name for name in ACTIONS if getattr(self, name) is not None]
        if len(actions) != 1:
            said = f"this one has {' and '.join(actions)}" if actions else "this one has none"
            raise PydanticCustomError(
                "step",
                "a step has exactly one of {names}; {said}",
                {"names": ", ".join(ACTIONS), "said": said},
            )
        for name, of in _BELONGS.items():
            if getattr(self, name) not in (None, False) and actions[0] not in of:
                shown = name.rstrip("_")
                raise PydanticCustomError(
                    "step", "{name} does not belong to {action}", {"name": shown, "action": actions[0]}
                )
        return self

    @property
    def action(self) -> str:
        """Name of the one thing that happens."""
        return next(name for name in ACTIONS if getattr(self, name) is not None)

    @property
    def by_customer(self) -> bool:
        """True if a customer sends something."""
        return self.action in _SENT


ACTIONS = (
    "note", "text", "button", "reaction", "edit", "revoke", "image", "document", "location", "wait",
    "staff", "vendor", "offer", "release", "crash",
)  # fmt: skip
_SENT = frozenset(ACTIONS[:9])
_BELONGS: Mapping[str, frozenset[str]] = {
    "from_": _SENT,
    "quotes": _SENT,
    "forwarded": frozenset({"note", "text"}),
    "audio": frozenset({"note"}),
    "heard": frozenset({"note"}),
    "lasts": frozenset({"note"}),
    "deliver": _SENT,
    "identity": _SENT,
    "ahead": _SENT,
    "after": frozenset(ACTIONS) - {"wait"},
}


class Sweep(Strict):
    """The same scenario again and again, with one step sent at every offset from an event."""

    around: EventName
    """The event of the undisturbed run, which is the run without the swept step."""
    from_: Annotated[Offset, Field(alias="from")]
    """First offset."""
    to: Offset
    """Last offset, itself included."""
    step: Duration
    """From one offset to the next."""
    sends: str | None = None
    """`id` of the step that is swept; default: the last thing that a customer sends."""

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.to < self.from_ or self.step <= 0 or (self.to - self.from_) // self.step > 10_000:
            raise PydanticCustomError(
                "sweep", "a sweep goes from a smaller to a larger offset in at most 10,000 steps"
            )
        return self


def _some(items: tuple[T, ...]) -> tuple[T, ...]:
    if not items:
        raise PydanticCustomError("empty", "there is nothing in it", {})
    return items


def _whole(value: object) -> object:
    return int(value) if isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value) else value


class Scenario(Strict):
    """A conversation, and what must come of it."""

    version: Annotated[Literal[1], BeforeValidator(_whole)]
    """Version of the format."""
    scenario: str
    """Name: the name of the file without its ending."""
    about: str
    """One sentence: why it matters."""
    tags: Phrases = ()
    """Words to select it by."""
    given: Given
    """What holds before."""
    steps: Annotated[tuple[Step, ...], AfterValidator(_some)]
    """What happens, in this order."""
    then: Then
    """What must have come of it."""
    pending: str | None = None
    """Why what is described is not built yet: a failure is expected, and passing is one."""
    matrix: dict[str, Annotated[tuple[str, ...], AfterValidator(_some), WithJsonSchema(_VALUES)]] = Field(
        default_factory=dict
    )
    """Values for `${name}`; the scenario runs with every combination of them."""
    sweep: Sweep | None = None
    """Send one step at every offset from an event."""

    @property
    def contacts(self) -> list[str]:
        """Who speaks in it, each once: the contact that it is given, and whoever a step is from."""
        return list(dict.fromkeys([self.given.contact, *(step.from_ for step in self.steps if step.from_)]))
