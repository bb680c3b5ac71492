"""`wavoice sim` in a process of its own: any bot can be tested with it, over TCP."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.cli.commands import NOTES, Shell
from tests.sim.emulator.foreign_bot import EchoBot
from tests.sim.emulator.simulator import FREE, Simulator, simulator
from tests.test_house import imported_by
from wavoice.sim.tcp import serve

SECRETS = ("access_token", "app_secret", "verify_token")
NOTE = "where_is_my_order__street_20db"


@asynccontextmanager
async def foreign(folder: Path, *arguments: str) -> AsyncIterator[tuple[Simulator, EchoBot]]:
    """A simulator, and a bot of somebody else that was told only addresses, ids and secrets."""
    async with simulator(folder, "--fixtures", str(NOTES), *arguments) as sim:
        told = sim.told
        secrets = (told["access_token"], told["app_secret"], told["verify_token"])
        bot = EchoBot(told["graph"], told["phone_number_id"], *secrets)
        async with serve(bot.app) as port, bot.http:
            await bot.registers(f"http://127.0.0.1:{port}/hook", told["app_id"], told["waba_id"])
            await sim("POST", "/users", json={"name": "Anna", "phone": "15550100200"})
            yield sim, bot


async def test_a_foreign_bot_hears_a_note_and_answers_with_one(tmp_path: Path) -> None:
    ogg = (NOTES / f"{NOTE}.ogg").read_bytes()
    async with foreign(tmp_path) as (sim, bot):
        await sim("POST", "/users/Anna/notes", json={"fixture": NOTE})
        heard = await sim("GET", "/users/Anna/messages", params={"wait": "60s"})
        media = heard["messages"][0]["media"]
        got = await sim.http.get(sim.told["control"] + media["path"])
        tapped = await sim("POST", "/users/Anna/texts", json={"text": "hello"})
        asked = await sim("GET", "/users/Anna/messages", params={"after": heard["next"], "wait": "60s"})
        await sim("POST", "/users/Anna/taps", json={"choice": "yes"})
        audio = {"content": ogg, "headers": {"Content-Type": "audio/ogg"}}
        await sim("POST", "/users/Anna/notes", params={"deliver": "twice"}, **audio)
        assert await sim.ends() == 0
    assert bot.bytes_heard == [ogg, ogg]  # by its name in the folder, and as it came
    assert bot.media_hosts == {sim.told["media"].removeprefix("http://")}
    assert [message["kind"] for message in heard["messages"]] == ["voice"]
    assert (got.content, media["sha256"]) == (ogg, hashlib.sha256(ogg).hexdigest())
    assert asked["messages"][0]["text"] == "You wrote: hello"
    assert bot.seen[1]["id"] == tapped["wamid"]
    assert bot.seen[2]["interactive"]["button_reply"]["id"] == "yes"
    assert bot.seen[2]["context"]["id"] == asked["messages"][0]["wamid"]
    assert {status["status"] for status in bot.statuses} == {"sent", "delivered"}


@pytest.mark.bulk
async def test_a_world_goes_on_after_an_outage_of_the_bot(tmp_path: Path) -> None:
    """Nobody listens when the message is sent; an hour later by the clock, somebody does."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    async with simulator(tmp_path, "--webhook", f"http://127.0.0.1:{port}/hook") as sim:
        told = sim.told
        bot = EchoBot(told["graph"], told["phone_number_id"], "-", told["app_secret"], "")
        before = (await sim("GET", "/clock"))["now"]
        await sim("POST", "/users", json={"name": "Anna", "phone": "15550100200"})
        await sim("POST", "/users/Anna/images", json={"caption": "see"})
        async with serve(bot.app, port=port), bot.http:
            after = (await sim("POST", "/clock/advance", json={"by": "1h"}))["now"]
    assert after - before >= 3600 * 1_000_000
    assert [message["image"]["caption"] for message in bot.seen] == ["see"]


@pytest.mark.bulk
async def test_a_world_is_saved_at_the_end_and_goes_on_at_the_start(tmp_path: Path) -> None:
    """Also what was under way: nobody listened in the first run, the bot is there in the second."""
    world = tmp_path / "world.json"
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    hook = f"http://127.0.0.1:{port}/hook"
    async with simulator(tmp_path, "--webhook", hook, "--save", str(world)) as sim:
        await sim("POST", "/users", json={"name": "Anna", "phone": "15550100200"})
        await sim("POST", "/users/Anna/images", json={"caption": "see"})
        assert await sim.ends() == 0
    async with simulator(tmp_path, "--world", str(world)) as sim:
        told = sim.told
        bot = EchoBot(told["graph"], told["phone_number_id"], "-", told["app_secret"], "")
        async with serve(bot.app, port=port), bot.http:
            await sim("POST", "/clock/advance", json={"by": "1h"})
    assert [message["image"]["caption"] for message in bot.seen] == ["see"]


async def test_what_it_tells_and_leaves_behind(tmp_path: Path) -> None:
    word = tmp_path / "cache" / "wavoice" / "sim.json"
    async with simulator(tmp_path, "--quiet") as sim:
        assert json.loads(word.read_text())["control"] == sim.told["control"]
        ports = {sim.told[name].rpartition(":")[2] for name in ("graph", "media", "control")}
        poll = asyncio.create_task(sim("GET", "/users"))
        await poll
        assert await sim.ends() == 0
    assert len(ports) == 3
    assert not word.exists()


async def test_the_curl_of_the_page_registers_a_bot(tmp_path: Path) -> None:
    """As it stands in docs/emulator.md; only the addresses differ."""
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("there is no curl")
    page = (Path(__file__).parents[3] / "docs" / "emulator.md").read_text(encoding="utf-8")
    lines = page.partition("## A test with curl")[2].partition("```console\n")[2].partition("\ncontrol=")[0]
    async with simulator(tmp_path) as sim:
        told = sim.told
        bot = EchoBot(told["graph"], told["phone_number_id"], *(told[name] for name in SECRETS))
        async with serve(bot.app) as port, bot.http:
            for there, here in (("127.0.0.1:8080", told["graph"]), ("127.0.0.1:8000", f"127.0.0.1:{port}")):
                assert there in lines
                lines = lines.replace(there, here)
            shell = await asyncio.create_subprocess_shell(lines, stdout=asyncio.subprocess.PIPE)
            out, _ = await shell.communicate()
            await sim("POST", "/users", json={"name": "Anna", "phone": "15550100200"})
            await sim("POST", "/users/Anna/texts", json={"text": "hello"})
            heard = await sim("GET", "/users/Anna/messages", params={"wait": "60s"})
    assert out.decode().count('{"success":true}') == 2
    assert heard["messages"][0]["text"] == "You wrote: hello"


async def test_where_nothing_can_be_written_it_runs_without_word(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder")
    async with simulator(tmp_path) as sim:
        assert (await sim("GET", "/users")) == {"users": []}
        assert await sim.ends() == 0


def test_it_starts_light() -> None:
    """What only a voice, a store or a catalogue of events needs is not there at the start."""
    modules = imported_by("import wavoice.sim.emulator.server")
    assert modules & {"av", "numpy", "sqlalchemy", "babel", "faster_whisper", "pydub", "textual"} == set()


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path, monkeypatch, capsys)


class TestRefusals:
    def test_a_taken_port_is_named_with_the_option_that_changes_it(self, shell: Shell) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            told = shell.refuses("sim", *FREE, "--control-port", port)
        assert told == (
            f"Port {port} on 127.0.0.1 is taken. Stop what listens there, or choose another --control-port."
        )

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (
                ["--host", "0.0.0.0"],
                "0.0.0.0 can be reached from other machines. "
                "Add --allow-remote and --control-token if that is meant.",
            ),
            (
                ["--host", "0.0.0.0", "--allow-remote"],
                "Whoever reaches the control API commands the simulator. "
                "Choose a --control-token, e.g. env:SIM_TOKEN.",
            ),
            (
                ["--webhook", "localhost"],
                "localhost is no URL of a webhook. Write it as in http://127.0.0.1:8000/hook.",
            ),
            (["--network", "5g"], "There is no network '5g'. Use one of: none, wifi, mobile."),
            (
                ["--access-token", "env:NOT_THERE"],
                "The environment variable NOT_THERE is not set. "
                "It is needed because a setting says env:NOT_THERE.",
            ),
        ],
    )
    def test_what_cannot_start(self, arguments: list[str], sentence: str, shell: Shell) -> None:
        assert shell.refuses("sim", *FREE, *arguments) == sentence
