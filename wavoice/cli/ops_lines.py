"""What `wavoice ops` prints: things that wait or were given up, pauses, news; as lines or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from wavoice.runtime.operating.acting import Act
    from wavoice.runtime.operating.looking import Found
    from wavoice.runtime.ports import News, Pause

NOT_DONE = "Nothing was changed. Say --yes to do it."


def show(found: Sequence[Found], now: int, *, as_json: bool, none: str) -> None:
    """What waits or was given up, one a line; `none`: what is said if there is nothing."""
    if as_json:
        for one in found:
            typer.echo(json.dumps(_row(one, now)))
        return
    if not found:
        typer.echo(none)
    for one in found:
        what, age = one.what, _age(now - one.what.since)
        parts = [what.state, f"{what.attempts} tries" if what.attempts else ""]
        parts += [f"{one.code} at {one.where}" if one.where else one.code]
        parts += [_next(what.retry_at, now), "tried again since" if one.again else ""]
        said = ", ".join(part for part in parts if part)
        typer.echo(f"{age:>5}  {what.kind:9} {what.subject}  {what.address.contact}  {said}")


def show_acts(acts: Sequence[Act], *, done: bool, as_json: bool) -> None:
    """What was done, or would be."""
    for one in acts:
        if as_json:
            row = {"act": one.act, "subject": one.subject, "contact": one.contact, "done": done}
            typer.echo(json.dumps({**row, "says": one.says}))
        else:
            whose = f" ({one.contact})" if one.contact else ""
            typer.echo(f"{one.act} {one.subject}{whose}: {one.says}")
    if not done and not as_json:
        typer.echo(NOT_DONE)


def show_status(pauses: Sequence[Pause], news: Sequence[News], now: int, *, as_json: bool) -> None:
    """Pauses, then what WhatsApp said of the account."""
    for pause in pauses:
        row = {"field": "pause", "subject": pause.number or "all numbers", "state": "paused"}
        _tell({**row, "since": pause.since, "count": 1}, now, as_json=as_json)
    for one in news:
        row = {"field": one.field, "subject": one.subject, "state": one.state}
        _tell({**row, "since": one.at, "count": one.count}, now, as_json=as_json)
    if not pauses and not news and not as_json:
        typer.echo("Not paused; WhatsApp has said nothing of the account.")


def _tell(row: dict[str, Any], now: int, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(row))
        return
    words = (row["field"], row["subject"], row["state"])
    typer.echo(f"{_age(now - row['since']):>5}  {'  '.join(word for word in words if word)}")


def _row(one: Found, now: int) -> dict[str, Any]:
    what = one.what
    return {
        "kind": what.kind,
        "subject": what.subject,
        "number": what.address.number,
        "contact": what.address.contact,
        "turn": what.turn,
        "since": what.since,
        "seconds": (now - what.since) // 1_000_000,
        "state": what.state,
        "attempts": what.attempts,
        "retry_at": what.retry_at,
        "code": one.code,
        "where": one.where,
        "tried_again": one.again,
    }


def _age(micros: int) -> str:
    seconds = max(0, micros) // 1_000_000
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def _next(retry_at: int | None, now: int) -> str:
    if retry_at is None:
        return ""
    return f"next try in {_age(retry_at - now)}" if retry_at > now else "next try is due"
