"""The journal as it is, line by line, with a sentence each. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wavoice.runtime import journal
from wavoice.runtime.journal import Event
from wavoice.runtime.journal_lines import to_json
from wavoice.runtime.model import Micros
from wavoice.sim.chat.views.strange import Strange


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the journal."""

    number: int
    """From 1 on."""
    event: Event | Strange

    @property
    def at(self) -> Micros:
        """When it was noted."""
        return self.event.at

    @property
    def kind(self) -> str:
        """Name of the event."""
        return self.event.kind

    @property
    def contact(self) -> str:
        """Whose it is."""
        return self.event.contact if isinstance(self.event, Strange) else self.event.where.contact

    @property
    def turn(self) -> str:
        """The turn that it belongs to."""
        return self.event.turn if isinstance(self.event, Strange) else self.event.where.turn

    @property
    def strange(self) -> bool:
        """It was passed over: this version does not know it."""
        return isinstance(self.event, Strange)

    @property
    def sentence(self) -> str:
        """What it says, in a few words; untrusted text stands in it as it came."""
        if isinstance(self.event, Strange):
            return f"skipped: {self.event.why}"
        return sentence(self.event)

    @property
    def json(self) -> str:
        """All of it, on one line."""
        whole = self.event.line if isinstance(self.event, Strange) else to_json(self.event)
        return json.dumps(whole, ensure_ascii=False)


def sentence(event: Event) -> str:
    """An event in a few words, without its time and kind."""
    write = SENTENCES.get(type(event.body))
    return "" if write is None else " · ".join(part for part in write(event.body) if part)


def _ms(micros: Micros) -> str:
    return f"{micros / 1000:.1f} ms"


def _quoted(text: str) -> str:
    return f"“{text}”" if text else "(no words kept)"


def _args(body: journal.ProposalEvent) -> str:
    money = body.money or {}
    sum_ = f"{money.get('minor')} {money.get('currency')} (minor units)" if money else ""
    named = " ".join(f"{name}={value}" for name, value in body.args.items())
    return " ".join(part for part in (body.action, named, sum_) if part)


def _proposal(body: journal.ProposalEvent) -> tuple[str, ...]:
    return (_args(body), f"v{body.version} {body.tier}", f"row {body.row}" if body.row else "")


def _received(body: journal.Received) -> tuple[str, ...]:
    form = "voice note" if body.voice else str(body.form)
    return (form, f"answers {body.quotes}" if body.quotes else "", "forwarded" if body.forwarded else "")


def _heard(body: journal.HeardNote) -> tuple[str, ...]:
    last = body.decodes[-1] if body.decodes else None
    sure = f"logprob {last.avg_logprob:.2f}" if last is not None and last.measured else ""
    return (_quoted(body.text), sure, f"{body.speech_seconds:.1f} of {body.note_seconds:.1f} s speech")


def _read(body: journal.Read) -> tuple[str, ...]:
    slots = " ".join(f"{name}={value}" for name, value in body.slots.items())
    by = f"by {body.decided_by}" + (f", {body.sure:.0%} sure" if body.likely else "")
    llm = " ".join(f"llm: {job} {sure:.2f}" for job, sure in body.llm.items())
    return (" ".join(map(str, body.acts)) or "no acts", body.intent or "", slots, by, llm)


def _replied(body: journal.Replied | journal.Noticed) -> tuple[str, ...]:
    return (
        body.form,
        _quoted(body.spoken or body.text),
        f"instead: {body.fallback}" if body.fallback else "",
    )


def _span(body: journal.SpanEvent) -> tuple[str, ...]:
    return (
        str(body.stage),
        _ms(body.end - body.start),
        f"path {_ms(body.on_path)}",
        "" if body.ok else "failed",
    )


def _looked_up(body: journal.LookedUp) -> tuple[str, ...]:
    orders = ", ".join(f"{order.order} {order.status} {order.day}" for order in body.orders)
    return (f"{body.customers} matching records", orders)


def _consent_changed(body: journal.ConsentChanged) -> tuple[str, ...]:
    return (body.purpose, body.status or ("granted" if body.given else "withdrawn"), body.source)


SENTENCES: Mapping[type[Any], Callable[[Any], tuple[str, ...]]] = {
    journal.Received: _received,
    journal.Typed: lambda body: ("button" if body.button else "", _quoted(body.text)),
    journal.MediaKept: lambda body: (body.codec, f"{body.seconds:.1f} s", f"{body.size} bytes"),
    journal.HeardNote: _heard,
    journal.LookedUp: _looked_up,
    journal.Read: _read,
    journal.Decided: lambda body: (
        f"row {body.row or '-'}",
        str(body.effect),
        body.reason,
        str(body.state or ""),
    ),
    journal.Proposed: lambda body: (*_proposal(body), _quoted(body.read_back)),
    journal.Reprompted: lambda body: (*_proposal(body), _quoted(body.read_back)),
    journal.Confirmed: lambda body: (
        *_proposal(body),
        f"by {body.binding}" + (" and code" if body.code else ""),
    ),
    journal.Held: _proposal,
    journal.Cancelled: _proposal,
    journal.Superseded: _proposal,
    journal.Expired: _proposal,
    journal.Intended: lambda body: (_args(body), f"key {body.key}", "again" if body.again else ""),
    journal.Committed: lambda body: (_args(body), body.reference),
    journal.Shadowed: lambda body: (_args(body), "not made: the job is in shadow"),
    journal.Unknown: lambda body: (_args(body), f"key {body.key}"),
    journal.Failed: lambda body: (_args(body), body.reason),
    journal.Replied: _replied,
    journal.Noticed: _replied,
    journal.HandedOff: lambda body: (body.reason,),
    journal.Released: lambda body: (body.reason,),
    journal.ConsentShown: lambda body: (body.purpose, body.source),
    journal.ConsentChanged: _consent_changed,
    journal.StatusSeen: lambda body: (str(body.status), body.message),
    journal.Noted: lambda body: (body.action, body.note),
    journal.Ticketed: lambda body: (str(body.reason), body.ticket),
    journal.Trouble: lambda body: (body.stage, body.code, body.detail),
    journal.Redacted: lambda body: (body.reason, f"{len(body.records)} records"),
    journal.Operated: lambda body: (body.act, body.subject, body.reason),
    journal.Erased: lambda body: (body.source, f"{len(body.records)} records"),
    journal.Pruned: lambda body: (", ".join(body.classes) or "records", f"up to {body.until}"),
    journal.SpanEvent: _span,
    journal.Waited: lambda body: ("queue", _ms(body.end - body.start)),
    journal.TurnEnded: lambda body: (body.how, body.reason, _ms(body.ended_at - body.started_at)),
}
