"""Sessions: what each clock ends, what starts one, what is joined, what comes back. Pure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.runtime.gate_cases import MONDAY, POLICY, case
from wavoice.runtime import session
from wavoice.runtime.actions.builtin import JOBS
from wavoice.runtime.interpret.rules import RulesInterpreter
from wavoice.runtime.model import (
    SECOND,
    Address,
    Alias,
    Asking,
    Conversation,
    Form,
    Inbound,
    Micros,
    Modality,
    Reading,
)
from wavoice.runtime.policy import HOUR, MINUTE
from wavoice.runtime.ports import Situation

AT = Address("shop", "100", "c_1")
NOW: Micros = 1_000 * HOUR
MOVE = Asking("reschedule_delivery", {"order": "1842"}, "day", since=NOW)
STREET = Asking("change_address", {}, "address", since=NOW)
TALK = Conversation(
    AT, Alias("4915112345678", None), asking=MOVE, aside=STREET, memory=(("hi", "hello"),), last_seen_at=NOW
)


class TestClocks:
    @pytest.mark.parametrize(
        ("later", "remembers", "half_said"),
        [
            (0, True, True),
            (10 * MINUTE - 1, True, True),
            (10 * MINUTE, False, True),
            (24 * HOUR - 1, False, True),
            (24 * HOUR, False, False),
        ],
    )
    def test_inactivity_ends_memory_and_the_business_clock_ends_task_state(
        self, later: Micros, remembers: bool, half_said: bool
    ) -> None:
        after = session.awaken(TALK, NOW + later, POLICY)
        assert bool(after.memory) is remembers
        assert (after.asking, after.aside) == ((MOVE, STREET) if half_said else (None, None))
        assert after.last_seen_at == NOW  # only words move it

    def test_each_half_said_job_has_its_own_age(self) -> None:
        older = replace(TALK, aside=replace(STREET, since=NOW - HOUR))
        after = session.awaken(older, NOW + 24 * HOUR - 1, POLICY)
        assert (after.asking, after.aside) == (MOVE, None)

    def test_a_first_message_wakes_nothing(self) -> None:
        new = Conversation(AT, Alias(None, "DE.1"))
        assert session.awaken(new, NOW, POLICY) == new

    def test_whatsapps_window_runs_from_its_last_message_of_any_kind(self) -> None:
        assert session.window_ends(TALK, POLICY) is None
        assert session.window_ends(replace(TALK, wrote_at=NOW), POLICY) == NOW + 24 * HOUR


class TestMeaning:
    @pytest.mark.parametrize(
        ("words", "modality", "more", "meant"),
        [
            ("where is my order", Modality.TEXT, {}, True),
            ("yes", Modality.VOICE, {}, True),
            ("Yes", Modality.BUTTON, {}, True),
            ("[sticker]", Modality.OTHER, {}, False),
            ("[reaction]", Modality.OTHER, {}, False),
            ("", Modality.VOICE, {}, False),
            ("thank you", Modality.VOICE, {"no_speech": 0.98}, False),
            ("thank you", Modality.VOICE, {"speech": 0.0}, False),
        ],
    )
    def test_words_have_it_and_receipt_has_not(
        self, words: str, modality: Modality, more: dict[str, float], meant: bool
    ) -> None:
        one = case(words, modality, nothing=True, **more)  # type: ignore[arg-type]
        assert session.has_meaning(one, POLICY) is meant

    def test_a_note_that_could_not_be_read_has_none(self) -> None:
        unreadable = replace(case("", Modality.VOICE, nothing=True), unreadable=True)
        assert not session.has_meaning(unreadable, POLICY)


class TestMemory:
    def test_the_eleventh_turn_forgets_the_first(self) -> None:
        talk = replace(TALK, memory=())
        for number in range(11):
            talk = session.remember(talk, f"q{number}", f"a{number}", POLICY)
        assert talk.memory[0] == ("q1", "a1")
        assert len(talk.memory) == 10

    @pytest.mark.parametrize(
        ("modality", "voice_data", "kept"),
        [
            (Modality.TEXT, None, True),
            (Modality.TEXT, False, True),
            (Modality.BUTTON, None, True),
            (Modality.VOICE, True, True),
            (Modality.VOICE, False, False),
            (Modality.VOICE, None, False),
        ],
    )
    def test_what_was_heard_is_kept_only_by_consent(
        self, modality: Modality, voice_data: bool | None, kept: bool
    ) -> None:
        assert session.may_keep_words(modality, session.Consents(voice_data=voice_data)) is kept


class TestHalfSaidJobs:
    @pytest.mark.parametrize(
        ("before", "asked", "over", "after"),
        [
            pytest.param((None, None), None, False, (None, None), id="nothing"),
            pytest.param((MOVE, None), None, False, (MOVE, None), id="a question in between"),
            pytest.param((MOVE, None), MOVE, False, (MOVE, None), id="not understood"),
            pytest.param((MOVE, None), None, True, (None, None), id="done"),
            pytest.param(
                (MOVE, STREET), None, True, (STREET, None), id="done, and the one before it is back"
            ),
            pytest.param((MOVE, None), STREET, False, (STREET, MOVE), id="another one"),
            pytest.param((STREET, MOVE), STREET, True, (STREET, MOVE), id="asked again"),
            pytest.param((MOVE, STREET), None, False, (MOVE, STREET), id="both wait"),
        ],
    )
    def test_it_goes_on_is_put_aside_and_comes_back(
        self,
        before: tuple[Asking | None, Asking | None],
        asked: Asking | None,
        over: bool,
        after: tuple[Asking | None, Asking | None],
    ) -> None:
        talk = replace(TALK, asking=before[0], aside=before[1])
        assert session.carry_on(talk, asked, NOW, over=over) == after

    def test_what_is_asked_now_is_as_old_as_now(self) -> None:
        later = NOW + HOUR
        asked = replace(MOVE, missing="order")
        assert session.carry_on(TALK, asked, later, over=True)[0] == replace(asked, since=later)
        assert session.carry_on(TALK, MOVE, later, over=False)[0] == MOVE  # not understood: as old as it was


def typed(text: str, at: float = 0.0, **more: object) -> Inbound:
    return Inbound(
        id=f"wamid.{text}",
        turn=f"t_{text}",
        address=AT,
        alias=Alias(None, "DE.1"),
        seq=0,
        modality=Modality.TEXT,
        sent_at=NOW,
        received_at=NOW + round(at * SECOND),
        text=text,
        **more,  # type: ignore[arg-type]
    )


def read(message: Inbound) -> Reading:
    return RulesInterpreter().read(message.text or "", Situation(now=MONDAY))


class TestOneThought:
    def joined(self, *messages: Inbound) -> list[str | None]:
        first, *rest = messages
        return [message.text for message in session.one_thought(first, rest, read, POLICY, JOBS)]

    def test_three_bubbles(self) -> None:
        said = [typed("move my delivery"), typed("to Friday", 1.4), typed("order 1842", 2.8)]
        assert self.joined(*said) == ["to Friday", "order 1842"]

    def test_a_lone_one(self) -> None:
        assert self.joined(typed("move my delivery")) == []

    def test_the_window_runs_from_the_one_before(self) -> None:
        assert self.joined(typed("move my delivery"), typed("to Friday", 1.5)) == ["to Friday"]
        assert self.joined(typed("move my delivery"), typed("to Friday", 1.500001)) == []

    @pytest.mark.parametrize(
        "word", ["no wait", "yes", "ok", "stop", "STOP", "I want a human", "cancel", "send voice"]
    )
    def test_a_word_of_its_own_is_read_by_itself(self, word: str) -> None:
        assert self.joined(typed("move my delivery"), typed(word, 0.2), typed("to Friday", 0.4)) == []
        assert self.joined(typed(word), typed("to Friday", 0.2)) == []

    def test_two_jobs_are_two_turns(self) -> None:
        assert self.joined(typed("where is my order"), typed("move my delivery to Friday", 0.2)) == []
        said = (typed("hello there"), typed("where is my order", 0.2), typed("change the address", 0.4))
        assert self.joined(*said) == ["where is my order"]

    @pytest.mark.parametrize(
        "other",
        [
            {"modality": Modality.VOICE, "text": None},
            {"modality": Modality.BUTTON},
            {"modality": Modality.OTHER},
            {"form": Form.EDIT},
            {"forwarded": True},
            {"quotes": "wamid.OLD"},
            {"attempts": 1},
        ],
    )
    def test_only_plain_typing_is_joined(self, other: dict[str, object]) -> None:
        piece = replace(typed("to Friday", 0.2), **other)  # type: ignore[arg-type]
        assert self.joined(typed("move my delivery"), piece) == []
