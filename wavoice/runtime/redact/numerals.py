"""Words that stand for digits, by language, as people read numbers out and as recognisers spell them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from types import MappingProxyType


def word_set(words: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(words.split())


_UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")

_SPELLINGS = {
    "zero": "0", "zeros": "0", "zeroes": "0", "oh": "0", "o": "0", "ow": "0", "naught": "0", "nought": "0",
    "aught": "0", "ought": "0", "nil": "0", "zip": "0", "null": "0", "zilch": "0",
    "won": "1", "wan": "1", "tu": "2", "tree": "3", "fore": "4", "fower": "4", "fife": "5", "sicks": "6",
    "sax": "6", "sevn": "7", "ait": "8", "niner": "9", "nein": "9", "nyne": "9",
    "fourty": "40", "fourtwo": "42", "ninty": "90", "fivety": "50", "fourteens": "14", "eightteen": "18",
    "fourt": "4", "aleven": "11", "twelf": "12",
}  # fmt: skip

ENGLISH: Mapping[str, str] = MappingProxyType(
    {word: str(value) for value, word in enumerate(_UNITS, 1)}
    | {word: str(value) for value, word in enumerate(_TEENS, 10)}
    | {word: str(value) for value, word in zip(range(20, 100, 10), _TENS, strict=True)}
    | {
        tens + unit: str(ten + one)
        for (ten, tens), (one, unit) in product(
            zip(range(20, 100, 10), _TENS, strict=True), enumerate(_UNITS, 1)
        )
    }
    | _SPELLINGS
)

HOMOPHONES: Mapping[str, str] = MappingProxyType({"to": "2", "too": "2", "for": "4", "ate": "8", "sex": "6"})
"""Small words that a recogniser writes for a digit: either nothing or that digit."""

PLURALS: Mapping[str, str] = MappingProxyType(
    {"ones": "1", "twos": "2", "threes": "3", "fours": "4", "fives": "5", "sixes": "6", "sevens": "7",
     "eights": "8", "nines": "9", "zeros": "0", "zeroes": "0", "ohs": "0", "os": "0", "noughts": "0",
     "naughts": "0"}
)  # fmt: skip

TIMES: Mapping[str, int] = MappingProxyType(
    {"double": 2, "dubble": 2, "dbl": 2, "twice": 2, "triple": 3, "treble": 3, "tripple": 3, "thrice": 3,
     "quadruple": 4, "quad": 4, "quintuple": 5}
)  # fmt: skip


def _counted(words: str) -> dict[str, str]:
    """Names of the digits from zero on, spellings of one digit joined by `/`."""
    return {word: str(digit) for digit, names in enumerate(words.split()) for word in names.split("/")}


_SPANISH = _counted(
    "cero uno/una/un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"
)
_SPANISH |= {"veinte": "20", "treinta": "30", "cuarenta": "40", "cincuenta": "50", "sesenta": "60",
             "setenta": "70", "ochenta": "80", "noventa": "90", "dieciséis": "16", "dieciseis": "16",
             "diecisiete": "17", "dieciocho": "18", "diecinueve": "19", "veintiuno": "21", "veintidós": "22",
             "veintidos": "22", "veintitrés": "23", "veintitres": "23", "veinticuatro": "24",
             "veinticinco": "25", "veintiséis": "26", "veintiseis": "26", "veintisiete": "27",
             "veintiocho": "28", "veintinueve": "29"}  # fmt: skip
_PORTUGUESE = _counted("zero um/uma dois/duas três/tres quatro cinco seis/meia sete oito nove dez onze doze treze "
                       "catorze/quatorze quinze dezesseis/dezasseis dezessete/dezassete dezoito dezenove/dezanove")  # fmt: skip
_PORTUGUESE |= {"vinte": "20", "trinta": "30", "quarenta": "40", "cinquenta": "50", "sessenta": "60",
                "setenta": "70", "oitenta": "80", "noventa": "90"}  # fmt: skip
_HINDI = _counted(
    "shunya/zero/sunya/शून्य/ज़ीरो/जीरो ek/एक do/दो teen/tin/तीन char/chaar/चार paanch/panch/पांच/पाँच "
    "chhe/chhah/chah/che/cheh/chhai/छह/छः/छ/छे saat/sat/सात aath/ath/आठ nau/no/नौ das/दस gyarah/ग्यारह barah/बारह"
)
_INDONESIAN = _counted("nol/kosong satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas")
_ARABIC = _counted(
    "صفر واحد/واحدة اثنان/اثنين/إثنان/اتنين ثلاثة/تلاتة/ثلاث أربعة/اربعة/أربع خمسة/خمس ستة/ست سبعة/سبع "
    "ثمانية/تمانية/ثمان تسعة/تسع عشرة"
)
_FRENCH = _counted("zéro/zero un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze "
                   "seize")  # fmt: skip
_GERMAN = _counted("null eins/ein zwei/zwo drei vier fünf/fuenf sechs sieben acht neun zehn elf zwölf")

OTHERS: tuple[Mapping[str, str], ...] = tuple(
    MappingProxyType(words)
    for words in (_SPANISH, _PORTUGUESE, _HINDI, _INDONESIAN, _ARABIC, _FRENCH, _GERMAN)
)
"""One language is read at a time: a digit of one is a filler, or a common word, of another."""

DOUBLED: Mapping[str, int] = MappingProxyType(
    {"doble": 2, "duplo": 2, "dobro": 2, "triplo": 3, "dobel": 2, "ganda": 2, "doppel": 2}
)

FILLERS = word_set(
    """
    uh um uhm umm er erm err ah aah eh hm hmm hmmm mm mmm mhm huh well so like you know i mean okay ok right
    yeah yep yes wait hold on hang now then next and comma dash hyphen space dot point period slash pause stop
    sorry let me see lets a sec just moment please again followed by after that the rest is its it's thats
    that's here goes ready alright all got it there's theres what was oh-uh ehm hum este pues eh bueno luego
    então depois aí né haan toh phir aur achha lalu terus kemudian dan euh alors puis et y e also und dann
    äh ähm يعني ثم و तो फिर और अच्छा हाँ um uh this actually basically finally lastly first second third last
    group block part digits digit numbers number nums minus underscore x gimme one-sec check looking at
    gonna say think where where's i'm im am are were ends ending with in starts starting begins beginning bear
    continuing continues carry going
    """
)
"""Words that stand between the digits of one number and mean nothing."""
