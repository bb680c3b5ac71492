"""In which languages a shop's customers are heard."""

from __future__ import annotations

from dataclasses import dataclass

HEARD = ("en", "es", "pt", "fr", "de", "it")
"""What Whisper's `base` can do: of real read sentences in noise it recognised these languages, and wrote
German, Brazilian and, less well, the others (docs/ears.md). Hindi and Arabic it writes as something else."""


def primary(language: str) -> str:
    """The language of a tag such as `pt-BR`, which is all that recognisers tell apart."""
    return language.lower().replace("_", "-").partition("-")[0]


@dataclass(frozen=True, slots=True)
class Tongues:
    """The language of a customer of whom nothing is known yet, and those that the ears can do."""

    first: str = "en"
    heard: tuple[str, ...] = HEARD
