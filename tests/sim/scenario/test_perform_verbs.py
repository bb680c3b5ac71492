"""What customers, staff and vendors do: each verb of the format reaches the bot over the wire."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sim.scenario.scripts import ASKED, MOVE, failures, kinds, load, play, rows, said, writes
from wavoice.runtime.errors import ScenarioError
from wavoice.runtime.journal import ConsentChanged, Received, StatusSeen, Typed
from wavoice.runtime.model import SECOND, Money
from wavoice.sim.scenario.cast import SAMPLE_PHONE
from wavoice.sim.scenario.codes import codes_in
from wavoice.sim.scenario.format import Step
from wavoice.sim.scenario.notes import scripted_note
from wavoice.sim.scenario.perform import perform
from wavoice.sim.scenario.record import Record
from wavoice.sim.scenario.stage import Models

MOVED = [("reschedule_delivery", {"order": "1842", "day": "2026-11-27"})]


def typed(record: Record) -> list[Typed]:
    return [event.body for event in record.events if isinstance(event.body, Typed)]


def received(record: Record, step: int) -> list[float]:
    """When the message of that step reached the bot, in seconds since it was sent."""
    run = record.steps[step - 1]
    return [
        (event.at - run.began.at) / SECOND
        for event in record.events
        if isinstance(event.body, Received) and event.body.message == run.message
    ]


class TestDelivery:
    STEPS = "- text: move my delivery to Friday\n- text: yes\n  deliver: {}\n- text: hello\n- wait: 20s"

    def test_twice_is_received_once(self) -> None:
        record = play(self.STEPS.format("twice"))
        assert received(record, 2) == [0]
        assert len(record.ledger) == 1

    def test_late_is_ten_seconds_late(self) -> None:
        record = play(self.STEPS.format("late"))
        assert received(record, 2) == [10]
        assert record.steps[1].end.at - record.steps[1].began.at == 10 * SECOND

    def test_reordered_comes_after_the_next_one(self) -> None:
        record = play(self.STEPS.format("reordered"))
        order = [event.body.message for event in record.events if isinstance(event.body, Received)]
        assert order == [record.steps[n].message for n in (0, 2, 1)]
        assert rows(record)[-1] == "D38"

    def test_reordered_needs_a_message_that_overtakes_it(self) -> None:
        with pytest.raises(ScenarioError, match="sends nothing after it that could overtake it"):
            play("- text: hello\n- text: where is my order\n  deliver: reordered")


class TestPeople:
    def test_another_person_has_a_conversation_of_their_own(self) -> None:
        record = play(f"{ASKED}\n- text: yes\n  from: bela\n- wait: 5s")
        assert sorted(record.names.values()) == ["bela", "customer"]
        assert record.steps[0].contact != record.steps[1].contact
        assert rows(record)[1] == "D40"
        assert list(record.ledger) == []

    def test_orders_belong_to_the_contact_or_to_whom_they_name(self) -> None:
        world = "world: {orders: {'1': {day: Friday}, '2': {day: Monday, customer: bela}}}"
        record = play("- text: where is my order\n- text: where is my order\n  from: bela", world)
        assert said(record) == [
            "Order 1 is packed. It arrives on Friday.",
            "Order 2 is packed. It arrives on Monday 30 November.",
        ]

    def test_the_shop_may_not_know_who_writes(self) -> None:
        record = play("- text: where is my order", "world: {customers: {customer: {known: false}}}")
        assert "cannot find an account" in said(record)[0]
        assert "handed_off" in kinds(record)

    def test_the_shop_may_know_two_with_the_same_phone(self) -> None:
        twin = f"world: {{customers: {{twin: {{name: Twin, phone: '+{SAMPLE_PHONE}'}}}}}}"
        assert "more than one account" in said(play("- text: where is my order", twin))[0]

    def test_all_who_appear_are_customers_of_the_sample_shop(self) -> None:
        record = play("- text: where is my order\n  from: bela")
        assert "account" not in said(record)[0]


class TestAnswers:
    def test_a_quote_names_the_question_of_its_step(self) -> None:
        record = play(f"{ASKED}\n  id: q\n- text: where is my order\n- text: ok\n  quotes: q\n- wait: 5s")
        shown = record.messages[record.steps[0].contact]
        assert typed(record)[-1].quotes == shown[0].wamid
        assert shown[0].buttons != ()
        assert rows(record)[2] == "D25"

    def test_a_button_is_that_of_the_newest_question_whatever_the_case(self) -> None:
        record = play(f"{ASKED}\n- note: make it Saturday instead\n- button: yEs\n- wait: 5s")
        assert rows(record)[2] == "D01"
        assert writes(record)[0][1]["day"] == "2026-11-28"

    def test_a_quoted_button_is_an_old_one(self) -> None:
        record = play(
            f"{ASKED}\n  id: q\n- note: make it Saturday instead\n- button: yes\n  quotes: q\n- wait: 5s"
        )
        assert rows(record)[2] == "D31"
        assert list(record.ledger) == []

    def test_a_forwarded_yes_is_forwarded(self) -> None:
        record = play(f"{ASKED}\n- text: yes\n  forwarded: true\n- wait: 5s")
        assert [body.forwarded for body in typed(record)] == [True]

    def test_reactions_are_seen_and_approve_nothing(self) -> None:
        record = play(f"{ASKED}\n  id: q\n- reaction: 👍\n  quotes: q\n- reaction: removed\n- wait: 5s")
        assert len(kinds(record, 2)) >= 2
        assert received(record, 2) == received(record, 3) == [0]
        assert list(record.ledger) == []

    def test_edits_and_deletions_reach_the_bot(self) -> None:
        record = play(
            "- text: hello\n  id: a\n- text: hello there\n- edit: hello you\n  quotes: a"
            "\n- revoke: true\n  quotes: a"
        )
        assert received(record, 3) == received(record, 4) == [0]

    def test_the_newest_own_message_is_taken_back_although_it_was_edited(self) -> None:
        assert failures("- text: hello\n- edit: hello there\n- revoke: true") == []

    def test_the_newest_own_message_is_edited_although_a_reaction_came_after_it(self) -> None:
        assert failures("- text: hello\n- reaction: 👍\n- edit: hello there") == []

    def test_what_is_not_words_is_answered(self) -> None:
        record = play("- image: true\n- image: look\n- document: bill.pdf\n- location: Home")
        assert [received(record, number) for number in range(1, 5)] == [[0]] * 4
        assert said(record) == ["I can only read text and voice notes. Please type or record it."] * 4
        assert [body.text for body in typed(record)] == ["[image]", "look", "[document]", "[location]"]


class TestOthers:
    def test_staff_write_on_the_customers_phone(self) -> None:
        record = play(f"{ASKED}\n- staff: I am looking into it")
        assert "I am looking into it" in [shown.text for shown in record.messages[record.steps[0].contact]]
        assert "I am looking into it" not in said(record)

    def test_a_vendor_changes_the_order_before_the_write(self) -> None:
        record = play(
            f"{ASKED}\n- vendor: {{orders: {{'1842': {{day: Sunday, status: shipped}}}}}}"
            "\n- note: yes\n- wait: 5s"
        )
        assert list(record.ledger) == []
        assert "superseded" in kinds(record)
        assert record.orders["1842"].day.isoformat() == "2026-11-29"
        assert record.orders["1842"].status == "shipped"

    def test_a_vendor_gives_money_back(self) -> None:
        record = play("- text: hello\n- vendor: {orders: {'1842': {refunded: 250 INR}}}")
        payment = record.orders["1842"].payment
        assert payment is not None
        assert payment.remaining == Money(1_000_00, "INR")


class TestCodes:
    def test_a_code_is_what_the_phone_shows(self) -> None:
        asked = "- text: refund order 1842\n  id: first\n- text: no, 20 rupees\n"
        record = play(
            f"{asked}- text: 'YES {{code of first}}'\n- text: 'YES {{wrong code}}'\n- note: 'yes {{code}}'"
        )
        shown = [codes_in(message.text or "") for message in record.messages[record.steps[0].contact]]
        first, second = [codes[0] for codes in shown if codes][:2]
        old, wrong, newest = [run.step.text or run.step.note or "" for run in record.steps[2:]]
        assert first != second
        assert (old, newest) == (f"YES {first}", f"yes {second}")
        assert wrong[-4:] not in (first, second)
        assert record.ledger == ()


class TestStatuses:
    def seen(self, reach: str) -> list[str]:
        record = play(f"- note: move my delivery to Friday\n  prompt_status: {reach}")
        voice = record.messages[record.steps[0].contact][-1:]
        wamids = [shown.wamid for shown in voice]
        end = record.quiet.events if record.quiet else 0
        return [
            str(event.body.status)
            for event in record.events[:end]
            if isinstance(event.body, StatusSeen) and event.body.message in wamids
        ]

    @pytest.mark.parametrize(
        ("reach", "statuses"),
        [
            ("delivered", ["sent", "delivered"]),
            ("read", ["sent", "delivered", "read"]),
            ("played", ["sent", "delivered", "read", "played"]),
            ("sent", []),
        ],
    )
    def test_messages_get_as_far_as_is_said(self, reach: str, statuses: list[str]) -> None:
        assert self.seen(reach) == statuses

    def test_a_question_that_never_arrived_cannot_be_answered(self) -> None:
        record = play("- note: move my delivery to Friday\n  prompt_status: failed\n- note: yes\n- wait: 5s")
        assert record.messages[record.steps[0].contact] == []
        assert rows(record)[1] == "D54"
        assert list(record.ledger) == []

    def test_what_waits_for_a_phone_arrives_when_it_is_on_again(self) -> None:
        record = play(f"{ASKED}\n  prompt_status: sent\n- wait: 10s\n- wait: 10s\n  prompt_status: delivered")
        arrived = {shown.at for shown in record.messages[record.steps[0].contact]}
        assert arrived == {record.steps[2].began.at}


class TestGiven:
    @pytest.mark.parametrize(
        ("voice", "form"), [("true", "voice+buttons"), ("false", "buttons"), ("null", "buttons")]
    )
    def test_without_consent_there_is_no_voice(self, voice: str, form: str) -> None:
        record = play(ASKED, f"consent: {{voice_replies: {voice}}}")
        assert [event.body.form for event in record.events if event.kind == "replied"] == [form]

    def test_who_does_not_want_messages_gets_none(self) -> None:
        assert said(play("- text: hello", "consent: {messages: false}")) == []
        assert len(said(play("- text: hello", "consent: {messages: null}"))) == 1

    def test_consent_holds_for_everybody(self) -> None:
        assert said(play("- text: hello\n  from: bela", "consent: {messages: false}")) == []

    def test_consent_that_is_given_is_no_event(self) -> None:
        bodies = [event.body for event in play(ASKED).events]
        assert not any(isinstance(body, ConsentChanged) for body in bodies)

    def test_a_reply_in_english_is_spoken_whatever_the_language_of_the_conversation(self) -> None:
        record = play("- note: where is my order", "language: hi")
        (reply,) = [event.body for event in record.events if event.kind == "replied"]
        assert (reply.form, reply.fallback) == ("voice", None)

    def test_a_policy_of_its_own(self) -> None:
        record = play(MOVE, "policy: {settle: {voice: 4s}}")
        (applied,) = record.ledger
        assert applied.at - record.steps[1].end.at == 4 * SECOND
        assert rows(play(MOVE, "policy: {min_avg_logprob: -0.1}"))[1] == "D17"

    def test_today_is_the_shops_own(self) -> None:
        late = load("- text: where is my order")[0]
        given = late.scenario.given.model_copy(update={"now": "2026-11-23T23:30:00", "zone": "Asia/Tokyo"})
        record = perform(type(late)(late.scenario.model_copy(update={"given": given}), None, late.source))
        assert record.today.isoformat() == "2026-11-23"


def test_notes_of_files_come_from_the_recorder() -> None:
    (case,) = load(f"{ASKED}\n- text: hello")
    asked: list[tuple[str | None, Path]] = []

    async def recorder(step: Step, file: Path) -> bytes:
        asked.append((step.note, file))
        return scripted_note(step)

    record = perform(case, Models(recorder=recorder))
    assert asked == [("move my delivery to Friday", Path("talk.yaml"))]
    assert record.fingerprint() == play(f"{ASKED}\n- text: hello").fingerprint()


class TestWhatCannotBeDone:
    """A step that cannot be done says so in its own words and with its line; the rest is not run."""

    @pytest.mark.parametrize(
        ("step", "said"),
        [
            ("button: 'Yes'", "there is no button 'Yes' to tap; buttons so far: none"),
            ("reaction: 👍", "there is nothing yet to react to"),
            ("edit: x", "there is no message yet to edit or take back"),
            ("revoke: true", "there is no message yet to edit or take back"),
        ],
    )
    def test_at_the_beginning(self, step: str, said: str) -> None:
        record = play(f"- {step}\n- text: hello")
        assert record.broken is not None
        assert (record.broken.step, record.broken.reason, record.broken.line) == (1, said, 9)
        assert record.broken.kind == step.partition(":")[0]
        assert [run.number for run in record.steps] == [1]

    def test_because_the_button_has_another_title(self) -> None:
        record = play(f"{ASKED}\n- button: Maybe")
        assert record.broken is not None
        assert record.broken.reason == "there is no button 'Maybe' to tap; buttons so far: Yes, No"

    def test_because_the_bot_said_nothing_in_the_quoted_step(self) -> None:
        record = play(f"{ASKED}\n- reaction: 😀\n  id: q\n- text: ok\n  quotes: q")
        assert record.broken is not None
        assert record.broken.step == 3
        assert "the bot sent nothing in that step" in record.broken.reason

    @pytest.mark.parametrize(
        "steps",
        [
            "- text: hello\n- revoke: true\n- revoke: true",
            "- note: hello\n- edit: hello there",
            "- text: hello\n- vendor: {orders: {'9': {status: shipped}}}",
            "- text: hello\n- vendor: {orders: {'1842': {refunded: 2000 INR}}}",
            "- text: hello\n- vendor: {orders: {'1842': {refunded: 5 EUR}}}",
            "- text: hello\n- text: YES {code}",
            "- text: hello\n- note: YES {code of nothing}",
        ],
    )
    def test_because_the_phone_or_the_shop_refuses(self, steps: str) -> None:
        (failure,) = failures(steps)
        assert failure.step == steps.count("\n") + 1
        assert failure.line == 8 + failure.step
