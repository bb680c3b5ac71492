"""The consent ledger, read: whose word counts, what is an answer, what is asked and when. Pure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.runtime.gate_cases import ASKED, POLICY, case, proposal
from wavoice.runtime import consent
from wavoice.runtime.cases import Case
from wavoice.runtime.consent import Consents
from wavoice.runtime.model import (
    SECOND,
    Address,
    Consent,
    ConsentRecord,
    ConsentStatus,
    Micros,
    Modality,
    ProposalState,
    Question,
)
from wavoice.runtime.policy import HOUR, MINUTE

AT = Address("shop", "100", "c_1")
SHOWN, GRANTED = ConsentStatus.SHOWN, ConsentStatus.GRANTED
DENIED, WITHDRAWN = ConsentStatus.DENIED, ConsentStatus.WITHDRAWN
VOICE = Consent.VOICE_REPLIES


def line(purpose: Consent, status: ConsentStatus, at: Micros = 0, source: str = "message") -> ConsentRecord:
    return ConsentRecord(AT, purpose, status, at, source)


ASK = replace(line(VOICE, SHOWN, ASKED, "question"), wording="By voice?", proof="wamid.ASK")
QUESTION = Question(VOICE, ASKED - SECOND)


class TestStanding:
    def test_nobody_was_asked_anything(self) -> None:
        assert consent.standing([], ASKED, POLICY) == Consents()

    def test_the_latest_word_is_the_latest_by_its_own_date(self) -> None:
        lines = [line(VOICE, GRANTED, 20), line(VOICE, WITHDRAWN, 30), line(VOICE, GRANTED, 10)]
        assert consent.standing(lines, ASKED, POLICY).voice_replies is False

    @pytest.mark.parametrize(("status", "given"), [(GRANTED, True), (DENIED, False), (WITHDRAWN, False)])
    @pytest.mark.parametrize("purpose", [Consent.MESSAGES, VOICE, Consent.VOICE_DATA])
    def test_each_purpose_by_itself(self, purpose: Consent, status: ConsentStatus, given: bool) -> None:
        stands = consent.standing([line(purpose, status)], ASKED, POLICY)
        assert stands == replace(Consents(), **{str(purpose): given})  # type: ignore[arg-type]

    def test_being_shown_something_is_no_answer(self) -> None:
        told = line(Consent.MESSAGES, SHOWN, source="first_contact")
        stands = consent.standing([told, ASK], ASKED, POLICY)
        assert (stands.messages, stands.voice_replies, stands.told) == (None, None, True)
        assert stands.asked == {VOICE: ASK}

    def test_a_question_is_no_first_contact(self) -> None:
        assert not consent.standing([ASK], ASKED, POLICY).told

    @pytest.mark.parametrize(("later", "stands"), [(24 * HOUR - 1, True), (24 * HOUR, None)])
    def test_sensitive_is_asked_for_anew_each_day(self, later: Micros, stands: bool | None) -> None:
        lines = [line(Consent.SENSITIVE, GRANTED, ASKED)]
        assert consent.standing(lines, ASKED + later, POLICY).sensitive is stands

    @pytest.mark.parametrize(("left", "stands"), [(-1, True), (0, None), (1, None)])
    def test_who_left_and_came_back_has_agreed_to_nothing_sensitive(
        self, left: Micros, stands: bool | None
    ) -> None:
        lines = [
            line(Consent.MESSAGES, WITHDRAWN, ASKED + left),
            line(Consent.MESSAGES, GRANTED, ASKED + 2),
            line(Consent.SENSITIVE, GRANTED, ASKED),
        ]
        assert consent.standing(lines, ASKED + 3, POLICY).sensitive is stands


class TestLedger:
    @pytest.mark.parametrize(
        ("purpose", "given", "asked", "status", "source"),
        [
            (VOICE, True, ASK, GRANTED, "answer"),
            (VOICE, False, ASK, DENIED, "answer"),
            (VOICE, True, None, GRANTED, "message"),
            (VOICE, False, None, WITHDRAWN, "message"),
            (Consent.MESSAGES, False, ASK, WITHDRAWN, "answer"),
            (Consent.MESSAGES, False, None, WITHDRAWN, "message"),
        ],
    )
    def test_what_is_entered(
        self, purpose: Consent, given: bool, asked: ConsentRecord | None, status: ConsentStatus, source: str
    ) -> None:
        mine = replace(line(purpose, SHOWN, ASKED, ""), proof="wamid.MINE")
        entry = consent.entered(mine, given=given, asked=asked)
        assert (entry.status, entry.source, entry.proof) == (status, source, "wamid.MINE")
        shown = (entry.wording, entry.shown_in)
        assert shown == (("By voice?", "wamid.ASK") if asked else ("", ""))

    def test_the_journal_names_the_words_and_does_not_say_them(self) -> None:
        name = consent.wording_id(ASK)
        assert name.startswith("voice_replies:")
        assert "By voice" not in name
        assert name != consent.wording_id(replace(ASK, wording="By voice!"))
        assert consent.wording_id(line(VOICE, GRANTED)) == ""


def answered(one: Case, quotes: str | None = None, question: Question = QUESTION) -> bool | None:
    return consent.answer(question, Consents(asked={VOICE: ASK}), one, POLICY, quotes)


class TestAnswer:
    @pytest.mark.parametrize("words", ["yes", "yes please", "sure", "ok", "go ahead"])
    @pytest.mark.parametrize("modality", [Modality.TEXT, Modality.VOICE])
    def test_yes(self, words: str, modality: Modality) -> None:
        assert answered(case(words, modality, nothing=True)) is True

    @pytest.mark.parametrize("words", ["no", "no thanks", "nope", "never mind"])
    def test_no(self, words: str) -> None:
        assert answered(case(words, Modality.TEXT, nothing=True)) is False

    @pytest.mark.parametrize(
        "words",
        [
            "yeah no",
            "yes no wait",
            "no wait yes",
            "wait",
            "yes but why",
            "yes?",
            "what",
            "my wife said yes",
            "yes if it is free",
            "yes and where is my order",
            "where is my order",
            "the weather is nice",
            "Friday",
            "",
        ],
    )
    def test_neither(self, words: str) -> None:
        assert answered(case(words, Modality.TEXT, nothing=True)) is None

    def test_both_decodes_must_agree(self) -> None:
        assert answered(case("yes", Modality.VOICE, nothing=True, other="yes")) is True
        for other in ("no", "yes no", "the bus", ""):
            assert answered(case("yes", Modality.VOICE, nothing=True, other=other)) is None

    def test_what_is_not_her_own_word_is_none(self) -> None:
        assert answered(case("yes", nothing=True, forwarded=True)) is None
        assert answered(case("Yes", Modality.BUTTON, nothing=True)) is None
        assert answered(case("[reaction]", Modality.OTHER, nothing=True)) is None
        assert answered(case("yes", Modality.VOICE, nothing=True, no_speech=0.98)) is None
        assert answered(case("yes", Modality.VOICE, nothing=True, speech=0.0)) is None

    def test_a_quote_of_something_else_is_none(self) -> None:
        yes = case("yes", nothing=True)
        assert answered(yes, quotes="wamid.ASK") is True
        assert answered(yes, quotes="wamid.OLD") is None

    @pytest.mark.parametrize(
        ("after", "seconds", "given"),
        [(2.0, 1.0, True), (0.0, 1.0, True), (0.0, 1.5, None), (2.0, 3.0, True), (2.0, 3.5, None)],
    )
    def test_a_note_begun_before_it_was_asked_is_none(
        self, after: float, seconds: float, given: bool | None
    ) -> None:
        """D38's rule, in whole seconds: crossed iff timestamp + 1 - length < accepted."""
        assert answered(case("yes", Modality.VOICE, nothing=True, after=after, seconds=seconds)) is given

    @pytest.mark.parametrize(("later", "given"), [(30 * MINUTE - 1, True), (30 * MINUTE, None)])
    def test_it_lasts_as_long_as_a_harmless_question(self, later: Micros, given: bool | None) -> None:
        yes = replace(case("yes", nothing=True), now=QUESTION.asked_at + later)
        assert answered(yes) is given

    def test_a_question_that_whatsapp_never_took_has_no_answer(self) -> None:
        assert consent.answer(QUESTION, Consents(), case("yes", nothing=True), POLICY) is None
        later = Question(VOICE, ASKED + 1)  # put again, and this time not accepted
        assert answered(case("yes", nothing=True), question=later) is None


class TestAskingInPassing:
    NOTE = case("where is my order", Modality.VOICE, nothing=True)

    @pytest.mark.parametrize(
        ("stands", "purpose"),
        [
            (Consents(told=True), VOICE),
            (Consents(told=True, voice_replies=True), Consent.VOICE_DATA),
            (Consents(told=True, voice_replies=False), Consent.VOICE_DATA),
            (Consents(told=True, asked={VOICE: ASK}), Consent.VOICE_DATA),
            (Consents(told=True, voice_replies=True, voice_data=False), None),
            (Consents(told=True, asked={VOICE: ASK, Consent.VOICE_DATA: ASK}), None),
            (Consents(told=False), None),
        ],
    )
    def test_each_purpose_once_and_never_at_first_contact(
        self, stands: Consents, purpose: Consent | None
    ) -> None:
        assert consent.to_ask(stands, self.NOTE, POLICY) is purpose

    def test_who_types_is_not_asked(self) -> None:
        assert consent.to_ask(Consents(told=True), case("where is my order", nothing=True), POLICY) is None

    @pytest.mark.parametrize(
        ("state", "asks"),
        [
            (ProposalState.PENDING, False),
            (ProposalState.UNKNOWN, False),
            (ProposalState.COMMITTED, False),
            (ProposalState.CANCELLED, True),
        ],
    )
    def test_never_where_a_no_could_be_meant_for_a_write(self, state: ProposalState, asks: bool) -> None:
        one = replace(self.NOTE, proposal=proposal(state))
        assert (consent.to_ask(Consents(told=True), one, POLICY) is not None) is asks

    def test_a_write_of_ten_minutes_ago_is_no_hindrance(self) -> None:
        done = proposal(ProposalState.COMMITTED, settle_at=ASKED)
        one = replace(self.NOTE, proposal=done, now=ASKED + POLICY.inactivity)
        assert consent.to_ask(Consents(told=True), one, POLICY) is VOICE
        assert consent.to_ask(Consents(told=True), replace(one, now=one.now - 1), POLICY) is None
