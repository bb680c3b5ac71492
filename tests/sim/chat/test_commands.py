"""Slash commands: each does what its line says, and refuses what cannot be done with the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rehearsing import NOTE
from tests.sim.chat.chats import Talk, talk
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND
from wavoice.runtime.ports import Clock
from wavoice.sim.chat.commands import COMMANDS, run
from wavoice.sim.chat.facts import Notice, Sent
from wavoice.sim.chat.faults import FAULTS
from wavoice.sim.scripted import Line

ASK = "Please move my delivery to Friday."


async def does(one: Talk, *lines: str) -> list[str | None]:
    """Run lines one after the other, each once all before it is done."""
    said = []
    for line in lines:
        said.append(await run(one.chat, line))
        await one.chat.idle()
    return said


async def test_a_conversation_in_commands(tmp_path: Path) -> None:
    async with talk(tmp_path) as one:
        await does(one, ASK, "/tap yes", "/after 1s no wait", "/advance 10s", "/react 👍", "/unsend")
        assert list(one.sent()) == [
            ("text", ASK),
            ("button", "Yes"),
            ("text", "no wait"),
            ("reaction", "👍"),
            ("unsend", ""),
        ]
        assert one.chat.world.ledger == ()
        assert "held" in one.kinds()


async def test_an_old_question_can_be_quoted_and_tapped(tmp_path: Path) -> None:
    async with talk(tmp_path) as one:
        await does(one, ASK, "Saturday, please", "/tap 2 Yes", "/quote 2 where is my order?")
        stale = [sent for sent in one.of(Sent) if sent.kind == "button"]
        asked = [shown.wamid for shown in one.chat.phone.messages if shown.buttons]
        assert [sent.quotes for sent in stale] == [asked[0]]
        assert one.of(Sent)[-1].quotes is not None


async def test_a_note_is_played_by_name_and_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.ogg").write_bytes(NOTE.read_bytes())
    async with talk(tmp_path) as one:
        one.ears.lines.extend([Line("no wait"), Line("no wait")])
        await does(one, "/play no_wait__street_10db", "/play mine.ogg")
        assert [sent.text for sent in one.of(Sent)] == ["No, wait.", ""]
        with pytest.raises(UserInputError, match=r"no_wait__street_10db"):
            await run(one.chat, "/play no_wait")


async def test_edits_and_stop(tmp_path: Path) -> None:
    async with talk(tmp_path) as one:
        await does(one, ASK, "/edit Please move my delivery to Saturday.", "/stop", "/stop")
        assert [kind for kind, _ in one.sent()] == ["text", "edit", "text", "text"]
        assert "consent_changed" in one.kinds()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/xyz", "/help lists them all"),
        ("/advnace 3h", "Did you mean /advance?"),
        ("/advance soon", "is not a duration"),
        ("/advance -3h", "Time runs forwards"),
        ("/after 3s", "As in /after"),
        ("/after -3s no", "Time runs forwards"),
        ("/after 99999999d no", "Time runs forwards"),
        ("/tap Yes", "there is none yet"),
        ("/quote 3 yes", "there is none yet"),
        ("/edit more", "Send one"),
        ("/unsend now", "As in /unsend"),
        ("/fault stt-lo", "Did you mean stt-low?"),
        ("/fault stt-low 0", "at least once"),
        ("/fault late 99999999999", "As in /fault"),
        ("/customer nobody", "Name one of sample"),
        ("/language xx", "wavoice languages"),
        ("/noise thunder 5", "Use one of none, street"),
        ("/noise street loud", "no number of decibels"),
        ("/noise street nan", "-10 to 60 dB"),
        ("/say hello --snr -500", "-10 to 60 dB"),
        ("/voice nobody", "There is no voice 'nobody'"),
        ("/save A name", "small letters"),
        ("/save nothing", "Nobody says anything"),
        ("/play", "As in /play"),
        ("/say --noise street", "As in /say"),
        ("   ", "Type something"),
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_what_cannot_be_done_says_how_it_can(shared: Talk, line: str, said: str) -> None:
    with pytest.raises(UserInputError) as refused:
        await run(shared.chat, line)
    assert said in str(refused.value)


async def test_what_was_scheduled_and_cannot_be_done_is_a_notice(tmp_path: Path) -> None:
    async with talk(tmp_path) as one:
        await does(one, "/after 2s /tap Yes", "/advance 3s")
        assert [notice.text.partition(":")[0] for notice in one.of(Notice)] == [
            "There is no message with buttons number 1"
        ]


async def test_help_lists_every_command_and_every_example_is_one() -> None:
    names = [command.name for command in COMMANDS]
    assert len(names) == len(set(names))
    for command in COMMANDS:
        assert command.example.startswith(f"/{command.name}")
        assert command.help.endswith(".")


async def test_another_language_and_no_voice(tmp_path: Path) -> None:
    async with talk(tmp_path) as one:
        said = await does(one, "/language hi", "/voice off", "/noise babble 5dB", "/customer username")
        assert said[1] == "The bot answers in text."
        assert one.chat.mouth.manner.language == "hi"
        assert one.chat.mouth.manner.snr_db == 5
        assert one.chat.customer.key == "username"


QUICK = ("131047", "late", "note-cut")
SLOW = ("orders-slow", "send-slow", "stt-hang", "tts-hang")
"""Somebody waits for somebody else, in real time."""


@pytest.mark.parametrize("name", QUICK)
async def test_a_fault_is_survived(tmp_path: Path, name: str) -> None:
    """Whatever fails, the conversation goes on."""
    await survives(tmp_path, name, None)


@pytest.mark.bulk
@pytest.mark.parametrize("name", sorted(FAULTS.keys() - set(QUICK)))
async def test_every_fault_is_survived(tmp_path: Path, name: str) -> None:
    await survives(tmp_path, name, SystemClock() if name in SLOW else None)


async def survives(folder: Path, name: str, clock: Clock | None) -> None:
    async with talk(folder, clock=clock) as one:
        await does(one, f"/fault {name}")
        await one.speaks(ASK)
        await does(one, "/advance 15s", "where is my order?", "/advance 1min")
        assert "Order 1842" in "\n".join(one.shown())
        assert len(one.chat.faults.armed) == 1


async def test_a_lost_payment_is_looked_up_and_told(tmp_path: Path) -> None:
    async with talk(tmp_path) as one:
        await does(one, ASK, "/fault payment-lost", "/tap Yes", "/advance 2min")
        assert "unknown" in one.kinds()
        assert len(one.chat.world.ledger) == 1
        assert one.shown()[-1].startswith("Done")


async def test_low_figures_do_not_approve(tmp_path: Path) -> None:
    async with talk(tmp_path) as one:
        await does(one, ASK, "/fault stt-low")
        await one.speaks("Yes, please.")
        await one.chat.advance(10 * SECOND)
        assert one.chat.world.ledger == ()
