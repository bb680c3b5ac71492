"""What lies where on the machine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from wavoice.runtime.settings_deploy import DeploySsh

ADMIN_OFFSET = 100
"""From the port of a colour to the one of its health and metrics."""


class Colour(StrEnum):
    """One of the two units of which one serves."""

    BLUE = "blue"
    GREEN = "green"

    @property
    def other(self) -> Colour:
        """The one that is idle while this one serves."""
        return Colour.GREEN if self is Colour.BLUE else Colour.BLUE


@dataclass(frozen=True, slots=True)
class Layout:
    """Names and paths. All of them begin with the folder of `[deploy.ssh]`, or are named after it."""

    root: str = "/srv/wavoice"
    user: str = "wavoice"
    ports: tuple[int, int] = (18081, 18082)

    @classmethod
    def of(cls, chosen: DeploySsh) -> Layout:
        """The layout that the settings ask for."""
        return cls(chosen.folder.rstrip("/"), chosen.service_user, chosen.ports)

    @property
    def name(self) -> str:
        """Of the units and of Caddy's site: two bots on one machine have two folders."""
        return PurePosixPath(self.root).name

    @property
    def data(self) -> str:
        """The store and recordings: shared by both colours and all releases; the one folder that the bot
        may write to.
        """
        return f"{self.root}/data"

    @property
    def blobs(self) -> str:
        """Every file of every release, once, by its SHA-256: what is there already is not sent again."""
        return f"{self.root}/blobs"

    @property
    def notes(self) -> str:
        """What deploys note of themselves."""
        return f"{self.root}/notes"

    @property
    def lock(self) -> str:
        """There while somebody deploys; says who."""
        return f"{self.root}/notes/lock.json"

    @property
    def credentials(self) -> str:
        """Encrypted for this machine (systemd-creds), and readable by root alone even so."""
        return f"{self.root}/credentials"

    @property
    def environments(self) -> str:
        """Third-party packages, by what was asked for: shared by all releases that need exactly the same."""
        return f"{self.root}/environments"

    @property
    def releases(self) -> str:
        """One folder each: `files` as shipped, `code` (wavoice itself), `environment` (a link), `ready`."""
        return f"{self.root}/releases"

    def environment(self, key: str) -> str:
        """Where one environment lies."""
        return f"{self.environments}/{key}"

    def release(self, release: str) -> str:
        """Where one release lies."""
        return f"{self.releases}/{release}"

    def slot(self, colour: Colour | str) -> str:
        """A link to the release that this colour runs."""
        return f"{self.root}/slots/{colour}"

    def port(self, colour: Colour) -> int:
        """Where this colour takes webhooks, on loopback."""
        return self.ports[0 if colour is Colour.BLUE else 1]

    def admin_port(self, colour: Colour) -> int:
        """Where this colour tells of its health, on loopback."""
        return self.port(colour) + ADMIN_OFFSET

    @property
    def template(self) -> str:
        """File name of the unit."""
        return f"{self.name}@.service"

    def unit(self, colour: Colour) -> str:
        """The unit of one colour, for systemctl."""
        return f"{self.name}@{colour}.service"

    @property
    def site(self) -> str:
        """What Caddy's own file imports."""
        return f"/etc/caddy/{self.name}.caddy"
