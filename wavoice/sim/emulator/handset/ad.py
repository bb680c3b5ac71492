"""A click-to-WhatsApp ad, as a customer meets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Ad:
    """An ad or post with a button that opens the chat (text messages webhook reference, `referral`)."""

    source_id: str = "120226305854810726"
    source_url: str = "https://fb.me/3cr4Wqqkv"
    source_type: Literal["ad", "post"] = "ad"
    headline: str = "Chat with us"
    body: str = "Same-day delivery"
    media: Literal["image", "video"] = "image"
    media_url: str = "https://scontent.xx.fbcdn.net/v/t45.1"
    thumbnail_url: str = "https://scontent.xx.fbcdn.net/v/t45.2"
    """Of a video."""
    click_id: str | None = "Aff-n8ZTODiE79d22KtAwQKj9e"
    """None: an ad in WhatsApp Status, which tells none since October 2025."""
    greeting: str | None = None
    """Shown above the chat."""

    def referral(self) -> dict[str, Any]:
        """Return the node of the first message."""
        node: dict[str, Any] = {
            "source_url": self.source_url,
            "source_id": self.source_id,
            "source_type": self.source_type,
            "headline": self.headline,
            "body": self.body,
            "media_type": self.media,
            f"{self.media}_url": self.media_url,
        }
        if self.media == "video":
            node["thumbnail_url"] = self.thumbnail_url
        if self.click_id is not None:
            node["ctwa_clid"] = self.click_id
        return node | ({"welcome_message": {"text": self.greeting}} if self.greeting else {})
