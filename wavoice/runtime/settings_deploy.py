"""Section `[deploy]` of `wavoice.toml`: where the bot goes, and how a release earns its webhooks.

docs/deploy.md has examples. The bot itself reads nothing of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from wavoice.runtime.settings_speech import Section, from_commas, is_near

LONGEST_CALLBACK = 200
"""Characters of a callback address (Cloud API, "Webhook overrides")."""
_NAME = r"^[A-Za-z0-9_.][A-Za-z0-9_.\-]*$"
"""What a shell or a unit file may be handed without a second thought: no space, no leading dash."""


def _is_public(address: str) -> str:
    """WhatsApp calls nothing but https with a valid certificate (Cloud API, "Create a webhook endpoint")."""
    parts = urlsplit(address)
    if not parts.hostname or parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("write an address such as https://bot.example.com")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_near(parts.hostname)):
        raise ValueError("WhatsApp calls https addresses only")
    return address.rstrip("/")


def _is_user(user: str) -> str:
    if user == "root":
        raise ValueError("root cannot be the bot's user; name one that may use sudo")
    return user


class DeploySsh(Section):
    """`[deploy.ssh]`: a Linux machine with systemd that OpenSSH reaches."""

    host: Annotated[str, Field(pattern=_NAME)] | None = None
    """Name that `ssh` knows: a host, or an alias of `~/.ssh/config`."""
    user: Annotated[str, Field(pattern=_NAME)] | None = None
    """Who logs in, where that is not what `ssh` would take."""
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Of sshd, where that is not what `ssh` would take."""
    folder: Annotated[str, Field(pattern=r"^/[A-Za-z0-9_./\-]+$")] = "/srv/wavoice"
    """Where releases, the store and logs lie on the machine."""
    service_user: Annotated[str, Field(pattern=_NAME), AfterValidator(_is_user)] = "wavoice"
    """Who serves there: a user without a shell that has no other right."""
    ports: Annotated[tuple[int, int], BeforeValidator(from_commas)] = (18081, 18082)
    """Loopback ports of the two colours; the admin ports are the next hundred (18181, 18182)."""
    tls: Literal["public", "own"] = "public"
    """Who signs the certificate of the public address: an authority that everybody trusts, found by Caddy; or
    Caddy's own, for a machine that only its network knows. WhatsApp takes the first alone."""


class DeployImage(Section):
    """`[deploy.image]`: an OCI image, a Compose file and Kubernetes manifests."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._/:\-]*$")] = "wavoice-bot"
    """Image without its tag, with its registry if it has one, e.g. `registry.example.com/shop/bot`."""
    base: Annotated[str, Field(pattern=r"^[a-z0-9][A-Za-z0-9._/:@\-]*$")] = (
        "docker.io/library/python:3.11-slim"
    )
    """Image to build on: Debian 12 or newer, or another glibc as new, with that Python and pip."""
    python: Literal["3.11", "3.12", "3.13"] = "3.11"
    """Its Python."""
    machine: Literal["x86_64", "aarch64"] = "x86_64"
    """Its processor."""
    replicas: Annotated[int, Field(ge=1, le=100)] = 1
    """Of Kubernetes; more than one needs PostgreSQL (`store.url`)."""
    storage: Annotated[str, Field(pattern=r"^[1-9][0-9]*(Mi|Gi|Ti)$")] = "5Gi"
    """Disk for the store and recordings, where the store is SQLite."""
    memory: Annotated[str, Field(pattern=r"^[1-9][0-9]*(Mi|Gi)$")] = "2Gi"
    """Most that a container may use; recognition takes most of it."""


class Deploy(Section):
    """Where the bot goes."""

    target: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")] = "ssh"
    """`ssh`: a machine of yours, `[deploy.ssh]`; `image`: files for containers, `[deploy.image]`; or one that
    another package brings (entry-point group `wavoice.targets`)."""
    url: Annotated[str, AfterValidator(_is_public)] | None = None
    """Public address, e.g. `https://bot.example.com`; the webhook is `/webhooks/whatsapp` there."""
    webhook: Literal["number", "account", "off"] = "number"
    """What is told to WhatsApp: the callback of the bot's numbers alone; that of the whole account; or
    nothing, because the app's own callback, set in Meta's dashboard, leads here."""
    business_account_id: Annotated[str, Field(pattern=r"^[0-9]{5,30}$")] | None = None
    """Graph id of the WhatsApp Business Account; absent: what Graph says of the number."""
    scenarios: Annotated[tuple[Path, ...], BeforeValidator(from_commas)] = (Path("scenarios"),)
    """What must pass before anything is shipped; relative paths start at the folder of this file."""
    include: Annotated[tuple[str, ...], BeforeValidator(from_commas)] = (
        "**/*.py",
        "**/*.toml",
        "*.md",
        "*.txt",
        "*.json",
        "*.yaml",
    )
    """Files of the project that are shipped, as patterns from the folder of this file."""
    exclude: Annotated[tuple[str, ...], BeforeValidator(from_commas)] = (
        "scenarios/**",
        "fixtures/**",
        "tests/**",
    )
    """What of them is not. Hidden files, databases and files that secrets are read from never are."""
    extras: Annotated[tuple[str, ...], BeforeValidator(from_commas)] = ("weights",)
    """Extras of wavoice-bot that the target gets besides those that other settings call for (`stripe`,
    `mcp`): e.g. `weights, piper` for the English voice, which is under the GPL."""
    packages: Annotated[tuple[str, ...], BeforeValidator(from_commas)] = ()
    """Requirements of the author's own code, as pip writes them, e.g. `requests==2.32.3`."""
    ready_seconds: Annotated[float, Field(gt=0, le=3600)] = 120
    """How long a release may take until it is ready: models are loaded meanwhile."""
    grace_seconds: Annotated[float, Field(gt=0, le=3600)] = 30
    """How long the release before has to finish what it has begun."""
    watch_seconds: Annotated[float, Field(ge=0, le=24 * 3600)] = 60
    """How long the new release is watched before the deploy is done; 0: not at all."""
    keep: Annotated[int, Field(ge=2, le=50)] = 3
    """Releases that stay on the target, the live one included."""
    canary_note: Path | None = None
    """Voice note (Ogg Opus) for the canary turn; a relative path starts at the folder of this file. Absent:
    an English one that wavoice brings."""
    canary_words: Annotated[tuple[str, ...], BeforeValidator(from_commas)] = ()
    """Words that must be heard in it; absent: any."""
    smoke_to: SecretStr | None = None
    """Reference: phone number, with country code, that gets a message from every new release; the deploy
    waits until WhatsApp says that it was delivered. It must have written to the bot within 24 hours.
    Absent: none is sent."""
    smoke_seconds: Annotated[float, Field(gt=0, le=3600)] = 60
    """How long that may take."""
    ssh: DeploySsh = DeploySsh()
    image: DeployImage = DeployImage()
