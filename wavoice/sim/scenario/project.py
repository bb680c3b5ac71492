"""The bot of the project in this folder: `[bot] app` of its `wavoice.toml`."""

from __future__ import annotations

from wavoice.runtime.author.load import AppFile
from wavoice.runtime.settings import Settings


def project_app() -> AppFile | None:
    """Where the bot stands; None: the sample bot. Raises `ConfigError` if the settings are wrong."""
    return AppFile.named_by(Settings.load())
