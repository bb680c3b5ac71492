"""What the bot says, in English. Short: it is heard, not read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_name, get_currency_precision

from wavoice.runtime.model import Consent, Money, MustStop, Order, Tier

YES_OR_NO = "Reply yes or no."
TAP_YES_OR_NO = "Tap Yes or No."
NOT_CAUGHT = "I did not catch that."
TO_BE_SURE = "To be sure:"
NOTHING_WAITING = "Nothing is waiting for your answer. What can I do for you?"
SHADOWED = "I may not do that myself yet, so nothing was changed. A colleague will do it and tell you here."
"""After a yes to a job in shadow."""
NO_LINKS = "I cannot pass a link on."
NOT_OFFERED = "I cannot do that here. Ask for a person, and a colleague will."
CHOOSE = "Tap what you need, or write it."
"""After two messages in a row that were not understood; what can be tapped:"""
WHERE_IS_IT = "Where is my order?"
MOVE_IT = "Move my delivery"
A_PERSON = "A person"
SAY_IT_AGAIN = "Please say it again, or type it."
WHICH_DAY = "Which day should it come?"
WHICH_DAY_EXACTLY = "Which date exactly?"
TOO_FAR = "I can only move it within the next 90 days."
WHICH_ADDRESS = "What is the new address?"
ADDRESS_UNREAD = "I could not read that address. Please type the house number and the street."
OPTED_OUT = "Okay, I will not message you again. Send START if you change your mind."
OPTED_IN = "Welcome back. What can I do for you?"
STOP_MESSAGES_TOO = "Should I stop messages too? Then send STOP."
MESSAGES_GO_ON = "Okay, I will keep writing to you here."
LEFT = "Okay, I leave it as it is."
FIRST_CONTACT = (
    "I am an automated assistant. Voice notes are turned into text by a machine so that I can answer them. "
    "I answer in writing; say “send voice” if you would rather hear me. Send STOP to end this."
)
"""Said once, before the first reply."""
ASK_CONSENT = {
    Consent.MESSAGES: STOP_MESSAGES_TOO,
    Consent.VOICE_REPLIES: "Shall I answer your voice notes by voice? Reply yes or no.",
    Consent.VOICE_DATA: "May I keep what you say in voice notes, and the notes for a while? Reply yes or no.",
    Consent.SENSITIVE: "That is sensitive. May I deal with it here, by machine? Reply yes or no.",
}
"""Whole questions: exactly these words stand in the consent ledger."""
NOTED = {
    (Consent.VOICE_REPLIES, True): "Okay, I answer your voice notes by voice.",
    (Consent.VOICE_REPLIES, False): "Okay, I answer in writing.",
    (Consent.VOICE_DATA, True): "Okay, I keep what you say in voice notes, and the notes for a while.",
    (Consent.VOICE_DATA, False): "Okay, I do not keep what you say in voice notes, nor the notes themselves.",
    (Consent.SENSITIVE, True): "Okay.",
    (Consent.SENSITIVE, False): "Okay, I deal with nothing sensitive here.",
}
GREETED = "Hello."
THANKED = "You are welcome."
FAREWELL = "Goodbye. Write to me whenever you need something."
COMPLAINED = "I am sorry that this went wrong. Tell me what it is about, or ask for a person."
ABUSED = "I am sorry that this is going badly. Tell me what you need, or ask for a person."
"""What asks for nothing gets a sentence, and the way to a person where one may be wanted."""
HANDED_OFF = "A colleague will take over here."
UNTIL_THEN = "Until then"
"""Goes on with what the bot can still do, as in "I can tell you where your order is."."""
STOPPED: Mapping[str, str] = {
    MustStop.DANGER: (
        "I am sorry. If you or somebody else is in danger, please call your local emergency number now. "
        "I am a machine; a colleague will take over here."
    ),
    MustStop.FRAUD_FLAG: "A colleague has to look at that, and will take over here. If it is about a card, "
    "please have your bank block it, too.",
    MustStop.LEGAL_THREAT: "That is for a colleague to answer, who will take over here.",
    MustStop.PAYMENT_DISPUTE: "Disputed payments are for a colleague, who will take over here.",
    MustStop.DISTRESS: "I am sorry that this is so hard. You should talk to a person, not to a machine: "
    "a colleague will take over here.",
    MustStop.DUPLICATE_ORDER: "A colleague will check whether that happened twice, and will take over here.",
    MustStop.POLICY_EXCEPTION: "I may not make exceptions. A colleague will look at it and take over here.",
}
"""What is said first to what a person has to answer; of anything else, `HANDED_OFF`."""
NOT_RECOGNISED = "I cannot find an account with this number. A colleague will help you."
SEVERAL_ACCOUNTS = "I find more than one account with this number. A colleague will help you."
OVER_THE_CAP = "That is more than I may give back on my own. A colleague will take over here."
MONEY_NEEDS_MORE = "To send money I need more than a yes."
FINAL_NEEDS_MORE = "That cannot be undone, so I need more than a yes."
WRONG_CODE = "That is not the code of this question."
CHECKING = "I am checking whether that went through. I will tell you here."
NOT_FOUND_THERE = "I cannot find that. Ask for a person, and a colleague will look."
NOT_AS_IT_IS = "As it stands that cannot be done. Ask for a person, and a colleague will look."
NOT_IN_THAT_MONEY = "I cannot do that in this currency. Ask for a person, and a colleague will."
SYSTEM_DOWN = "I cannot reach the shop right now, so nothing was changed. Please try again in a moment."
CANNOT_USE = "I can only read text and voice notes. Please type or record it."
IDENTITY_CHANGED = (
    "Your WhatsApp account has changed, so I closed my question. Nothing was changed; please ask again."
)
STILL_LISTENING = "One moment, I am still listening to your other note."
CANNOT_LISTEN = "I cannot understand voice notes in this language. Please write to me, in English if you can."
LISTENED_ENOUGH = (
    "I cannot listen to more voice notes today. Please write to me instead; I read everything you write."
)
TROUBLE = "Something went wrong on my side. A colleague will help you."
PAUSED = "I am switched off at the moment. A colleague has your message and will answer you here."
WITHDRAWN_TOO_LATE = "The shop wants to take that back, but it may be done already. I am checking."

MEDIA_TROUBLE = {
    "too_large": "That recording is too large for me. Please send a shorter note, or type it.",
    "too_long": "That note is too long for me. Please send a shorter one, or type it.",
    "not_audio": "I could not open that as a voice note. Please record it again, or type it.",
    "corrupt": "That voice note arrived damaged. Please send it again, or type it.",
    "media_gone": "I could not fetch your voice note. Please send it again, or type it.",
    "speech": "I could not listen to your note just now. Please send it again, or type it.",
    "no_speech": "I could not hear any words in that note. Please say it again, or type it.",
}


def cannot_listen_to(language: str) -> str:
    """The same of a language for which there are no words here: its English name, if it has one."""
    name = _language(language)
    return CANNOT_LISTEN.replace("this language", name) if name else CANNOT_LISTEN


@lru_cache(maxsize=128)
def _language(code: str) -> str | None:
    return Locale("en").languages.get(code)


def no_longer(still: str) -> str:
    """A question about something that this bot does no more."""
    return f"I cannot do that here any more: {still}. Ask for a person, and a colleague will help you."


def people_until(until: datetime, now: datetime) -> str:
    """Until when somebody is there, on the shop's clock."""
    day_too = "" if (until - timedelta(minutes=1)).date() == now.date() else f" {weekday(until.date())}"
    return f"People answer here until{day_too} {until:%H:%M}."


def people_back(back: datetime, now: datetime) -> str:
    """When somebody is there again, on the shop's clock."""
    days = (back.date() - now.date()).days
    near = {0: "today", 1: "tomorrow"}
    when = near.get(days) or f"on {weekday(back.date()) if days < 7 else day(back.date())}"
    return f"Nobody is here now; people answer again {when} at {back:%H:%M}."


MOST_TOLD = 6
"""Jobs that are listed to somebody who was not understood; more would not be listened to."""


def i_can(jobs: Sequence[str]) -> str:
    """What can be done here, in a sentence."""
    if not jobs:
        return "Ask for a person, and a colleague will help you."
    if len(jobs) > MOST_TOLD:
        return f"I can {', '.join(jobs[:MOST_TOLD])}, and more."
    *most, last = jobs
    return f"I can {', '.join(most)}, or {last}." if len(most) > 1 else f"I can {' or '.join(jobs)}."


def which_job(one: str, other: str) -> str:
    """Two jobs that may be meant, one of which costs something; said as "I can" says them."""
    return f"Should I {one}, or {other}? Say which, please."


def how_to_answer(tier: Tier) -> str:
    """What ends a question: money takes a tap, and says so where it is heard."""
    return TAP_YES_OR_NO if tier is Tier.R3 else YES_OR_NO


def or_code(code: str) -> str:
    """The other way to confirm money; stands in the text alone, never in a voice note."""
    return f"Or type YES {code} to confirm."


def money(value: Money) -> str:
    """An amount as it is said: "45 euros", "45.50 US dollars"."""
    digits = get_currency_precision(value.currency)
    amount = Decimal(value.minor).scaleb(-digits)
    if amount == amount.to_integral_value():
        amount, digits = Decimal(int(amount)), 0
    number = format_decimal(amount, f"#,##0.{'0' * digits}".rstrip("."), locale="en")
    return f"{number} {get_currency_name(value.currency, count=amount, locale='en')}"


def requested(done: str) -> str:
    """What was taken and is carried out later, from the words for what is done."""
    return f"Asked for, and not done yet: {done.removeprefix('Done: ')}"


def instrument(payee: str) -> str:
    """Where money goes back to: "your Visa ending 4242", or "your Upi" where there is no number."""
    brand, _, last4 = payee.rpartition(" ")
    if not (brand and last4.isdecimal()):
        return f"your {payee[:1].upper()}{payee[1:]}"
    return f"your {brand[:1].upper()}{brand[1:]} ending {last4}"


@lru_cache(maxsize=1024)
def day(value: date) -> str:
    """A day as it is said: "Friday 27 November"."""
    return format_date(value, "EEEE d MMMM", locale="en")


@lru_cache(maxsize=1024)
def weekday(value: date) -> str:
    """Only the weekday."""
    return format_date(value, "EEEE", locale="en")


def soon(value: date, today: date) -> str:
    """A day as briefly as it is clear: only the weekday within the next six days."""
    return weekday(value) if 0 < (value - today).days < 7 else day(value)


def order_status(order: Order, today: date) -> str:
    """Where an order is."""
    match order.status:
        case "delivered":
            return f"Order {order.id} was delivered on {day(order.day)}."
        case "cancelled":
            return f"Order {order.id} was cancelled."
        case "shipped":
            return f"Order {order.id} is on its way. It arrives on {soon(order.day, today)}."
        case _:
            return f"Order {order.id} is {order.status}. It arrives on {soon(order.day, today)}."


def of_order(number: str) -> str:
    """What a question about an order begins with."""
    return f"Order {number}:"


def move_to(value: date) -> str:
    """The rest of the question whether a delivery should be moved."""
    return f"move it to {day(value)}?"


def which_order(orders: Sequence[Order]) -> str:
    """Ask which of a few."""
    numbers = ", ".join(order.id for order in orders[:3])
    return f"Which order do you mean: {numbers}?"


def no_such_order(number: str, orders: Sequence[Order]) -> str:
    """A number that is not among the customer's own orders, read back beside those that are."""
    return f"I cannot find order {number} among your orders. {_which_number(orders)}"


def no_such_product(product: str, orders: Sequence[Order]) -> str:
    """The same of a thing."""
    return f"I cannot find {product} in your orders. {_which_number(orders)}"


def in_order(product: str, order: str) -> str:
    """By what an order was found, read back."""
    return f"{product} is in order {order}."


def _which_number(orders: Sequence[Order]) -> str:
    """Not to be answered by yes: a yes has one meaning in this chat."""
    latest = sorted(orders, key=lambda order: order.day, reverse=True)[:3]
    numbers = " and ".join(sorted(order.id for order in latest))
    return f"You have {numbers}. Which number is it?" if numbers else "Which number is it?"


def too_late(done: str, back: str = "Say no if it should go back.") -> str:
    """A veto came while the write was under way, and the write had been made; `back` asks what now."""
    return f"That was made before I could stop it. {done} {back}"


def no_cards_here(pages: Sequence[str]) -> str:
    """After a card number or a code: it was not kept, and where to pay instead."""
    where = f" You can pay here: {pages[0]}" if pages else " We never ask for them in this chat."
    return f"Please do not send card numbers or codes here; I did not keep it.{where}"


def too_late_for_good(done: str) -> str:
    """The same, where nothing leads back."""
    return f"That was made before I could stop it. {no_way_back(done)}"


def no_way_back(done: str) -> str:
    """A veto after a commit that nothing undoes: the truth, and a person."""
    return f"{done} I cannot take that back. {HANDED_OFF}"


def withdrawn(still: str | None) -> str:
    """The shop itself has taken a question back."""
    return f"The shop has taken my last question back. Nothing was changed{f': {still}' if still else ''}."


def nothing_changed(still: str) -> str:
    """After a veto or a refusal: say what stays."""
    return f"Okay, nothing changed: {still}."


def at_most(most: Money) -> str:
    """More was asked for than may be given at once."""
    return f"I can do that up to {money(most)}. For more, ask for a person."
