"""The code of an R3 question in an answer: "YES 4071"."""

from __future__ import annotations

import re
import unicodedata

_CODE = re.compile(
    r"\b(?P<yes>yes)\b[\s,.:;!\-]*(?:the\s+)?(?:code\b(?:\s+is\b)?[\s:]*)?#?(?P<digits>\d{3,8})(?![\w]|[.,:]\d)",
    re.IGNORECASE,
)
"""Three or eight digits are no code, but they were meant as one."""


def take_code(text: str) -> tuple[str, str | None]:
    """The text without the code that follows its yes, and its digits; the text as it is if none does."""
    found = _CODE.search(text)
    if found is None:
        return text, None
    digits = "".join(str(unicodedata.digit(digit)) for digit in found["digits"])
    return f"{text[: found.end('yes')]} {text[found.end() :]}", digits
