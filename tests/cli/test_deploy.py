"""`wavoice deploy`, the command: what it refuses, what it prints for people and for machines."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import nullcontext

import pytest

from tests.cli.commands import Shell
from tests.deploy.scripted_target import ScriptedTarget
from tests.deploy.stage import project
from wavoice.cli.deploy import run, settings_of
from wavoice.cli.deploy_lines import Lines
from wavoice.deploy import opened
from wavoice.deploy.work import Around


@pytest.fixture
def bot(shell: Shell) -> Shell:
    """A bot whose Meta is nowhere, in this folder."""
    project(shell.folder / "bot")
    shell.monkeypatch.chdir(shell.folder / "bot")
    shell.monkeypatch.setenv("WAVOICE_WHATSAPP__GRAPH_BASE_URL", "http://127.0.0.1:1")
    return shell


@pytest.fixture
def target(bot: Shell) -> ScriptedTarget:
    """Where it goes, in this process."""
    made = ScriptedTarget()
    bot.monkeypatch.setattr(opened, "open_target", lambda *_: nullcontext(made))
    return made


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--config", "gone.toml"], "There is no settings file gone.toml."),
        (["--target", "nowhere"], "deploy.target: no installed package offers 'nowhere'."),
        (["--target", "image"], "Where do the files go? Say so: wavoice deploy --target image --out DIR"),
        (["--url", "http://bot.example.com"], "--url: WhatsApp calls https addresses only."),
        (["status", "--config", "gone.toml"], "There is no settings file gone.toml."),
        (["--check", "--url", "https://bot.example.com/?x=1"], "write an address such as"),
        (["webhook", "https://u:p@bot.example.com"], "write an address such as"),
        (["rollbck"], "No such command 'rollbck'."),
    ],
)
def test_what_cannot_begin(arguments: list[str], said: str, bot: Shell) -> None:
    assert said in bot.refuses("deploy", *arguments)


def test_the_verbs_of_an_image_say_what_to_do(bot: Shell) -> None:
    bot.monkeypatch.setenv("WAVOICE_DEPLOY__TARGET", "image")
    assert "wavoice deploy --target image --out DIR" in bot.refuses("deploy", "status")


def test_a_step_that_fails_for_people(target: ScriptedTarget, bot: Shell) -> None:
    done = bot("deploy")
    assert done.code == 1
    assert done.out.startswith("FAILED preflight     bot@shop.example.com")
    assert "FAILED whatsapp" in done.out
    assert "Failed at preflight on bot@shop.example.com. Nothing had been changed." in done.err
    assert "Mend it, then go on with: wavoice deploy" in done.err
    assert target.asked == ["preflight"]


def test_a_step_that_fails_for_machines(target: ScriptedTarget, bot: Shell) -> None:
    done = bot("deploy", "--json")
    step, end = [json.loads(line) for line in done.out.splitlines()]
    assert (done.code, done.err) == (1, "")
    assert (step["name"], step["outcome"], step["host"]) == ("preflight", "failed", "bot@shop.example.com")
    wrong = [each for each in step["findings"] if not each["ok"]]
    assert [(each["name"], each["needed"]) for each in wrong] == [("variables", False), ("whatsapp", True)]
    assert (end["ok"], end["failed_at"], end["goes_on"]) == (False, "preflight", "wavoice deploy")


def test_a_check_of_a_bot_that_is_nowhere(bot: Shell) -> None:
    done = bot("deploy", "--check", "--json", "--url", "http://127.0.0.1:1")
    found = {row["name"]: row for row in map(json.loads, done.out.splitlines())}
    assert done.code == 1
    assert {name: row["ok"] for name, row in found.items()} == {"handshake": False, "whatsapp": False}
    assert "does not answer" in found["handshake"]["told"]


def test_verbs(target: ScriptedTarget, bot: Shell) -> None:
    assert bot("deploy", "status").code == 1
    assert bot("deploy", "lock", "sale until Monday").out == "Locked.\n"
    assert "sale until Monday" in bot.refuses("deploy", "lock", "mine")
    assert bot("deploy", "unlock").out.endswith("had it: sale until Monday.\n")
    assert bot("deploy", "unlock").out == "It was not locked.\n"
    target.live, target.running = "r1", ["r1"]
    assert bot("deploy", "status").out.splitlines()[0] == "live: r1 (ready: database ok)"
    assert json.loads(bot("deploy", "status", "--json").out)["live"] == "r1"
    assert bot("deploy", "logs", "-n", "1").out == "r1 said something\n"
    assert bot("deploy", "pause", "wrong prices").out == "done\n"
    rows = [json.loads(line) for line in bot("deploy", "audit", "--json").out.splitlines()]
    assert [row["event"] for row in rows] == ["locked", "unlocked", "paused"]
    assert "paused" in bot("deploy", "audit").out
    back = bot("deploy", "rollback")
    assert back.code == 1
    assert "There is no release before this one." in back.out


@pytest.mark.skipif(sys.platform == "win32", reason="nobody sends them there")
@pytest.mark.usefixtures("target")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_lets_it_take_back_what_was_done_and_a_second_one_too(name: str, bot: Shell) -> None:
    number, undone = getattr(signal, name), []

    async def do(_: Around) -> None:
        os.kill(os.getpid(), number)
        try:
            await asyncio.Event().wait()
        finally:
            os.kill(os.getpid(), number)
            for _turn in range(3):  # the loop hears of the second one
                await asyncio.sleep(0)
            undone.append(name)

    with pytest.raises(KeyboardInterrupt):
        run(settings_of(bot.folder / "bot" / "wavoice.toml"), Lines(as_json=False), do)
    assert undone == [name]
