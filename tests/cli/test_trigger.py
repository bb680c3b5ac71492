"""`wavoice trigger`: an event by name to a bot, with and without a simulator."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.cli.commands import Done, Shell, script
from tests.sim.emulator.simulator import simulator
from wavoice.sim.emulator.defaults import APP_SECRET
from wavoice.sim.tcp import serve


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """No simulator has left word, an empty folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path, monkeypatch, capsys)


@dataclass(slots=True)
class Hook:
    """A webhook that keeps what it gets and answers as told."""

    status: int = 200
    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        self.bodies.append(await request.body())
        self.signatures.append(request.headers["X-Hub-Signature-256"])
        return PlainTextResponse("thank you", self.status)


@asynccontextmanager
async def hook(status: int = 200) -> AsyncIterator[tuple[Hook, str]]:
    taker = Hook(status)
    async with serve(Starlette(routes=[Route("/hook", taker.take, methods=["POST"])])) as port:
        yield taker, f"http://127.0.0.1:{port}/hook"


async def trigger(folder: Path, *arguments: str) -> Done:
    """Run the installed command beside the webhook of this process."""
    cache = str(folder / "cache")
    return await asyncio.to_thread(script, "trigger", *arguments, folder=folder, XDG_CACHE_HOME=cache)


def signed(body: bytes, secret: str) -> str:
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


class TestWithoutASimulator:
    async def test_it_is_signed_and_the_answer_is_told(self, shell: Shell) -> None:
        shell.monkeypatch.setenv("OURS", "s3cret")
        async with hook() as (taker, url):
            done = await asyncio.to_thread(
                *(shell, "trigger", "message.text", "--url", url, "--to", "15550100200"),
                *("-o", "text.body=Hé", "--app-secret", "env:OURS"),
            )
        assert (done.code, done.out, done.err) == (0, "message.text: 200 thank you\n", "")
        (body,) = taker.bodies
        message = json.loads(body)["entry"][0]["changes"][0]["value"]["messages"][0]
        assert (message["from"], message["text"]["body"]) == ("15550100200", "Hé")
        assert b"H\\u00e9" in body
        assert taker.signatures == [signed(body, "s3cret")]

    async def test_anything_but_200_is_a_failure(self, shell: Shell) -> None:
        async with hook(202) as (taker, url):
            done = await asyncio.to_thread(shell, "trigger", "message.voice", "--url", url, "--json")
        told = json.loads(done.out)
        assert done.code == 1
        assert (told["ok"], told["answers"]) == (False, [{"status": 202, "body": "thank you"}])
        assert told["payload"] == json.loads(taker.bodies[0])
        assert taker.signatures == [signed(taker.bodies[0], APP_SECRET)]

    async def test_no_answer_is_a_failure(self, shell: Shell) -> None:
        async with hook() as (_, url):
            pass  # the port is free again, and nobody listens
        done = await asyncio.to_thread(shell, "trigger", "message.text", "--url", url)
        assert (done.code, done.out) == (1, "message.text: no answer\n")


class TestThroughASimulator:
    async def test_the_running_one_is_found(self, tmp_path: Path) -> None:
        async with hook() as (taker, url), simulator(tmp_path, "--webhook", url) as sim:
            await sim("POST", "/users", json={"name": "Anna", "phone": "15550100200"})
            done = await trigger(tmp_path, "message.voice", "--to", "Anna")
            stranger = await trigger(tmp_path, "message.voice", "--to", "Bob")
        assert (done.code, done.out, done.err) == (0, "message.voice: 200 thank you\n", "")
        message = json.loads(taker.bodies[0])["entry"][0]["changes"][0]["value"]["messages"][0]
        assert (message["from"], message["audio"]["voice"]) == ("15550100200", True)
        assert (stranger.code, stranger.out) == (2, "")
        assert stranger.err.startswith("wavoice: There is no user 'Bob'. Known users: Anna.")


class TestInThisProcess:
    def test_the_list_has_more_than_forty_events(self, shell: Shell) -> None:
        lines = shell("trigger", "--list").out.splitlines()
        told = json.loads(shell("trigger", "--list", "--json").out)["events"]
        assert len(lines) == len(told) >= 40
        assert lines == sorted(lines)
        assert all(event["about"] for event in told)

    def test_print_sends_nothing(self, shell: Shell) -> None:
        done = shell("trigger", "status.failed", "--print", "-o", "errors.0.code=131047", "--to", "US.anna")
        status = json.loads(done.out)["entry"][0]["changes"][0]["value"]["statuses"][0]
        assert (done.code, status["errors"][0]["code"]) == (0, 131047)
        assert status["recipient_user_id"] == "US.anna"

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            ([], "No event is named. `wavoice trigger --list` shows them."),
            (["message.txt", "--print"], "There is no event 'message.txt'. The nearest is 'message.text'."),
            (
                ["message.text", "--url", "ftp://x", "--control", "http://y"],
                "--url and --control exclude each other. Leave one of them out.",
            ),
            (
                ["message.text", "--control", "http://127.0.0.1:9"],
                "No simulator answers at http://127.0.0.1:9. Start one with `wavoice sim`, "
                "name its --control URL, or a webhook with --url.",
            ),
            (
                ["message.text", "--url", "ftp://x"],
                "ftp://x is no URL of a webhook. Begin it with http://.",
            ),
        ],
    )
    def test_what_cannot_be_sent(self, arguments: list[str], sentence: str, shell: Shell) -> None:
        assert shell.refuses("trigger", *arguments) == sentence
