"""Tools are listed whole or not at all: what is missing is said, all at once; and the commands that help."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import Shell
from tests.cli.conftest import shell as shell  # noqa: PLC0414 -- a fixture
from tests.mcp.counter import Till
from tests.mcp.shop import CLOSE, HARMLESS, HELPERS, REFUND, STATUS, hashes, server
from tests.rehearsing import desk
from wavoice import App
from wavoice.runtime.adapters.mcp_survey import Offered, Survey
from wavoice.runtime.author.load import AppFile, load_app, load_from
from wavoice.runtime.author.mcp_jobs import mcp_jobs
from wavoice.runtime.build import Parts
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.mcp.rules import NO_HASH, Hints, ToolSeen
from wavoice.runtime.settings import Settings
from wavoice.runtime.settings_mcp import McpTool

PIN = "sha256:" + "1" * 64


async def _refused(tools: Mapping[str, Any], *, trusted: bool = True) -> list[str]:
    how = {"command": ["counter"], "trusted": trusted}
    listed = {name: {"hash": PIN, **tool} for name, tool in tools.items()}
    with pytest.raises(ConfigError) as caught:
        mcp_jobs({"counter": await server(listed, how)})
    where = "wavoice.toml: mcp.counter.tools."
    return [line.removeprefix(where) for line in str(caught.value).splitlines()]


def _without(tool: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in tool.items() if name not in names}


async def test_the_counter_is_listed_whole() -> None:
    jobs = {job.name: job for job in mcp_jobs({"counter": await server()})}
    assert {name: str(job.tier) for name, job in jobs.items()} == {
        "counter_status": "R0",
        "counter_refund": "R3",
        "close_books": "R2",
    }
    assert not jobs["counter_refund"].way_back


@pytest.mark.parametrize(
    ("lacks", "said"),
    [
        ("verify", "verify is missing"),
        ("compensation", "compensation is missing"),
        ("idempotency", "idempotency is missing"),
        ("read_back", "read_back is missing"),
        ("max_amount", "max_amount is missing"),
        ("payee", "payee is missing"),
        ("still", "still is missing"),
        ("asks", "asks is empty"),
        ("hash", "hash is missing"),
    ],
)
async def test_a_tool_that_writes_and_lacks_something_refuses_to_load(lacks: str, said: str) -> None:
    tool = _without(REFUND, lacks) | ({"hash": None} if lacks == "hash" else {})
    problems = await _refused({**HELPERS, "create_refund": tool})
    assert any(line.startswith(f"create_refund: {said}") for line in problems), problems


async def test_all_that_is_missing_is_said_at_once() -> None:
    problems = await _refused(
        {**HELPERS, "create_refund": _without(REFUND, "verify", "compensation", "done")}
    )
    assert [line.split(":")[1].split()[0] for line in problems] == ["done", "compensation", "verify"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tier": "R2"}, 'what moves money says so itself: tier = "R3"'),
        ({"idempotency": "none"}, 'idempotency = "none", and an argument holds {key}'),
        ({"arguments": {"order": "{order}"}}, 'idempotency = "marker" needs an argument that holds {key}'),
        ({"arguments": {"note": "{key}", "x": ["{nobody}"]}}, "arguments speaks of {nobody}"),
        ({"verify": {**REFUND["verify"], "match": {"id": "{order}"}}}, "verify has to look for {key}"),
        ({"verify": {**REFUND["verify"], "tool": "wipe"}}, "wipe is asked, and is not listed"),
        ({"compensation": "restore"}, "a tool has no values from before"),
        ({"read_back": "Pay {amount} to {payee}?"}, "read_back in en does not say {order}"),
        ({"slots": {"key": {"kind": "text", "ask": "?"}}}, "slots.key: that is no name of a slot"),
        ({"answer": "done"}, "answer belongs to R0, and this tool is R3"),
    ],
)
async def test_what_does_not_fit_is_said(change: Mapping[str, Any], said: str) -> None:
    problems = await _refused({**HELPERS, "create_refund": {**REFUND, **change}})
    assert any(said in line for line in problems), problems


async def test_no_word_of_a_server_lowers_a_tier() -> None:
    stripe_says = {"create_refund": {**REFUND, "tier": "R2", "hints": {**HARMLESS, "read_only": True}}}
    assert any("what moves money" in line for line in await _refused({**HELPERS, **stripe_says}))
    problems = await _refused({"get_order": STATUS}, trusted=False)
    assert problems[0].startswith("get_order: answer belongs to R0, and this tool is R2")
    lies = {**STATUS, "hints": {"read_only": True, "destructive": True}}
    assert "this tool is R3" in (await _refused({"get_order": lies}))[0]
    helper = {"list_refunds": {"hints": {}}, "close_account": CLOSE}
    assert any("not known to read only" in line for line in await _refused(helper))


async def test_a_destructive_word_raises_it() -> None:
    served = await server({**HELPERS, "close_account": {**CLOSE, "hints": {"destructive": True}}})
    (job,) = mcp_jobs({"counter": served})
    assert job.tier == "R3"


def _toml(folder: Path, pins: Mapping[str, str], python: str = sys.executable) -> Path:
    file = folder / "wavoice.toml"
    till = folder / "till.json"
    Till(file=till).save()
    env = f'env = {{ PYTHONPATH = "file:{folder / "path"}" }}'
    (folder / "path").write_text(str(Path(__file__).parents[2]))
    hashed = {name: f'hash = "{pin}"' for name, pin in pins.items()}
    file.write_text(
        f"""# my bot
[mcp.counter]
command = ["{python}", "-m", "tests.mcp.counter", "{till}"]
{env}
trusted = true

[mcp.counter.tools.get_order] # books
{hashed.get("get_order", "")}
hints = {{ read_only = true }}
job = "counter_status"
tier = "R0"
can = "look into the counter's books"
asks = ["what do the books say"]
slots.order.kind = "order"
arguments = {{ order = "{{order}}" }}
answer = "The books say: order {{order}} is {{status}}."
fields.status = {{ path = "status", sample = "open" }}
"""
    )
    return file


async def test_a_bot_has_the_jobs_beside_its_own(tmp_path: Path) -> None:
    settings = Settings.load(_toml(tmp_path, await hashes()))
    assert "counter_status" in [job.name for job in load_app(settings).jobs]
    file = AppFile.named_by(settings)
    assert file is not None
    assert "counter_status" in [job.name for job in load_from(file).jobs]


async def test_a_rehearsal_asks_no_server() -> None:
    jobs = mcp_jobs({"counter": await server()})
    async with desk(parts=Parts(app=App(*jobs)), voice=False) as at:
        assert await at.types("what do the books say?") == ["The books say: order 1842 is open."]
        await at.types("close the books of my order")
        await at.types("yes")
        assert await at.wait(5) == ["Done: the books of order 1842 are closed."]
        assert at.writes == [("close_books", {"order": "1842", "customer": "cus_1"})]


def test_a_secret_stands_nowhere_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "wavoice.toml"
    file.write_text(
        '[mcp.shop]\nurl = "https://shop.example/mcp"\nheaders = { Authorization = "Bearer x" }\n'
    )
    with pytest.raises(ConfigError, match=r"mcp\.shop\.headers\.Authorization is a secret"):
        Settings.load(file)


@pytest.mark.parametrize(
    ("server_says", "said"),
    [
        ('url = "http://shop.example/mcp"', "in the clear"),
        ('url = "https://a:b@shop.example/mcp"', "does not belong into an address"),
        ('command = ["x"]\nurl = "https://shop.example/mcp"', "one of the two"),
        ("trusted = true", "one of the two"),
    ],
)
def test_a_server_that_cannot_be_is_refused(tmp_path: Path, server_says: str, said: str) -> None:
    file = tmp_path / "wavoice.toml"
    file.write_text(f"[mcp.shop]\n{server_says}\n")
    with pytest.raises(ConfigError, match=said):
        Settings.load(file)


@pytest.mark.bulk
def test_list_pin_and_check_lead_from_one_to_the_next(shell: Shell) -> None:
    pins = dict(asyncio.run(hashes()))
    _toml(shell.folder, {})
    listed = shell("mcp", "list", "--json")
    rows = {row["tool"]: row for row in map(json.loads, listed.out.splitlines())}
    assert listed.code == 1
    assert {name: row["hash"] for name, row in rows.items()} == pins
    assert (rows["wipe"]["tier"], rows["not_listed"]["listed"]) == ("R3", False)
    assert "hash is missing" in shell("mcp", "check").err
    assert pins["create_refund"] in shell("mcp", "pin", "counter", "create_refund").out
    assert shell("mcp", "pin", "counter", "--write").code == 0
    file = shell.folder / "wavoice.toml"
    assert "# books" in file.read_text()
    assert shell("mcp", "check").out == "ok      counter: 1 of 6 tools listed, all as pinned\n"
    file.write_text(file.read_text().replace(pins["get_order"], PIN))
    changed = shell("mcp", "check")
    assert changed.code == 1
    assert "counter.get_order is off: its definition is not the pinned one." in changed.err
    assert "wavoice mcp pin counter --write" in changed.err


def _offering(monkeypatch: pytest.MonkeyPatch, *tools: Offered) -> None:
    monkeypatch.setattr(
        "wavoice.runtime.adapters.mcp_survey.survey", lambda _servers: [Survey("counter", tools)]
    )


def test_only_what_is_there_and_as_it_was_pinned_is_called_pinned(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    _toml(shell.folder, {})
    now = ToolSeen(PIN, Hints(), {})
    listed, other = McpTool(hash=PIN), McpTool(hash=PIN.replace("1", "2"))
    _offering(
        monkeypatch,
        Offered("counter", "as pinned", now, listed, "R2"),
        Offered("counter", "changed", now, other, "R2"),
        Offered("counter", "gone", None, listed, "R2"),
        Offered("counter", "neither", None, McpTool(), "R2"),
        Offered("counter", "unpinnable", ToolSeen(NO_HASH, Hints(), {}), McpTool(), "R2"),
        Offered("counter", "not listed", now, None, "R2"),
    )
    rows = [json.loads(line) for line in shell("mcp", "list", "--json").out.splitlines()]
    assert [row["tool"] for row in rows if row["pinned"]] == ["as pinned"]
    assert {row["pinned"] for row in rows} == {True, False}


def test_a_foreign_name_of_a_tool_steers_no_terminal(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    _toml(shell.folder, {})
    _offering(monkeypatch, Offered("counter", "a\x1b]0;b\x07\nc", ToolSeen(PIN, Hints(), {}), None, "R2"))
    assert "it has a?]0;b??c." in shell.refuses("mcp", "pin", "counter", "wipe")


def test_where_there_is_no_server_it_is_said(shell: Shell) -> None:
    assert "names no MCP server" in shell.refuses("mcp", "list")
