"""Webhooks and what happens to them: the log, redelivery, events, rules, chaos, scripted faults."""

from __future__ import annotations

import json
from dataclasses import asdict

from wavoice.sim.emulator import deliveries
from wavoice.sim.emulator.chaos_words import parse_chaos
from wavoice.sim.emulator.control import models as m
from wavoice.sim.emulator.control.calls import ROOT, Call
from wavoice.sim.emulator.control.problems import ControlError, not_there
from wavoice.sim.emulator.control.users import find_phone
from wavoice.sim.emulator.error_rules import ErrorRule
from wavoice.sim.emulator.live import Live
from wavoice.sim.emulator.phone import Phone


class WebhooksDesk:
    """Calls about what comes to the bot, and about what its own sends meet."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def calls(self) -> list[Call]:
        """What can be asked for here."""
        return [
            Call("GET", "/webhooks", self.log),
            Call("GET", "/webhooks/{number}", self.one),
            Call("POST", "/webhooks/{number}/redeliver", self.redeliver),
            Call("POST", "/webhooks/flush", self.flush),
            Call("GET", "/events", self.events),
            Call("POST", "/inject", self.inject),
            Call("POST", "/rules", self.add_rule),
            Call("GET", "/rules", self.rules),
            Call("DELETE", "/rules", self.clear_rules),
            Call("DELETE", "/rules/{rule}", self.clear_rule),
            Call("POST", "/faults", self.fault),
            Call("POST", "/media-faults", self.media_fault),
            Call("PUT", "/chaos", self.set_chaos),
            Call("GET", "/chaos", self.chaos),
        ]

    async def log(self, query: m.After) -> m.Webhooks:
        """List webhooks and how each try was answered."""
        shown = [one for one in self._live.emulator.deliveries if one.number > query.after][: query.limit]
        return m.Webhooks(
            webhooks=[_as_webhook(one) for one in shown], next=shown[-1].number if shown else query.after
        )

    async def one(self, number: int) -> m.Webhook:
        """Show one webhook."""
        return _as_webhook(self._find(number))

    async def redeliver(self, number: int) -> m.Webhook:
        """Send the same bytes once more, whatever became of them."""
        found = self._find(number)
        await self._live.emulator.retry(found.id)
        return _as_webhook(found)

    async def flush(self) -> m.Done:
        """Bring the `reordered` messages that still wait for a next one."""
        await self._live.emulator.flush()
        return m.Done()

    async def events(self) -> m.Events:
        """List the events that can be injected by name."""
        # A hundred builders, which most sessions never need.
        from wavoice.sim.emulator.events import EVENTS  # noqa: PLC0415

        return m.Events(events=[m.Event(name=name, about=kind.doc) for name, kind in EVENTS.items()])

    async def inject(self, body: m.Inject) -> m.Injected:
        """Send a named event or a payload of your own; nothing changes on the emulated WhatsApp."""
        if (body.event is None) == (body.payload is None):
            raise ControlError("Nothing to inject is named.", remedy="Give either event or payload.")
        emulator = self._live.emulator
        if body.event is not None:
            payload = emulator.event(body.event, self._about(body.user), body.overrides)
        else:
            payload = body.payload or {}
        made = await emulator.inject(payload)
        return m.Injected(payload=payload, attempts=[_as_attempt(attempt) for attempt in made.attempts])

    async def add_rule(self, body: m.NewRule) -> m.Rule:
        """Let an error meet sends from now on."""
        return _as_rule(self._live.emulator.rules.add(**body.model_dump()))

    async def rules(self) -> m.Rules:
        """List the error rules that still strike."""
        return m.Rules(rules=[_as_rule(rule) for rule in self._live.emulator.rules.rules])

    async def clear_rules(self) -> m.Done:
        """Take all error rules back."""
        self._live.emulator.rules.clear()
        return m.Done()

    async def clear_rule(self, rule: str) -> m.Done:
        """Take one error rule back."""
        if not self._live.emulator.rules.clear(rule):
            raise not_there(f"rule {rule!r}", f"GET {ROOT}/rules lists those that still strike.")
        return m.Done()

    async def fault(self, body: m.Fault) -> m.Done:
        """Script what the next sends meet on the way."""
        self._live.emulator.fault(body.does, body.times)
        return m.Done()

    async def media_fault(self, body: m.MediaFault) -> m.Done:
        """Script what the next downloads of files meet."""
        self._live.emulator.media_fault(body.does, body.times)
        return m.Done()

    async def set_chaos(self, body: m.ChaosWords) -> m.ChaosWords:
        """Change the chaos; it holds from the next webhook on, with the seed that it names."""
        self._live.emulator.chaos = None if body.chaos is None else parse_chaos(body.chaos)
        return body

    async def chaos(self) -> m.ChaosState:
        """Show the chaos."""
        chaos = self._live.emulator.chaos
        return m.ChaosState(chaos=None if chaos is None else asdict(chaos))

    def _find(self, number: int) -> deliveries.Delivery:
        for one in self._live.emulator.deliveries:
            if one.number == number:
                return one
        raise not_there(f"webhook {number}", f"GET {ROOT}/webhooks lists those that are known.")

    def _about(self, user: str | None) -> Phone:
        phones = self._live.emulator.phones
        if user is not None or not phones:
            return find_phone(self._live, user or "")
        return phones[0]


def _as_webhook(delivery: deliveries.Delivery) -> m.Webhook:
    return m.Webhook(
        number=delivery.number,
        field=delivery.field,
        state=delivery.state,
        updates=delivery.updates,
        made_at=delivery.made_at,
        attempts=[_as_attempt(attempt) for attempt in delivery.attempts],
        payload=json.loads(delivery.body),
    )


def _as_attempt(attempt: deliveries.Attempt) -> m.Attempt:
    return m.Attempt(
        app=attempt.app,
        at=attempt.at,
        took=attempt.took,
        status=attempt.status,
        lost=attempt.lost,
        answer=attempt.answer,
    )


def _as_rule(rule: ErrorRule) -> m.Rule:
    return m.Rule(**rule.model_dump(include=set(m.Rule.model_fields)))
