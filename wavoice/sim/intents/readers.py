"""The interpreters that can be measured here, as the runtime would have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.interpret.rules import RulesInterpreter
from wavoice.runtime.lexicon import enabled
from wavoice.runtime.ports import Interpreter
from wavoice.runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class Readers:
    """Those that can read, and why the others cannot."""

    by_name: Mapping[str, Interpreter]
    missing: Mapping[str, str]


def readers(settings: Settings, only: str | None) -> Readers:
    """All interpreters, or only one of them. Raises `UserInputError` if that one cannot run here."""
    rules = RulesInterpreter(enabled(settings.bot.languages))
    found: dict[str, Interpreter] = {"rules": rules}
    missing = dict.fromkeys(("embeddings", "stack"), "no sentence encoder is installed")
    if only is None:
        return Readers(found, missing)
    if only in missing:
        raise UserInputError(f"{only} cannot run here: {missing[only]}.", remedy="Install one.")
    return Readers({only: found[only]}, {})
