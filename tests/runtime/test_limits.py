"""WhatsApp's rate limits: who waits, for how long, in which order, and when it is given up."""

from __future__ import annotations

import httpx
import pytest

from tests.rehearsing import MONDAY, Desk, desk
from tests.runtime.scripted_graph import ANNA, refused, scripted
from wavoice.runtime.backoff import SPACING, Throttle, limit_wait
from wavoice.runtime.errors import ChannelError
from wavoice.runtime.model import SECOND, Micros, Outgoing
from wavoice.sim.emulator.phone import Phone

PAIR = 131056
MINUTES = '{"1": [{"estimated_time_to_regain_access": 2}]}'


def otto(at: Desk) -> Phone:
    return at.rehearsal.emulator.phone("Sample Customer 2", "919812300002")


async def troubles(at: Desk) -> list[tuple[str, Micros]]:
    """What went wrong when, in seconds after the start."""
    return [
        (event.body.code, (event.at - MONDAY) // SECOND)
        for event in await at.journal("trouble")
        if event.body.stage == "send"
    ]


class TestOneCustomer:
    async def test_waits_four_to_the_nth_seconds(self) -> None:
        async with desk(voice=False) as at:
            at.rehearsal.emulator.rules.add(PAIR, n=4)
            assert await at.types("where is my order?", after=0) == []
            assert await at.rehearsal.next_due() == MONDAY + SECOND
            assert await at.wait(84.9) == []
            assert len(await at.wait(0.2)) == 1
            assert await troubles(at) == [("channel", second) for second in (0, 1, 5, 21)]

    async def test_nobody_else_waits(self) -> None:
        async with desk(voice=False) as at:
            other = otto(at)
            at.rehearsal.emulator.rules.add(PAIR, n=3, user="919812300001")
            await at.types("where is my order?", after=0)
            await other.says("where is my order?")
            await at.rehearsal.idle()
            assert (len(at.messages), len(other.messages)) == (0, 1)

    async def test_replies_keep_their_order(self) -> None:
        async with desk(voice=False) as at:
            at.rehearsal.emulator.rules.add(PAIR, n=2)
            assert await at.types("where is my order?", after=0) == []
            assert await at.types("blue elephants", after=0.4) == []
            assert await at.types("move my delivery to Friday", after=0.6) == []
            shown = await at.wait(30)
            groups = [event.body.group for event in await at.journal("replied", "noticed")]
            assert groups == sorted(groups)
            assert len(shown) == 3
            assert "1842" in shown[0]
            assert "Friday" in shown[2]

    async def test_a_reply_is_given_up_after_so_many_refusals(self) -> None:
        async with desk(voice=False) as at:
            at.rehearsal.emulator.rules.add(PAIR, n=50)
            await at.types("where is my order?", after=0)
            assert await at.wait(3600) == []
            said = await troubles(at)
            assert said[-1] == ("not_sent", 1 + 4 + 16 + 64 + 256)
            assert len(said) == 7
            assert [event.body.how for event in await at.journal("turn_ended")][-1] == "undelivered"
            assert await at.rehearsal.next_due() is None
            at.rehearsal.emulator.rules.clear()
            assert len(await at.types("where is my order?")) == 1


class TestTheWholeNumber:
    @pytest.mark.parametrize(("code", "pause"), [(130429, 1), (80007, 60), (4, 60)])
    async def test_nobody_is_tried_during_the_pause(self, code: int, pause: int) -> None:
        """With the emulator's own headers: minutes where calls have run out."""
        async with desk(voice=False) as at:
            other = otto(at)
            at.rehearsal.emulator.rules.add(code)
            await at.types("where is my order?", after=0)
            await other.says("where is my order?")
            await at.wait(pause - 0.1)
            assert (at.messages, other.messages) == ([], [])
            await at.wait(0.3)
            assert (len(at.messages), len(other.messages)) == (1, 1)

    async def test_afterwards_replies_go_one_by_one(self) -> None:
        throttle, limit = Throttle(), ChannelError("slow down", graph_code=130429, retryable=True)
        throttle.refused(limit, 0, limit_wait(limit, 0))
        turns = [throttle.turn(SECOND // 2) for _ in range(3)]
        assert turns == [SECOND, SECOND + SPACING, SECOND + 2 * SPACING]
        assert throttle.turn(SECOND) is None

    def test_one_customers_limit_is_nobody_elses(self) -> None:
        throttle, limit = Throttle(), ChannelError("slow down", graph_code=PAIR, retryable=True)
        throttle.refused(limit, 0, limit_wait(limit, 3))
        assert throttle.turn(0) is None


class TestWhatWhatsAppSays:
    """`Retry-After` (RFC 9110, 10.2.3) and `X-Business-Use-Case-Usage` (Graph API rate limits)."""

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({"Retry-After": "30", "X-Business-Use-Case-Usage": MINUTES}, 30),
            ({"Retry-After": "999999999999"}, 3600),
            ({"Retry-After": "soon"}, 1),
            ({"Retry-After": "-5"}, 1),
            (
                {
                    "Date": "Mon, 23 Nov 2026 10:00:00 GMT",
                    "Retry-After": "Mon, 23 Nov 2026 10:00:45 GMT",
                },
                45,
            ),
            ({"Retry-After": "Mon, 23 Nov 2026 10:00:45 GMT"}, 1),
        ],
    )
    async def test_is_never_undercut(self, headers: dict[str, str], seconds: int) -> None:
        def answer(_: httpx.Request) -> httpx.Response:
            limit = refused(PAIR)
            limit.headers.update(headers)
            return limit

        with pytest.raises(ChannelError) as caught:
            await scripted(answer).send(Outgoing(ANNA, "o_1/0", text="hello"))
        assert limit_wait(caught.value, 0) == seconds * SECOND

    @pytest.mark.parametrize(
        ("usage", "seconds"),
        [
            (MINUTES, 120),
            ('{"1": [{"estimated_time_to_regain_access": "2"}], "2": 3}', 1),
            ("[" * 5000, 1),
            ("{}", 1),
        ],
    )
    @pytest.mark.parametrize("code", [4, 80007])
    async def test_minutes_count_where_the_calls_have_run_out(
        self, usage: str, seconds: int, code: int
    ) -> None:
        def answer(_: httpx.Request) -> httpx.Response:
            limit = refused(code)
            limit.headers["X-Business-Use-Case-Usage"] = usage
            return limit

        with pytest.raises(ChannelError) as caught:
            await scripted(answer).send(Outgoing(ANNA, "o_1/0", text="hello"))
        assert limit_wait(caught.value, 0) == seconds * SECOND

    def test_other_errors_know_no_limit(self) -> None:
        assert limit_wait(ChannelError("no answer", retryable=True), 2) is None
        assert limit_wait(ChannelError("never", graph_code=131026), 2) is None
