"""Real servers: a process of its own, and streamable HTTP on loopback, which break when it hurts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.mcp.counter import Till, counter
from tests.mcp.served import Line, http
from tests.mcp.shop import TOOLS, hashes, open_shop, server, stdio
from tests.mcp.test_jobs import PAID, PAY, STILL
from wavoice.runtime.adapters import mcp_tools
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.mcp_tools import McpTools
from wavoice.runtime.adapters.mcp_wire import Wire, over
from wavoice.runtime.errors import ToolError
from wavoice.runtime.mcp.calls import Call, Told
from wavoice.runtime.replies import english
from wavoice.runtime.settings_mcp import McpServer

ARGUMENTS = {"order": "1842", "amount": 5, "note": "n"}


@pytest.mark.bulk
async def test_a_process_that_dies_after_the_effect_is_started_again_and_asked(tmp_path: Path) -> None:
    file = tmp_path / "till.json"
    Till(does="dies after", file=file).save()
    served = await server(how={**stdio(file), "call_seconds": 30})
    tools = McpTools({"counter": served}, SystemClock())
    try:
        pay = Call("counter", "create_refund", ARGUMENTS, writes=True)
        with pytest.raises(ToolError) as caught:
            await tools.call(pay)
        assert caught.value.sent
        found = await tools.call(Call("counter", "list_refunds", {"order": "1842"}))
        assert isinstance(found, Told)
        assert [one["note"] for one in found.data["refunds"]] == ["n"]
        till = Till(file=file)
        till.load()
        assert till.calls == ["create_refund", "list_refunds"]
    finally:
        await tools.close()


@pytest.mark.parametrize(
    "fault",
    [
        "lost",
        *(
            pytest.param(fault, marks=pytest.mark.bulk)
            for fault in ("half", "garbage", "html", "misfit", "huge")
        ),
    ],
)
async def test_an_answer_that_never_came_is_looked_up_and_not_repeated(fault: str) -> None:
    line = Line([fault])
    async with http(till := Till(), line) as port:
        served = await server(how={"url": f"http://127.0.0.1:{port}/mcp"})
        async with open_shop(served) as at:
            await at.types(PAY)
            await at.taps("Yes")
            assert (await at.wait(20))[-1] == PAID
            assert (len(till.refunds), till.calls.count("create_refund")) == (1, 1)


async def test_what_may_not_have_arrived_goes_to_a_person_unless_the_server_does_it_once() -> None:
    line = Line(["never arrives"])
    async with http(till := Till(), line) as port:
        where = {"url": f"http://127.0.0.1:{port}/mcp"}
        async with open_shop(await server(how=where)) as at:
            await at.types(PAY)
            await at.taps("Yes")
            assert (await at.wait(120))[-1].startswith(english.HANDED_OFF)
            assert till.refunds == []
        line.faults = ["never arrives"]
        once = await server(how=where, create_refund={"idempotency": "argument"})
        async with open_shop(once) as at:
            await at.types(PAY)
            await at.taps("Yes")
            assert (await at.wait(20))[-1] == PAID
            assert len(till.refunds) == 1


async def test_nobody_there_is_said_and_a_server_that_comes_back_is_found() -> None:
    async with http(till := Till()) as port:
        pass
    served = await server(how={"url": f"http://127.0.0.1:{port}/mcp"})
    async with open_shop(served) as at:
        assert await at.types("what do the books say?") == [english.SYSTEM_DOWN]
        async with http(till, port=port):
            assert await at.types("what do the books say?") == ["The books say: order 1842 is on its way."]
            await at.types(PAY)
        await at.taps("Yes")
        assert (await at.wait(20))[-1] in (english.SYSTEM_DOWN, f"I could not do that: {STILL}.")
        assert till.refunds == []
        async with http(till, port=port):
            await at.types(PAY)
            await at.taps("Yes")
            assert (await at.wait(20))[-1] == PAID


async def test_only_listed_tools_as_they_were_pinned_are_called() -> None:
    till = Till()
    async with http(till) as port:
        where = {"url": f"http://127.0.0.1:{port}/mcp"}
        served = await server(how=where, create_refund={"hash": "sha256:" + "0" * 64})
        tools = McpTools({"counter": served}, SystemClock())
        try:
            for call in (
                Call("counter", "not_listed", {"order": "1842"}, writes=True),
                Call("counter", "create_refund", ARGUMENTS, writes=True),
                Call("counter", "wipe", {"order": "1842"}, writes=True),
                Call("nobody", "get_order", {"order": "1842"}),
                Call("counter", "get_order", {"order": 1842}),
            ):
                with pytest.raises(ToolError) as caught:
                    await tools.call(call)
                assert not caught.value.sent
            assert till.calls == []
            assert tools.is_off("counter", "create_refund")
            assert not tools.is_off("counter", "get_order")
        finally:
            await tools.close()
        async with open_shop(served) as at:
            await at.types("what do the books say?")
            assert await at.types(PAY) == [english.NOT_OFFERED]


async def test_headers_are_secrets_by_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTER_KEY", "Bearer of-the-counter")
    line = Line()
    async with http(Till(), line) as port:
        how = {"url": f"http://127.0.0.1:{port}/mcp", "headers": {"Authorization": "env:COUNTER_KEY"}}
        served = await server(how=how)
        assert "of-the-counter" not in repr(served)
        tools = McpTools({"counter": served}, SystemClock())
        try:
            await tools.seen("counter")
        finally:
            await tools.close()
    assert {one[b"authorization"] for one in line.headers} == {b"Bearer of-the-counter"}


async def test_a_slow_server_has_its_time_and_no_more() -> None:
    came, gone = asyncio.Event(), asyncio.Event()

    async def hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.set()
        while await reader.read(4096):
            pass  # it listens and never answers
        writer.close()
        await writer.wait_closed()
        gone.set()

    listener = await asyncio.start_server(hangs, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    how = {"url": f"http://127.0.0.1:{port}/mcp", "connect_seconds": 0.1, "call_seconds": 0.1}
    tools = McpTools({"counter": await server(how=how)}, SystemClock())
    try:
        with pytest.raises(ToolError) as caught:
            await tools.call(Call("counter", "get_order", {"order": "1842"}))
        assert not caught.value.sent
    finally:
        await tools.close()
        if came.is_set():  # on a busy machine the time may be over before anybody is let in
            await gone.wait()
        listener.close()


async def test_the_pins_of_these_tests_are_those_of_the_counter() -> None:
    assert {*TOOLS} <= {*await hashes()}
    assert json.dumps(dict(await hashes())).count("sha256:") == 6


async def test_who_waits_no_longer_leaves_the_connection_to_the_next() -> None:
    opened, go_on = [], asyncio.Event()

    @asynccontextmanager
    async def slow(_: McpServer) -> AsyncIterator[Wire]:
        opened.append(1)
        await go_on.wait()
        async with over(counter(Till())) as wire:
            yield wire

    tools = McpTools({"counter": await server()}, SystemClock(), slow)
    call = Call("counter", "get_order", {"order": "1842"})
    try:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await tools.call(call)
        go_on.set()
        assert isinstance(await tools.call(call), Told)
        assert opened == [1]
    finally:
        await tools.close()


async def test_a_server_that_does_not_let_go_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp_tools, "CLOSING_SECONDS", 0.05)

    @asynccontextmanager
    async def clings(_: McpServer) -> AsyncIterator[Wire]:
        async with over(counter(Till())) as wire:
            yield wire
            await asyncio.Event().wait()

    tools = McpTools({"counter": await server()}, SystemClock(), clings)
    await tools.call(Call("counter", "get_order", {"order": "1842"}))
    async with asyncio.timeout(30):
        await tools.close()
