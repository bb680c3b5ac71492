"""What a message of the business has to pass before WhatsApp takes it, in Meta's order."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wavoice.runtime.ports import Clock
from wavoice.sim.emulator.config import EmulatorConfig
from wavoice.sim.emulator.directory import Directory
from wavoice.sim.emulator.error_rules import ErrorRules
from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.handset.base import Handset
from wavoice.sim.emulator.media import MediaShelf, StoredMedia
from wavoice.sim.emulator.moments import Moments
from wavoice.sim.emulator.phone import Phone
from wavoice.sim.emulator.pricing import Category
from wavoice.sim.emulator.rates import Rates
from wavoice.sim.emulator.recipients import bubble, check_addressee, late_refusal
from wavoice.sim.emulator.registration import Registration, RegistrationState
from wavoice.sim.emulator.sending.content import Send
from wavoice.sim.emulator.templates.life import Templates
from wavoice.sim.emulator.windows import Windows
from wavoice.sim.emulator.wire import Person

_PRICED: dict[str, Category] = {
    "MARKETING": "marketing",
    "UTILITY": "utility",
    "AUTHENTICATION": "authentication",
}
"""Categories of templates as prices name them."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A message that gets a wamid."""

    request: Send
    """As it will be shown."""
    person: Person
    phone: Phone | None
    """None for a number that is not on WhatsApp."""
    file: StoredMedia | None
    """The file that it brings by id."""
    category: Category
    failure: GraphError | None
    """Why it is to fail all the same, a moment later."""


class Acceptance:
    """The state of one business number: registered, windows with its users, how much it sends."""

    def __init__(
        self,
        config: EmulatorConfig,
        clock: Clock,
        directory: Directory,
        shelf: MediaShelf,
        rules: ErrorRules,
        templates: Templates,
    ) -> None:
        self._config = config
        self._clock = clock
        self._directory = directory
        self._shelf = shelf
        self._rules = rules
        self._templates = templates
        self.registration = Registration(RegistrationState(registered=config.registered, pin=config.pin))
        self.windows = Windows()
        self.rates = Rates(config.throughput)
        self.moments = Moments()
        self.authors: dict[str, Handset] = {}
        """Who sent a message to the business, by its wamid."""

    def admit(self, request: Send) -> Admitted:
        """Take a message; it is counted. Raises `GraphError`, and then nothing is."""
        now = self._clock.now()
        self.registration.require()
        if not self.rates.has_room(now):
            most = self.rates.throughput
            raise GraphError(130429, f"More than {most} messages a second on this number", wait=1)
        person, phone = self._directory.addressee(request.to, request.recipient)
        check_addressee(self._config, request, person, phone)
        files = [self._shelf.get(media) for media in request.content.files]
        request = replace(self._templates.check(request), quotes=bubble(request, self.moments, now))
        failure = self._injected(request, person) or self._late_refusal(request, phone)
        if failure is None and phone is not None:
            failure = self._outside_window(request, person)
        user = person.bsuid or (person.phone or "")
        if self._config.pair_rate and not self.rates.pour(user, now):
            raise GraphError(
                131056, "Too many messages from this number to the same user in a short time", wait=6
            )
        self.rates.saw(now)
        if failure is None:
            self.windows.answered(person.bsuid, now)
        category = _PRICED.get(self._templates.category_of(request) or "", "service")
        return Admitted(request, person, phone, files[0] if files else None, category, failure)

    def _injected(self, request: Send, person: Person) -> GraphError | None:
        """The failure that a rule wants. Raises it where the rule wants a refusal."""
        injected = self._rules.next(person, request.content.type)
        if injected is not None and not injected.later:
            raise injected.error
        return None if injected is None else injected.error

    def _late_refusal(self, request: Send, phone: Handset | None) -> GraphError | None:
        about = request.content.about
        recent = about is not None and self.moments.recent(about, self._clock.now())
        return late_refusal(request, self.authors, phone, recent)

    def _outside_window(self, request: Send, person: Person) -> GraphError | None:
        """The failure of a message that is no template. Raises it where refusals come at once."""
        mode = self._config.window
        if mode == "off" or request.content.kind == "template":
            return None
        if self.windows.is_open(person.bsuid, self._clock.now()):
            return None
        closed = GraphError(131047, "More than 24 hours have passed since the user last replied")
        if mode == "sync":
            raise closed
        return closed
