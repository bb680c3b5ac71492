"""Which release each colour has, as the machine says it now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from wavoice.deploy.ssh import caddy
from wavoice.deploy.ssh.layout import Colour, Layout
from wavoice.deploy.ssh.remote import program
from wavoice.deploy.ssh.transport import Ssh


@dataclass(frozen=True, slots=True)
class Slots:
    """What the machine says of its two colours."""

    releases: Mapping[Colour, str]
    running: Mapping[Colour, bool]
    restarts: Mapping[Colour, int]
    """How often each has been started again since a deploy started it."""
    live: tuple[str, Colour] | None
    ready: tuple[str, ...]

    def colour(self, release: str) -> Colour | None:
        """The colour that has that release: the one that runs, if both do."""
        having = [colour for colour in Colour if self.releases[colour] == release]
        return next((colour for colour in having if self.running[colour]), having[0] if having else None)

    def runs(self, release: str) -> Colour | None:
        """The colour in which that release has a process."""
        colour = self.colour(release)
        return colour if colour is not None and self.running[colour] else None


async def look(ssh: Ssh, layout: Layout) -> Slots:
    """Ask the machine."""
    asked = [*program("standing"), layout.root, layout.name, layout.site]
    told = json.loads(await ssh.run(asked, "looking at the releases"))
    slots = told["slots"]
    return Slots(
        {colour: slots[colour]["release"] for colour in Colour},
        {colour: slots[colour]["running"] for colour in Colour},
        {colour: slots[colour]["restarts"] for colour in Colour},
        caddy.live(told["site"]),
        tuple(told["ready"]),
    )
