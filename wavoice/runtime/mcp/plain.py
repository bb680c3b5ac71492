"""What of an answer may be used: single values by their place, cleaned and short. Pure.

An answer is somebody else's text. It is never executed, never read as a wish or a yes, never logged; what a
template names is said, and nothing else.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from wavoice.runtime.redact import redact

MOST = 80
"""Characters of a value that is said."""
MOST_OF_A_QUESTION = 300
MOST_TEXT = 65_536
"""Characters of a text that is looked at, and bytes of one that is read as JSON."""
MOST_DEPTH = 12
LINK = re.compile(
    r"\b(?:https?://|www\.|wa\.me/|mailto:|tel:)|\b[\w-]+\.(?:com|net|org|in|io|app|shop|link|me|co)\b", re.I
)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./:#-]{0,63}")
_ASKS = re.compile(r"[?\u037e\u061f\uff1f\u2047-\u2049]")
_MARKUP = re.compile(r"[*_~`{}<>]")
"""WhatsApp's own formatting, and braces of templates."""


def at(data: Any, path: str) -> Any:
    """What stands there; None if nothing does."""
    for part in path.split(".")[:MOST_DEPTH]:
        match data:
            case Mapping():
                data = data.get(part)
            case list() if part.isdecimal() and len(part) < 5 and int(part) < len(data):
                data = data[int(part)]
            case _:
                return None
    return data


def value(data: Any, path: str) -> str | None:
    """The single value that stands there, as text; None for nothing, lists, tables and what is too long."""
    found = at(data, path)
    match found:
        case bool():
            return "yes" if found else "no"
        case int() if abs(found) < 10**18:
            return str(found)
        case float():
            return repr(found)
        case str() if len(found) <= MOST_TEXT:
            return found
        case _:
            return None


def said(text: str | None, most: int = MOST) -> str | None:
    """The value as it may be said: one line, no formatting, no control; None where nothing sayable is left.

    A link is not said at all: a reply leads nobody anywhere that the policy does not list. Nor is what looks
    like the number of a card or a one-time password (I18).
    """
    if text is None:
        return None
    plain = unicodedata.normalize("NFC", text[:MOST_TEXT])
    shown = "".join(char if _is_shown(char) else " " for char in plain)
    one_line = " ".join(_MARKUP.sub("", shown).split())
    if not one_line or len(one_line) > most or LINK.search(one_line) or redact(one_line) != one_line:
        return None
    return one_line


def field_of(data: Any, path: str) -> str | None:
    """The single value that stands there as a sentence may say it: it asks nothing itself."""
    found = said(value(data, path))
    return None if found is None else _ASKS.sub("", found).strip() or None


def reference(data: Any, path: str | None) -> str | None:
    """What a system calls a write: an id, or nothing."""
    found = value(data, path) if path is not None else None
    return found if found is not None and _ID.fullmatch(found) else None


def _is_shown(char: str) -> bool:
    """Letters, digits, marks and punctuation: no control characters, and none that turn the line around."""
    return unicodedata.category(char)[0] not in "CZ"


def from_text(text: str) -> Any:
    """Data of a tool that answers in text: its JSON, or the text."""
    if len(text) <= MOST_TEXT and text.lstrip()[:1] in "{[":
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            pass  # it begins like JSON and is none: a text, then
    return {"text": text[:MOST_TEXT]}
