"""A tunnel program of somebody else: found by what it prints, ended with the bot."""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections.abc import Sequence

import httpx
import pytest

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.serving.tunnel import tunnel, words_of

PROGRAM = """
import signal, sys
print("INF Terms: https://tunnels.example/terms and docs at https://docs.tunnels.example", flush=True)
print("|  https://brave-otter.tunnels.example  |  to", sys.argv[1], flush=True)
signal.pause()
"""


def answering(asked: list[str], *ready: str) -> httpx.AsyncClient:
    """An internet in which these addresses lead to a bot, each from its second question on."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        if str(request.url) in ready and asked.count(str(request.url)) > 1:
            return httpx.Response(200, json={"status": "ok", "version": "0"})
        return httpx.Response(404, text="no bot")

    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


def program(code: str) -> str:
    return f"{shlex.quote(sys.executable)} -c {shlex.quote(code)} {{port}}"


async def test_the_address_that_leads_here_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wavoice.runtime.serving.tunnel.ASK_EVERY", 0.01)
    asked: list[str] = []
    told = asyncio.get_running_loop().create_future()
    async with (
        answering(asked, "https://brave-otter.tunnels.example/healthz") as http,
        tunnel(program(PROGRAM), "http://127.0.0.1:8080", told.set_result, http),
    ):
        assert await told == "https://brave-otter.tunnels.example"
    assert "https://docs.tunnels.example/healthz" in asked
    assert not any("terms" in one for one in asked)


async def test_a_program_that_ends_is_no_end_of_the_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    logged = asyncio.Event()
    monkeypatch.setattr("wavoice.runtime.serving.tunnel.log.error", lambda *_, **__: logged.set())
    async with tunnel(program("raise SystemExit(3)"), "http://127.0.0.1:8080", print):
        await logged.wait()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("", "names no program"),
        ('a "b', "No closing quotation"),
        ("/nowhere/ngrok http {port}", "/nowhere/ngrok"),
    ],
)
async def test_what_cannot_be_started_is_refused(command: str, said: str) -> None:
    with pytest.raises(UserInputError, match=said):
        async with tunnel(command, "http://127.0.0.1:8080", print):
            pass


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("ngrok http {port}", ["ngrok", "http", "8080"]),
        ("cloudflared tunnel --url {url}", ["cloudflared", "tunnel", "--url", "http://127.0.0.1:8080"]),
    ],
)
def test_the_command_says_where_the_bot_is(command: str, words: Sequence[str]) -> None:
    assert words_of(command, "http://127.0.0.1:8080") == words
