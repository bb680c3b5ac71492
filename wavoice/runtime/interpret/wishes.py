"""Wishes about the conversation itself: to be answered in writing or by voice, and what may be kept."""

from __future__ import annotations

import re

_VOICE = r"(?:voice(?:\s+(?:notes?|messages?|replies|reply))?|voice\s*mails?|audio(?:s|\s+notes?)?)"
_TEXT = r"(?:text|texts|writing|text\s+messages?|written\s+(?:replies|messages?))"
_STOPS = r"(?:no\s+more|stop(?:\s+(?:sending|with))?|do\s*n[o']?t\s+(?:send|use)|without|instead\s+of)"
_DATA = r"(?:my\s+(?:voice|audio|recordings?|notes?|words)|what\s+i\s+(?:say|said)|recordings?)"
_KEEPS = r"(?:keep|store|save|record|remember|hold\s+on\s+to)"
_DONT = r"(?:do\s*n[o']?t|do\s+not|never|stop|no\s+longer|must\s+not|may\s+not)"

_DEALS = r"(?:deal(?:ing)?\s+with|handl(?:e|ing)|process(?:ing)?|touch(?:ing)?|look(?:ing)?\s+(?:at|into))"
_SENSITIVE = (
    r"(?:my\s+|any\s+|anything\s+|the\s+)?(?:sensitive|private|personal|medical|health|bank(?:ing)?|financial)"
    r"(?:\s+(?:things?|stuff|matters?|data|details|info(?:rmation)?|topics?|requests?|orders?))?"
)

_WISHES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "sensitive_off",
        re.compile(
            rf"\b(?:{_DONT}|quit)\s+(?:please\s+)?{_DEALS}\s+{_SENSITIVE}\b"
            rf"|\b(?:withdraw|revoke|take\s+back|cancel)\s+(?:my\s+)?(?:consent|permission|agreement)"
            rf"\s+(?:to|for|about|on|with)\s+(?:{_DEALS}\s+)?{_SENSITIVE}\b"
            rf"|\bnothing\s+sensitive\s+(?:here|in\s+this\s+chat)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "voice_data_off",
        re.compile(
            rf"\b{_DONT}\s+(?:please\s+)?{_KEEPS}(?:ing|e?ing)?\b.{{0,20}}\b{_DATA}\b"
            rf"|\b(?:delete|erase|forget)\s+{_DATA}\b"
            rf"|\b(?:stop|quit)\s+(?:keeping|storing|saving|recording)\b.{{0,20}}\b{_DATA}\b",
            re.IGNORECASE,
        ),
    ),
    (
        "voice_data_on",
        re.compile(rf"^\W*(?:you\s+(?:may|can)|please)\s+{_KEEPS}\s+{_DATA}\W*$", re.IGNORECASE),
    ),
    (
        "voice_off",
        re.compile(
            rf"\b(?:send|use|write|reply|answer|respond)(?:\s+(?:me|to\s+me))?(?:\s+(?:by|in|with|as))?\s+(?:a\s+)?{_TEXT}\b"
            rf"|\b{_STOPS}\s+(?:me\s+)?(?:any\s+)?(?:more\s+)?{_VOICE}\b"
            rf"|\b(?:in|by)\s+(?:text|writing)\s+(?:please|only|instead)\b|\btext\s+(?:only|instead|please)\b"
            r"|\b(?:can'?t|cannot)\s+(?:listen|hear\s+(?:it|this|that|you|audio))\b",
            re.IGNORECASE,
        ),
    ),
    (
        "voice_on",
        re.compile(
            rf"\b(?:send|use|reply|answer|respond|speak)(?:\s+(?:me|to\s+me))?(?:\s+(?:by|in|with|as))?\s+(?:a\s+)?{_VOICE}\b"
            rf"|\bvoice\s+(?:please|instead|again)\b",
            re.IGNORECASE,
        ),
    ),
)
"""The first that fits; refusals come before wishes, so that "don't send voice" is one."""


def wish_of(text: str) -> tuple[str | None, str]:
    """Name of the wish that the text holds, or None, and what else it says."""
    for name, pattern in _WISHES:
        if match := pattern.search(text):
            return name, f"{text[: match.start()]} {text[match.end() :]}"
    return None, text
