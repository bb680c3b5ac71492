"""Words of a text, in any script: what two people write differently and mean alike becomes one form."""

from __future__ import annotations

import re
import unicodedata

Phrase = tuple[str, ...]

_INDIC = "\u0900-\u0963\u0966-\u0dff"
"""Letters and vowel signs of nine scripts; between them stand the danda and the double danda."""
_WORD = re.compile(rf"(?:[^\W_]|[{_INDIC}\u0300-\u036f])+|[\U0001F300-\U0001FAFF\u2300-\u23FF\u2600-\u27BF]")
_ASCII = re.compile(r"[^\W_]+", re.ASCII)
_STRETCHED = re.compile(r"(\w)\1{2,}")

_DROPPED = (
    *range(0x064B, 0x0660),  # Arabic vowel marks
    *(0x0640, 0x0670),  # tatweel, dagger alif
    *(0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD),  # joiners and other characters without width
    *(0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400)),  # how an emoji looks
    *(0x093C, 0x09BC, 0x0A3C, 0x0ABC, 0x0CBC),  # nukta: ज़रूर and जरूर
    *(0x0307,),  # what lower() leaves of the Turkish İ
    *(ord(mark) for mark in "'\u2019\u2018\u02bc\u02bb`\u00b4\u055a\uff07"),
)
_ALIKE = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ہ": "ه", "ۃ": "ه", "ة": "ه", "ھ": "ه",
    "ँ": "ं", "ઁ": "ં", "ё": "е",
}  # fmt: skip
_TABLE: dict[int, str | None] = {
    **dict.fromkeys(_DROPPED),
    **{ord(one): other for one, other in _ALIKE.items()},
    **{
        zero + value: str(value)
        for zero in (0x0660, 0x06F0, *range(0x0966, 0x0D67, 0x80))
        for value in range(10)
        if unicodedata.digit(chr(zero + value), -1) == value
    },
}
_UNFOLDED = {"ß": "ss", "ı": "i", "ø": "o", "æ": "ae", "ɗ": "d", "ɓ": "b", "ƙ": "k"}


def words_of(text: str) -> Phrase:
    """Lower-case words and emoji of a text, apostrophes dropped ("don't" → "dont").

    Digits are ASCII, marks without a sound of their own are gone, and letters that keyboards mix up
    (Arabic alif and ya, the Devanagari nasal dots) are one.
    """
    if text.isascii():
        return tuple(_ASCII.findall(text.lower().replace("'", "").replace("`", "")))
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", text).lower().translate(_TABLE)))


def folded(word: str) -> str:
    """The word without the marks above and below Latin letters: "não" → "nao", "hayır" → "hayir"."""
    if word.isascii():
        return word
    plain = "".join(_UNFOLDED.get(letter, letter) for letter in word)
    letters = unicodedata.normalize("NFD", plain)
    return unicodedata.normalize("NFC", "".join(one for one in letters if not "\u0300" <= one <= "\u036f"))


def shortened(word: str) -> tuple[str, ...]:
    """What a stretched word may stand for: "noooo" → ("no", "noo"); nothing if it is not stretched."""
    if not _STRETCHED.search(word):
        return ()
    return _STRETCHED.sub(r"\1", word), _STRETCHED.sub(r"\1\1", word)
