"""`wavoice serve`, the command: what it refuses to start with, and a whole life of its process."""

from __future__ import annotations

import json
import signal
import socket
from pathlib import Path

import httpx
import pytest

from tests.cli.commands import Shell
from tests.serving.processes import Process, start, started
from tests.serving.street import Street, street
from wavoice.runtime.adapters.webhook import PATH

CANARY = "4 Nightingale Mews"
"""What a customer says, and no log may hold."""


@pytest.fixture
def configured(shell: Shell) -> Shell:
    """Everything that has to be set, and ports that nobody listens on."""
    for name, told in {
        "WHATSAPP__PHONE_NUMBER_ID": "1",
        "WHATSAPP__ACCESS_TOKEN": "t",
        "WHATSAPP__APP_SECRET": "s",
        "WHATSAPP__VERIFY_TOKEN": "v",
        "SHOP__BASE_URL": "http://127.0.0.1:9",
        "VOICE__BACKEND": "none",
        "SERVE__PORT": "0",
        "SERVE__ADMIN_PORT": "0",
    }.items():
        shell.monkeypatch.setenv(f"WAVOICE_{name}", told)
    return shell


@pytest.mark.parametrize("option", ["--port", "--admin-port"])
def test_a_port_that_is_taken(option: str, configured: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = configured.refuses("serve", option, str(port))
    assert said == f"Port {port} on 127.0.0.1 is taken. Stop what listens there, or choose another {option}."


@pytest.mark.parametrize(
    ("variable", "told", "said"),
    [
        ("WHATSAPP__APP_SECRET", "env:NOT_SET", "The environment variable NOT_SET is not set."),
        ("WHATSAPP__ACCESS_TOKEN", "file:none", "The secret file none is missing, unreadable or empty."),
        ("EARS__MODEL", "/nowhere", "/nowhere"),
        ("SERVE__GRACE_SECONDS", "-1", "serve.grace_seconds"),
    ],
)
def test_what_is_missing_is_named(variable: str, told: str, said: str, configured: Shell) -> None:
    configured.monkeypatch.setenv(f"WAVOICE_{variable}", told)
    assert said in configured.refuses("serve")


def test_no_number(configured: Shell) -> None:
    configured.monkeypatch.delenv("WAVOICE_WHATSAPP__PHONE_NUMBER_ID")
    assert "Set whatsapp.phone_number_id" in configured.refuses("serve")


def lines(process: Process) -> list[dict[str, object]]:
    """Its log: every line is a JSON object."""
    return [json.loads(line) for line in process.log]


async def test_a_life_of_the_process(tmp_path: Path) -> None:
    """Up, an answer, SIGTERM: the log is JSON with ids, and holds nothing that a customer said."""
    async with street(tmp_path) as at, started(at) as process:
        phone = at.customer()
        await phone.says(f"please change the address to {CANARY}")
        asked = await phone.hears(0)
        assert CANARY in (asked.text or "")
        async with httpx.AsyncClient() as scraper:
            scraped = await scraper.get(f"{process.told['admin']}/metrics")
        assert 'wavoice_messages_received_total{modality="text"} 1.0' in scraped.text
        assert CANARY not in scraped.text
        assert await process.ends(signal.SIGTERM) == 0
        assert process.told["webhook"].endswith(PATH)
    told = lines(process)
    turns = [line for line in told if line["event"] == "turn_ended"]
    assert [(line["how"], line["level"]) for line in turns] == [("answered", "info")]
    assert all(str(line["turn"]).startswith("t_") and line["contact"] for line in turns)
    assert [line["event"] for line in told][-2:] == ["ending", "ended"]
    written = "\n".join(process.log)
    assert [
        found for found in (CANARY, phone.person.phone, phone.person.bsuid) if str(found) in written
    ] == []


@pytest.mark.bulk
async def test_a_process_that_is_killed_is_followed_by_the_next(tmp_path: Path) -> None:
    """Blue is killed, green waits on the same file already: the next message is answered by green."""
    async with street(tmp_path) as at, started(at) as blue, started(at) as green:
        await said_and_heard(at)
        assert await blue.ends(signal.SIGKILL) == -signal.SIGKILL
        await said_and_heard(at)
        assert await green.ends(signal.SIGINT) == 0
    assert [line["event"] for line in lines(green)].count("turn_ended") >= 1


async def said_and_heard(at: Street) -> None:
    phone = at.customer()
    await phone.says("where is my order")
    assert "2000" in ((await phone.hears(0)).text or "") or len(at.phones) > 1


@pytest.mark.bulk
async def test_a_damaged_store_is_refused(tmp_path: Path) -> None:
    async with street(tmp_path) as at:
        async with started(at) as process:
            await said_and_heard(at)
            assert await process.ends() == 0
        damage(at.store)
        with pytest.raises(AssertionError, match=r"bot\.sqlite is damaged: .* restore a backup"):
            await start(at)


def damage(store: Path) -> None:
    """Turn bits in the middle of every page but the first: cells point to nowhere."""
    data = bytearray(store.read_bytes())
    for page in range(4096, len(data), 4096):
        for at in range(page, page + 8):
            data[at] ^= 0x55
    store.write_bytes(data)
