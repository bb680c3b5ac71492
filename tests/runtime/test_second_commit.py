"""A retry is a second commit decision: it needs a token of its own, and nothing unread."""

from __future__ import annotations

import pytest

from tests.rehearsing import Desk, desk
from wavoice.runtime.adapters.orders_http import HttpOrders
from wavoice.runtime.build import Parts
from wavoice.runtime.model import SECOND, Effect, WriteResult
from wavoice.runtime.token import CommitToken


async def unanswered(at: Desk) -> None:
    """A proven yes whose first write never reached the shop."""
    at.world.fault("timeout", at="write")
    await at.types("please move my delivery to Friday")
    await at.types("yes")


async def test_every_try_is_noted_before_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens: list[CommitToken] = []
    send = HttpOrders.write

    async def write(self: HttpOrders, effect: Effect, token: CommitToken) -> WriteResult:
        tokens.append(token)
        intended = [event.body for event in await at.journal("intended")]
        assert len(intended) == len(tokens)
        assert (intended[-1].key, intended[-1].evidence) == (effect.key, token.evidence)
        return await send(self, effect, token)

    monkeypatch.setattr(HttpOrders, "write", write)
    async with desk() as at:
        await unanswered(at)
        await at.wait(30)
        assert len(at.writes) == 1
        first, again = await at.journal("intended")
    assert (first.body.again, again.body.again) == (False, True)
    assert len(set(tokens)) == 2
    assert len({token.proof for token in tokens}) == 1


async def test_a_veto_that_comes_during_the_look_up_stops_the_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk() as at:
        look_up = HttpOrders.look_up
        vetoes = iter(["no wait"])

        async def slowly(self: HttpOrders, key: str) -> WriteResult | None:
            found = await look_up(self, key)
            for words in vetoes:
                await at.rehearsal.phone.says(words)
            return found

        monkeypatch.setattr(HttpOrders, "look_up", slowly)
        await unanswered(at)
        await at.wait(60)
        assert at.writes == []
        assert [event.body.again for event in await at.journal("intended")] == [False]
        assert [event.body.row for event in await at.journal("cancelled")] == ["D44"]


class ClockJump:
    """The clock leaps past the deadline between the decision and the write."""

    desk: Desk | None = None

    def reach(self, name: str) -> None:
        if name == "effect_intended" and self.desk is not None:
            at, self.desk = self.desk, None
            at.clock.advance_to(at.clock.now() + 61 * SECOND)


async def test_a_token_that_is_late_at_the_door_is_refused_and_the_customer_told() -> None:
    jump = ClockJump()
    async with desk(parts=Parts(failpoints=jump)) as at:
        jump.desk = at
        await at.types("please move my delivery to Friday")
        await at.types("yes")
        await at.wait(5)
        said = await at.wait(10)
        assert at.writes == []
        assert said == ["I could not do that: order 1842 is still Thursday."]
        assert [event.kind for event in await at.journal("intended", "failed", "committed")] == [
            "intended",
            "failed",
        ]
