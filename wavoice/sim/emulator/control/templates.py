"""Message templates: what Meta's reviewers and customers' complaints do to them."""

from __future__ import annotations

from wavoice.sim.emulator.control import models as m
from wavoice.sim.emulator.control.calls import ROOT, Call
from wavoice.sim.emulator.control.problems import not_there
from wavoice.sim.emulator.live import Live
from wavoice.sim.emulator.templates.shapes import Template


class TemplatesDesk:
    """Calls in place of Meta's review. Each returns once its webhook was tried."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def calls(self) -> list[Call]:
        """What can be asked for here."""
        return [
            Call("GET", "/templates", self.every),
            Call("POST", "/templates", self.add),
            Call("POST", "/templates/{template}/approve", self.approve),
            Call("POST", "/templates/{template}/reject", self.reject),
            Call("POST", "/templates/{template}/pause", self.pause),
            Call("POST", "/templates/{template}/unpause", self.unpause),
            Call("POST", "/templates/{template}/disable", self.disable),
            Call("POST", "/templates/{template}/rate", self.rate),
        ]

    async def every(self) -> m.Templates:
        """List the templates."""
        return m.Templates(
            templates=[_as_template(one) for one in self._live.emulator.templates.state.templates]
        )

    async def add(self, body: m.NewTemplate) -> m.Template:
        """Have an approved template without a review; over the Graph API a bot submits one for review."""
        made = self._live.emulator.templates.add(
            body.name, body.language, body.body, category=body.category, components=body.components
        )
        return _as_template(made)

    async def approve(self, template: str) -> m.Template:
        """End the review well; `{template}` is an id, or a name."""
        found = self._find(template)
        await self._live.emulator.templates.approve(found.id)
        return _as_template(found)

    async def reject(self, template: str, body: m.Rejection) -> m.Template:
        """End the review badly."""
        found = self._find(template)
        await self._live.emulator.templates.reject(found.id, body.reason, body.advice)
        return _as_template(found)

    async def pause(self, template: str) -> m.Template:
        """Let customers complain: paused for 3 h, the second time for 6 h, then disabled."""
        found = self._find(template)
        await self._live.emulator.templates.pause(found.id)
        return _as_template(found)

    async def unpause(self, template: str) -> m.Template:
        """End a pause before its time."""
        found = self._find(template)
        await self._live.emulator.templates.unpause(found.id)
        return _as_template(found)

    async def disable(self, template: str) -> m.Template:
        """Let it never be sent again."""
        found = self._find(template)
        await self._live.emulator.templates.disable(found.id)
        return _as_template(found)

    async def rate(self, template: str, body: m.Rating) -> m.Template:
        """Change its quality; RED also pauses it."""
        found = self._find(template)
        await self._live.emulator.templates.rate(found.id, body.quality)
        return _as_template(found)

    def _find(self, key: str) -> Template:
        """The newest with that id or name."""
        for one in reversed(self._live.emulator.templates.state.templates):
            if key in {one.id, one.name}:
                return one
        raise not_there(f"template {key!r}", f"GET {ROOT}/templates lists them.")


def _as_template(template: Template) -> m.Template:
    return m.Template(
        id=template.id,
        name=template.name,
        language=template.language,
        category=template.category,
        status=template.status,
        quality=template.quality,
        body=template.body,
        paused_until=template.paused_until,
    )
