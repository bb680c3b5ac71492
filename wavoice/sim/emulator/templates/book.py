"""The templates of one business account: submitted, changed, deleted, and what Meta limits of that.

Source: Cloud API pages on template management (v24.0).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.emulator.graph_errors import GraphError, unknown_object
from wavoice.sim.emulator.templates.review import read_template, refused
from wavoice.sim.emulator.templates.shapes import NewTemplate, Template
from wavoice.sim.emulator.wire import WireIds

HOUR: Micros = 3600 * SECOND
DAY: Micros = 24 * HOUR
MOST_TEMPLATES = 250
"""Of an account whose portfolio is not verified."""
MOST_AN_HOUR = 100
NAME_RESTS: Micros = 30 * DAY
"""How long the name of a deleted template that was approved cannot be used again."""
MOST_EDITS = 10
"""Of an approved template in 30 days; one in a day."""
_EDITABLE = {"category", "components", "parameter_format"}


class TemplatesState(BaseModel, defer_build=True):
    """All templates, and what limits new ones."""

    templates: list[Template] = Field(default_factory=list)
    """Oldest first."""
    created: list[Micros] = Field(default_factory=list)
    """When the last ones were submitted over the Graph API, oldest first."""
    resting: dict[str, Micros] = Field(default_factory=dict)
    """Names of deleted templates, and until when they cannot be used."""


class Book:
    """All templates of the account, oldest first in `state`."""

    def __init__(self, ids: WireIds, clock: Clock) -> None:
        self._ids = ids
        self._clock = clock
        self.state = TemplatesState()

    def keep(self, new: NewTemplate, *, approved: bool, template_id: str | None = None) -> Template:
        """Keep a template that was read; without an id it gets a new one."""
        template = Template(
            id=template_id or self._ids.digits(),
            status="APPROVED" if approved else "PENDING",
            quality_at=self._clock.now(),
            **{key: getattr(new, key) for key in NewTemplate.model_fields},
        )
        self.state.templates.append(template)
        return template

    def create(self, body: object) -> Template:
        """Submit one as `POST /{waba}/message_templates` does: it waits for `approve` or `reject`.

        Raises `GraphError` 100 with Meta's subcode, or 80007 after a hundred in an hour.
        """
        now = self._clock.now()
        self.state.created = [at for at in self.state.created if at > now - HOUR]
        if len(self.state.created) >= MOST_AN_HOUR:
            wait = (self.state.created[0] + HOUR - now) // SECOND
            raise GraphError(80007, f"At most {MOST_AN_HOUR} templates can be created in an hour", wait=wait)
        new = read_template(body)
        if len(self.state.templates) >= MOST_TEMPLATES:
            raise refused(2388019, f"an account can have {MOST_TEMPLATES} templates")
        if self.named(new.name, new.language) is not None:
            raise refused(2388024, f"there is a template {new.name} in {new.language}")
        if self.state.resting.get(new.name, 0) > now:
            raise refused(2388023, f"the name {new.name} was deleted less than 30 days ago")
        self.state.created.append(now)
        return self.keep(new, approved=False)

    def edit(self, template_id: str, body: Mapping[str, Any]) -> Template:
        """Change category or components as `POST /{template-id}` does: it waits for review again.

        Raises `GraphError` 100 where Meta does not allow it.
        """
        template, now = self.get(template_id), self._clock.now()
        if template.status not in {"APPROVED", "REJECTED", "PAUSED"}:
            raise GraphError(100, f"A template that is {template.status} cannot be edited")
        known = {
            **template.model_dump(include=_EDITABLE),
            "name": template.name,
            "language": template.language,
        }
        new = read_template({**known, **{key: body[key] for key in _EDITABLE if key in body}})
        if template.status == "APPROVED":
            if new.category != template.category:
                raise GraphError(100, "The category of an approved template cannot be changed")
            recent = [at for at in template.edited if at > now - NAME_RESTS]
            if len(recent) >= MOST_EDITS or (recent and recent[-1] > now - DAY):
                raise GraphError(
                    100, f"An approved template can be edited once a day, {MOST_EDITS} times a month"
                )
            template.edited = (*recent, now)
        template.category, template.components = new.category, new.components
        template.parameter_format = new.parameter_format
        template.status, template.paused_until = "PENDING", None
        return template

    def delete(self, name: str, template_id: str | None = None) -> tuple[Template, ...]:
        """Delete all of that name, or the one with that id; return them.

        Raises `GraphError` 100/33 if there is none, 100 for one that is disabled.
        """
        gone = [one for one in self.state.templates if one.name == name and template_id in (None, one.id)]
        if not gone:
            raise unknown_object(template_id or name)
        if any(one.status == "DISABLED" for one in gone):
            raise GraphError(100, "A disabled template cannot be deleted")
        self.state.templates = [one for one in self.state.templates if one not in gone]
        if any(one.status in {"APPROVED", "PAUSED"} for one in gone):
            self.state.resting[name] = self._clock.now() + NAME_RESTS
        return tuple(gone)

    def get(self, template_id: str) -> Template:
        """Return one by its id. Raises `GraphError` 100/33."""
        found = next((one for one in self.state.templates if one.id == template_id), None)
        if found is None:
            raise unknown_object(template_id)
        return found

    def has(self, node: str) -> bool:
        """True if that id is a template's."""
        return any(one.id == node for one in self.state.templates)

    def named(self, name: str, language: str) -> Template | None:
        """Return the one of that name in exactly that language."""
        return next(
            (one for one in self.state.templates if one.name == name and one.language == language), None
        )
