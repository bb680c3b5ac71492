"""An emulator of WhatsApp: the Graph API on one side, handsets on the other, state in between.

Two ASGI apps, because production has two hosts: `graph_app` answers the Cloud API, `media_app`
serves bytes. In process both are reached without sockets, which costs a fraction of a millisecond a
call, hands over an answer only when it is complete (nothing streams) and ignores time-outs; or over
TCP with `sim.tcp.serve`. Bodies and signatures are the same either way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from wavoice.runtime.model import Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.emulator import network_state
from wavoice.sim.emulator.chaos import Chaos
from wavoice.sim.emulator.config import EmulatorConfig
from wavoice.sim.emulator.deliveries import Delivery
from wavoice.sim.emulator.events import make
from wavoice.sim.emulator.hosts import Hosts
from wavoice.sim.emulator.links import Internet
from wavoice.sim.emulator.media_faults import MediaFault
from wavoice.sim.emulator.network_faults import NetworkFault, NetworkFaults
from wavoice.sim.emulator.network_state import NetworkState
from wavoice.sim.emulator.number_state import NumberState
from wavoice.sim.emulator.phone import Phone
from wavoice.sim.emulator.pricing import Pricing
from wavoice.sim.emulator.sent import Sent
from wavoice.sim.emulator.tokens import Token, Tokens
from wavoice.sim.emulator.traffic import Traffic
from wavoice.sim.emulator.webhooks import WebhookClient
from wavoice.sim.emulator.windows import Windows
from wavoice.sim.emulator.wire import Person
from wavoice.sim.emulator.world_file import WorldState, read_world

if TYPE_CHECKING:
    import httpx

__all__ = ["Emulator", "EmulatorConfig"]


class Emulator:
    """WhatsApp for one business number: stateful, and the same for the same seed and clock.

    `webhook` is the client that reaches the bot; its time-outs are WhatsApp's patience. An
    exception of a bot in process surfaces where its webhook was posted: in the verb of a handset,
    or in `idle` and `close` for statuses and whatever was held back. `internet` reaches the files that
    the business sends by URL; without it they are shown unseen.
    """

    def __init__(
        self,
        config: EmulatorConfig,
        clock: Clock,
        webhook: WebhookClient,
        internet: Internet | None = None,
    ) -> None:
        self._config = config
        self._chaos = config.chaos
        self._traffic = Traffic(config, clock, webhook, internet)
        webhooks = self._traffic.webhooks
        self._faults = NetworkFaults(clock, webhooks, config.chaos)
        self.subscriptions = self._traffic.subscriptions
        """The apps and where their webhooks go."""
        self.tokens = Tokens(self.subscriptions, clock)
        """Who may call the Graph API."""
        self.tokens.add(Token(value=config.access_token, app=config.app_id))
        self.rules = self._traffic.rules
        """Errors by rule."""
        self.templates = self._traffic.templates
        """Message templates and what becomes of them."""
        self._hosts = Hosts(config, clock, webhook, self._traffic, self.tokens, self._faults)
        self.graph_app = self._hosts.graph_app
        self.media_app = self._hosts.media_app
        self.mirror_app = self._hosts.mirror_app
        """The host to which the media fault `redirect` leads."""

    def phone(
        self,
        name: str,
        digits: str | None,
        bsuid: str | None = None,
        username: str | None = None,
        parent_bsuid: str | None = None,
        *,
        wrote_at: Micros | None = None,
    ) -> Phone:
        """Connect a customer. `digits` is None for one who hides the number; an absent BSUID is made up.

        With both digits and username the business has just known the number from elsewhere: it hides
        after 30 days without an exchange (`identity.IdentityRules`).

        `wrote_at`: when this customer last wrote or called; the business may write, templates apart,
        for 24 hours after that.
        """
        bsuid = bsuid or self._traffic.ids.bsuid()
        return self._traffic.add_phone(Person(name, bsuid, digits, username, parent_bsuid), wrote_at)

    def client(self, patience: Callable[[], Awaitable[object]] | None = None) -> httpx.AsyncClient:
        """Return a client that reaches the apps in process by their configured hosts, and nothing else.

        `patience`: what passes before it gives up waiting for an answer; None: nothing.
        """
        import httpx  # noqa: PLC0415 -- WhatsApp itself can do without

        from wavoice.sim.in_process import InProcess  # noqa: PLC0415

        return httpx.AsyncClient(
            transport=httpx.MockTransport(_no_host),
            mounts={
                self._config.graph_host: InProcess(self.graph_app, patience),
                self._config.media_host: InProcess(self.media_app, patience),
                self._config.mirror_host: InProcess(self.mirror_app, patience),
            },
        )

    def serve_media_at(self, host: str) -> None:
        """Hand out media URLs of this host from now on, e.g. of a port that was chosen late."""
        self._traffic.shelf.host = host

    def serve_mirror_at(self, host: str) -> None:
        """Redirect downloads to this host from now on, where `mirror_app` is served."""
        self._hosts.media.mirror = host

    def media_fault(self, does: MediaFault, times: int = 1) -> None:
        """Script what the next `times` downloads of media meet; faults are used in this order.

        * `truncate`: half of the file, as if it were all of it.
        * `cut`: half of the file; then the connection breaks.
        * `wrong_hash`: as long as the file, with one bit turned.
        * `slow`: the second half comes `media_faults.PAUSE` after the first.
        * `redirect`: HTTP 302 to another host, which serves the file and must not be shown the token.
        * `gone`: HTTP 404. `fail`: HTTP 503.
        """
        self._hosts.media_faults.add(does, times)

    @property
    def leaks(self) -> tuple[str, ...]:
        """Paths at which a client showed its token to the host that it was redirected to."""
        return tuple(self._hosts.media.leaks)

    def sent(self, wamid: str) -> Sent:
        """Return a message of the business, with all that is known of it. Raises `KeyError`."""
        return self._traffic.sent(wamid)

    @property
    def network_state(self) -> NetworkState:
        """Messages, windows, limits, prices, media and registration, to be saved when all is idle."""
        return network_state.save(self._traffic, self._hosts.number, self._hosts.media_faults)

    def load_network(self, state: NetworkState) -> None:
        """Go on where another emulator stood; its handsets must be connected already."""
        network_state.load(state, self._traffic, self._hosts.number, self._hosts.media_faults)

    @property
    def windows(self) -> Windows:
        """Who may be written to, and until when."""
        return self._traffic.acceptance.windows

    @property
    def number(self) -> NumberState:
        """What Graph tells of the number; change it to play another one."""
        return self._hosts.number.state

    @property
    def pricing(self) -> Pricing:
        """What was sent and is owed, by month and category."""
        return self._traffic.ladder.pricing

    async def staff_says(self, phone: Phone, text: str) -> str:
        """Answer a customer from the business's phone app, as a person; return the wamid.

        The message appears on the customer's handset; the bot gets it as `smb_message_echoes`, and
        no status. Returns once that webhook was tried.
        """
        return await self._traffic.staff_says(phone, text)

    async def inject(self, payload: Mapping[str, Any]) -> Delivery:
        """Send the business any webhook body, also one that WhatsApp has never sent; return its delivery.

        It is signed and delivered like every other. Messages in it can be marked read by the
        business if their sender is a connected customer.
        """
        return await self._traffic.inject(payload)

    def event(self, event: str, phone: Phone, overrides: Sequence[str] = ()) -> dict[str, Any]:
        """Return the payload of an event of `events.EVENTS` about a customer, and send nothing.

        It is about the newest message on the handset where it is about one. Raises `UserInputError` as
        `events.make` does.
        """
        return make(event, self._traffic.context(phone), overrides)

    async def trigger(self, event: str, phone: Phone, overrides: Sequence[str] = ()) -> dict[str, Any]:
        """Send that `event`; return its payload. Only a webhook: nothing changes on the emulated WhatsApp."""
        payload = self.event(event, phone, overrides)
        await self.inject(payload)
        return payload

    def fault(self, does: NetworkFault, times: int = 1) -> None:
        """Script what the next `times` messages of the business meet; faults are used in this order.

        Receipts, typing and malformed requests do not count.

        * `fail`: HTTP 500 with 131000; nothing is accepted.
        * `refuse`: HTTP 400 with 131047, the service window is closed; nothing is accepted.
        * `timeout`: nothing is accepted and no answer ever comes.
        * `lost_response`: accepted and delivered; the connection breaks inside the answer.
        * `slow`: accepted and delivered at once; the answer comes `network_faults.SLOW` later.
        """
        self._faults.add(does, times)

    @property
    def chaos(self) -> Chaos | None:
        """Faults of delivery; may be changed at any time, and holds from the next webhook on."""
        return self._chaos

    @chaos.setter
    def chaos(self, chaos: Chaos | None) -> None:
        self._chaos = chaos
        self._traffic.webhooks.suffer(chaos)
        self._faults.suffer(chaos)

    @property
    def posted(self) -> tuple[bytes, ...]:
        """Every webhook body, in the order in which they were first tried."""
        return self._traffic.webhooks.posted

    async def redeliver(self, body: bytes) -> None:
        """Send exactly these bytes once more, signed, whatever the answer."""
        await self._traffic.webhooks.again(body)

    async def flush(self) -> None:
        """Bring the `reordered` messages that still wait for a next one; return once all were tried."""
        await self._traffic.flush()

    @property
    def dropped(self) -> tuple[bytes, ...]:
        """Webhook bodies given up after a week without a 200, oldest first."""
        return self._traffic.webhooks.dropped

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """The delivery log, oldest first; of webhooks that are done only the newest."""
        return self._traffic.webhooks.log

    async def retry(self, delivery: str) -> bool:
        """Try a webhook of the log once more, by its id; False if the log does not have it."""
        return await self._traffic.webhooks.redeliver(delivery)

    @property
    def phones(self) -> tuple[Phone, ...]:
        """Every customer, in the order in which they were connected."""
        return tuple(self._traffic.directory.phones)

    @property
    def next_due(self) -> Micros | None:
        """When something is due that waits for the clock: a redelivery, a late webhook; None: nothing."""
        return self._traffic.background.next_due

    async def export(self) -> dict[str, Any]:
        """Return the whole world as one JSON document, once nothing is under way; `world_file` has its bytes.

        What is due later (redeliveries, late and held webhooks) is in it as data.
        """
        await self.idle()
        world = WorldState(
            at=self._traffic.now(),
            chaos=self._chaos,
            seed=self._traffic.ids.seed,
            ids=self._traffic.ids.issued,
            phones=[phone.state for phone in self.phones],
            network=self.network_state,
            **{name: part.state for name, part in self._parts().items()},
        )
        return world.model_dump(mode="json")

    def import_(self, world: Mapping[str, Any]) -> None:
        """Go on with an exported world; only before anything has happened here.

        What fell due meanwhile by the clock happens at once. Raises `UserInputError` for what is no world.
        """
        state = read_world(world)
        self.chaos = state.chaos
        for kept in state.phones:
            self._traffic.add_phone(kept.person).load(kept)
        self.load_network(state.network)
        for name, part in self._parts().items():
            part.load(getattr(state, name))
        self._traffic.ids.load(state.seed, state.ids)

    def _parts(self) -> dict[str, Any]:
        """Components with a state of their own, by their names in a world file."""
        return {
            "webhooks": self._traffic.webhooks,
            "subscriptions": self.subscriptions,
            "tokens": self.tokens,
            "rules": self.rules,
            "faults": self._faults,
            "templates": self.templates,
            "identity": self._traffic.customers.rules,
            "username": self._hosts.identity,
        }

    async def idle(self) -> None:
        """Return when no webhook is under way and none is due before the clock moves.

        Raises an `ExceptionGroup` of what failed in the background since the last call.
        """
        await self._traffic.background.idle()

    async def close(self) -> None:
        """Stop all deliveries, redeliveries included; then raise as `idle` does."""
        await self._traffic.background.close()


def _no_host(request: httpx.Request) -> httpx.Response:
    import httpx  # noqa: PLC0415

    raise httpx.ConnectError(f"there is no {request.url.host} on the emulated network", request=request)
