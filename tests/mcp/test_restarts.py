"""A server's question over a restart of both sides; and a state that was accepted is accepted no more."""

from __future__ import annotations

from pathlib import Path

from tests.mcp.counter import Till, counter
from tests.mcp.shop import CLOSE, HELPERS, open_shop, server
from tests.mcp.test_jobs import CLOSES, GO_ON
from wavoice.runtime.adapters.mcp_wire import over
from wavoice.runtime.adapters.store.audit_rows import read_journal
from wavoice.runtime.audit import audit
from wavoice.runtime.mcp.calls import Asked, Call, Resumed, Told
from wavoice.runtime.model import Customer, Effect, Facts, Identity, Outcome


async def test_both_sides_restart_between_the_question_and_the_yes(tmp_path: Path) -> None:
    store = str(tmp_path / "bot.sqlite")
    async with open_shop(await server(), Till(), store=store) as at:
        await at.types(CLOSES)
        await at.types("yes")
        assert await at.wait(5) == [GO_ON]
    async with open_shop(await server(), till := Till(), store=store) as at:  # another counter, the same key
        await at.wait(60)
        for words in ("thanks for your patience", "I was away", "are you there"):
            await at.types(words)
        heard = await at.types("yes")
        heard += await at.wait(5)
        assert heard[-1] == "Done: the books of order 1842 are closed."
        assert (till.calls, len(till.refunds)) == (["close_account"], 1)
    report = audit(*read_journal(Path(store)))
    assert (list(report.breaks), list(report.violations)) == ([], [])


async def test_a_server_would_do_it_twice() -> None:
    """Why the state is taken out of the store before it is sent: the SDK's server accepts it again."""
    async with over(counter(till := Till())) as wire:
        seen = (await wire.tools())["close_account"]
        call = Call("counter", "close_account", {"order": "1842", "note": "n"}, writes=True)
        asked = await wire.call(call, seen)
        assert isinstance(asked, Asked)
        (form,) = asked.forms
        yes = Resumed(asked.state, {form: {"confirm": True}})
        again = Call("counter", "close_account", call.arguments, writes=True, resumes=yes)
        assert [type(await wire.call(again, seen)) for _ in range(2)] == [Told, Told]
        assert len(till.refunds) == 2


async def test_an_accepted_state_is_never_accepted_again() -> None:
    async with open_shop(await server(), till := Till()) as at:
        await at.types(CLOSES)
        await at.types("yes")
        await at.wait(5)
        await at.types("yes")
        await at.wait(5)
        *_, intended = await at.journal("intended")
        job = at.rehearsal.runtime.bot.kit.jobs.get("close_books")
        assert job is not None
        assert job.own is not None
        assert job.own.commit is not None
        for key in (intended.body.key, "wv-another"):
            replayed = Effect(key, intended.body.proposal, "close_books", dict(intended.body.args), "v1")
            assert (await job.own.commit(replayed)).outcome is Outcome.UNKNOWN
        assert (till.calls.count("close_account"), len(till.refunds)) == (1, 1)


async def test_a_lost_answer_to_the_second_call_is_looked_up_and_not_sent_again() -> None:
    async with open_shop(await server(), till := Till()) as at:
        await at.types(CLOSES)
        await at.types("yes")
        await at.wait(5)
        till.does = "breaks off"
        await at.types("yes")
        assert (await at.wait(30))[-1] == "Done: the books of order 1842 are closed."
        assert (till.calls.count("close_account"), len(till.refunds)) == (1, 1)


async def test_a_question_is_nobody_else_s() -> None:
    """A job that is about no order: only who asked tells whose it is."""
    tool = {**CLOSE, "slots": {}, "arguments": {"order": "1842", "note": "wavoice {key}"}}
    tool |= {"read_back": "Close the books?", "done": "they are closed", "still": "they stay open"}
    tool["elicitation"] = {**CLOSE["elicitation"], "read_back": "The shop asks: {question} Close them?"}
    tool["verify"] = {**CLOSE["verify"], "arguments": {"order": "1842"}}
    async with open_shop(await server({**HELPERS, "close_account": tool}), till := Till()) as at:
        await at.types(CLOSES)
        await at.types("yes")
        assert (await at.wait(5))[0].startswith("The shop asks: This cannot be undone.")
        job = at.rehearsal.runtime.bot.kit.jobs.get("close_books")
        assert job is not None
        assert job.own is not None
        assert job.own.reads_for is not None
        for customer, asked in (("cus_1", True), ("cus_2", False)):
            who = Identity((Customer(customer, "Sample Customer", "919812300001"),))
            read = await job.own.reads_for.read({}, Facts(who, (), 0))
            assert bool(getattr(read, "asked", None)) is asked
        assert till.calls == []
