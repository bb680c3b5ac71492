"""What changes about users: number, key, wishes; and kinds of messages that few bots are sent."""

from __future__ import annotations

from dataclasses import replace

from wavoice.sim.emulator.control import models as m
from wavoice.sim.emulator.control.calls import Call
from wavoice.sim.emulator.control.problems import ControlError
from wavoice.sim.emulator.control.users import as_user, find_phone
from wavoice.sim.emulator.handset.ad import Ad
from wavoice.sim.emulator.handset.answers import BasketItem
from wavoice.sim.emulator.live import Live
from wavoice.sim.emulator.samples import TINY_STICKER, TINY_VIDEO


class OwnersDesk:
    """More calls in place of a customer."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def calls(self) -> list[Call]:
        """What can be asked for here."""
        return [
            Call("POST", "/users/{user}/number", self.number),
            Call("POST", "/users/{user}/identity-key", self.key),
            Call("POST", "/users/{user}/marketing", self.marketing),
            Call("POST", "/users/{user}/ad", self.ad),
            Call("POST", "/users/{user}/videos", self.video),
            Call("POST", "/users/{user}/stickers", self.sticker),
            Call("POST", "/users/{user}/contacts", self.contacts),
            Call("POST", "/users/{user}/own-number", self.own_number),
            Call("POST", "/users/{user}/forms", self.form),
            Call("POST", "/users/{user}/orders", self.order),
            Call("POST", "/users/{user}/product-questions", self.product),
            Call("POST", "/users/{user}/call-permissions", self.call_permission),
            Call("POST", "/users/{user}/unsupported", self.unsupported),
        ]

    async def number(self, user: str, body: m.NewNumber) -> m.User:
        """Move to another phone number; the BSUID changes with it, and the business is told."""
        phone = find_phone(self._live, user)
        others = (one.person.phone for one in self._live.emulator.phones if one is not phone)
        if body.phone in others:
            raise ControlError(
                f"{body.phone} is somebody else's number.", remedy="Choose a free one.", status=409
            )
        await phone.changes_number(body.phone, before_user_ids=body.before_user_ids)
        return as_user(phone)

    async def key(self, user: str, body: m.NewKey) -> m.Wamid:
        """Get another identity key; the business is told."""
        return m.Wamid(wamid=await find_phone(self._live, user).changes_key(body.identity_key_hash))

    async def marketing(self, user: str, body: m.MarketingWish) -> m.Done:
        """Stop, resume or sign up for marketing; the business is told."""
        await find_phone(self._live, user).wants_marketing(body.wish)
        return m.Done()

    async def ad(self, user: str, body: m.FromAd) -> m.Done:
        """Come from a click-to-WhatsApp ad: the next message carries its `referral`."""
        ad = Ad(headline=body.headline, body=body.body)
        find_phone(self._live, user).comes_from(ad if body.click_id else replace(ad, click_id=None))
        return m.Done()

    async def video(self, user: str, body: m.SayVideo) -> m.Wamid:
        """Send a video."""
        phone, data = find_phone(self._live, user), body.data or TINY_VIDEO
        return m.Wamid(
            wamid=await phone.shares_video(data, body.caption, quotes=body.quotes, deliver=body.deliver)
        )

    async def sticker(self, user: str, body: m.SaySticker) -> m.Wamid:
        """Send a sticker."""
        phone, data = find_phone(self._live, user), body.data or TINY_STICKER
        wamid = await phone.shares_sticker(
            data, animated=body.animated, quotes=body.quotes, deliver=body.deliver
        )
        return m.Wamid(wamid=wamid)

    async def contacts(self, user: str, body: m.SayContacts) -> m.Wamid:
        """Share contact cards."""
        phone = find_phone(self._live, user)
        return m.Wamid(
            wamid=await phone.shares_contacts(*body.cards, quotes=body.quotes, deliver=body.deliver)
        )

    async def own_number(self, user: str, body: m.Answer) -> m.Wamid:
        """Answer a request for the phone number: from then on the business knows it."""
        phone = find_phone(self._live, user)
        return m.Wamid(wamid=await phone.shares_own_number(on=body.on, deliver=body.deliver))

    async def form(self, user: str, body: m.Form) -> m.Wamid:
        """Finish a flow or an address form."""
        phone = find_phone(self._live, user)
        return m.Wamid(wamid=await phone.fills_in(body.answers, on=body.on, deliver=body.deliver))

    async def order(self, user: str, body: m.Basket) -> m.Wamid:
        """Send a basket of the catalogue."""
        items = [BasketItem(**item.model_dump()) for item in body.items]
        phone = find_phone(self._live, user)
        return m.Wamid(wamid=await phone.orders(*items, text=body.text, deliver=body.deliver))

    async def product(self, user: str, body: m.ProductQuestion) -> m.Wamid:
        """Ask about a product from its page."""
        phone = find_phone(self._live, user)
        return m.Wamid(wamid=await phone.asks_about(body.product, body.text, deliver=body.deliver))

    async def call_permission(self, user: str, body: m.CallPermission) -> m.Wamid:
        """Allow calls for a week, or refuse them, as the business asked."""
        phone = find_phone(self._live, user)
        wamid = await phone.answers_call_request(accept=body.accept, on=body.on, deliver=body.deliver)
        return m.Wamid(wamid=wamid)

    async def unsupported(self, user: str, body: m.Unsupported) -> m.Wamid:
        """Send what the API does not know (131051), or a file above 100 MB (131052)."""
        phone = find_phone(self._live, user)
        if body.too_large:
            return m.Wamid(wamid=await phone.shares_too_large(body.kind or "video", deliver=body.deliver))
        return m.Wamid(wamid=await phone.shares_what_is_unsupported(body.kind, deliver=body.deliver))
