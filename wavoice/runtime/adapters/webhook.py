"""The webhook app: raw-body signature first, then store, then 200.

Meta calls a webhook delivered only when it is answered with 200; anything else is sent again for
days. So 200 is said once every message of the body is durable, and never before.
"""

from __future__ import annotations

import hmac
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from wavoice.runtime.adapters.wire import BadWebhook, parse, verify_signature
from wavoice.runtime.bot import Bot
from wavoice.runtime.errors import StoreError
from wavoice.runtime.model import Micros
from wavoice.runtime.ports import News

PATH = "/webhooks/whatsapp"
MAX_BODY = 3 * 1024 * 1024
"""Meta's limit for one webhook body."""

MOST_LOGGED = 20
"""Kinds of unknown parts of one webhook that are logged; all are counted."""
_CHALLENGE = re.compile(r"[\x21-\x7e]{1,256}")
"""WhatsApp sends digits; what is echoed must not be more than a word."""

log = structlog.get_logger("wavoice")


@dataclass(frozen=True, slots=True)
class WebhookSecrets:
    """What proves that a webhook is Meta's, and to Meta that the endpoint is ours."""

    app_secrets: Sequence[SecretStr]
    """Keys of the signature; the old one beside the new one while they are rotated."""
    verify_token: SecretStr


def webhook_app(bot: Bot, secrets: WebhookSecrets) -> Starlette:
    """Return the ASGI app that Meta calls."""
    keys = [secret.get_secret_value().encode() for secret in secrets.app_secrets]

    async def verify(request: Request) -> Response:
        query = request.query_params
        told = query.get("hub.verify_token", "").encode("utf-8", "surrogateescape")
        known = secrets.verify_token.get_secret_value().encode()
        if query.get("hub.mode") != "subscribe" or not hmac.compare_digest(told, known):
            return PlainTextResponse("wrong verify token", status_code=403)
        challenge = query.get("hub.challenge", "")
        if not _CHALLENGE.fullmatch(challenge):
            return PlainTextResponse("no challenge", status_code=400)
        return PlainTextResponse(challenge)

    async def receive(request: Request) -> Response:
        received_at = bot.kit.clock.now()
        body = await _body(request)
        if body is None:
            return PlainTextResponse("body too large", status_code=413)
        signed = request.headers.getlist("x-hub-signature-256")
        if len(signed) != 1 or not verify_signature(body, signed[0], keys):
            log.warning("webhook_signature_refused", size=len(body))
            return PlainTextResponse("wrong signature", status_code=401)
        return await _store(bot, body, received_at)

    return Starlette(routes=[Route(PATH, verify, methods=["GET"]), Route(PATH, receive, methods=["POST"])])


async def _store(bot: Bot, body: bytes, received_at: Micros) -> Response:
    try:
        batch = parse(body)
    except BadWebhook:
        log.warning("webhook_not_json", size=len(body))
        return PlainTextResponse("not a webhook body", status_code=400)
    odd = batch.odd()
    try:
        if batch.alerts:
            await bot.intake.hear(
                News(alert.field, alert.subject, alert.event, received_at) for alert in batch.alerts
            )
        await bot.intake.take((*batch.messages, *batch.statuses), received_at, odd, batch.outlines)
    except StoreError as error:
        log.error("webhook_not_stored", error=error.code, size=len(body))
        return PlainTextResponse("not stored: send it again", status_code=503)
    for alert, count in Counter(batch.alerts).most_common(MOST_LOGGED):
        log.warning("webhook_alert", field=alert.field, what=alert.event, count=count)
    for what, count in odd.most_common(MOST_LOGGED):
        log.info("webhook_part_unknown", what=what, count=count)
    return PlainTextResponse("")


async def _body(request: Request) -> bytes | None:
    """The exact bytes, or None once they exceed Meta's own limit."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > MAX_BODY:
        return None
    received = bytearray()  # counted all the same: the header may be absent, or lie
    async for chunk in request.stream():
        received += chunk
        if len(received) > MAX_BODY:
            return None
    return bytes(received)
