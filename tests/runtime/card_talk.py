"""Card numbers as people write and say them, and numbers that look like some; by seed. Knows no redactor."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

BRANDS = [
    ("4", 16), ("4", 13), ("4", 19), ("51", 16), ("53", 16), ("55", 16), ("2221", 16), ("2720", 16), ("34", 15),
    ("37", 15), ("6011", 16), ("65", 16), ("644", 16), ("36", 14), ("305", 14), ("3528", 16), ("3589", 16),
    ("62", 16), ("62", 17), ("62", 18), ("62", 19), ("50", 16), ("5018", 13), ("6304", 19), ("6759", 16), ("607", 16),
    ("2200", 16),
]  # fmt: skip
DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TEENS = [
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
]
TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SCRIPTS = ["٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "０１２３４５６７８９"]
FOREIGN = {
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "pt": "zero um dois três quatro cinco seis sete oito nove",
    "hi": "zero ek do teen char paanch chhe saat aath nau",
    "id": "nol satu dua tiga empat lima enam tujuh delapan sembilan",
    "ar": "صفر واحد اثنين ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة",
}
FILLERS = ["uh", "um", "er,", "so", "wait", "and then", "hmm", "and", "okay", "let me see", "comma", "then", "uh...", "ah",
           "you know", "hold on", "dash", "next", "sorry", "the next four are"]  # fmt: skip
LEADS = ["my card is", "my card number is", "it's", "", "please charge my visa", "yes, the card is", "use this card:",
         "here is the number", "the long number is", "pay with", "card number:", "take it from my debit card",
         "ok so it's", "my mastercard"]  # fmt: skip
TAILS = [
    "",
    "",
    ".",
    " thanks",
    " please",
    ", expiry 12/29",
    ", expires 04 27",
    " exp 11/2028",
    ", is that ok?",
]
SEPARATORS = ["", " ", "-", ".", "  ", " - ", ", ", "/", "\u00a0", "\n", " \u2013 ", "_", "*", " | ", ". "]


@dataclass(frozen=True, slots=True)
class Said:
    """One message, or two, with one card number."""

    parts: tuple[str, ...]
    number: str


def luhn_digit(body: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def number(dice: random.Random) -> str:
    prefix, length = dice.choice(BRANDS)
    body = prefix + "".join(dice.choice("0123456789") for _ in range(length - 1 - len(prefix)))
    return body + luhn_digit(body)


def groups(digits: str, dice: random.Random) -> list[str]:
    """As on the card, or in any pieces."""
    if dice.random() < 0.6:
        sizes = [4, 6, 5] if len(digits) == 15 else [4] * 5
    else:
        sizes = [dice.randint(1, 5) for _ in range(19)]
    found = []
    for size in sizes:
        if digits:
            found.append(digits[:size])
            digits = digits[size:]
    return found


def typed(group: list[str], dice: random.Random) -> list[str]:
    if dice.random() < 0.1:
        script = dice.choice(SCRIPTS)
        group = ["".join(script[int(digit)] for digit in part) for part in group]
    between = dice.choice(SEPARATORS)
    return [part + (between if place < len(group) - 1 else "") for place, part in enumerate(group)]


def in_words(digits: str, style: str, dice: random.Random) -> str:
    if style in FOREIGN:
        return " ".join(FOREIGN[style].split()[int(digit)] for digit in digits)
    words, place = [], 0
    while place < len(digits):
        here, rest = digits[place], digits[place:]
        pair = rest[:2]
        if style == "pairs" and len(pair) == 2 and pair[0] != "0":
            words.append(_pair(pair, dice))
            place += 2
        elif style == "doubles" and len(rest) > 2 and rest[:3] == here * 3:
            words += [dice.choice(["triple", "treble"]), _digit(here, dice)]
            place += 3
        elif style == "doubles" and rest[1:2] == here:
            words += ["double", _digit(here, dice)]
            place += 2
        elif style == "whisper" and dice.random() < 0.4:
            words.append(here)
            place += 1
        else:
            words.append(_digit(here, dice))
            place += 1
    return dice.choice([" ", " ", ", ", "-"]).join(words)


def _pair(pair: str, dice: random.Random) -> str:
    tens, unit = int(pair[0]), int(pair[1])
    if tens == 1:
        return TEENS[unit]
    return TENS[tens] + (dice.choice(["-", " "]) + DIGITS[unit] if unit else "")


def _digit(digit: str, dice: random.Random) -> str:
    return dice.choice(["zero", "oh", "naught", "o"]) if digit == "0" else DIGITS[int(digit)]


def spoken(group: list[str], dice: random.Random) -> list[str]:
    style = dice.choice(["digits", "digits", "doubles", "pairs", "whisper", "digitgroups", *FOREIGN])
    said = [part if style == "digitgroups" else in_words(part, style, dice) for part in group]
    found = []
    for place, part in enumerate(said):
        filler = f" {dice.choice(FILLERS)}" if place and dice.random() < 0.3 else ""
        found.append(
            f"{filler}{' ' if place else ''}{part}{dice.choice(['', '', ',', '.']) if place < len(said) - 1 else ''}"
        )
    return found


def card(dice: random.Random, *, split: bool = False) -> Said:
    digits = number(dice)
    pieces = groups(digits, dice)
    written = (typed if dice.random() < 0.45 else spoken)(pieces, dice)
    lead, tail = dice.choice(LEADS), dice.choice(TAILS)
    if not split or len(written) < 2:
        return Said((f"{lead} {''.join(written)}{tail}".strip(),), digits)
    at = dice.randint(1, len(written) - 1)
    second = f"{dice.choice(['', '', 'and then', 'the rest is', 'uh'])} {''.join(written[at:]).strip()}{tail}"
    return Said((f"{lead} {''.join(written[:at])}".strip(), second.strip()), digits)


_MONTHS = ["March", "June", "November", "December"]
OTHERS = [
    "where is my order {o4}?", "move order {o4} to {day} {month}", "I have two orders, {o4} and {o4}",
    "order number {o6}", "it's order {w4}", "my order is {w6}", "the order number is {o10}", "order {o13}",
    "call me on {phone}", "my number is {phone}", "my phone number is {wphone}", "reach me at {phone} or {phone}",
    "the driver can call {wphone}", "ring {phone} and ask for flat {o2}", "text {phone} when you arrive",
    "tracking number {tracking}", "the parcel {tracking} is late", "where is {ups}?", "shipment {o12}",
    "I paid {amount} for order {o4}", "refund {amount} please", "you charged {amount} on {date}",
    "it was due on {date}", "between {iso} and {iso}", "not {date}, {date}", "at {time} or {time}",
    "deliver to {o2} Lake Road, {o6} Bengaluru", "change the address to {o3} Main Street apartment {o2}, {o5}",
    "pin code {o6}", "pincode is {o6}", "YES {o4}", "yes {o4}", "my code is {o4}", "confirmation code {o4}",
    "my card ending {o4} was charged", "paid with the card ending in {w4} for order {o4}", "card declined, order {o4}",
    "invoice {o8} dated {iso}", "reference {o9}", "order 402-{o7}-{o7}", "I waited {o2} minutes, order {o4}, {date}",
    "two of the three boxes came on {date}", "my order {o4} and my phone {phone}", "I didn't get the otp for order {o4}",
    "order {o4}, tracking {tracking}, phone {phone}", "the address is {w2} Oak Avenue and my phone is {wphone}",
]  # fmt: skip


def other(dice: random.Random) -> str:
    """A sentence with numbers of which none is a card's."""
    words = dice.choice(OTHERS)

    def digits(size: int) -> str:
        return str(dice.randint(1, 9)) + "".join(dice.choice("0123456789") for _ in range(size - 1))

    while "{" in words:
        before, _, rest = words.partition("{")
        name, _, after = rest.partition("}")
        words = before + _value(name, digits, dice) + after
    return words


def _value(name: str, digits: Callable[[int], str], dice: random.Random) -> str:
    phones = [f"+91 {digits(5)} {digits(5)}", f"+44 7{digits(3)} {digits(6)}", f"({digits(3)}) {digits(3)}-{digits(4)}",
              digits(10), f"+49 15{digits(9)}", f"49{digits(11)}", f"0{digits(10)}", f"+55 11 9{digits(4)}-{digits(4)}",
              f"+1-{digits(3)}-{digits(3)}-{digits(4)}", f"0044 7{digits(9)}"]  # fmt: skip
    made: dict[str, Callable[[], str]] = {
        "day": lambda: str(dice.randint(1, 28)),
        "month": lambda: dice.choice(_MONTHS),
        "phone": lambda: dice.choice(phones),
        "wphone": lambda: in_words(digits(dice.choice([8, 10, 11, 12])), dice.choice(["digits", "doubles"]), dice),
        "tracking": lambda: dice.choice([f"9400 1{digits(3)} {digits(4)} {digits(4)} {digits(4)} {digits(2)}",
                                          f"94001{digits(17)}", f"7{digits(11)}", f"JD0{digits(17)}", digits(12)]),
        "ups": lambda: f"1Z999AA1{digits(10)}",
        "amount": lambda: dice.choice([f"${digits(2)}.{digits(2)}", f"{digits(4)} rupees", f"€1,{digits(3)}.50"]),
        "date": lambda: f"{dice.randint(1, 28):02}/{dice.randint(1, 12):02}/2026",
        "iso": lambda: f"2026-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}",
        "time": lambda: f"{dice.randint(10, 23)}:{dice.randint(10, 59)}",
    }  # fmt: skip
    if name in made:
        return made[name]()
    size = int(name[1:])
    return digits(size) if name[0] == "o" else in_words(digits(size), dice.choice(["digits", "pairs"]), dice)
