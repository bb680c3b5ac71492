"""Scenarios in Python: the verbs of a customer, a shop and a clock, as the pytest fixtures offer them.

Every verb is a step of a scenario and is carried out by the same code, on a virtual loop in a thread of
its own. So the verbs are plain functions, for plain tests and for tests that run in a loop themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal, TypedDict, Unpack
from zoneinfo import ZoneInfo

from wavoice.runtime import journal
from wavoice.runtime.journal import Event
from wavoice.runtime.model import SECOND
from wavoice.sim.emulator.handset.message import PhoneMessage
from wavoice.sim.scenario.record import ProposalView, proposal_after
from wavoice.sim.scenario.talk import BotMessage, Talk
from wavoice.sim.scenario.values import as_text, dated
from wavoice.sim.shop import Applied, ShopCustomer, ShopOrder


class How(TypedDict, total=False):
    """How a customer's verb is carried out; the keys of a step in a scenario file."""

    after: str
    """Since the customer's previous message or a later `advance`, e.g. `1.5s`; default: 5 s after the latest
    of reply delivered, message sent and advance."""
    follow: bool
    """False: return once it is sent; the next verb may come before it is decided."""
    deliver: Literal["twice", "late", "reordered"]
    """How the webhook comes."""
    prompt_status: Literal["failed", "sent", "delivered", "read", "played"]
    """How far the messages get that the bot sends from here on; default: delivered."""


class Saying(How, total=False):
    """How something is said."""

    quotes: BotMessage | str
    """A message of the bot; or what a verb returned: the bot's answer to that."""
    forwarded: bool
    """It was forwarded, not said now."""


class Speaking(Saying, total=False):
    """How a note is spoken, and what the ears make of it."""

    lasts: str
    """Length of the note; default: 0.4 s a word, at least 1 s."""
    text: str
    """What is heard; default: what was said."""
    second: str
    """Text of the other decode while a yes is awaited; default: `text`."""
    logprob: float
    """Mean log-probability a token; default: -0.2."""
    no_speech: float
    """Probability that there is no speech; default: 0.02."""
    language: str
    """Language that was recognised; default: `en`."""
    took: str
    """How long the recogniser takes; default: 0.3 s."""


_OF_THE_EARS = ("text", "second", "logprob", "no_speech", "language", "took")


class ScenarioPhone:
    """The customer's handset. A verb returns, once its message is decided, the id of that message."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __repr__(self) -> str:
        unheard = [message.text for message in self._talk.unheard()]
        return f"<phone: {f'unheard {unheard}' if unheard else 'silent'}>"

    @property
    def messages(self) -> Sequence[PhoneMessage]:
        """All that the handset was sent, oldest first."""
        return tuple(self._talk.shown)

    @property
    def silent(self) -> bool:
        """True if the bot has sent nothing that was not yet taken with `hears`."""
        return not self._talk.unheard()

    def hears(self) -> BotMessage:
        """Take the bot's next message; a voice note and its buttons are one.

        Raises `AssertionError` if it has sent none; nothing is waited for.
        """
        __tracebackhide__ = True
        return self._talk.hear()

    def says(self, text: str, **how: Unpack[Saying]) -> str:
        """Type this."""
        __tracebackhide__ = True
        return self._talk.send({"text": text}, how)

    def speaks(self, words: str, /, **how: Unpack[Speaking]) -> str:
        """Record a voice note and say this; what is heard of it can be scripted."""
        __tracebackhide__ = True
        heard = {key: value for key, value in how.items() if key in _OF_THE_EARS}
        rest = {key: value for key, value in how.items() if key not in _OF_THE_EARS}
        return self._talk.send({"note": words} | ({"heard": heard} if heard else {}), rest)

    def taps(self, title: str, *, quotes: BotMessage | str | None = None, **how: Unpack[How]) -> str:
        """Tap the button with this title: of the message quoted, or of the newest that has it."""
        __tracebackhide__ = True
        return self._talk.send({"button": title}, {**how, "quotes": quotes})

    def reacts(self, emoji: str | None, *, to: BotMessage | str | None = None, **how: Unpack[How]) -> str:
        """React to a message of the bot, by default its newest; None takes the reaction back."""
        __tracebackhide__ = True
        return self._talk.send({"reaction": emoji or "removed"}, {**how, "quotes": to})

    def edits(self, text: str, *, message: str | None = None, **how: Unpack[How]) -> str:
        """Change an own message, which a verb returned; by default the newest."""
        __tracebackhide__ = True
        return self._talk.send({"edit": text}, {**how, "quotes": message})

    def revokes(self, *, message: str | None = None, **how: Unpack[How]) -> str:
        """Take an own message back, which a verb returned; by default the newest."""
        __tracebackhide__ = True
        return self._talk.send({"revoke": True}, {**how, "quotes": message})

    def shares_image(self, caption: str | None = None, **how: Unpack[How]) -> str:
        """Send a picture."""
        __tracebackhide__ = True
        return self._talk.send({"image": caption or True}, how)

    def shares_document(self, filename: str, **how: Unpack[How]) -> str:
        """Send a document of this name."""
        __tracebackhide__ = True
        return self._talk.send({"document": filename}, how)

    def shares_location(self, name: str, **how: Unpack[How]) -> str:
        """Send a place of this name."""
        __tracebackhide__ = True
        return self._talk.send({"location": name}, how)


class ScenarioWorld:
    """The shop, and whatever else may go wrong."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._shop = talk.stage.world

    @property
    def orders(self) -> Mapping[str, ShopOrder]:
        """The live records, by number: `world.orders["1842"].day` is a date, and the truth."""
        return MappingProxyType(self._shop.orders)

    @property
    def customers(self) -> Sequence[ShopCustomer]:
        """The customer records."""
        return tuple(self._shop.customers)

    @property
    def ledger(self) -> Sequence[Applied]:
        """Every business write that was applied, oldest first."""
        return self._shop.ledger

    @property
    def writes(self) -> list[dict[str, str]]:
        """The ledger in plain words: `action` and the arguments, days as ISO dates."""
        return [{"action": applied.action, **applied.args} for applied in self.ledger]

    def fault(
        self,
        does: Literal["timeout", "fail", "refuse", "slow", "stale", "lost_response", "garbage"],
        *,
        at: Literal["read", "write", "look_up"] | None = None,
        system: Literal["orders", "ears", "voice", "media", "whatsapp"] = "orders",
        times: int = 1,
    ) -> None:
        """Let this go wrong from now on; `given.faults` of scenario files says what each means."""
        __tracebackhide__ = True
        self._talk.break_down({"does": does, "at": at, "system": system, "times": times})

    def staff_edits(
        self,
        order: str,
        *,
        day: date | str | None = None,
        address: str | None = None,
        status: str | None = None,
        refunded: str | None = None,
    ) -> None:
        """Change an order behind the customer's back; a weekday is the next one after the first moment.

        `refunded` is what of it has gone back by now, e.g. `5.00 EUR`.
        """
        __tracebackhide__ = True
        change = {
            "day": str(day) if day else None,
            "address": address,
            "status": status,
            "refunded": refunded,
        }
        change = {key: value for key, value in change.items() if value is not None}
        self._talk.step({"vendor": {"orders": {order: change}}})

    def staff_says(self, text: str) -> None:
        """A person answers the customer from the shop's own phone."""
        __tracebackhide__ = True
        self._talk.step({"staff": text})


class ScenarioClock:
    """The time of everybody who takes part; it moves only when a verb or `advance` moves it."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._zone = ZoneInfo(talk.stage.zone)

    def __repr__(self) -> str:
        return f"<clock: {self.now.isoformat(sep=' ')}>"

    @property
    def now(self) -> datetime:
        """This moment in the shop's zone."""
        return datetime.fromtimestamp(self._talk.stage.clock.now() / SECOND, UTC).astimezone(self._zone)

    def advance(self, by: str | timedelta) -> None:
        """Let that much time pass, e.g. `26h`, with everything that falls due in it."""
        __tracebackhide__ = True
        if isinstance(by, timedelta):
            by = as_text(by // timedelta(microseconds=1))
        self._talk.step({"wait": by})

    def day(self, weekday: str) -> date:
        """What a weekday means here: the next one after the day of the first moment."""
        return date.fromisoformat(dated(weekday, self._talk.play.record.today))


class ScenarioBot:
    """What the bot has written down."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    @property
    def events(self) -> Sequence[Event]:
        """Its journal so far, oldest first; `wavoice.runtime.journal` says what the bodies hold."""
        return tuple(self._talk.stage.events)

    @property
    def proposal(self) -> ProposalView | None:
        """The newest proposal as it stands, or None if there has been none."""
        return proposal_after(self._talk.stage.events, self._talk.person.contact)

    @property
    def rows(self) -> list[str]:
        """The rows of the decision table that have decided, in order."""
        bodies: list[Any] = [event.body for event in self._talk.stage.events]
        return [body.row for body in bodies if isinstance(body, journal.Decided) and body.row]

    def crashes(self, at: str | None = None) -> None:
        """Kill it and start it again: now, or when it next reaches that failpoint."""
        __tracebackhide__ = True
        self._talk.step({"crash": at or True})
