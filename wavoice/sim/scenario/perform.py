"""Carries a scenario out, step by step, on a clock that jumps to whatever is due next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import cast

from wavoice.runtime import journal
from wavoice.runtime.cases import Effect
from wavoice.runtime.errors import ScenarioError, UserInputError
from wavoice.runtime.model import SECOND, Alias, Micros, Offered, Payment, PromptState
from wavoice.sim.clock import VirtualClock
from wavoice.sim.emulator.network_faults import NetworkFault
from wavoice.sim.scenario.cast import start_of
from wavoice.sim.scenario.failure import Failure
from wavoice.sim.scenario.format import OfferSpec, OrderChange, Step
from wavoice.sim.scenario.given import FaultSpec
from wavoice.sim.scenario.handset import Handset
from wavoice.sim.scenario.load import Case
from wavoice.sim.scenario.record import LAST_TIMER, Mark, Record, StepRun
from wavoice.sim.scenario.scene import Person, Scene
from wavoice.sim.scenario.stage import Models, open_stage
from wavoice.sim.scenario.values import as_amount, dated, money
from wavoice.sim.virtual_loop import VirtualLoop, run_virtually

PAUSE: Micros = 5 * SECOND
"""How long after the latest thing the customer sends the next one."""


@dataclass(frozen=True, slots=True)
class Swept:
    """Send this step at a moment of its own, or leave it out."""

    step: int
    """Its position in `steps`."""
    at: Micros | None
    """None: it is left out."""


def perform(case: Case, models: Models | None = None, swept: Swept | None = None) -> Record:
    """Run one scenario from its first moment to its last timer, in virtual time."""
    clock = VirtualClock(start_of(case.scenario.given))
    return run_virtually(clock, lambda loop: _perform(case, models or Models(), swept, loop))


async def _perform(case: Case, models: Models, swept: Swept | None, loop: VirtualLoop) -> Record:
    scenario = case.scenario
    async with open_stage(scenario.given, case.world, scenario.contacts, models, loop) as stage:
        play = Play(case, stage, models, swept)
        await stage.settle()
        for index, step in enumerate(scenario.steps):
            if swept is not None and swept.step == index and swept.at is None:
                continue
            try:
                await play.step(index, step)
            except UserInputError as error:
                line = case.line("steps", index)
                problem = error.problems[0][1] if isinstance(error, ScenarioError) else error.message
                play.record.broken = Failure(index + 1, step.action, problem, line=line)
                break
        await play.end()
        return play.record


@dataclass(slots=True)
class Play:
    """One run under way: steps are handed to it one after the other, then `end` is called."""

    case: Case
    """Its `given` holds; its steps only tell when the next one is due."""
    stage: Scene
    models: Models = field(default_factory=Models)
    swept: Swept | None = None
    record: Record = field(init=False)
    handset: Handset = field(init=False)
    _personal: list[str] = field(default_factory=list)
    _sent_at: Micros | None = None
    _waited_at: Micros | None = None
    _armed: int = 0

    def __post_init__(self) -> None:
        stage = self.stage
        self._personal.extend(_known(stage))
        self.record = Record(
            steps=[],
            events=stage.events,
            ledger=(),
            orders=stage.world.orders,
            messages={person.contact: person.phone.messages for person in stage.people.values()},
            names={person.contact: name for name, person in stage.people.items()},
            today=stage.today,
            policy=stage.policy,
            consent=self.case.scenario.given.consent,
            personal=self._personal,
            threads={f"{stage.number}.{one.contact}": name for name, one in stage.people.items()},
        )
        self.handset = Handset(self.case, self.record, self.models.recorder)

    def mark(self) -> Mark:
        """This moment."""
        return Mark(self.stage.clock.now(), len(self.stage.events), len(self.stage.world.ledger))

    async def step(self, index: int, step: Step, *, follow: bool = True) -> None:
        """Wait for its moment, let it happen, and follow it until it is decided.

        Without `follow` it is only let happen; whether it is decided is seen when time passes again.
        Raises `ScenarioError` if what it refers to is not there.
        """
        stage = self.stage
        self._personal.extend(_words(step))
        if step.action != "wait":
            await stage.advance(max(self.moment(index, step), stage.clock.now()))
            self._look()
        if self.record.steps and self.record.steps[-1].ended is None:
            self.record.steps[-1].ended = self.mark()
        person = stage.people[step.from_ or self.case.scenario.given.contact]
        run = StepRun(index + 1, step, person.contact, self.mark())
        self.record.steps.append(run)
        self._arm(index, step)
        if step.wait is not None:
            await stage.advance(stage.clock.now() + step.wait)
            self._waited_at = stage.clock.now()
        elif step.by_customer:
            await self._send(run, person)
        else:
            await self._happens(step, person)
        await self._follow(run, self._next_moment(index) if follow else stage.clock.now())
        if step.id is not None:
            self.handset.answers[step.id] = run

    def moment(self, index: int, step: Step) -> Micros:
        """When the step is due; see `Step.after`."""
        if self.swept is not None and self.swept.step == index and self.swept.at is not None:
            return self.swept.at
        now, known = self.stage.clock.now(), [m for m in (self._sent_at, self._waited_at) if m is not None]
        if step.after is not None:
            return max(known, default=now) + step.after
        if not step.by_customer or not known:
            return now
        return max(*known, self._heard_at(), 0) + PAUSE

    def _heard_at(self) -> Micros:
        shown = [m.at for seen in self.record.messages.values() for m in seen]
        return max(shown, default=0)

    def _next_moment(self, index: int) -> Micros | None:
        """When the next step is due, if that is known already: it may come before this one is decided."""
        following = self.case.scenario.steps[index + 1 : index + 2]
        swept = self.swept is not None and self.swept.step == index + 1
        if not following or (following[0].after is None and not swept) or following[0].action == "wait":
            return None
        return self.moment(index + 1, following[0])

    async def _send(self, run: StepRun, person: Person) -> None:
        self._sent_at = self.stage.clock.now()
        run.step = self.handset.filled(run.step, person)
        with self.stage.sending(run.step):
            run.message = await self.handset.does(run.step, person)
        self.handset.sent(run.step, person, run.message)

    async def _happens(self, step: Step, person: Person) -> None:
        """Something that no customer does."""
        if step.staff is not None:
            await self.stage.emulator.staff_says(person.phone, step.staff)
        elif step.vendor is not None:
            for order, change in step.vendor.orders.items():
                day = date.fromisoformat(dated(change.day, self.record.today)) if change.day else None
                self.stage.world.staff_edits(
                    order,
                    day=day,
                    address=change.address,
                    status=change.status,
                    payment=self._given_back(order, change),
                )
        elif step.offer is not None:
            await self._offer(step.offer, person)
        elif step.release is not None:
            await self.stage.release(person)
        elif isinstance(step.crash, str):
            self.stage.arm(step.crash)
            self._armed = self.record.steps[-1].number
        else:
            await self.stage.restart()

    async def _offer(self, offer: OfferSpec, person: Person) -> None:
        stage, known = self.stage, person.phone.person
        named = {"order": offer.order, "invoice": offer.invoice}
        args = {name: value for name, value in named.items() if value is not None}
        if offer.day is not None:
            args["day"] = dated(offer.day, self.record.today)
        until = stage.clock.now() + stage.policy.business_clock
        offered = Offered(f"offer-{len(self.record.steps)}", offer.action, args, until)
        await stage.offer(Alias(known.phone, known.bsuid), offered)

    def _given_back(self, number: str, change: OrderChange) -> Payment | None:
        """The payment of an order of which staff has given money back; None if they have not."""
        order = self.stage.world.orders.get(number)
        if change.refunded is None or order is None:
            return None
        back, payment = money(change.refunded), order.payment
        if payment is None or back.currency != payment.paid.currency or back.minor > payment.paid.minor:
            paid = as_amount(payment.paid) if payment else "nothing"
            raise UserInputError(f"Of order {number} {paid} was paid, so {change.refunded} cannot go back.")
        return replace(payment, refunded=back.minor)

    def _arm(self, index: int, step: Step) -> None:
        """Set up what goes wrong from this step on, and how far messages get."""
        for fault in self.case.scenario.given.faults:
            wanted = "1" if fault.step is None else fault.step
            if wanted in (str(index + 1), step.id):
                self.break_down(fault)
        if step.prompt_status is not None:
            for person in self.stage.people.values():
                person.phone.reach = PromptState(step.prompt_status)

    def break_down(self, fault: FaultSpec) -> None:
        """Let this go wrong from now on."""
        stage = self.stage
        if fault.system == "orders":
            stage.world.fault(fault.does, fault.at or "write", fault.times)
        elif fault.system == "tickets":
            look_up = fault.at == "look_up"
            stage.world.fault(fault.does, "ticket_look_up" if look_up else "ticket_write", fault.times)
        elif fault.system == "whatsapp":
            stage.emulator.fault(cast(NetworkFault, fault.does), fault.times)
        else:
            stage.faults.add(fault.system, fault.does, fault.times)

    async def _follow(self, run: StepRun, limit: Micros | None) -> None:
        """Let time pass until the step's message is decided, or until the next one is due."""
        stage = self.stage
        while True:
            due = await stage.settle(limit)
            self._look()
            waits = run.message is not None and run.decided is None and run.step.deliver != "reordered"
            if not waits:
                break
            if due is None or (limit is not None and due > limit):
                return
            await stage.jump(due)
        run.ended = self.mark()

    def _look(self) -> None:
        """Note for every step whether its message has been decided by now, and where in the journal."""
        waiting = {run.message: run for run in self.record.steps if run.message and run.decided is None}
        if not waiting:
            return
        by_turn: dict[str, StepRun] = {}
        for place, event in enumerate(self.stage.events):
            body = event.body
            if isinstance(body, journal.Received) and body.message in waiting:
                run = waiting[body.message]
                run.turn = event.where.turn
                by_turn[run.turn] = run
            elif (turn := by_turn.get(event.where.turn)) is not None and _is_answer(body, place, turn):
                turn.decided = place + 1

    async def end(self) -> None:
        """Follow every timer, then deliver every webhook once more."""
        stage = self.stage
        await stage.settle()
        self._look()
        if self.record.steps and self.record.steps[-1].ended is None:
            self.record.steps[-1].ended = self.mark()
        self.record.played = self.mark()
        end = stage.clock.now() + LAST_TIMER
        while (due := await stage.settle()) is not None and due <= end:
            await stage.jump(due)
        self.record.quiet = self.mark()
        for body in stage.emulator.posted:
            await stage.emulator.redeliver(body)
        while (due := await stage.settle()) is not None and due <= end:
            await stage.jump(due)
        self.record.repeated = self.mark()
        if stage.armed is not None:
            line = self.case.line("steps", self._armed - 1)
            told = f"{stage.armed} was never reached, so nothing crashed"
            self.record.noticed.append(Failure(self._armed, "crash", told, line=line))
        self.record.ledger = stage.world.ledger
        self.record.tickets = stage.world.desk.tickets


def _is_answer(body: object, place: int, run: StepRun) -> bool:
    """A turn has said what it has to say at once. The reply to a yes waits for the commit."""
    if isinstance(body, journal.Confirmed | journal.TurnEnded):
        return run.decided is None
    settles = isinstance(body, journal.Decided) and body.effect == Effect.SETTLE
    return (settles and run.decided is None) or (isinstance(body, journal.Replied) and run.decided == place)


def _known(stage: Scene) -> Iterator[str]:
    """What the journal may hold under `pii` alone: who the customers are, where they live, what they say."""
    for person in stage.people.values():
        known = person.phone.person
        yield from (value for value in (known.phone, known.bsuid) if value)
    for order in stage.world.orders.values():
        yield order.address
        if order.payment is not None:
            yield order.payment.payee


def _words(step: Step) -> Iterator[str]:
    heard = (step.heard.text, step.heard.second) if step.heard else ()
    shown = (step.image if isinstance(step.image, str) else None, step.document, step.location)
    # A few words may well be the runtime's own: "yes and no" is a reason of its.
    for words in (step.note, step.text, step.edit, *heard, *shown):
        if words and len(words.split()) > 3:
            yield words
