"""What all files of an image agree on: names, ports, folders, the variables of the process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from wavoice.deploy.package import release_id
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import Micros
from wavoice.runtime.settings import Settings
from wavoice.runtime.settings_deploy import DeployImage

USER = 10001
"""Who serves in the container: nobody of the host."""
PORT, ADMIN_PORT = 8080, 8081
SECRETS = "/run/secrets"
"""Where the platform puts one file a secret: `cred:NAME` reads it there (`CREDENTIALS_DIRECTORY`)."""
DATA = "/data"
"""Store and recordings, where the store is SQLite."""
SETTLE_SECONDS = 5
"""How long a container that is to end still takes requests: until proxies have heard of it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One image."""

    name: str
    """Of the bot among others: a DNS label."""
    image: str
    """With its tag."""
    wishes: DeployImage
    secrets: tuple[str, ...]
    """Names of the files in `SECRETS`."""
    grace_seconds: int
    ready_seconds: int
    sqlite: bool
    host: str | None
    """Public name; None: none is configured."""

    @property
    def end_seconds(self) -> int:
        """How long a container may take to end."""
        return self.grace_seconds + SETTLE_SECONDS + 10

    @property
    def variables(self) -> Mapping[str, str]:
        """What the process is told besides its settings file."""
        found = {
            "CREDENTIALS_DIRECTORY": SECRETS,
            "WAVOICE_SERVE__HOST": "0.0.0.0",  # noqa: S104 -- inside the container; its platform decides who comes in
            "WAVOICE_SERVE__PORT": str(PORT),
            "WAVOICE_SERVE__ADMIN_HOST": "0.0.0.0",  # noqa: S104
            "WAVOICE_SERVE__ADMIN_PORT": str(ADMIN_PORT),
            "WAVOICE_SERVE__GRACE_SECONDS": str(self.grace_seconds),
            "WAVOICE_SERVE__LOG": "json",
        }
        return found | ({"WAVOICE_STORE__PATH": f"{DATA}/wavoice.db"} if self.sqlite else {})


def plan_of(settings: Settings, secrets: tuple[str, ...], digest: str, now: Micros) -> Plan:
    """The plan of these settings. Raises `UserInputError` for several processes on one SQLite file."""
    wishes, sqlite = settings.deploy.image, settings.store.url is None
    if sqlite and wishes.replicas > 1:
        raise UserInputError(
            f"deploy.image.replicas is {wishes.replicas}, and the store is a SQLite file of one process.",
            remedy="Set store.url to a PostgreSQL database, or replicas to 1.",
        )
    url = settings.deploy.url
    return Plan(
        name=wishes.name.rpartition("/")[2].partition(":")[0].replace(".", "-").replace("_", "-"),
        image=f"{wishes.name}:{release_id(now, digest)}",
        wishes=wishes,
        secrets=secrets,
        grace_seconds=round(settings.deploy.grace_seconds),
        ready_seconds=round(settings.deploy.ready_seconds),
        sqlite=sqlite,
        host=urlsplit(url).hostname if url else None,
    )
