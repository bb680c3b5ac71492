"""`/save`: what just happened becomes a scenario with its notes, and the scenario passes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.rehearsing import NOTE
from tests.sim.chat.chats import Talk, talk
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND
from wavoice.sim.chat.commands import run
from wavoice.sim.chat.save import UNASKED
from wavoice.sim.manifest import load_manifest
from wavoice.sim.scenario.load import load_cases
from wavoice.sim.scenario.run import run_cases

ASK = "Please move my delivery to Friday."


async def held(one: Talk) -> None:
    await one.speaks(ASK)
    await one.chat.advance(5 * SECOND)
    await one.speaks("Yes, please.")
    await one.chat.advance(1 * SECOND)
    await one.speaks("No wait.")
    await one.chat.advance(10 * SECOND)


async def test_what_was_saved_passes_and_brings_its_notes(tmp_path: Path) -> None:
    async with talk(tmp_path) as one:
        await held(one)
        saved = await one.chat.save("by_the_bus")
    assert saved.problems == ()
    assert saved.scenario == tmp_path / "scenarios" / "by_the_bus.yaml"
    assert [fixture.name for fixture in saved.fixtures] == [f"by_the_bus_{n}.ogg" for n in (1, 2, 3)]
    assert saved.fixtures[0].read_bytes() == NOTE.read_bytes()
    manifest = load_manifest(tmp_path / "fixtures" / "audio" / "manifest.toml")
    assert [note.words for note in manifest.notes] == [ASK, "Yes, please.", "No wait."]
    (dialogue,) = manifest.dialogues
    assert [(note.after or 0) >= SECOND for note in dialogue.notes] == [False, True, True]
    assert {voice.consent for voice in manifest.voices.values()} == {UNASKED}
    (case,) = load_cases(saved.scenario)
    assert [step.note for step in case.scenario.steps if step.note] == [ASK, "Yes, please.", "No wait."]
    assert case.scenario.then.writes == ()
    assert await asyncio.to_thread(lambda: run_cases([case]).ok)


async def test_faults_come_along(tmp_path: Path) -> None:
    async with talk(tmp_path) as one:
        for line in (ASK, "/advance 1s", "/fault payment-lost", "/tap Yes", "/advance 2min"):
            await run(one.chat, line)
            await one.chat.idle()
        saved = await one.chat.save("lost")
        assert saved.problems == ()
        (case,) = load_cases(saved.scenario)
        (fault,) = case.scenario.given.faults
        assert (fault.system, fault.does, fault.at, fault.step) == (
            "orders",
            "lost_response",
            "write",
            "said_2",
        )


async def test_a_customer_who_wrote_for_the_first_time(tmp_path: Path) -> None:
    async with talk(tmp_path, customer="unknown") as one:
        await one.types("Where is my order?")
        saved = await one.chat.save("stranger")
        assert saved.problems == ()


async def test_only_this_session_and_this_customer(tmp_path: Path) -> None:
    async with talk(tmp_path) as one:
        await one.types("Where is my order?")
    async with talk(tmp_path) as again:
        await again.chat.switch("username")
        await again.types("Where is my order?")
        await again.chat.switch("sample")
        await again.types(ASK)
        saved = await again.chat.save("second")
    (case,) = load_cases(saved.scenario)
    assert [step.text for step in case.scenario.steps if step.text] == [ASK]


async def test_nothing_is_overwritten(tmp_path: Path) -> None:
    async with talk(tmp_path) as one:
        await one.types("Where is my order?")
        await one.chat.save("mine")
        with pytest.raises(UserInputError, match="is there already"):
            await one.chat.save("mine")
