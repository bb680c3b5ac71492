"""The conversation as WhatsApp shows it: from the handset, from the journal alone, and from both."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from tests.rehearsing import Desk
from tests.sim.chat.chats import Talk, talk
from tests.sim.chat.views.folding import fold, have
from wavoice.runtime import journal
from wavoice.runtime.journal import Event, Where
from wavoice.runtime.model import SECOND, Form, Modality
from wavoice.sim.chat.facts import Sent, Ticks
from wavoice.sim.chat.views import Bubble, Screen

WHERE = Where("default", "100", "c_1", "t_1", Modality.TEXT)


def screen_of(one: Talk) -> Screen:
    return fold(one.news, one.chat.contact)  # type: ignore[arg-type]


def without_facts(one: Talk) -> Screen:
    """As a trace of the same conversation shows it."""
    return fold(one.of(Event), one.chat.contact)


def told(bubbles: Sequence[Bubble]) -> list[tuple[bool, str, str]]:
    return [(bubble.mine, bubble.form, bubble.text) for bubble in bubbles]


def buttons(screen: Screen) -> list[tuple[str, bool, bool]]:
    return [(one.title, one.pressed, one.stale) for bubble in screen.conversation for one in bubble.buttons]


class TestAWholeConversation:
    async def test_the_trace_shows_what_the_handset_showed(self, tmp_path: Path) -> None:
        async with talk(tmp_path) as one:
            await one.types("please move my delivery to Friday")
            question = next(shown for shown in one.chat.phone.messages if shown.buttons)
            await one.chat.tap(question.wamid, question.buttons[0].id)
            await one.chat.advance(5 * SECOND)
            await one.types("where is my order")
            live, trace = screen_of(one), without_facts(one)
        assert told(live.conversation) == told(trace.conversation)
        assert [bubble.quotes for bubble in live.conversation] == [
            bubble.quotes for bubble in trace.conversation
        ]
        assert [bubble.turn for bubble in live.conversation] == [bubble.turn for bubble in trace.conversation]
        assert buttons(live) == buttons(trace) == [("Yes", True, True), ("No", False, True)]

    async def test_only_the_handset_knows_sounds_and_blue_ticks(self, tmp_path: Path) -> None:
        async with talk(tmp_path) as one:
            note = await one.speaks("Where is my order?")
            reply = next(shown for shown in one.chat.phone.messages if shown.kind == "voice")
            await one.chat.play(reply.wamid)
            await one.chat.idle()
            live, trace = screen_of(one), without_facts(one)
            assert [bubble.ticks for bubble in live.conversation] == ["read", "played"]
            assert [len(bubble.peaks) for bubble in live.conversation] == [48, 48]
            assert [bubble.playable for bubble in live.conversation] == [True, True]
            assert live.media(note) == one.of(Sent)[0].media
        assert [bubble.ticks for bubble in trace.conversation] == ["delivered", "played"]
        assert not any(bubble.playable or bubble.peaks for bubble in trace.conversation)
        assert all(bubble.seconds for bubble in trace.conversation if bubble.mine)

    async def test_a_session_that_was_opened_again_has_its_old_messages(self, tmp_path: Path) -> None:
        async with talk(tmp_path) as one:
            await one.types("please move my delivery to Friday")
            before = len(one.news)
            await one.types("yes")
            await one.chat.advance(5 * SECOND)
            # The store has the journal of what was before, and no facts.
            kept = [
                news for number, news in enumerate(one.news) if number >= before or isinstance(news, Event)
            ]
            whole, again = screen_of(one), fold(kept, one.chat.contact)  # type: ignore[arg-type]
        assert told(again.conversation) == told(whole.conversation)
        assert buttons(again) == buttons(whole)
        assert again.proposal == whole.proposal
        assert again.ledger == whole.ledger

    async def test_customers_have_chats_of_their_own(self, tmp_path: Path) -> None:
        async with talk(tmp_path) as one:
            await one.types("where is my order")
            await one.chat.switch("username")
            await one.types("hello there")
            screen = fold(one.news)  # type: ignore[arg-type]
            theirs = one.chat.contacts
        assert [bubble.text for bubble in screen.conversation if bubble.mine] == ["hello there"]
        screen.look_at(theirs["sample"])
        assert [bubble.text for bubble in screen.conversation if bubble.mine] == ["where is my order"]
        assert set(screen.contacts) == {theirs["sample"], theirs["username"]}


class TestWhatIsDoneToAMessage:
    async def test_edits_unsends_and_reactions(self, tmp_path: Path) -> None:
        async with talk(tmp_path) as one:
            first = await one.types("where is my odrer")
            await one.chat.edit(first, "where is my order")
            second = await one.types("never mind")
            await one.chat.unsend(second)
            reply = one.chat.phone.messages[0].wamid
            await one.chat.react(reply, "\N{THUMBS UP SIGN}")
            await one.chat.idle()
            before = [screen_of(one).conversation, without_facts(one).conversation]
            await one.chat.react(reply, None)
            await one.chat.idle()
            after = [screen_of(one).conversation, without_facts(one).conversation]
        for told_before, told_after in zip(before, after, strict=True):
            bubbles = {bubble.id: bubble for bubble in told_before}
            assert (bubbles[first].text, bubbles[first].edited) == ("where is my order", True)
            assert bubbles[second].unsent
            assert bubbles[reply].reactions == ("\N{THUMBS UP SIGN}",)
            assert {bubble.id: bubble for bubble in told_after}[reply].reactions == ()
            assert len(bubbles) == len(told_after), "a deed is no message"

    async def test_a_quote_shows_the_words_of_its_message(self, tmp_path: Path) -> None:
        async with talk(tmp_path) as one:
            await one.types("please move my delivery to Friday")
            question = one.chat.phone.messages[-1]
            await one.chat.text("yes", quotes=question.wamid)
            await one.chat.idle()
            own = next(bubble for bubble in screen_of(one).conversation if bubble.text == "yes")
        assert own.answers == question.wamid
        assert own.quotes == question.text


class TestButtons:
    """A button is stale as soon as it would not count."""

    def dialogue(self, *steps: Callable[[Desk], Awaitable[object]]) -> list[tuple[str, bool, bool]]:
        async def had(at: Desk) -> None:
            await at.types("please move my delivery to Friday")
            for step in steps:
                await step(at)

        return buttons(fold(have(had)))

    def test_of_an_open_question_are_not(self) -> None:
        assert self.dialogue() == [("Yes", False, False), ("No", False, False)]

    def test_of_a_question_that_was_put_again_only_the_new_ones_count(self) -> None:
        found = self.dialogue(lambda at: at.types("no wait"))
        assert [stale for _, _, stale in found] == [True, True, False, False]

    def test_of_another_version_only_the_new_ones_count(self) -> None:
        found = self.dialogue(lambda at: at.types("no, to Saturday"))
        assert [stale for _, _, stale in found] == [True, True, False, False]

    def test_of_what_was_written_are(self) -> None:
        found = self.dialogue(lambda at: at.types("yes"), lambda at: at.wait(5))
        assert [stale for _, _, stale in found] == [True, True]

    def test_that_can_still_stop_a_write_are_not(self) -> None:
        assert [stale for _, _, stale in self.dialogue(lambda at: at.types("yes"))] == [False, False]


class TestRedactedWords:
    def test_of_a_trace_are_shown_as_removed(self) -> None:
        received = Event(1, WHERE, journal.Received("wamid.1", 0))
        screen = fold([received, Event(1, WHERE, journal.Typed("wamid.1", text=""))])
        assert [(bubble.text, bubble.redacted) for bubble in screen.conversation] == [("", True)]

    def test_go_from_the_screen_when_the_journal_says_so(self) -> None:
        events = [
            Event(1, WHERE, journal.Received("wamid.1", 0)),
            Event(1, WHERE, journal.Typed("wamid.1", text="4111 1111")),
            Event(2, WHERE, journal.Redacted("card", (1,), ("h",))),
        ]
        screen = fold(events)
        assert screen.conversation[0].redacted
        assert "4111" not in repr((screen.conversation, screen.readings, screen.session))

    def test_a_note_whose_words_are_not_kept_is_no_silence(self) -> None:
        where = replace(WHERE, modality=Modality.VOICE)
        figures = (journal.DecodeFigures("none", 5, -0.2, 0.02, "en", "base"),)
        events = [
            Event(1, where, journal.Received("wamid.1", 0, voice=True)),
            Event(2, where, journal.HeardNote(1.5, 2.0, figures)),
        ]
        (bubble,) = fold(events).conversation
        assert (bubble.form, bubble.text, bubble.redacted, bubble.seconds) == ("voice", "", True, 2.0)


class TestOddTraces:
    def test_what_staff_wrote_is_a_message_without_words(self) -> None:
        (bubble,) = fold([Event(1, WHERE, journal.Received("wamid.1", 0, form=Form.ECHO))]).conversation
        assert (bubble.mine, bubble.form, bubble.redacted) == (False, "staff", True)

    def test_a_deed_on_a_message_that_is_not_here_changes_nothing(self) -> None:
        for form in (Form.REACTION, Form.REACTION_REMOVED, Form.EDIT, Form.REVOKE):
            events = [
                Event(1, WHERE, journal.Received("wamid.1", 0, form=form, target="wamid.0")),
                Event(1, WHERE, journal.Typed("wamid.1", text="x")),
            ]
            assert fold(events).conversation == ()

    def test_ticks_that_come_first_are_remembered(self) -> None:
        reply = journal.Replied("o_1", "text", ("wamid.a",), accepted_at=5, text="Hello.")
        screen = fold([Ticks("c_1", "wamid.a", "read"), Event(6, WHERE, reply)], "c_1")
        assert [(bubble.ticks, bubble.at) for bubble in screen.conversation] == [("read", 5)]

    def test_ticks_never_go_back(self) -> None:
        reply = journal.Replied("o_1", "text", ("wamid.a",), text="Hello.")
        late = [Ticks("c_1", "wamid.a", "read"), Ticks("c_1", "wamid.a", "delivered")]
        assert fold([Event(6, WHERE, reply), *late], "c_1").conversation[0].ticks == "read"
