"""The life of templates as tests and the control API direct it, and what WhatsApp tells of each step.

Source: Cloud API pages on template review, pausing and quality (v24.0).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND
from wavoice.runtime.ports import Clock
from wavoice.sim.background import Background
from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.sending.content import Send
from wavoice.sim.emulator.templates import updates
from wavoice.sim.emulator.templates.book import HOUR, Book, TemplatesState
from wavoice.sim.emulator.templates.fill import fitted
from wavoice.sim.emulator.templates.review import read_template
from wavoice.sim.emulator.templates.shapes import Category, Quality, Template
from wavoice.sim.emulator.wire import Business, account_envelope

if TYPE_CHECKING:
    from wavoice.sim.emulator.sending.template import Template as Request

HELLO = "1000000000000001"
"""Id of `hello_world`, which every account has from the start."""
PAUSES = {1: 3, 2: 6}
"""Hours of the first and the second pause; the third time it is disabled."""

Post = Callable[[Mapping[str, Any]], Awaitable[object]]


class Templates:
    """Verbs that change what may be sent return once the webhook was tried.

    All raise `UserInputError` for an id that does not exist.
    """

    def __init__(
        self, business: Business, book: Book, clock: Clock, background: Background, post: Post
    ) -> None:
        self.book = book
        """Where they are kept."""
        self._business = business
        self._clock = clock
        self._background = background
        self._post = post
        self.add("hello_world", "en_US", "Welcome and congratulations!!", template_id=HELLO)

    @property
    def state(self) -> TemplatesState:
        """All that must survive."""
        return self.book.state

    def load(self, state: TemplatesState) -> None:
        """Take these over; pauses end when they are due."""
        self.book.state = state
        for template in state.templates:
            if template.paused_until is not None:
                gap = max(template.paused_until - self._clock.now(), 0)
                self._background.later(gap, partial(self._wake, template.id, template.pauses))

    def add(
        self,
        name: str,
        language: str,
        body: str,
        *,
        template_id: str | None = None,
        **more: Any,
    ) -> Template:
        """Have an approved template without asking.

        `more`: `category` (UTILITY unless set), `components` beside the body, `parameter_format`. Raises
        `GraphError` as the Graph API would for these; samples are not needed.
        """
        parts = [{"type": "BODY", "text": body}, *more.pop("components", ())]
        made = {"name": name, "language": language, "category": "UTILITY", "components": parts, **more}
        return self.book.keep(read_template(made, samples=False), approved=True, template_id=template_id)

    def edit(self, template_id: str, body: Mapping[str, Any]) -> Template:
        """As `Book.edit`; its new words are told in the background."""
        template = self.book.edit(template_id, body)
        self._tell(updates.COMPONENTS, updates.components(template))
        return template

    def delete(self, name: str, template_id: str | None = None) -> None:
        """As `Book.delete`; told in the background."""
        for one in self.book.delete(name, template_id):
            self._tell(updates.STATUS, updates.status(one, "DELETED", None))

    async def approve(self, template_id: str) -> None:
        """The review ends well: it may be sent."""
        template = self._mine(template_id)
        template.status, template.rejected_reason = "APPROVED", "NONE"
        await self._told(updates.STATUS, updates.status(template, "APPROVED"))

    async def reject(
        self, template_id: str, reason: str = "INVALID_FORMAT", advice: str | None = None
    ) -> None:
        """The review ends badly; `reason` as in the webhook reference, e.g. `TAG_CONTENT_MISMATCH`."""
        template = self._mine(template_id)
        template.status, template.rejected_reason = "REJECTED", reason
        await self._told(updates.STATUS, updates.rejected(template, advice))

    async def pause(self, template_id: str) -> None:
        """Customers complain: no sending for 3 hours, the second time for 6, then never again."""
        template = self._mine(template_id)
        template.pauses += 1
        if template.pauses not in PAUSES:
            await self.disable(template_id)
            return
        hours = PAUSES[template.pauses]
        template.status, template.paused_until = "PAUSED", self._clock.now() + hours * HOUR
        self._background.later(hours * HOUR, partial(self._wake, template.id, template.pauses))
        await self._told(updates.STATUS, updates.paused(template, hours))

    async def unpause(self, template_id: str) -> None:
        """It may be sent again before its pause is over. Nothing happens to one that is not paused."""
        template = self._mine(template_id)
        if template.status == "PAUSED":
            template.status, template.paused_until = "APPROVED", None
            await self._told(updates.STATUS, updates.unpaused(template))

    async def disable(self, template_id: str) -> None:
        """It can never be sent again (132016)."""
        template = self._mine(template_id)
        template.status, template.paused_until = "DISABLED", None
        await self._told(updates.STATUS, updates.disabled(template, self._clock.now()))

    async def rate(self, template_id: str, quality: Quality) -> None:
        """Customers' feedback changes its quality; RED also pauses it."""
        template = self._mine(template_id)
        before, template.quality = template.quality, quality
        template.quality_at = self._clock.now()
        await self._told(updates.QUALITY, updates.quality(template, before))
        if quality == "RED" and template.status == "APPROVED":
            await self.pause(template_id)

    async def recategorise(self, template_id: str, category: Category) -> None:
        """WhatsApp moves it to another category, and to another price."""
        template = self._mine(template_id)
        template.previous_category, template.category = template.category, category
        await self._told(updates.CATEGORY, updates.category(template))

    def forbid(self, template_id: str) -> None:
        """Its content violates a policy: sends are refused with 132007, without a webhook."""
        self._mine(template_id).forbidden = True

    def check(self, send: Send) -> Send:
        """Return the send with the words that its template gives it; others as they are.

        Raises `GraphError`: 132001 without such an approved template in that language, 132015 while it
        is paused, 132016 once it is disabled, 131062 for codes to a user id, and what `fill` says.
        """
        if send.content.kind != "template":
            return send
        # With the other shapes of the send API, which are no part of the start.
        from wavoice.sim.emulator.sending.template import Template as Request  # noqa: PLC0415

        request = Request.model_validate(send.content.node)
        template = self._sendable(request)
        if template.sends_code and send.to is None:
            raise GraphError(131062, "Codes can only be sent to a phone number, not to a user id")
        return replace(send, content=fitted(template, request, send.content))

    def category_of(self, send: Send) -> Category | None:
        """Return the category of a template message, for its price; None for others."""
        if send.content.kind != "template":
            return None
        node = send.content.node
        found = self.book.named(node["name"], node["language"]["code"])
        return None if found is None else found.category

    def _sendable(self, request: Request) -> Template:
        name, code = request.name, request.language.code
        template = self.book.named(name, code)
        if template is None:
            raise GraphError(132001, f"template name ({name}) does not exist in {code}")
        if template.forbidden:
            raise GraphError(132007, f"template ({name}) violates a WhatsApp policy")
        match template.status:
            case "APPROVED" | "FLAGGED":
                return template
            case "PAUSED":
                wait = ((template.paused_until or 0) - self._clock.now()) // SECOND
                raise GraphError(132015, f"template ({name}) is paused due to low quality", wait=wait)
            case "DISABLED":
                raise GraphError(132016, f"template ({name}) is disabled")
        raise GraphError(132001, f"template ({name}) in {code} has not been approved: {template.status}")

    def _mine(self, template_id: str) -> Template:
        if not self.book.has(template_id):
            known = ", ".join(f"{one.id} ({one.name})" for one in self.state.templates) or "none"
            raise UserInputError(f"There is no template {template_id!r}.", remedy=f"Use one of {known}.")
        return self.book.get(template_id)

    async def _wake(self, template_id: str, pause: int) -> None:
        """A pause is over, unless it ended before, or the template did."""
        if self.book.has(template_id) and self.book.get(template_id).pauses == pause:
            await self.unpause(template_id)

    async def _told(self, field: str, value: Mapping[str, Any]) -> None:
        await self._post(account_envelope(self._business, field, value, self._clock.now()))

    def _tell(self, field: str, value: Mapping[str, Any]) -> None:
        self._background.start(self._told(field, value))
