"""Proposal, ledger, session and what was heard: each view says what the journal and the store say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest

from tests.journals import talk
from tests.rehearsing import Desk, desk
from tests.sim.chat.views.folding import fold, have
from wavoice.runtime import journal
from wavoice.runtime.journal import BODIES, Event, Where
from wavoice.runtime.model import SECOND, Address, Consent, Modality
from wavoice.sim.chat.views import ProposalView, Remembered, Screen
from wavoice.sim.chat.views.heard import by_word
from wavoice.sim.chat.views.raw import SENTENCES

Steps = Sequence[Callable[[Desk], Awaitable[object]]]
WHERE = Where("default", "100", "c_1", "t_1", Modality.VOICE)


def types(words: str, after: float = 5) -> Callable[[Desk], Awaitable[object]]:
    return lambda at: at.types(words, after=after)


def speaks(words: str, **more: object) -> Callable[[Desk], Awaitable[object]]:
    return lambda at: at.speaks(words, **more)  # type: ignore[arg-type]


def waits(seconds: float) -> Callable[[Desk], Awaitable[object]]:
    return lambda at: at.wait(seconds)


MOVE = types("please move my delivery to Friday")


def after(*steps: Callable[[Desk], Awaitable[object]]) -> Screen:
    async def had(at: Desk) -> None:
        for step in steps:
            await step(at)

    return fold(have(had))


def current(screen: Screen) -> ProposalView:
    assert screen.proposal is not None
    return screen.proposal


class TestProposal:
    @pytest.mark.parametrize(
        ("steps", "state", "last"),
        [
            ([MOVE], "pending", "proposed"),
            ([MOVE, types("no wait")], "held", "held"),
            ([MOVE, types("yes")], "settling", "confirmed"),
            ([MOVE, types("yes"), types("no wait", 0.5)], "held", "held"),
            ([MOVE, types("yes"), waits(5)], "committed", "committed"),
            ([MOVE, types("no")], "cancelled", "cancelled"),
            ([MOVE, types("no, to Saturday")], "pending", "proposed"),
            ([MOVE, types("yes", 3600)], "pending", "proposed"),
        ],
    )
    def test_has_the_state_of_the_store(self, steps: Steps, state: str, last: str) -> None:
        view = current(after(*steps))
        assert (view.state, view.past[-1].kind) == (state, last)

    async def test_is_that_of_the_store_after_every_step(self) -> None:
        async with desk() as at:
            for step in (
                MOVE,
                types("maybe"),
                types("no wait"),
                types("yes"),
                waits(5),
                types("refund order 1777"),
            ):
                await step(at)
                view = current(fold(await at.journal()))
                async with at.rehearsal.runtime.store.begin() as tx:
                    stored = await tx.proposals.get(view.id)
                assert stored is not None
                assert (view.state, view.digest, view.version) == (
                    stored.state,
                    stored.digest,
                    stored.version,
                )
                assert view.prompts == stored.prompts
                assert view.read_back == stored.read_back
                assert view.settle_at == (stored.settle_at if stored.is_open else view.settle_at)

    def test_that_was_superseded_stays_in_its_past(self) -> None:
        kinds = [step.kind for one in after(MOVE, types("no, to Saturday")).proposals for step in one.past]
        assert "superseded" in kinds

    def test_counts_down_to_the_end_of_the_question_then_to_the_write(self) -> None:
        asked = after(MOVE)
        view = current(asked)
        assert asked.at(view.expires_at - 90 * SECOND).due_left == 90 * SECOND
        assert asked.at(view.expires_at + 1).due_left == 0
        settling = after(MOVE, types("yes"))
        moment = settling.at((current(settling).settle_at or 0) - SECOND)
        assert (moment.due_left, moment.settling) == (SECOND, True)

    def test_without_its_words_says_so(self) -> None:
        body = journal.Proposed("p_1", 1, "reschedule_delivery", "R2", "d1:x", "v1")
        assert current(fold([Event(1, WHERE, body)])).read_back == ""


class TestLedger:
    def test_has_every_write_with_its_yes(self) -> None:
        writes = fold(have(talk)).ledger
        assert [(one.action, one.state, one.tries) for one in writes] == [
            ("reschedule_delivery", "done", 1),
            ("change_address", "done", 1),
            ("reschedule_delivery", "done", 2),
        ]
        approvals = [one.approval for one in writes if one.approval]
        assert [(yes.words, yes.binding, yes.modality) for yes in approvals] == [
            ("yes", "sole_open", "text"),
            ("Yes", "button", "button"),
            ("yes", "sole_open", "voice"),
        ]

    def test_shows_a_write_that_is_not_answered_yet(self) -> None:
        events = have(talk)
        unknown = next(number for number, event in enumerate(events, 1) if event.kind == "unknown")
        assert fold(events[:unknown]).ledger[-1].state == "unknown"

    def test_of_a_trace_that_begins_after_the_yes_claims_none(self) -> None:
        late = [event for event in have(talk) if event.kind in ("intended", "committed")]
        assert [one.approval for one in fold(late).ledger] == [None, None, None]

    def test_shows_what_a_job_in_shadow_would_have_written(self) -> None:
        asked = ("p_1", 1, "reschedule_delivery", "R2", "d1:x", "v1", "D02")
        bodies = (journal.Confirmed(*asked, message="wamid.1"), journal.Shadowed(*asked, key="k"))
        screen = fold(Event(1, WHERE, body) for body in bodies)
        (write,) = screen.ledger
        assert (write.state, write.tries, write.approval and write.approval.message) == (
            "shadow",
            0,
            "wamid.1",
        )
        assert current(screen).state == "handed_off"

    def test_has_nothing_before_a_write_is_tried(self) -> None:
        assert after(MOVE, types("yes")).ledger == ()


class TestSession:
    @pytest.mark.parametrize(
        "steps",
        [
            [MOVE, types("yes"), waits(5), types("where is my order")],
            [speaks("where is my order"), speaks("", no_speech=0.99), types("thanks")],
            [types(f"where is order {number}") for number in range(12)],
            [types("where is my order"), types("hello again", 700)],
            [types("where is my order"), types("stop"), types("where is my order")],
            [types("please move"), types("my delivery", 0.2), types("to Friday", 0.2)],
        ],
        ids=["yes", "silence", "twelve", "ten minutes later", "opted out", "bubbles"],
    )
    async def test_remembers_what_the_bot_remembers(self, steps: Steps) -> None:
        async with desk() as at:
            for step in steps:
                await step(at)
            events = await at.journal()
            where = events[0].where
            async with at.rehearsal.runtime.store.begin() as tx:
                stored = await tx.conversations.take(Address(where.tenant, where.number, where.contact))
        view = fold(events).session
        assert view.memory == tuple(Remembered(*turn) for turn in stored.memory)
        assert view.seen_at == stored.last_seen_at
        assert view.wrote_at == stored.wrote_at

    def test_clocks_run_from_the_last_words(self) -> None:
        screen = after(types("where is my order"))
        wrote = screen.session.wrote_at or 0
        later = screen.at(wrote + 3600 * SECOND)
        assert later.window_left == 23 * 3600 * SECOND
        assert later.session_left == 0
        assert later.task_left == 23 * 3600 * SECOND
        assert screen.at(wrote + 26 * 3600 * SECOND).window_left == 0

    def test_knows_consent_and_hand_off(self) -> None:
        view = after(types("stop"), types("start")).session
        assert [(one.purpose, one.status) for one in view.consents] == [(Consent.MESSAGES, "granted")]
        assert after(types("I want to talk to a person")).session.handed_off == "asked_for_a_person"


class TestHeard:
    def test_says_what_was_heard_and_what_was_made_of_it(self) -> None:
        view = after(MOVE, speaks("yes")).heard
        assert view is not None
        assert (view.text, view.acts, view.row, view.effect) == ("yes", ("affirm",), "D03", "settle")
        assert [decode.prompt for decode in view.decodes] == ["negative", "none"]

    def test_pieces_of_a_recogniser_become_words(self) -> None:
        pieces = ((" re", 0.9), ("fund", 0.4), (" it", 0.99), (" ", 0.1))
        decode = journal.DecodeFigures("words", 5, -0.2, 0.01, "en", "base", words=pieces)
        assert by_word(decode) == (("refund", 0.4), ("it", 0.99))

    def test_the_row_is_that_of_the_message_and_not_of_its_commit(self) -> None:
        view = after(MOVE, types("yes"), waits(5)).heard
        assert view is not None
        assert (view.row, view.effect) == ("D02", "settle")

    def test_trouble_is_told(self) -> None:
        events = [
            Event(1, WHERE, journal.Received("wamid.1", 0, voice=True)),
            Event(2, WHERE, journal.Trouble("fetch", "media_gone", "it is gone")),
        ]
        view = fold(events).heard
        assert view is not None
        assert [(one.stage, one.code) for one in view.trouble] == [("fetch", "media_gone")]

    def test_a_second_hearing_keeps_the_first(self) -> None:
        figures = (journal.DecodeFigures("none", 5, -0.2, 0.02, "es", "base", text="sí"),)
        first = journal.HeardNote(1.0, 2.0, (replace(figures[0], text="see"),), text="see")
        second = journal.HeardNote(1.0, 2.0, figures, language_p=0.97, text="sí")
        bodies = (journal.Received("wamid.1", 0, voice=True), first, second)
        view = fold(Event(1, WHERE, body) for body in bodies).heard
        assert view is not None
        assert (view.text, view.first_heard, view.language_p) == ("sí", "see", 0.97)


def test_every_event_has_a_sentence() -> None:
    written = {kind for kind, body in BODIES.items() if body in SENTENCES}
    assert written == set(BODIES)
