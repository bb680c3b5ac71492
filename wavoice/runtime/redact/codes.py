"""Security codes, one-time passwords and PINs: digits that are called so. A bare number is none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from wavoice.runtime.redact.cards import About, about
from wavoice.runtime.redact.digits import CUT, Token, words_in
from wavoice.runtime.redact.numerals import FILLERS, word_set


@dataclass(frozen=True, slots=True)
class _Label:
    words: tuple[str, ...]
    least: int
    most: int
    gap: int = 7
    """Unknown words between the label and its digits."""


def _labels(names: str, least: int, most: int, gap: int = 7) -> list[_Label]:
    return [_Label(tuple(name.split()), least, most, gap) for name in names.strip().split("|")]


_LABELS = sorted(
    [
        *_labels(
            "cvv|cvv2|cvc|cvc2|cvn|csc|cid|cvd|cv2|c v v|c v c|c v two|cvv two|cvc two|see vv|cee vee vee|"
            "ccv|c c v|security code|security number|card code|card security|card verification|"
            "verification value|signature code|digits on the back|numbers on the back|number on the back|"
            "digits at the back|numbers at the back|code on the back|code at the back|back of the card|"
            "back of my card|back of it|digits on the front|last three on the back|three on the back|"
            "código de seguridad|codigo de seguridad|código de segurança|codigo de seguranca|"
            "prüfnummer|kode keamanan|सीवीवी|code de sécurité",
            3, 4,
        ),
        *_labels(
            "otp|o t p|oh tee pee|o tee pee|o tp|ot p|oh tp|one time password|one time passcode|one time code|one time pin|onetime password|"
            "one time pass code|verification code|verify code|verification number|verification pin|"
            "passcode|pass code|authentication code|authorisation code|authorization code|auth code|"
            "authenticator code|two factor code|2fa|2fa code|mfa code|sms code|login code|log in code|sign in code|"
            "access code|bank code|secure code|3d secure|code from my bank|code from the bank|code the bank sent|"
            "code my bank sent|code from your sms|texted me the code|code by sms|code by text|whatsapp code|"
            "clave dinámica|código de verificación|codigo de verificacion|código de verificação|"
            "kode otp|kode verifikasi|code de vérification|bestätigungscode|ओटीपी|رمز التحقق",
            4, 8,
        ),
        *_labels("atm pin|card pin|pin number|upi pin|mpin|my pin|the pin|pin is|pin|password|contraseña|senha", 4, 6, 3),
    ],
    key=lambda label: -len(label.words),
)  # fmt: skip
_POSTAL = ("code", "codes")
_LINKS = word_set("is was as being are that's thats it's its")
_BEFORE = word_set("my the a your our its that this card new for")
_LONGEST_POSTAL = 6
_SENTENCE = re.compile(r"[.?!]\s")
_ENDS = word_set("for at on in near order yes")
"""Words after which digits are not the code: "otp for 1842"."""


_BY_FIRST_WORD: Mapping[str, Sequence[_Label]] = {
    first: [label for label in _LABELS if label.words[0] == first]
    for first in {label.words[0] for label in _LABELS}
}


def may_hold_code(text: str) -> bool:
    """True if a word stands there that can announce a code; without one no digits are a code."""
    return not _BY_FIRST_WORD.keys().isdisjoint(words_in(text))


def codes(text: str, found: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Where codes stand, in order."""
    words = [_word(token, text) for token in found]
    taken: set[int] = set()
    for place in range(len(found)):
        for label in _BY_FIRST_WORD.get(words[place], ()):
            if not _stands(label, words, place):
                continue
            span = _after(label, found, words, place)
            if span is not None and _new_sentence(text, found, (place + len(label.words), span[0])):
                span = None
            span = span or _before(label, found, words, place)
            if span is not None and span[0] not in taken:
                taken.update(range(span[0], span[1] + 1))
                yield found[span[0]].start, found[span[1]].end
            break


def _word(token: Token, text: str) -> str:
    return token.word or text[token.start : token.end].casefold()


def _stands(label: _Label, words: Sequence[str], place: int) -> bool:
    here = tuple(words[place : place + len(label.words)])
    return here == label.words


def _after(label: _Label, found: Sequence[Token], words: Sequence[str], place: int) -> tuple[int, int] | None:
    """The digits that follow the label: "cvv is 123", "the three digits on the back are 4 5 6"."""
    at, gap = place + len(label.words), 0
    postal = label.words == ("pin",) and words[at : at + 1] and words[at] in _POSTAL
    while at < len(found):
        token = found[at]
        if token.ways and token.ways[0] and (span := _digits(label, found, at)):
            size = _size(found[span[0] : span[1] + 1])
            return None if postal and size == _LONGEST_POSTAL else span
        told = None if token.ways else about(token.word)
        gap += token.word not in FILLERS
        if gap > label.gap or told in (About.OTHER, About.PHONE) or _parted(words, at):
            return None
        at += 1
    return None


def _new_sentence(text: str, found: Sequence[Token], between: tuple[int, int]) -> bool:
    """As in: "No otp came. 1842 is my order": what follows speaks of something else."""
    first, last = between
    words = [token.word for token in found[first:last] if token.word not in FILLERS | _LINKS]
    return bool(words) and _SENTENCE.search(text, found[first - 1].end, found[last].start) is not None


def _parted(words: Sequence[str], at: int) -> bool:
    """Neither "otp for 1842" nor "pin at 14 Lake Road" says a code."""
    return words[at] in _ENDS and at + 1 < len(words) and words[at + 1][:1].isdigit()


def _before(
    label: _Label, found: Sequence[Token], words: Sequence[str], place: int
) -> tuple[int, int] | None:
    """The digits that were said first: "482913 is my otp"."""
    at = place - 1
    while at >= 0 and words[at] in _BEFORE:
        at -= 1
    if at < 1 or words[at] not in _LINKS:
        return None
    last = at - 1
    while last >= 0 and words[last] in FILLERS and not found[last].ways:
        last -= 1
    first = last
    while first > 0 and found[first - 1].ways and found[first - 1].ways[0]:
        first -= 1
    if last < 0 or not found[last].ways or not label.least <= _size(found[first : last + 1]) <= label.most:
        return None
    before = next((about(found[i].word) for i in range(first - 1, max(-1, first - 4), -1)), None)
    return None if before in (About.OTHER, About.PHONE) else (first, last)


def _digits(label: _Label, found: Sequence[Token], first: int) -> tuple[int, int] | None:
    """As many digits as such a code has, whatever meaningless stands between them."""
    last, size, at = first, 0, first
    while at < len(found):
        token = found[at]
        if token.ways:
            here = len(token.ways[0])
            if size + here > label.most and size >= label.least:
                break
            size, last = size + here, at
        elif token.word not in FILLERS or token.word == CUT:
            break
        at += 1
    while last > first and found[last].ways[:1] == ("",):
        last -= 1
    return (first, last) if label.least <= size <= label.most else None


def _size(units: Sequence[Token]) -> int:
    return sum(len(unit.ways[0]) for unit in units if unit.ways)
