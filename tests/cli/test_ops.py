"""`wavoice ops` as an operator meets it: what it prints, what it refuses, what it exits with."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.cli.commands import Shell
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.store import SqliteStore
from wavoice.runtime.model import Alias, Inbound, Modality
from wavoice.sim.clock import CountingIds

PHONE = "919812300001"


@pytest.fixture
def contact(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store with one customer, whose message has been waiting for an hour."""
    monkeypatch.setenv("WHATSAPP_APP_SECRET", "a secret of the test")
    return asyncio.run(_fill(shell.folder / "wavoice.db"))


async def _fill(file: Path) -> str:
    store, now = await SqliteStore.open(file, ids=CountingIds()), SystemClock().now() - 3_600 * 1_000_000
    async with store.begin() as tx:
        alias = Alias(PHONE, None)
        conversation = await tx.contacts.find_or_add("default", "100", alias, now)
        message = Inbound(
            "wamid.1", "t_1", conversation.address, alias, 0, Modality.TEXT, now, now, text="Papageno"
        )
        await tx.inbox.add(message, {"text": "Papageno"})
    await store.close()
    return conversation.address.contact


def rows(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_stuck_says_what_waits_and_exits_with_1(shell: Shell, contact: str) -> None:
    done = shell("ops", "stuck")
    assert (done.code, done.err) == (1, "")
    assert done.out.split() == ["60m", "message", "t_1", contact, "undone"]
    (row,) = rows(shell("ops", "stuck", "--json").out)
    assert (row["kind"], row["subject"], row["contact"]) == ("message", "t_1", contact)
    calm = shell("ops", "stuck", "--older", "2h")
    assert (calm.code, calm.out) == (0, "Nothing waits longer than 2h.\n")


def test_nothing_is_changed_until_it_is_said(shell: Shell, contact: str) -> None:
    assert shell("ops", "dead-letters").out == "Nothing was given up in 7d.\n"
    dry = shell("ops", "pause")
    assert (dry.code, dry.out.splitlines()[-1]) == (0, "Nothing was changed. Say --yes to do it.")
    (row,) = rows(shell("ops", "pause", "--yes", "--json").out)
    assert (row["act"], row["done"]) == ("pause", True)
    assert "Paused already" in shell.refuses("ops", "pause", "--yes")
    assert shell("ops", "resume", "--yes").code == 0
    assert shell("ops", "replay", "t_1", "--yes").out.startswith(f"replay t_1 ({contact}): ")


def test_what_is_not_there_is_refused_in_a_sentence(shell: Shell, contact: str) -> None:
    assert "no length of time" in shell.refuses("ops", "stuck", "--older", "soon")
    assert "No message began" in shell.refuses("ops", "replay", "t_9")
    assert "no proposal" in shell.refuses("ops", "cancel", "p_9")
    assert "no contact" in shell.refuses("ops", "release", "c_9")
    assert "No person has a chat" in shell.refuses("ops", "release", contact)
    assert "standard input" in shell.refuses("ops", "erase", PHONE)
    assert "contradict" in shell.refuses("ops", "prune", "--dry-run", "--yes")


def test_without_a_store_it_says_so(shell: Shell) -> None:
    assert "There is no store" in shell.refuses("ops", "stuck")


def test_export_then_erase(shell: Shell, contact: str) -> None:
    done = shell("ops", "export", contact, "--out", "person.json")
    assert done.code == 0
    file = shell.folder / "person.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text())["tables"]["inbox"][0]["body"] == {"text": "Papageno"}
    assert "cannot be written" in shell.refuses("ops", "export", contact, "--out", "person.json")
    file.unlink()
    assert "Nothing was changed" in shell("ops", "erase", contact).out
    erased = shell("ops", "erase", contact, "--yes", "--json")
    assert json.loads(erased.out)["rows"]["inbox"] == 1
    for left in shell.folder.iterdir():
        assert b"Papageno" not in left.read_bytes()
        assert PHONE.encode() not in left.read_bytes()
    assert "no contact" in shell.refuses("ops", "erase", contact)


def test_a_number_is_read_where_nobody_sees_it(
    shell: Shell, contact: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Typed:
        def readline(self) -> str:
            return f"+{PHONE}\n"

    monkeypatch.setattr("sys.stdin", Typed())
    assert json.loads(shell("ops", "export", "-").out)["contact"] == contact


def test_prune_says_what_would_go(shell: Shell, contact: str) -> None:
    assert shell("ops", "prune", "--dry-run").out == "Nothing would go.\n"
    assert json.loads(shell("ops", "prune", "--yes", "--json").out) == {"done": True, "rows": {}}
