"""Models of webhooks and of what happens to them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from wavoice.sim.emulator.control.models.base import Model


class Attempt(Model):
    """One POST of a webhook."""

    app: str
    """Id of the app that got it."""
    at: int
    """When, in microseconds since the epoch."""
    took: int
    """Microseconds until the answer, or until none was waited for any more."""
    status: int | None
    """HTTP status; null: no answer."""
    lost: bool
    """Chaos lost it before the bot."""
    answer: str
    """Beginning of the body of the answer, at most 200 bytes."""


class Webhook(Model):
    """A webhook on its way: the same bytes at every try."""

    number: int
    """Counts from 1 in the order of making."""
    field: str
    """Subscription field."""
    state: str
    """`waiting` for a try, `delivered`, `dropped` after a week, `unsubscribed`: no app wants it."""
    updates: int
    """How many were merged in it."""
    made_at: int
    """Microseconds since the epoch."""
    attempts: list[Attempt]
    """Oldest first."""
    payload: dict[str, Any]
    """The body."""


class Webhooks(Model):
    """The delivery log; of those that are done it holds the newest 10,000."""

    webhooks: list[Webhook]
    """Oldest first."""
    next: int
    """What `after` has to be to ask for what comes next."""


class Inject(Model):
    """A webhook that no verb makes: `event` or `payload`."""

    event: str | None = None
    """Name of an event; `GET /events` and `wavoice trigger --list` list them."""
    user: str | None = None
    """With `event`: whom it is about; absent: the first user."""
    overrides: list[str] = Field(default_factory=list)
    """With `event`: changes as `wavoice trigger --override` takes them."""
    payload: dict[str, Any] | None = None
    """A whole webhook body; it is encoded and signed like every other."""


class Injected(Model):
    """A webhook that was injected."""

    payload: dict[str, Any]
    """Its body."""
    attempts: list[Attempt]
    """How it was answered so far; empty: no app wants its field, or chaos holds it back."""


class Event(Model):
    """An event that can be injected."""

    name: str
    """Its name."""
    about: str
    """What happens."""


class Events(Model):
    """Every event."""

    events: list[Event]
    """In alphabetical order."""


class NewRule(Model):
    """An error that meets sends of the business, by rule and never at random."""

    code: int
    """Of Meta's error reference; 500: a plain HTTP 500."""
    when: Literal["next", "every"] = "next"
    """`next`: the next `n` sends that fit. `every`: each `n`-th that fits."""
    n: Annotated[int, Field(ge=1)] = 1
    """See `when`."""
    times: Annotated[int, Field(ge=1)] | None = None
    """Of `every`: how often it strikes; absent: until it is taken back."""
    user: str | None = None
    """Only sends to these digits or this BSUID."""
    kind: str | None = None
    """Only this type of message."""
    mode: Literal["sync", "async"] = "sync"
    """`sync`: refused at once. `async`: accepted, then a `failed` status."""
    details: str | None = None
    """`error_data.details`; absent: the title of the code."""
    subcode: int | None = None
    """`error_subcode`, e.g. 463 beside 190."""


class Rule(Model):
    """A rule that still strikes."""

    id: str
    """`e1`, `e2`, …"""
    code: int
    """Of Meta's error reference."""
    when: str
    """As in NewRule."""
    n: int
    """As in NewRule."""
    times: int | None
    """How often it strikes in all; null: until it is taken back."""
    user: str | None
    """Whom it meets; null: everybody."""
    kind: str | None
    """Which type it meets; null: all."""
    mode: str
    """As in NewRule."""
    struck: int
    """How often it has struck."""


class Rules(Model):
    """Error rules."""

    rules: list[Rule]
    """Oldest first; the first that fits strikes."""


class ChaosWords(Model):
    """Faults of delivery."""

    chaos: str | None
    """As `wavoice sim --chaos` takes them; null: none."""


class ChaosState(Model):
    """The chaos of the moment."""

    chaos: dict[str, Any] | None
    """Its keys, times in microseconds; null: none."""


class Fault(Model):
    """What the next sends of the business meet."""

    does: Literal["fail", "refuse", "lost_response", "timeout", "slow"]
    """`fail`: HTTP 500. `refuse`: 131047. `timeout`: no answer ever. `lost_response`: accepted, and the
    connection cut. `slow`: answered 2 s later."""
    times: Annotated[int, Field(ge=1, le=10_000)] = 1
    """How many sends."""


class MediaFault(Model):
    """What the next downloads of files meet."""

    does: Literal["truncate", "cut", "wrong_hash", "slow", "redirect", "gone", "fail"]
    """`truncate`: half of the file as if it were all. `cut`: half, then the connection breaks. `wrong_hash`:
    one bit turned. `slow`: the second half comes later. `redirect`: to another host, which must not be shown
    the token. `gone`: 404. `fail`: 503."""
    times: Annotated[int, Field(ge=1, le=10_000)] = 1
    """How many downloads."""
