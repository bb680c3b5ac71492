"""WhatsApp's Cloud API as `ports.Channel`: the same client for production and the simulator."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import structlog
from pydantic import SecretStr

from wavoice.runtime.adapters.graph_errors import UNKNOWN_OBJECT_CODES, answer, network_errors, unreadable
from wavoice.runtime.adapters.graph_media import MediaDownloads
from wavoice.runtime.adapters.graph_upload import Body, Kept, chunks, file_name
from wavoice.runtime.audio.sniff import sha256_matches
from wavoice.runtime.errors import ChannelError, ConfigError, MediaGoneError, NetworkError
from wavoice.runtime.model import Alias, Button, MediaRef, Outgoing
from wavoice.runtime.ports import Accepted, Clock

log = structlog.get_logger("wavoice")

_TOKEN = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphSettings:
    """One business number, where its Graph API is, and the token that opens it."""

    base_url: str
    """Scheme and host, e.g. `https://graph.facebook.com`, or the simulator's address."""
    number: str
    """`phone_number_id`, not the phone number."""
    access_token: SecretStr
    media_hosts: tuple[str, ...]
    """Hosts besides Graph's that may see the token, e.g. `lookaside.fbsbx.com`, `*.fbcdn.net`."""
    version: str = "v24.0"
    stall_seconds: float = 4.0
    """A download that brings nothing for so long is begun anew."""


class GraphClient:
    """One business number of the Cloud API.

    Every call raises `AuthError` for a refused token and `ChannelError` for any other refusal or
    a silent network; `retryable` says whether the same call may succeed later. There is no
    idempotency key on this wire: repeating a `send` whose answer was lost may send twice, which is
    why `Outgoing.reference` comes back in every status.
    """

    def __init__(
        self,
        settings: GraphSettings,
        http: httpx.AsyncClient,
        clock: Clock,
        media_http: httpx.AsyncClient | None = None,
    ) -> None:
        """`media_http` downloads media; None: `http` does that, too."""
        if not _TOKEN.fullmatch(settings.access_token.get_secret_value()):
            # Such a header is refused with an error that quotes it.
            raise ConfigError(
                "whatsapp.access_token is empty, or holds a space, line break or non-ASCII character.",
                remedy="Set WAVOICE_WHATSAPP__ACCESS_TOKEN to the token alone.",
            )
        self._settings = settings
        self._http = http
        self._clock = clock
        graph = httpx.URL(settings.base_url)
        self._media = MediaDownloads(
            media_http or http, settings.access_token, graph, settings.media_hosts, settings.stall_seconds
        )
        self._chunked = True

    async def check(self) -> str:
        """Ask Graph who we are, e.g. `+1 555-010-0100 (Corner Shop, CONNECTED)`.

        A preflight: raises `AuthError` for a wrong token before any customer meets it.
        """
        fields = "display_phone_number,verified_name,status"
        found = await self._call("GET", self._settings.number, params={"fields": fields})
        known = [str(found[key]) for key in ("verified_name", "status") if key in found]
        return f"{found.get('display_phone_number', self._settings.number)} ({', '.join(known)})"

    async def seen(self, message: str) -> None:
        """Mark a message (and all before it) read and show typing until the reply, at most 25 s."""
        body = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": message,
            "typing_indicator": {"type": "text"},
        }
        await self._call("POST", f"{self._settings.number}/messages", json=body)

    async def fetch(self, media: MediaRef, max_bytes: int) -> bytes:
        """Return the bytes that the webhook announced.

        Starts at `media.url` if it is there, otherwise (or when it has expired, after 5 minutes)
        at the id. What broke off, stalled, or differs from the announced hash is fetched once more: that
        is trouble on the way. Whether the bytes are any good is not asked here. Raises
        `MediaGoneError`, `MediaTooLargeError`, `AuthError` or `ChannelError`.
        """
        first = media.url if media.url and self._media.trusts(media.url) else None
        try:
            data = await self._bytes(media.id, first, max_bytes)
        except NetworkError:
            data = None
        if data is None or not _is_announced(media, data):
            data = await self._bytes(media.id, None, max_bytes)
            if not _is_announced(media, data):
                raise MediaGoneError("The file's bytes differ from the hash that WhatsApp announced, twice.")
        return data

    async def upload(self, data: bytes, mime_type: str) -> str:
        """Upload a file and return its id, which lives for 30 days."""
        found = await self._call(
            "POST",
            f"{self._settings.number}/media",
            data={"messaging_product": "whatsapp", "type": mime_type},
            files={"file": (file_name(mime_type), data, mime_type)},
        )
        return _media_id(found)

    async def upload_parts(self, parts: AsyncIterator[bytes], mime_type: str) -> str:
        """Upload a file while it is made, in chunks whose number nobody knows yet (RFC 9112, 7.1).

        Whoever wants its length first (no error code of Graph's, and not worth trying again) gets it whole,
        and so does everybody from then on.
        """
        kept = Kept(parts)
        if self._chunked:
            try:
                return await self._post_media(chunks(kept.each(), mime_type))
            except ChannelError as error:
                if error.retryable or error.graph_code is not None:
                    raise
            self._chunked = False
            log.info("uploads_need_a_length")
        return await self.upload(await kept.whole(), mime_type)

    async def _post_media(self, body: Body) -> str:
        found = await self._call(
            "POST", f"{self._settings.number}/media", content=body.content, headers=body.headers
        )
        return _media_id(found)

    async def send(self, message: Outgoing) -> Accepted:
        """Send one message. Accepted is not delivered: statuses say what became of it."""
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **_recipient(message.to),
            **_content(message),
            "biz_opaque_callback_data": message.reference,
        }
        if message.answers is not None:
            body["context"] = {"message_id": message.answers}
        match await self._call("POST", f"{self._settings.number}/messages", json=body):
            case {"messages": [{"id": str(wamid)}, *_]}:
                return Accepted(message=wamid, at=self._clock.now())
        raise unreadable()

    async def _bytes(self, media_id: str, url: str | None, max_bytes: int) -> bytes:
        """Fetch once, with one fresh URL if the first has expired."""
        for address in (url, None):
            data = await self._media.get(address or await self._fresh_url(media_id), max_bytes)
            if data is not None:
                return data
        raise MediaGoneError("WhatsApp no longer has the file.")

    async def _fresh_url(self, media_id: str) -> str:
        try:
            owner = {"phone_number_id": self._settings.number}
            found = await self._call("GET", quote(media_id, safe=""), params=owner)
        except ChannelError as error:
            if error.graph_code in UNKNOWN_OBJECT_CODES:
                raise MediaGoneError("WhatsApp does not know the file's id, or no longer.") from error
            raise
        match found:
            case {"url": str(url)}:
                return url
        raise unreadable()

    async def _call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        settings, more = self._settings, content.pop("headers", {})
        with network_errors():
            response = await self._http.request(
                method,
                f"{settings.base_url.rstrip('/')}/{settings.version}/{path}",
                headers={"Authorization": f"Bearer {settings.access_token.get_secret_value()}", **more},
                follow_redirects=False,
                **content,
            )
        return answer(response)


def _is_announced(media: MediaRef, data: bytes) -> bool:
    return not media.sha256 or sha256_matches(data, media.sha256)


def _media_id(found: dict[str, Any]) -> str:
    match found:
        case {"id": str(media)}:
            return media
    raise unreadable()


def _recipient(alias: Alias) -> dict[str, str]:
    if alias.phone:
        # Without `+`, WhatsApp may take the digits for a national number of the business's country.
        return {"to": f"+{alias.phone}"}
    if alias.bsuid:
        return {"recipient": alias.bsuid}
    raise ChannelError("The contact has neither a phone number nor a user id to send to.")


def _content(message: Outgoing) -> dict[str, Any]:
    if message.template is not None:
        name, code = message.template.name, message.template.language
        return {"type": "template", "template": {"name": name, "language": {"code": code}}}
    if message.media is not None:
        return {"type": "audio", "audio": {"id": message.media, "voice": True}}
    if message.text is None:
        raise ChannelError("An outgoing message needs text or a voice note.")
    if message.buttons:
        interactive = {
            "type": "button",
            "body": {"text": message.text},
            "action": {"buttons": [_button(button) for button in message.buttons]},
        }
        return {"type": "interactive", "interactive": interactive}
    return {"type": "text", "text": {"body": message.text}}


def _button(button: Button) -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": button.id, "title": button.title}}
