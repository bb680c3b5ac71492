"""Journal events and facts of the phone as plain lines, or as JSON."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from wavoice.cli.tui.plain import visible
from wavoice.runtime import journal
from wavoice.runtime.journal import Event
from wavoice.runtime.journal_lines import to_json
from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.chat.facts import Arrived, Fact, Notice, Sent

_INDENT = " " * 15
_COURSE = ("proposed", "reprompted", "confirmed", "held", "cancelled", "superseded", "expired", "committed",
           "unknown", "failed", "handed_off", "released")  # fmt: skip
"""What happens to a job, worth a line."""


class Lines:
    """What is worth a line; everything untrusted is shown as plain text, without control characters."""

    def __init__(self, zone: str, names: Mapping[str, str]) -> None:
        """`names` by contact, of those who are named."""
        self._zone, self._names = ZoneInfo(zone), names

    def of(self, news: Event | Fact) -> Iterator[str]:
        """The lines of one piece of news; most have none."""
        match news:
            case Sent():
                yield self._said(news.at, "you", news.contact, _own(news))
            case Arrived():
                yield self._said(news.message.at, "bot", news.contact, _theirs(news))
            case Notice():
                yield f"{self._clock(news.at)}  ·    {visible(news.text)}"
            case Event():
                yield from (_INDENT + visible(line) for line in _course(news))

    def _said(self, at: Micros, who: str, contact: str, words: str) -> str:
        whose = f"({visible(self._names[contact])}) " if contact in self._names else ""
        return f"{self._clock(at)}  {who}  {whose}{words}"

    def _clock(self, at: Micros) -> str:
        return datetime.fromtimestamp(at / SECOND, UTC).astimezone(self._zone).strftime("%H:%M:%S")


def _own(sent: Sent) -> str:
    words = visible(sent.text)
    match sent.kind:
        case "voice":
            return f"♪ {_length(sent.seconds)} {words}".rstrip()
        case "text":
            return words
        case "button":
            return f"[{words}]"
        case "reaction":
            return f"reacts with {words}" if words else "takes the reaction back"
        case "edit":
            return f"changes it to: {words}"
        case "unsend":
            return "takes the message back"


def _theirs(arrived: Arrived) -> str:
    message = arrived.message
    if message.kind == "voice":
        return f"♪ {_length(arrived.seconds)}"
    if message.kind == "reaction":
        return f"reacts with {visible(message.text or '')}"
    buttons = "".join(f"  [{visible(button.title)}]" for button in message.buttons)
    return f"{visible(message.text or f'({message.kind})')}{buttons}"


def _course(event: Event) -> Iterator[str]:
    """What became of a message, as far as somebody who only reads along wants to know."""
    body = event.body
    match body:
        case journal.HeardNote():
            yield (
                f"heard: {body.text or '(nothing)'}  ({body.decodes[-1].avg_logprob:.2f})"
                if body.decodes
                else "heard: (nothing)"
            )
        case journal.Replied() | journal.Noticed() if "voice" in body.form:
            yield f"said: {body.spoken or body.text}"
        case journal.Trouble():
            yield f"trouble: {body.stage} {body.code} {body.detail}".rstrip()
        case journal.TurnEnded():
            yield f"{body.how} in {(body.ended_at - body.started_at) / 1000:.0f} ms"
        case _ if event.kind in _COURSE:
            yield f"{event.kind}: {_job(body)}"


def _job(body: Any) -> str:
    if isinstance(body, journal.ProposalEvent):
        args = " ".join(f"{name}={value}" for name, value in body.args.items())
        return f"{body.action} {args} {body.tier} {body.row}".rstrip()
    return str(body.reason)


def _length(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def to_json_line(news: Event | Fact) -> str:
    """A journal event as its own line (`kind`, `data`, `pii`); a fact with its name as `fact`.

    Bytes are told by their number and hash.
    """
    found = (
        to_json(news) if isinstance(news, Event) else {"fact": type(news).__name__.lower(), **_plain(news)}
    )
    return json.dumps(found, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        fields = ((spec.name, getattr(value, spec.name)) for spec in dataclasses.fields(value))
        return {name: _plain(item) for name, item in fields}
    if isinstance(value, bytes):
        return {"bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value
