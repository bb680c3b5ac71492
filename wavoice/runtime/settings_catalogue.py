"""Section `[catalogue]` of `wavoice.toml`: names that the shop uses. docs/ears.md has examples."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field

from wavoice.runtime.settings_speech import Section, from_commas

MOST_NAMES: Final = 200
LONGEST_NAME: Final = 60
"""Characters of a name."""


def _pairs_from_commas(value: object) -> object:
    if not isinstance(value, str):
        return value
    pairs = [part.partition("=") for part in value.split(",") if part.strip()]
    return {name.strip(): said.strip() for name, _, said in pairs}


def _are_names(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(names) > MOST_NAMES:
        raise ValueError(f"at most {MOST_NAMES} names")
    for name in names:
        if not name.strip() or len(name) > LONGEST_NAME:
            raise ValueError(f"{name!r} is no name of 1 to {LONGEST_NAME} characters")
        if name.isdecimal():
            raise ValueError(f"{name!r} is a number; it would be heard where it was not said")
    return tuple(name.strip() for name in names)


def _are_spellings(pairs: dict[str, str]) -> dict[str, str]:
    for name, said in pairs.items():
        if not name.strip() or not said.strip():
            raise ValueError(f"{name!r} is said as {said!r}; both need letters")
    return pairs


_Names = Annotated[tuple[str, ...], BeforeValidator(from_commas), AfterValidator(_are_names)]
_Pairs = Annotated[dict[str, str], BeforeValidator(_pairs_from_commas), AfterValidator(_are_spellings)]


class CatalogueWords(Section):
    """What the shop sells, as its customers say it."""

    words: _Names = ()
    """Names that customers say and speech recognition would spell its own way, the most frequent first:
    products, brands, streets. At most 200; what does not fit into the recogniser's prompt is left out of it.
    Never put numbers of orders here: what is expected is also heard where it was not said."""
    pronunciations: _Pairs = Field(default_factory=dict)
    """Names that the voice says wrongly, each with a spelling that it says well: `Xylora = "zai lora"`. A
    variable writes them as `Xylora=zai lora, Qi=chee`."""
