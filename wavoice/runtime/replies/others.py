"""The few sentences that a customer of another language is answered with; all else is English.

One file a language, `replies/<code>.toml`. They stand around the read-back, which stays as it was put: the
digest and the journal know it in those words. `reviewed` is false until a native speaker has signed; a yes
in such a language is asked again either way (D20), and the buttons bind by their ids, not by their titles.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any, Final

from wavoice.runtime.errors import ConfigError
from wavoice.runtime.model import Tier
from wavoice.runtime.replies import english

VERSION: Final = 1
"""Version of the file format that this wavoice reads."""
LONGEST_TITLE: Final = 20
"""Characters of a reply button (Cloud API, interactive reply buttons)."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said around a question, in one language. Sentences end as sentences, all others do not."""

    yes: str
    """Title of the button."""
    no: str
    to_be_sure: str
    """Before a question that is put once more."""
    yes_or_no: str
    tap_yes_or_no: str
    nothing_changed: str
    """A colon and what stays follow."""
    still_want: str
    expired: str
    """A semicolon and what stays follow."""
    not_caught: str
    cannot_listen: str
    """To a note in this language, where the ears do not know it."""
    listened_enough: str
    """To a note that is beyond the voice minutes of the day."""
    reviewed: bool = False
    """A native speaker has signed them."""

    def how_to_answer(self, tier: Tier) -> str:
        """What ends a question; money takes a tap."""
        return self.tap_yes_or_no if tier is Tier.R3 else self.yes_or_no


ENGLISH: Final = Words(
    yes="Yes",
    no="No",
    to_be_sure=english.TO_BE_SURE,
    yes_or_no=english.YES_OR_NO,
    tap_yes_or_no=english.TAP_YES_OR_NO,
    nothing_changed="Okay, nothing changed",
    still_want="Do you still want the change?",
    expired="That question has expired",
    not_caught=english.NOT_CAUGHT,
    cannot_listen=english.CANNOT_LISTEN,
    listened_enough=english.LISTENED_ENOUGH,
    reviewed=True,
)
_SAID = frozenset(spec.name for spec in fields(Words)) - {"reviewed"}


@cache
def written() -> tuple[str, ...]:
    """Codes of the languages that have words here, besides English."""
    names = (file.name for file in files(__package__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def words_in(language: str) -> Words:
    """Return the words of a language, or English for one that has none here."""
    if language not in written():
        return ENGLISH
    text = (files(__package__) / f"{language}.toml").read_text("utf-8")
    return build(tomllib.loads(text), f"replies/{language}.toml")


def build(data: Mapping[str, Any], name: str) -> Words:
    """Make words of parsed TOML. Raises `ConfigError` that says file and key."""
    if data.get("version") != VERSION:
        raise ConfigError(f"{name}: version is {data.get('version')!r}; this wavoice reads {VERSION}.")
    if data.get("language") != (named := name.rpartition("/")[2].removesuffix(".toml")):
        raise ConfigError(f"{name}: language is {data.get('language')!r}; the file's name says {named!r}.")
    if not isinstance(data.get("reviewed"), bool):
        raise ConfigError(f"{name}: reviewed is {data.get('reviewed')!r}; it is true or false.")
    said = data.get("words")
    if not isinstance(said, dict) or said.keys() != _SAID:
        given = said.keys() if isinstance(said, dict) else set()
        wrong = ", ".join(sorted(_SAID ^ given))
        raise ConfigError(f"{name}: words: missing, or not known: {wrong}.")
    for key, value in said.items():
        if not isinstance(value, str) or not value.strip():
            raise ConfigError(f"{name}: words.{key} is {value!r}, and no text.")
    for key in ("yes", "no"):
        if len(said[key]) > LONGEST_TITLE:
            raise ConfigError(f"{name}: words.{key} is longer than {LONGEST_TITLE} characters.")
    if said["yes"].casefold() == said["no"].casefold():
        raise ConfigError(f"{name}: words.yes and words.no are the same.")
    return Words(**said, reviewed=data["reviewed"])
