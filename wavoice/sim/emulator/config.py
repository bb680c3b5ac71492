"""What one emulated WhatsApp is like; without a word about it, as Meta usually behaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from wavoice.sim.emulator import wire
from wavoice.sim.emulator.chaos import Chaos

WindowMode = Literal["async", "sync", "off"]
"""How a message outside the service window is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorConfig:
    """One business number on an emulated WhatsApp."""

    access_token: str = field(repr=False)
    app_secret: str = field(repr=False)
    webhook_url: str | None = None
    """The callback of the app, verified already and subscribed to everything; None: the app is yet to
    subscribe over the Graph API, and gets nothing until then."""
    app_id: str = "300000000000001"
    """The app whose secret and token these are."""
    delivery_log: int = 10_000
    """How many webhooks that are done are remembered."""
    business: wire.Business = field(default_factory=wire.Business)
    graph_host: str = "http://graph.wavoice.test"
    """Scheme and host of the Graph API in process."""
    media_host: str = "http://media.wavoice.test"
    """Scheme and host of media URLs; never Graph's."""
    mirror_host: str = "http://mirror.wavoice.test"
    """Scheme and host to which a download is redirected by fault; it must not be shown the token."""
    local_links: bool = False
    """Whether a file may be sent by a URL of this machine or of a private network."""
    audio_url: bool = True
    """Whether webhooks carry `audio.url`; WhatsApp sends it to some and not to others."""
    hex_sha256: bool = True
    """Whether `GET /{media-id}` says the hash in hex; webhooks always say it in base64."""
    file_size_as_string: bool = False
    """Whether `GET /{media-id}` says the size as a string, as Meta's OpenAPI description has it."""
    window: WindowMode = "async"
    """Outside the service window: a `failed` status after 200, an HTTP 400, or no window at all."""
    allowed_recipients: frozenset[str] | None = None
    """Digits of the only numbers that a test number may write to (131030); None: to everybody."""
    throughput: int = 80
    """Messages a second, in and out together, before 130429. Meta gives 80, 1,000 after an upgrade,
    and 20 to a number that is also on a phone (Cloud API throughput page)."""
    pair_rate: bool = True
    """Whether messages to one user are limited (131056)."""
    registered: bool = True
    """Whether the number starts out registered for sending."""
    pin: str | None = None
    """The number's two-step PIN at the start; None: the first registration sets it."""
    webhook_version: int = 24
    """Major version of webhook bodies; up to 23 every status has a `conversation`."""
    collapse_delivered: bool = False
    """Whether a message that is read at once is reported as `read` without a `delivered` before it."""
    contact_book: bool = True
    """Whether Meta keeps the numbers of customers with whom messages were exchanged: theirs stay visible
    whatever they do (business-scoped user id pages); a portfolio can switch it off."""
    usernames: Mapping[str, int] = field(default_factory=dict)
    """Usernames that this business does not get, each with the code of its refusal, 147001 to 147005."""
    seed: int = 0
    """Ids are the same in every run of one seed."""
    chaos: Chaos | None = None
    """Faults in the delivery of webhooks; None delivers each when it is due."""
