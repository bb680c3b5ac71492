"""Which digits of a text are a card number: by what stands before them, their issuer, length and check digit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from wavoice.runtime.redact.digits import CUT, Token
from wavoice.runtime.redact.numerals import FILLERS, word_set

_CARD = word_set(
    """card cards cc credit debit visa mastercard master amex american express discover maestro rupay diners jcb
    unionpay mir pan kaart karte tarjeta crédito credito débito debito cartão cartao carte kartu kartenummer
    kreditkarte बैंक कार्ड कार्ड البطاقة بطاقة charge kad carta prepaid"""
)
_PHONE = word_set(
    """phone call mobile cell telephone tel whatsapp ring text reach contact handy landline dial sms teléfono
    telefono telefone celular telepon hp फ़ोन फोन मोबाइल هاتف جوال téléphone portable fax extension"""
)
_OTHER = word_set(
    """order orders tracking parcel package shipment waybill awb consignment reference ref invoice iban account
    imei serial number's delivery deliver address street road lane avenue floor flat apartment house block's
    postcode zip pincode postal dollars dollar rupees rupee rs euros euro pounds usd eur inr gbp cents paid
    refund total cost costs price amount balance january february march april june july august september october
    november december jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday
    saturday sunday customer ticket case booking coupon voucher barcode sku ean isbn model item items
    pedido rastreo encomenda rastreio pesanan resi bestellung sendung commande colis ऑर्डर طلب"""
)
_MINE, _NUMBERS = word_set("my his her their our"), word_set("number no num nr")
_LONG_GAP, _CUT_GAP = 6, 14
"""Words that may stand between the digits of one number, and between those of two messages."""
_MOST_WAYS = 256
_STRAY = 6
_LONGEST_PHONE = 14
"""As long are numbers of orders and phones; some pass every check by chance."""
_LENGTHS = range(13, 20)


class About(Enum):
    """What the words before digits say that they are."""

    NOTHING = 0
    CARD = 1
    PHONE = 2
    OTHER = 3


@dataclass(frozen=True, slots=True)
class Run:
    """Digits that belong together."""

    units: tuple[Token, ...]
    about: About
    crosses: tuple[int, ...]
    """Indexes of units that are the first of another message."""
    loose: tuple[int, ...] = ()
    """Indexes of units before which words stand that mean something else, or may."""


def about(word: str) -> About | None:
    """What a word says of the digits after it."""
    for words, what in ((_CARD, About.CARD), (_PHONE, About.PHONE), (_OTHER, About.OTHER)):
        if word in words:
            return what
    return None


def cards(found: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Where card numbers stand: start and end of each, in order, none inside another."""
    for run in runs(found):
        yield from _cards(run)


def runs(found: Sequence[Token]) -> Iterator[Run]:
    """Groups of digits between which nothing stands that ends a number."""
    units: list[Token] = []
    crosses: list[int] = []
    loose: list[int] = []
    now, gap, cut = About.NOTHING, 0, False
    before = ""
    any_card = any(about(token.word) is About.CARD for token in found)
    for token in found:
        if token.word == CUT:
            cut = bool(units)
            continue
        if not units and token.ways[:1] == ("",):
            continue  # "to" and "for" are digits between digits only
        told = None if token.ways else about(token.word)
        if token.word in _NUMBERS and before in _MINE:
            told = About.PHONE  # "my number is": the card would be called one
        before = token.word
        ends = told in (About.PHONE, About.OTHER) or token.plus or (told is About.CARD and not cut)
        words, gap = gap, gap if token.ways or token.word in FILLERS else gap + 1
        most = _CUT_GAP if cut else _LONG_GAP if any_card and now is About.CARD else 0
        if units and (ends or gap > most or (not token.ways and token.word[:1].isdigit())):
            yield Run(tuple(units), now, tuple(crosses), tuple(loose))
            # A stray "one" between a card and its number does not change what the number is; a second
            # phone number is one as well.
            stays = now is not About.CARD or sum(len(unit.ways[0]) for unit in units) < _STRAY
            now = now if stays else About.NOTHING
            units, crosses, loose, cut = [], [], [], False
        if told is not None:
            now = told
        if token.ways:
            if units and words and not cut:
                loose.append(len(units))
            if units and cut:
                crosses.append(len(units))
            now = About.PHONE if token.plus else now
            units.append(token)
            gap, cut = 0, False
    if units:
        yield Run(tuple(units), now, tuple(crosses), tuple(loose))


def _cards(run: Run) -> Iterator[tuple[int, int]]:
    units, first = run.units, 0
    while first < len(units):
        last = _ends(run, first)
        if last is None:
            first += 1
            continue
        last = _with_what_belongs_to_it(run, last)
        yield units[first].start, units[last].end
        first = last + 1


def _ends(run: Run, first: int) -> int | None:
    """Index of the last unit of the card number that begins with this one."""
    if not any(run.units[first].ways) or not run.units[first].ways[0]:
        return None
    ways: set[str] = {""}
    best = None
    total = len(run.units)
    for last in range(first, total):
        if best is not None and last in run.loose:
            break
        ways = {old + way for old in ways for way in run.units[last].ways if len(old) + len(way) <= 24}
        ways = set(sorted(ways)[:_MOST_WAYS])
        if not ways:
            break
        whole = (first == 0) + (last == total - 1)
        if any(_is_card(way, run, (first, last), whole) for way in ways):
            best = last
    if best is None and first == 0 and run.about is About.CARD:
        best = _said_wrongly(run)
    return best


def _said_wrongly(run: Run) -> int | None:
    """Called a card number and as long as one: a digit was misheard, mistyped or said twice."""
    end = min((*run.loose, len(run.units)))
    shortest = sum(min(len(way) for way in unit.ways) for unit in run.units[:end])
    return end - 1 if shortest >= _LENGTHS.start else None


def _with_what_belongs_to_it(run: Run, last: int) -> int:
    """Expiry and security code right behind the number go with it."""
    end = min(place for place in (*run.loose, len(run.units)) if place > last)
    rest = [unit.ways[0] for unit in run.units[last + 1 : end]]
    tail = "".join(rest)
    dated = re.fullmatch(r"(0?[1-9]|1[0-2])(20)?[2-4]\d(\d{3,4})?|\d{3}", tail)
    called = run.about is About.CARD and len(tail) < _LENGTHS.start
    return end - 1 if dated or called else last


def _is_card(digits: str, run: Run, span: tuple[int, int], whole: int) -> bool:
    if len(digits) not in _LENGTHS or not luhn(digits):
        return False
    if run.about is About.CARD:
        return digits[0] != "0"
    if not issued(digits):
        return False
    if whole == 2:
        return run.about not in (About.PHONE, About.OTHER) or len(digits) > _LONGEST_PHONE
    if run.about in (About.PHONE, About.OTHER):
        return False
    first, last = span
    return _usual([len(unit.ways[0]) for unit in run.units[first : last + 1]])


_USUAL = re.compile(r"4{3}4?[1-4]?|465|464|1{13,19}|2{7,9}1?|(13|14|15|16|17|18|19)")


def _usual(groups: Sequence[int]) -> bool:
    """Grouped as on a card, in pairs, or digit by digit."""
    return _USUAL.fullmatch("".join(str(size) for size in groups)) is not None


_ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{17,18})"
    r"|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"
    r"|3[47]\d{13}"
    r"|3(?:0[0-5]|095|[689]\d)\d{11,16}"
    r"|35(?:2[89]|[3-8]\d)\d{12,15}|(?:2131|1800)\d{11}"
    r"|62\d{14,17}|8[12]\d{14,17}|220[0-4]\d{12,15}"
    r"|(?:5[0678]|6\d)\d{11,17}"
)
"""First digits and lengths of the brands (ISO/IEC 7812-1 and their published ranges)."""


def issued(digits: str) -> bool:
    """True if a brand issues such numbers of that length."""
    return _ISSUED.fullmatch(digits) is not None


def luhn(number: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
