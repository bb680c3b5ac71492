"""Sentences of an author's job: checked when they are loaded, filled in when they are said."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from wavoice.runtime.lexicon import enabled, words_of
from wavoice.runtime.model import Mark, Money, Order
from wavoice.runtime.replies import english

MOST_WORDS = 14
"""Of a question: it is heard, not read. A value counts as one word."""
_CHOICE = re.compile(r"\bor\b", re.IGNORECASE)


def names_in(template: str) -> Iterator[str]:
    """Names of the placeholders. Raises `ValueError` for anything but `{name}`."""
    for _, name, spec, conversion in string.Formatter().parse(template):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"{{{name}}} is no plain {{name}}")
        yield name


def wrong_with(what: str, template: str, known: frozenset[str]) -> Iterator[str]:
    """What is wrong with any sentence."""
    try:
        unknown = sorted({*names_in(template)} - known)
    except ValueError as error:
        yield f"{what}: {error}"
        return
    if not template.strip():
        yield f"{what} is empty"
    for name in unknown:
        yield f"{what} speaks of {{{name}}}, and there is {', '.join(sorted(known)) or 'nothing'} to speak of"


def wrong_with_question(language: str, template: str, must: frozenset[str]) -> Iterator[str]:
    """What is wrong with a read-back: it asks one thing, shortly, and names all that a yes would bind."""
    what = f"read_back in {language}"
    try:
        Locale.parse(language)
    except (ValueError, UnknownLocaleError):
        yield f"{language!r} is no language"
    try:
        names = {*names_in(template)}
    except ValueError:
        return  # said already
    for name in sorted(must - names):
        yield f"{what} does not say {{{name}}}: a customer would agree to what was not read back"
    fixed = re.sub(r"\{\w*\}", " x ", template)
    count = len(words_of(fixed))
    if count > MOST_WORDS:
        yield f"{what} has {count} words; it is heard, and {MOST_WORDS} are the most"
    if len(re.findall(r"[?\u061f\uff1f]", template)) != 1 or not re.search(r"[?\u061f\uff1f]\s*$", template):
        yield f"{what} is to be one question, with a question mark at its end"
    if language == "en":
        lexicon, words = enabled(("en",)).hear(words_of(fixed), "en")
        refuses = any(mark is Mark.NO for _, _, mark in lexicon.scan(words))
        if refuses:
            yield f"{what} asks for something not to be; what a yes to it meant would not be clear"
        if _CHOICE.search(fixed):
            yield f"{what} offers a choice; a yes to it would mean nothing"


def fill(template: str, values: Mapping[str, object], language: str = "en") -> str:
    """The sentence with its values as they are said in that language."""
    return template.format_map({name: said(name, value, language) for name, value in values.items()})


def said(name: str, value: object, language: str) -> str:
    """A value as it is said."""
    match value:
        case Order():
            return value.id
        case date():
            return english.day(value) if language == "en" else _day(value, language)
        case Money():
            return english.money(value)
        case _ if name == "payee" and re.fullmatch(r"\w+ \d{4}", str(value)):
            return english.instrument(str(value))
        case _:
            return str(value)


@lru_cache(maxsize=1024)
def _day(value: date, language: str) -> str:
    return format_date(value, "EEEE d MMMM", locale=language)
