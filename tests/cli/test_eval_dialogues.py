"""`wavoice eval dialogues`: judged by the end state, and driven turn by turn from outside."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.commands import Shell
from wavoice.sim.dialogues.judge import Dialogue
from wavoice.sim.dialogues.server import Episodes

MOVED = """\
version: 1
scenario: {name}
about: A delivery is moved; whatever the step expects is not what is judged.
given: {{now: 2026-11-23T10:00:00, zone: UTC, contact: ada, world: {{orders: {{"1842": {{day: Thursday}}}}}}}}
steps:
  - text: move my delivery to Friday
    expect: {{reply: {{contains: [nobody says this]}}}}
  - text: "yes"
  - wait: 10s
then:
  writes: [{{action: reschedule_delivery, order: "1842", day: {day}}}]
"""


def written(shell: Shell, name: str, day: str) -> Path:
    file = shell.folder / f"{name}.yaml"
    file.write_text(MOVED.format(name=name, day=day), encoding="utf-8")
    return file


def test_the_end_state_counts_alone(shell: Shell) -> None:
    right, wrong = written(shell, "right", "Friday"), written(shell, "wrong", "Saturday")
    good = shell("eval", "dialogues", right, "--trials", "2", "--json", "-")
    assert good.code == 0, good.err
    report = json.loads(good.out)
    assert report["pass"] == {"1": 1.0, "2": 1.0}
    both = shell("eval", "dialogues", right, wrong)
    assert both.code == 1
    assert "wrong: 0 of 1 trials passed. writes" in both.out
    assert "2 dialogues: pass^1 50" in both.out


def test_pass_to_the_k_is_that_of_draws_without_replacement() -> None:
    one = Dialogue("a", "a.yaml", (True, True, True, False), ())
    assert [one.pass_at(k) for k in (1, 2, 4)] == [0.75, 0.5, 0.0]


def test_nothing_that_fits_is_said(shell: Shell) -> None:
    assert "No dialogue fits" in shell.refuses("eval", "dialogues", written(shell, "a", "Friday"), "-k", "b")


@asynccontextmanager
async def served() -> AsyncIterator[httpx.AsyncClient]:
    episodes = Episodes()
    try:
        transport = httpx.ASGITransport(app=episodes.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client
    finally:
        await episodes.close()


async def test_a_benchmark_drives_it_turn_by_turn() -> None:
    async with served() as client:
        given = {"world": {"orders": {"1842": {"day": "Thursday"}}}}
        begun = await client.post("/episodes", json={"given": given})
        assert begun.status_code == 201
        at = f"/episodes/{begun.json()['id']}"

        async def says(**message: str) -> Any:
            return (await client.post(f"{at}/messages", json=message)).json()["replies"]

        (asked,) = await says(text="move my delivery to Friday")
        assert "Friday" in asked["text"]
        assert asked["buttons"] == ["Yes", "No"]
        assert (await client.get(at)).json()["proposal"] == {
            "action": "reschedule_delivery",
            "state": "pending",
        }
        (done,) = await says(note="yes")
        assert done["text"].startswith("Done")
        state = (await client.get(at)).json()
        assert state["writes"] == [{"action": "reschedule_delivery", "order": "1842", "day": "2026-11-27"}]
        assert state["orders"]["1842"]["day"] == "2026-11-27"
        assert state["handed_off"] is False
        assert (await client.delete(at)).json() == {"laws": []}
        assert (await client.get(at)).status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/episodes", b"[]", 422),
        ("/episodes", b"no json", 422),
        ("/episodes", b'{"given": {"nwo": 1}}', 422),
        ("/episodes", b" " * 200_000, 422),
        ("/episodes/e9/messages", b'{"text": "hello"}', 404),
        ("/episodes/e9/messages", b'{"text": "hello", "note": "x"}', 422),
        ("/episodes/e9/messages", b'{"crash": "x"}', 422),
    ],
)
async def test_what_is_wrong_is_said(path: str, body: bytes, status: int) -> None:
    async with served() as client:
        answer = await client.post(path, content=body)
        assert answer.status_code == status
        assert answer.json()["error"]


async def test_a_button_that_was_never_shown_cannot_be_tapped() -> None:
    async with served() as client:
        name = (await client.post("/episodes")).json()["id"]
        answer = await client.post(f"/episodes/{name}/messages", json={"button": "Yes"})
        assert answer.status_code == 409
