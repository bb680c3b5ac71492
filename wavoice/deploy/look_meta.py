"""What a preflight asks Meta: the token, the number, the templates, who listens, the time."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from email.utils import parsedate_to_datetime

from wavoice.deploy.account import account_of
from wavoice.deploy.meta import SCOPES, Meta, NumberFacts, TokenFacts
from wavoice.deploy.target import Finding
from wavoice.runtime.errors import AuthError, ChannelError, ConfigError
from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.settings import Settings

SOON: Micros = 7 * 24 * 3600 * SECOND
"""A token that ends within a week is told of."""
MOST_SKEW: Micros = 60 * SECOND
"""A clock that is off by more makes windows of 24 hours and timers wrong."""
_RENEW = "Make a system user token with both permissions (Meta Business Suite, System users)."


async def look_at_meta(meta: Meta, settings: Settings, now: Micros) -> Sequence[Finding]:
    """Everything that Meta can say before anything is changed."""
    return [finding async for finding in _look(meta, settings, now)]


async def _look(meta: Meta, settings: Settings, now: Micros) -> AsyncIterator[Finding]:
    try:
        token = await meta.token()
        yield _token(token, now)
        if not token.valid or any(scope not in token.scopes for scope in SCOPES):
            return  # whatever else is asked would be refused for the same reason
        for number in [await meta.number(each) for each in meta.number_ids]:
            for finding in _number(number):
                yield finding
        yield await _clock(meta, now)
        account = account_of(settings, number)
        yield await _listening(meta, token, account)
        if (template := await _template(meta, settings, account)) is not None:
            yield template
    except AuthError as error:
        yield Finding("token", ok=False, told=error.message, remedy=error.remedy)
    except (ChannelError, ConfigError) as error:
        yield Finding("whatsapp", ok=False, told=error.message, remedy=error.remedy or _REACH)


_REACH = "Check whatsapp.graph_base_url, whatsapp.phone_number_id, and that this machine reaches it."


def _token(token: TokenFacts, now: Micros) -> Finding:
    if not token.valid:
        why = f" ({token.trouble})" if token.trouble else ""
        return Finding("token", ok=False, told=f"not valid{why}", remedy=_RENEW)
    if missing := [scope for scope in SCOPES if scope not in token.scopes]:
        return Finding("token", ok=False, told=f"lacks {' and '.join(missing)}", remedy=_RENEW)
    if token.expires_at is None:
        return Finding("token", ok=True, told=f"{token.kind or 'valid'}, never ends, may send and manage")
    left = token.expires_at - now
    hours = max(0, left // (3600 * SECOND))
    told = f"{token.kind or 'valid'}, may send and manage, ends in {hours} h"
    return Finding("token", ok=left > SOON, told=told, remedy=_RENEW if left <= SOON else "", needed=False)


def _number(number: NumberFacts) -> Sequence[Finding]:
    told = ", ".join(
        part for part in (number.name, number.status, number.quality and f"quality {number.quality}") if part
    )
    if number.status and number.status != "CONNECTED":
        return [
            Finding(
                "number",
                ok=False,
                told=told,
                remedy="Register it with its two-step PIN: docs/deploy.md has the call.",
            )
        ]
    if number.can_send == "BLOCKED":
        remedy = "WhatsApp Manager says why under Account Overview."
        return [Finding("number", ok=False, told=f"{told}; may not send", remedy=remedy)]
    findings = [Finding("number", ok=True, told=told)]
    if number.quality == "RED" or number.can_send == "LIMITED":
        findings.append(
            Finding(
                "quality",
                ok=False,
                told=f"quality {number.quality}, sending {number.can_send or 'unknown'}",
                remedy="Customers block or report this number: see WhatsApp Manager, Insights.",
                needed=False,
            )
        )
    return findings


async def _clock(meta: Meta, now: Micros) -> Finding:
    """Meta's own clock, to the second, against ours."""
    said = await meta.date()
    with contextlib.suppress(ValueError, TypeError):
        off = abs(int(parsedate_to_datetime(said).timestamp()) * SECOND - now)
        if off > MOST_SKEW:
            told = f"{off // SECOND} s off Meta's"
            return Finding("clock", ok=False, told=told, remedy="Let this machine keep time (NTP).")
        return Finding("clock", ok=True, told=f"within {MOST_SKEW // SECOND} s of Meta's")
    return Finding("clock", ok=True, told="Meta's answer bears no date: not compared", needed=False)


async def _listening(meta: Meta, token: TokenFacts, account: str) -> Finding:
    """Without it no webhook comes at all. A deploy sees to it itself; here it is only told."""
    if token.app in await meta.listeners(account):
        return Finding("subscribed", ok=True, told="the app gets the account's webhooks")
    return Finding(
        "subscribed",
        ok=False,
        told="the app does not get the account's webhooks yet",
        remedy="The step `webhook` of a deploy subscribes it.",
        needed=False,
    )


async def _template(meta: Meta, settings: Settings, account: str) -> Finding | None:
    whatsapp = settings.whatsapp
    if (name := whatsapp.template_outside_window) is None:
        return None
    status = await meta.template(account, name, whatsapp.template_language)
    what = f"{name} ({whatsapp.template_language})"
    if status == "APPROVED":
        return Finding("template", ok=True, told=f"{what} is approved")
    told = f"{what} is {status}" if status else f"there is no {what}"
    return Finding(
        "template",
        ok=False,
        told=told,
        remedy="Have it approved in WhatsApp Manager, or take whatsapp.template_outside_window out.",
    )
