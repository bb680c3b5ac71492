"""Numbers as they are said: one by one, in pairs, in words, doubled, in the languages that text2num knows."""

from __future__ import annotations

import pytest

from wavoice.runtime.interpret.numbers import in_digits


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("order one eight four two", "order 1842"),
        ("eighteen forty-two please", "1842 please"),
        ("one thousand eight hundred and forty two", "1842"),
        ("eighteen hundred", "1800"),
        ("one eight oh two", "1802"),
        ("double four oh seven", "4407"),
        ("triple nine one", "9991"),
        ("seven, seven, one, two, oh", "77120"),
        ("nought seven four", "074"),
    ],
)
def test_a_number_in_pieces_is_one_number(said: str, digits: str) -> None:
    assert in_digits(said, "en") == digits


@pytest.mark.parametrize(
    ("language", "said", "digits"),
    [
        ("es", "pedido dieciocho cuarenta y dos", "pedido 1842"),
        ("es", "una lámpara uno ocho cuatro dos", "una lámpara 1842"),
        ("pt", "um oito meia dois", "1862"),
        ("fr", "un huit quatre deux", "1842"),
        ("fr", "mille huit cent quarante-deux", "1842"),
        ("de", "Bestellung eintausendachthundertzweiundvierzig bitte", "Bestellung 1842 bitte"),
        ("de", "zwo acht vier zwo", "2842"),
        ("it", "milleottocentoquarantadue", "1842"),
        ("nl", "dubbel vier acht twee", "4482"),
        ("da", "en otte fire to", "1842"),
        ("en", "mi pedido es uno ocho cuatro dos", "mi pedido es 1842"),
        ("hi", "order one eight four two", "order 1842"),
    ],
)
def test_other_languages_say_it_in_their_own_words(language: str, said: str, digits: str) -> None:
    assert in_digits(said, language) == digits


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "two lamps and one chair"),
        ("en", "one hundred fifty euros"),
        ("en", "in twenty five days"),
        ("en", "five, six, or seven"),
        ("en", "give me one, order 1842"),
        ("en", "one 1842"),
        ("en", "no wait, not that one"),
        ("en", "yes"),
        ("en", "a fire to put out"),
        ("es", "cien por cien"),
        ("es", "mil gracias"),
        ("fr", "une commande"),
        ("de", "ein Paket und eine Lampe"),
        ("pt", "um momento"),
    ],
)
def test_what_is_no_number_stays_as_it_was(language: str, text: str) -> None:
    assert in_digits(text, language) == text
