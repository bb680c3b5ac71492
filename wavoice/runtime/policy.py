"""Every number, in one place. Values marked *default* in confirmation.md start here and are tuned."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Final

from wavoice.runtime.errors import ConfigError
from wavoice.runtime.model import SECOND, Micros, Modality, Tier

MINUTE: Micros = 60 * SECOND
HOUR: Micros = 60 * MINUTE


_COUNTS: Final[Mapping[str, str]] = {
    "memory": "the last turn at least is remembered",
    "max_attempts": "nobody could be asked again",
    "max_code_tries": "no code could be typed",
    "max_sends": "no reply could be sent again",
    "max_turn_attempts": "no message could be answered",
    "turns_at_once": "no message could be answered",
    "notes_begun_at_once": "no note could be heard",
    "downloads_at_once": "no note could be fetched",
    "short_notes_at_once": "no note could be heard",
    "long_notes_at_once": "no long note could be heard",
}
"""Numbers that are at least 1, and what is wrong otherwise."""
_LOG_PROBABILITIES: Final = ("min_avg_logprob", "min_request_logprob", "min_read_logprob")
"""Numbers that are at most 0."""
_POSITIVE: Final = frozenset(
    {
        *("commit_grace", "inactivity", "business_clock", "service_window", "retry_budget", "hold_replies"),
        *("release_after", "release_after_grave", "ticket_gap"),
        *("max_syllable_seconds", "long_note_seconds", "max_media_bytes", "max_reply_bytes"),
    }
)
"""Numbers above 0, beside the budgets."""


def _by_tier() -> Mapping[Tier, Micros]:
    return MappingProxyType({Tier.R1: 30 * MINUTE, Tier.R2: 30 * MINUTE, Tier.R3: 5 * MINUTE})


def _by_modality() -> Mapping[Modality, Micros]:
    return MappingProxyType({Modality.VOICE: 2_500_000, Modality.TEXT: 1_500_000, Modality.BUTTON: 1_000_000})


def _by_currency() -> Mapping[str, int]:
    """Each about a hundred euros."""
    caps = {"EUR": 100_00, "GBP": 100_00, "USD": 100_00, "BRL": 500_00, "INR": 10_000_00, "MXN": 2_000_00}
    return MappingProxyType(caps)


def _times(factor: int) -> Mapping[str, int]:
    """So many times the cap of a refund."""
    return MappingProxyType({currency: factor * minor for currency, minor in _by_currency().items()})


@dataclass(frozen=True, slots=True)
class Policy:
    """Floors, windows and limits. Durations in microseconds unless the name says seconds."""

    lifetime: Mapping[Tier, Micros] = field(default_factory=_by_tier)
    """How long a yes to a proposal counts after it was asked."""
    settle: Mapping[Modality, Micros] = field(default_factory=_by_modality)
    """Chosen wait between an R2/R3 yes and its commit."""
    commit_grace: Micros = 60 * SECOND
    """After acceptance the deadline is acceptance + settle + this."""
    inactivity: Micros = 10 * MINUTE
    """Ends the chat session (memory), not a proposal."""
    business_clock: Micros = 24 * HOUR
    """How long task state is remembered: a yes after expiry is asked again until then."""
    service_window: Micros = 24 * HOUR
    """WhatsApp's own: how long after the customer's last message it takes free-form replies."""
    join_window: Micros = 1_500_000
    """J. Typed messages that are stored already and came this close together are one turn; a lone one
    is never kept waiting for another."""
    status_lag: Micros = 2 * SECOND
    """How late a status may be."""
    send_lease: Micros = 10 * SECOND
    """A reply not known to be accepted after this long was interrupted, and is sent again unless a
    status says that it arrived; longer than `speak_budget_seconds` and `status_lag` together."""
    say_checking: Micros = 8 * SECOND
    """A write that is still unknown this long after its yes is said to be checked; before, nothing is."""
    still_listening: Micros = 10 * SECOND
    """A yes that waits this long for another note to be read is told so, once."""
    retry_budget: Micros = 60 * SECOND
    """How long an unknown write is looked up before a person is asked."""
    memory: int = 10
    """Turns that a conversation remembers."""
    offer_quiet: Micros = 30 * SECOND
    """An offer of the shop waits so long after the customer's last word."""
    max_attempts: int = 2
    """Unclear answers before a person is asked."""
    max_code_tries: int = 3
    """Wrong codes for one question before a person is asked."""
    refund_cap: Mapping[str, int] = field(default_factory=_by_currency)
    """Minor units of an order that may go back without a person, by currency; of any other currency none."""
    order_cap: Mapping[str, int] = field(default_factory=lambda: _times(5))
    """Minor units for which one order may be placed without a person, by currency."""
    paid_out_per_day: Mapping[str, int] = field(default_factory=lambda: _times(2))
    """Minor units that may go back to one customer in a day without a person, over all orders."""
    paid_in_per_day: Mapping[str, int] = field(default_factory=lambda: _times(10))
    """Minor units for which one customer may order in a day without a person."""
    moves_per_day: int = 5
    """Refunds, and orders, of one customer in a day without a person."""
    max_sends: int = 5
    """Tries to send a reply that WhatsApp does not accept, with doubling gaps."""
    release_after: Micros = 24 * HOUR
    """After a hand-off the bot has its chat back once staff has not written in it for so long."""
    release_after_grave: Micros = 7 * 24 * HOUR
    """The same after distress, fraud, abuse or a legal threat."""
    ticket_gap: Micros = HOUR
    """Longest wait between two tries to file a hand-off; they go on until the ticket system answers."""
    hold_replies: Micros = 24 * HOUR
    """How long a reply that WhatsApp's window shut out waits for the customer to write again: what is older
    than the business clock may not be true any more."""
    max_turn_attempts: int = 3
    """Crashes of one turn before it is answered with an apology instead."""

    min_avg_logprob: float = -0.6
    """Floor of decode A for a voice yes (confirmation.md A2; models.md, in-sample)."""
    min_request_logprob: float = -0.6
    """Floor of the transcript (decode B) for a wish or a value: what is below is not acted on but asked
    again. A veto needs none."""
    min_read_logprob: float = -1.0
    """The same for a question that only reads and names nothing, such as where the order is."""
    min_language_p: float = 0.9
    """A language that was found counts from here on. Measured: no note of 326 in English was taken for
    another then, and none of 91 in six others for a third."""
    min_language_seconds: float = 1.0
    """Speech from which a language can be told; of one word it cannot."""
    max_no_speech: float = 0.9
    """Above this a window is taken as silence, whatever the words."""
    min_speech_seconds: float = 0.05
    """Speech that voice activity detection must find."""
    max_syllable_seconds: float = 0.8
    """In more speech than this, more was said than the "yeah" that was heard (in-sample)."""
    invented: tuple[str, ...] = (
        *("thank you", "thanks for watching", "thank you for watching", "please subscribe", "bye", "you"),
        *("subtitles by", "subtitle by", "transcribed by", "amara org", "www ", "music"),
    )
    """How what recognisers invent in noise begins, without punctuation (D19)."""
    invented_no_speech: float = 0.6
    """Above this such words are taken for silence."""
    long_note_seconds: float = 30.0
    """A yes inside a longer note is not salient."""

    link_pages: tuple[str, ...] = ()
    """Beginnings of the only addresses that a reply may send a customer to, such as a payment page."""
    pay_pages: tuple[str, ...] = ()
    """More of them, to which links in the shop's records and answers may lead (`shop.pay_pages`)."""

    max_media_bytes: int = 16 * 1024 * 1024
    max_note_seconds: float = 300.0
    keep_recordings: Micros = 24 * HOUR
    """How long the bytes of a note are kept, by its customer's consent; 0: not at all."""
    keep_figures: Micros = 30 * 24 * HOUR
    """How long it is known what a note was: size, length, type, hash."""
    keep_words: Micros = 30 * 24 * HOUR
    """How long it is kept what customers said and were told: messages, transcripts, replies, packets."""
    keep_ids: Micros = 30 * 24 * HOUR
    """How long a message is known again by its id; WhatsApp sends a webhook again for seven days."""
    keep_audit: Micros = 3 * 365 * 24 * HOUR
    """How long journal and effects are kept, which prove every write."""
    keep_consents: Micros = 3 * 365 * 24 * HOUR
    """How long earlier words on a consent are kept; the last on each purpose stays."""
    turns_at_once: int = 32
    """Turns about anything but a note that are under way at a time; other messages wait in the store."""
    notes_begun_at_once: int = 32
    """Notes on their way to the recogniser; of those that wait in the store, no typing is shown yet."""
    downloads_at_once: int = 32
    """Notes that are fetched at a time; the others wait in the store."""
    short_note_bytes: int = 64 * 1024
    """What has more bytes is a long note: WhatsApp records half a minute in this."""
    short_notes_at_once: int = 16
    """Short notes that are opened or heard at a time."""
    long_notes_at_once: int = 2
    """Long ones: their samples take up to 19 MB each."""
    contact_voice_minutes: float = 20.0
    """Voice notes of one customer that are listened to in a day of the shop; what is beyond is answered in
    writing, unheard."""
    tenant_voice_minutes: float = math.inf
    """The same of all customers together; no limit, unless the owner sets one."""
    max_reply_bytes: int = 512 * 1024
    """Larger voice notes show a download icon instead of playing."""
    fetch_budget_seconds: float = 10.0
    """Longest wait for a note as a whole; a source that drips is cut off."""
    fetch_stall_seconds: float = 4.0
    """A download that brings nothing for so long is begun once more."""
    hear_budget_seconds: float = 10.0
    speak_budget_seconds: float = 2.0
    """Speech that is later than this is replaced by text."""
    read_budget_seconds: float = 5.0
    """Longest wait for a read from a system of record."""
    write_budget_seconds: float = 5.0
    """Longest wait for an answer to a write; then it is unknown."""

    def __post_init__(self) -> None:
        """Refuse numbers that contradict each other. Raises `ConfigError`, which names them."""
        for holds, where, why in self._rules():
            if not holds:
                raise ConfigError(f"policy: {where}: {why}.", remedy="Change one of the values named.")

    @property
    def pages(self) -> tuple[str, ...]:
        """Wherever a reply may send a customer."""
        return (*self.link_pages, *self.pay_pages)

    def window(self, tier: Tier, modality: Modality) -> Micros:
        """The settle window: nothing for what is cheap and reversible, and the longest if in doubt."""
        return 0 if tier is Tier.R1 else self.settle.get(modality, max(self.settle.values()))

    def _rules(self) -> Iterator[tuple[bool, str, str]]:
        """What must hold, the fields it is about, and what is wrong if it does not."""
        yield from self._texts()
        yield from self._signs()
        yield from self._clocks()
        yield from self._evidence()

    def _texts(self) -> Iterator[tuple[bool, str, str]]:
        """These are beginnings, and with nothing everything begins."""
        for name in ("invented", "link_pages", "pay_pages"):
            texts: tuple[str, ...] = getattr(self, name)
            # A lone string is a tuple of its letters to whoever goes through it.
            whole = isinstance(texts, tuple) and all(isinstance(one, str) and one.strip() for one in texts)
            yield whole, name, "an empty text, or none: everything begins with it"

    def _signs(self) -> Iterator[tuple[bool, str, str]]:
        """No number is negative but a log-probability, and some may not be zero either.

        Every comparison is written so that a number that is none (nan) fails it.
        """
        for spec in fields(self):
            value = getattr(self, spec.name)
            if isinstance(value, tuple) or spec.name in _LOG_PROBABILITIES:
                continue
            numbers = value.values() if isinstance(value, Mapping) else (value,)
            yield all(number >= 0 for number in numbers), spec.name, "a negative number means nothing here"
            if spec.name in _COUNTS:
                yield value >= 1, spec.name, _COUNTS[spec.name]
            if spec.name in _POSITIVE or spec.name.endswith("_budget_seconds"):
                yield value > 0, spec.name, "nothing fits into nothing"

    def _clocks(self) -> Iterator[tuple[bool, str, str]]:
        asked = (Tier.R1, Tier.R2, Tier.R3)
        yield set(asked) <= set(self.lifetime), "lifetime", "needs R1, R2 and R3"
        spoken = {Modality.VOICE, Modality.TEXT, Modality.BUTTON}
        yield spoken <= set(self.settle), "settle", "needs voice, text and button"
        shortest, longest = min(self.lifetime.values()), max(self.lifetime.values())
        yield shortest > 0, "lifetime", "a question must live for some time"
        yield max(self.settle.values()) < shortest, "settle, lifetime", "the window outlasts the question"
        # The rows that ask an expired question again look for it within the business clock.
        yield longest <= self.business_clock, "lifetime, business_clock", "a question outlives its memory"
        yield (
            self.inactivity <= self.business_clock,
            "inactivity, business_clock",
            "the chat outlives its tasks",
        )
        # Joining keeps nobody waiting and never takes in a yes or a no, so it needs no bound by `settle`.
        yield self.join_window < self.inactivity, "join_window, inactivity", "a thought spans two chats"
        # The order is read once more between the settle window and the write.
        read = self.read_budget_seconds * SECOND
        yield self.commit_grace > read, "commit_grace, read_budget_seconds", "no time is left to commit"
        where = "send_lease, speak_budget_seconds, status_lag"
        slowest = self.speak_budget_seconds * SECOND + self.status_lag
        yield self.send_lease > slowest, where, "a reply would be sent twice"
        known = self.keep_recordings <= self.keep_figures
        yield known, "keep_recordings, keep_figures", "a recording outlives what is known of it"
        yield self.keep_ids >= 8 * 24 * HOUR, "keep_ids", "WhatsApp sends a webhook again for seven days"
        # Task state, held replies and the proofs of a write look back that far.
        needed = max(self.business_clock, self.hold_replies) < self.keep_words <= self.keep_audit
        yield needed, "keep_words, keep_audit", "words are gone too soon, or outlive what they prove"
        stall = 0 < self.fetch_stall_seconds < self.fetch_budget_seconds
        yield stall, "fetch_stall_seconds, fetch_budget_seconds", "no time is left to begin anew"
        yield self.say_checking < self.retry_budget, "say_checking, retry_budget", "the word comes too late"
        graver = self.release_after <= self.release_after_grave
        yield (
            graver,
            "release_after, release_after_grave",
            "the bot is back sooner where a person is needed more",
        )

    def _evidence(self) -> Iterator[tuple[bool, str, str]]:
        for name in _LOG_PROBABILITIES:
            yield getattr(self, name) <= 0, name, "log-probabilities are at most 0"
        least = self.min_read_logprob <= self.min_request_logprob
        yield least, "min_read_logprob, min_request_logprob", "a mere question needs more than a wish"
        yield 0 < self.min_language_p <= 1, "min_language_p", "a probability is between 0 and 1"
        yield 0 < self.max_no_speech <= 1, "max_no_speech", "a probability is between 0 and 1"
        yield 0 < self.invented_no_speech <= self.max_no_speech, "invented_no_speech", "above max_no_speech"
        least = self.min_speech_seconds < self.max_syllable_seconds
        yield least, "min_speech_seconds, max_syllable_seconds", "no single word could be heard"
        shorter = self.long_note_seconds <= self.max_note_seconds
        yield shorter, "long_note_seconds, max_note_seconds", "no note could be called long"
