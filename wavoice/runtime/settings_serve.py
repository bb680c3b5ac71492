"""Section `[serve]` of `wavoice.toml`: how the bot runs as a server. docs/serve.md."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from wavoice.runtime.settings_speech import Section

_Port = Annotated[int, Field(ge=0, le=65535)]


class Serve(Section):
    """Where `wavoice serve` listens, what it writes to its log, and how it ends."""

    host: str = "127.0.0.1"
    """Address of the webhook; a reverse proxy with a certificate stands before it."""
    port: _Port = 8080
    """Port of the webhook; 0: a free one."""
    admin_host: str = "127.0.0.1"
    """Address of health and metrics: for this machine or its own network, never for the public."""
    admin_port: _Port = 8081
    """Port of health and metrics; 0: a free one."""
    grace_seconds: Annotated[float, Field(ge=0, le=600)] = 20.0
    """How long turns under way have when the process is told to end; what is left is done by the next one."""
    min_free_mb: Annotated[int, Field(ge=0)] = 200
    """Free megabytes on the disk of the store below which `/readyz` is 503."""
    check_store: bool = True
    """Look through the SQLite file for damage before it is used: about a second a gigabyte."""
    log: Literal["auto", "json", "lines"] = "auto"
    """`json`: one object a line; `lines`: for people; `auto`: lines on a terminal, else JSON."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """What is logged at least."""
