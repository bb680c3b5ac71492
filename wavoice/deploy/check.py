"""`wavoice deploy --check`: everything between a phone and the bot, asked from outside, changing nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import httpx

from wavoice.deploy.callback import callback_of, callback_url
from wavoice.deploy.canary import note_of
from wavoice.deploy.look_meta import look_at_meta
from wavoice.deploy.meta import Meta
from wavoice.deploy.target import Finding
from wavoice.runtime.adapters.graph import GraphClient
from wavoice.runtime.errors import AuthError, ChannelError, MediaError
from wavoice.runtime.model import MediaRef
from wavoice.runtime.ports import Clock
from wavoice.runtime.settings import Settings
from wavoice.runtime.speaking import VOICE_MIME


async def check(
    settings: Settings, meta: Meta, channel: GraphClient, http: httpx.AsyncClient, clock: Clock
) -> Sequence[Finding]:
    """Handshake and signature of the bot's public address; token, number, templates, and where webhooks go at
    Meta; a voice note there and back. Raises `ConfigError` where the settings do not say what to ask.
    """
    outside = await callback_of(settings, http, str(clock.now())).check()
    at_meta = list(await look_at_meta(meta, settings, clock.now()))
    findings = [*outside, *at_meta]
    if any(each.name == "number" and each.ok for each in at_meta):
        findings.append(await _leads_here(settings, meta))
        findings.append(await _media(settings, meta, channel))
    return findings


async def _leads_here(settings: Settings, meta: Meta) -> Finding:
    wanted = callback_url(settings)
    try:
        found = {(await meta.number(each)).callback for each in meta.number_ids}
    except (AuthError, ChannelError) as error:
        return Finding("webhook", ok=False, told=error.message, remedy=error.remedy)
    if found == {wanted}:
        return Finding("webhook", ok=True, told=f"Meta sends messages to {wanted}")
    others = ", ".join(sorted(each or "nobody" for each in found - {wanted}))
    return Finding(
        "webhook",
        ok=False,
        told=f"Meta sends messages to {others}",
        remedy=f"Let them come here: wavoice deploy webhook {settings.deploy.url}",
    )


async def _media(settings: Settings, meta: Meta, channel: GraphClient) -> Finding:
    """A voice note is uploaded, found, downloaded, compared and deleted."""
    note = note_of(settings)
    try:
        media = await channel.upload(note, VOICE_MIME)
        ref = MediaRef(id=media, mime_type=VOICE_MIME, sha256=hashlib.sha256(note).hexdigest(), voice=True)
        back = await channel.fetch(ref, len(note))
        await meta.delete(media)
    except (AuthError, ChannelError, MediaError) as error:
        return Finding("media", ok=False, told=error.message, remedy=error.remedy)
    told = f"a voice note of {len(back) // 1000} kB went up and came back the same"
    return Finding("media", ok=back == note, told=told)
