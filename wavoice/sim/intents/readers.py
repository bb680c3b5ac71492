"""The interpreters that can be measured here, as the runtime would have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from wavoice.runtime.adapters.sentences import open_meaning
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.interpret.rules import RulesInterpreter
from wavoice.runtime.lexicon import enabled
from wavoice.runtime.ports import Interpreter
from wavoice.runtime.settings import Settings

RULES: Final = "rules"
NEED_MEANING: Final = ("embeddings", "stack")


@dataclass(frozen=True, slots=True)
class Readers:
    """Those that can read, and why the others cannot."""

    by_name: Mapping[str, Interpreter]
    missing: Mapping[str, str]


def readers(settings: Settings, only: str | None) -> Readers:
    """All interpreters, or only one of them. Raises `UserInputError` if that one cannot run here."""
    rules = RulesInterpreter(enabled(settings.bot.languages))
    if only == RULES:
        return Readers({RULES: rules}, {})
    meaning, why = open_meaning(settings.understanding)
    if meaning is None:
        if only is not None:
            raise UserInputError(f"{only} cannot be measured here. {why}", remedy="")
        return Readers({RULES: rules}, dict.fromkeys(NEED_MEANING, why))
    from wavoice.runtime.interpret.meaning.embedded import (  # noqa: PLC0415
        EmbeddingsInterpreter,
        StackedInterpreter,
    )

    found: dict[str, Interpreter] = {
        RULES: rules,
        "embeddings": EmbeddingsInterpreter(rules, meaning),
        "stack": StackedInterpreter(rules, meaning),
    }
    return Readers(found if only is None else {only: found[only]}, {})
