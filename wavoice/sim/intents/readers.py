"""The interpreters that can be measured here, as the runtime would have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from wavoice.runtime.adapters.consultant import OFF, open_chat
from wavoice.runtime.adapters.sentences import open_interpreter, open_meaning
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.interpret.rules import RulesInterpreter
from wavoice.runtime.lexicon import enabled
from wavoice.runtime.ports import Interpreter
from wavoice.runtime.settings import Settings
from wavoice.sim.intents.asking import AskingReader

RULES: Final = "rules"
NEED_MEANING: Final = ("embeddings", "stack")
LLM: Final = "llm"
ASK_AN_LLM: Final = (LLM, "full")
"""They may cost money, and are measured only by name."""


@dataclass(frozen=True, slots=True)
class Readers:
    """Those that can read, and why the others cannot."""

    by_name: Mapping[str, Interpreter]
    missing: Mapping[str, str]
    asking: AskingReader | None = None
    """The one among them that asks an LLM; closed by `close`."""

    def close(self) -> None:
        """Close what is open."""
        if self.asking is not None:
            self.asking.close()


def readers(settings: Settings, only: str | None) -> Readers:
    """All that cost nothing, or only the one that is named. Raises `UserInputError` if it cannot run here."""
    rules = RulesInterpreter(enabled(settings.bot.languages))
    if only == RULES:
        return Readers({RULES: rules}, {})
    if only in ASK_AN_LLM:
        return _asking(settings, rules, str(only))
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


def _asking(settings: Settings, rules: RulesInterpreter, name: str) -> Readers:
    """The LLM on every row, or last as in a turn; never streamed: whole answers tell what they cost."""
    llm = settings.understanding.llm.model_copy(update={"stream": False})
    server = open_chat(llm)
    if server is None:
        raise UserInputError(f"{name} cannot be measured here. {OFF}", remedy="")
    others = rules if name == LLM else open_interpreter(settings)[0]
    reader = AskingReader(others, server, llm, alone=name == LLM)
    return Readers({name: reader}, {}, reader)
