"""What webhooks bring: once, in any order and number, and counted where nobody understands it.

S-rows: docs/conformance.md.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from pydantic import SecretStr
from structlog.testing import capture_logs

from tests.hostile.payloads import (
    REFERRAL,
    encode,
    message,
    said,
    sign,
    status,
    value,
    webhook,
)
from tests.rehearsing import Desk, desk
from wavoice.runtime.adapters.store import SqliteStore
from wavoice.runtime.adapters.store.inbox import InboxRows
from wavoice.runtime.adapters.store.oddities import MOST_KINDS, OTHER
from wavoice.runtime.adapters.webhook import PATH
from wavoice.runtime.build import Parts
from wavoice.runtime.errors import StoreError
from wavoice.runtime.journal import Event
from wavoice.runtime.model import SECOND, Address, Alias, OutboxGroup, OutboxState, PromptState, Reply
from wavoice.sim.clock import CountingIds
from wavoice.sim.emulator.events import EVENTS
from wavoice.sim.in_process import InProcess
from wavoice.sim.rehearsal import APP_SECRET, VERIFY_TOKEN

DAY = 24 * 3600


async def post(at: Desk, body: object, secret: str = APP_SECRET) -> int:
    """Post a signed body to the bot; return its status."""
    raw = body if isinstance(body, bytes) else encode(body)
    async with httpx.AsyncClient(transport=InProcess(at.rehearsal.runtime.app)) as client:
        answer = await client.post(
            f"http://bot.wavoice.test{PATH}",
            content=raw,
            headers={"X-Hub-Signature-256": sign(raw, secret)},
        )
    return answer.status_code


def mine(at: Desk, kind: str = "text", name: str = "wamid.A", **more: Any) -> dict[str, Any]:
    """A message of the desk's customer, sent now."""
    person = at.rehearsal.phone.person
    who = {"from": person.phone, "from_user_id": person.bsuid}
    return message(kind, name, **who, timestamp=str(at.clock.now() // SECOND), **more)


async def odd(at: Desk) -> Mapping[str, int]:
    async with at.rehearsal.runtime.store.begin() as tx:
        return {one.kind: one.count for one in await tx.oddities.all("default")}


async def received(at: Desk) -> int:
    return len(await at.journal("received"))


class TestHandshake:
    async def ask(self, **query: str) -> httpx.Response:
        async with (
            desk(voice=False) as at,
            httpx.AsyncClient(transport=InProcess(at.rehearsal.runtime.app)) as client,
        ):
            return await client.get(
                f"http://bot.wavoice.test{PATH}",
                params={f"hub.{name}": value for name, value in query.items()},
            )

    async def test_the_challenge_comes_back_byte_for_byte(self) -> None:
        answer = await self.ask(mode="subscribe", challenge="1158201444", verify_token=VERIFY_TOKEN)
        assert (answer.status_code, answer.content) == (200, b"1158201444")
        assert answer.headers["content-type"].startswith("text/plain")

    @pytest.mark.parametrize(
        ("query", "status_code"),
        [
            ({"mode": "subscribe", "challenge": "1", "verify_token": "guess"}, 403),
            ({"mode": "subscribe", "challenge": "1", "verify_token": ""}, 403),
            ({"mode": "subscribe", "challenge": "1", "verify_token": "\u0939\u00e9"}, 403),
            ({"mode": "subscribe", "challenge": "1"}, 403),
            ({"mode": "unsubscribe", "challenge": "1", "verify_token": VERIFY_TOKEN}, 403),
            ({"challenge": "1", "verify_token": VERIFY_TOKEN}, 403),
            ({"mode": "subscribe", "verify_token": VERIFY_TOKEN}, 400),
            ({"mode": "subscribe", "challenge": "<b>\n</b>", "verify_token": VERIFY_TOKEN}, 400),
        ],
    )
    async def test_everything_else_is_refused(self, query: dict[str, str], status_code: int) -> None:
        answer = await self.ask(**query)
        assert answer.status_code == status_code
        assert query.get("challenge", "?") not in answer.text


class TestSecrets:
    async def test_the_old_one_and_the_new_one_are_taken_while_they_are_rotated(self) -> None:
        whatsapp = {"app_secret": SecretStr("new"), "app_secret_old": SecretStr(APP_SECRET)}
        async with desk(voice=False, whatsapp=whatsapp) as at:
            assert await post(at, said(mine(at, name="wamid.1")), "new") == 200
            assert await post(at, said(mine(at, name="wamid.2")), APP_SECRET) == 200
            assert await post(at, said(mine(at, name="wamid.3")), "older") == 401
            assert await received(at) == 2

    async def test_without_an_old_one_only_the_new_one_is(self) -> None:
        async with desk(voice=False, whatsapp={"app_secret": SecretStr("new")}) as at:
            assert await post(at, said(mine(at)), APP_SECRET) == 401


class TestOnce:
    @pytest.mark.conformance("S8")
    async def test_twice_delivered_is_one_turn_and_one_reply(self) -> None:
        async with desk(voice=False) as at:
            assert len(await at.types("where is my order?", deliver="twice")) == 1
            for body in at.rehearsal.emulator.posted:
                await at.rehearsal.emulator.redeliver(body)
            assert await at.wait(60) == []
            assert await received(at) == 1
            seen = [(event.body.message, event.body.status) for event in await at.journal("status_seen")]
            assert len(seen) == len(set(seen))

    async def test_a_redelivery_on_the_eighth_day_is_nothing_new(self) -> None:
        async with desk(voice=False) as at:
            assert len(await at.types("where is my order?")) == 1
            lines = len(await at.journal())
            await at.wait(8 * DAY + 1)
            for body in at.rehearsal.emulator.posted:
                await at.rehearsal.emulator.redeliver(body)
            assert await at.wait(60) == []
            assert len(await at.journal()) == lines

    @pytest.mark.conformance("S10")
    async def test_a_batch_over_entries_and_changes_is_read_whole(self) -> None:
        async with desk(voice=False) as at:
            ours = [mine(at, name=f"wamid.{number}") for number in range(4)]
            one, two = value(messages=ours[:2]), value(messages=ours[2:3], statuses=[status("read")])
            body = webhook(one, two)
            body["entry"].append(webhook(value(messages=ours[3:]))["entry"][0])
            assert await post(at, body) == 200
            assert await received(at) == 4
            assert await post(at, body) == 200
            assert await received(at) == 4

    async def test_a_batch_is_stored_as_a_whole_or_not_at_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async with desk(voice=False) as at:
            body = said(*(mine(at, name=f"wamid.{number}") for number in range(20)))
            add, calls = InboxRows.add, itertools.count()

            async def fails(rows: InboxRows, *what: Any) -> Any:
                if next(calls) == 12:
                    raise StoreError("The disk is full.")
                return await add(rows, *what)

            monkeypatch.setattr(InboxRows, "add", fails)
            assert await post(at, body) == 503
            assert await received(at) == 0
            assert await post(at, body) == 200
            assert await received(at) == 20

    @pytest.mark.conformance("S9")
    async def test_reordered_statuses_come_to_the_same(self) -> None:
        states = ("sent", "delivered", "read")
        ends = set()
        for order in itertools.permutations(states):
            async with desk(voice=False) as at:
                at.rehearsal.phone.reach = PromptState.SENT
                await at.types("move my delivery to Friday")
                (asked,) = await at.journal("replied")
                wamid = asked.body.messages[0]
                for state in order:
                    await post(at, webhook(value(statuses=[status(state, wamid)])))
                await at.types("yes")
                await at.wait(60)
                ends.add((at.day, len(await at.journal("replied"))))
        assert ends == {("2026-11-27", 2)}

    @pytest.mark.conformance("S9")
    async def test_messages_that_overtake_each_other_are_answered_once_each(self) -> None:
        async with desk(voice=False) as at:
            phone = at.rehearsal.phone
            await phone.says("where is my order?", deliver="reordered")
            await phone.says("hello", deliver="once")
            await at.rehearsal.emulator.flush()
            await at.wait(60)
            assert await received(at) == 2
            assert [one.body.how for one in await at.journal("turn_ended")] == ["overtaken", "answered"]


@dataclass(slots=True)
class Watch:
    """A sink that tells when a status was stored."""

    seen: asyncio.Event = field(default_factory=asyncio.Event)

    def write(self, event: Event) -> None:
        if event.kind == "status_seen":
            self.seen.set()


class TestLostAndEarly:
    @pytest.mark.conformance("S56")
    async def test_a_lost_response_makes_no_second_reply(self) -> None:
        async with desk(voice=False) as at:
            at.rehearsal.emulator.fault("lost_response")
            assert len(await at.types("where is my order?")) == 1
            assert await at.wait(3600) == []
            assert await at.rehearsal.next_due() is None

    @pytest.mark.conformance("S57")
    async def test_a_status_before_the_response_is_matched_later(self) -> None:
        watch = Watch()
        async with desk(voice=False, parts=Parts(sink=watch)) as at:
            at.rehearsal.emulator.fault("slow")
            typing = asyncio.create_task(at.types("move my delivery to Friday"))
            await watch.seen.wait()
            assert await at.journal("replied") == []
            at.clock.advance_to(at.clock.now() + 3 * SECOND)
            assert len(await typing) == 1
            (asked,) = await at.journal("replied")
            async with at.rehearsal.runtime.store.begin() as tx:
                group = await tx.outbox.get(asked.body.group)
                proposal = await tx.proposals.get(asked.body.proposal)
            assert group is not None
            assert proposal is not None
            assert (group.state, group.messages) == (OutboxState.SENT, asked.body.messages)
            assert proposal.prompt_state is PromptState.DELIVERED
            assert len(at.messages) == 1


@pytest.mark.conformance("S24")
async def test_a_tap_on_an_older_question_does_not_confirm_the_newer_one() -> None:
    async with desk(voice=False) as at:
        await at.types("move my delivery to Friday")
        old = at.messages[-1].wamid
        await at.types("make it Saturday")
        assert at.messages[-1].buttons
        await at.wait(5)
        await at.rehearsal.phone.taps("Yes", on=old)
        await at.wait(120)
        assert at.writes == []
        await at.taps("Yes")
        await at.wait(60)
        assert at.day == "2026-11-28"


@pytest.fixture
def plain_logs() -> Iterator[None]:
    """Logs as they come before anything was configured, as commands of other tests may have."""
    before = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("plain_logs")
class TestNotUnderstood:
    @pytest.mark.conformance("S16")
    async def test_unknown_fields_and_types_are_acknowledged_counted_and_logged(self) -> None:
        async with desk(voice=False) as at:
            with capture_logs() as logs:
                assert await post(at, webhook({"rain": "919812300001"}, field="weather_update")) == 200
                assert await post(at, said(mine(at, "hologram", "wamid.1"))) == 200
                assert await post(at, said(mine(at, "unsupported", "wamid.2"))) == 200
                told = said({**mine(at, name="wamid.3"), "mood": "x", "919812300001": 1})
                assert await post(at, told) == 200
                strange = value(statuses=[status("teleported", hue=1)], mood=["x"])
                assert await post(at, webhook(strange)) == 200
                paid = status("failed", type="payment", payment={"reference_id": "r"})
                assert await post(at, webhook(value(statuses=[paid]))) == 200
            kinds = {
                "field weather_update": 1,
                "messages.(odd)": 1,
                "messages.mood": 1,
                "statuses.hue": 1,
                "statuses: a payment": 1,
                "statuses: an unknown `status`": 1,
                "type hologram": 1,
                "type unsupported": 1,
                "value.mood": 1,
            }
            assert await odd(at) == kinds
            parts = [one for one in logs if one["event"] == "webhook_part_unknown"]
            assert {one["what"]: one["count"] for one in parts} == kinds
            assert await received(at) == 3
            assert "919812300001" not in str(logs)

    @pytest.mark.conformance("S16")
    async def test_every_event_of_the_emulator_is_answered_200(self) -> None:
        """The unknown ones are logged; what is known leaves no key of its own as unknown."""
        async with desk(voice=False) as at:
            emulator = at.rehearsal.emulator
            with capture_logs() as logs:
                for name in EVENTS:
                    await emulator.trigger(name, at.rehearsal.phone)
                await at.wait(60)
            assert {tuple(one.status for one in sent.attempts) for sent in emulator.deliveries} == {(200,)}
            told = {one["what"] for one in logs if one["event"] == "webhook_part_unknown"}
            assert {"field holographic_presence_update", "type hologram", "field standby"} <= told
            assert [what for what in told if what.startswith(("messages.", "statuses."))] == []

    async def test_names_that_are_values_are_not_kept(self) -> None:
        async with desk(voice=False) as at:
            for name in ({"from": "919812300001"}, "Anna, 12 Elm Street", 7, None):
                assert await post(at, webhook({}, field=name)) == 200  # type: ignore[arg-type]
            assert await odd(at) == {"field (odd)": 4}

    async def test_what_the_last_of_a_kind_was_made_of_is_kept_without_its_values(self) -> None:
        async with desk(voice=False) as at:
            rain = {
                "from": "919812300001",
                "mm": 3.5,
                "heavy": True,
                "days": [{"on": None}, {}],
                "919812300001": 1,
            }
            await post(at, webhook({}, field="weather_update"))
            await post(at, webhook(rain, field="weather_update"))
            async with at.rehearsal.runtime.store.begin() as tx:
                (weather,) = await tx.oddities.all("default")
            assert json.loads(weather.outline) == {
                "from": "text",
                "mm": "number",
                "heavy": "bool",
                "days": [{"on": "null"}],
                "(odd)": "number",
            }

    async def test_an_outline_has_bounds(self) -> None:
        async with desk(voice=False) as at:
            deep: dict[str, Any] = {}
            for _ in range(50):
                deep = {"in": [deep]}
            wide = {f"key_{'x' * 50}_{number}": 1 for number in range(500)}
            await post(at, webhook({"deep": deep, "wide": wide}, field="weather_update"))
            async with at.rehearsal.runtime.store.begin() as tx:
                (weather,) = await tx.oddities.all("default")
            assert 0 < len(weather.outline) <= 2000

    async def test_kinds_are_bounded(self) -> None:
        async with desk(voice=False) as at:
            names = [f"field_{number}" for number in range(MOST_KINDS + 50)]
            body = webhook()
            body["entry"][0]["changes"] = [{"field": name, "value": {}} for name in names]
            assert await post(at, body) == 200
            found = await odd(at)
            assert len(found) == MOST_KINDS + 1
            assert found[OTHER] == 50

    async def test_counts_say_when_first_and_last(self) -> None:
        async with desk(voice=False) as at:
            first = at.clock.now()
            await post(at, webhook({}, field="calls"))
            await at.wait(DAY)
            await post(at, webhook({}, field="calls"))
            async with at.rehearsal.runtime.store.begin() as tx:
                (calls,) = await tx.oddities.all("default")
            assert (calls.count, calls.first_at, calls.last_at) == (2, first, first + DAY * SECOND)

    @pytest.mark.parametrize("kind", ["text", "audio", "interactive"])
    async def test_standby_and_groups_are_counted_and_never_answered(self, kind: str) -> None:
        async with desk(voice=False) as at:
            assert await post(at, said(mine(at, kind), field="standby")) == 200
            assert await post(at, said(mine(at, kind, "wamid.G", group_id="g1"))) == 200
            groups = {"groups": [{"group_id": "g1", "type": "group_create"}]}
            assert await post(at, webhook(groups, field="group_lifecycle_update")) == 200
            assert await at.wait(60) == []
            assert await received(at) == 0
            assert await odd(at) == {
                "field standby": 1,
                "messages: a group message": 1,
                "field group_lifecycle_update": 1,
            }

    @pytest.mark.parametrize(
        ("field", "content", "what"),
        [
            ("account_update", {"event": "ACCOUNT_VIOLATION"}, "ACCOUNT_VIOLATION"),
            ("message_template_status_update", {"event": "PAUSED"}, "PAUSED"),
            ("security", {"event": "PIN_CHANGED", "requester": "919812300001"}, "PIN_CHANGED"),
            ("account_review_update", {"decision": "Anna said so"}, "(odd)"),
            ("messages", value(errors=[{"code": 130429, "title": "Rate limit hit"}]), "130429"),
        ],
    )
    async def test_news_of_the_account_is_a_warning(
        self, field: str, content: dict[str, Any], what: str
    ) -> None:
        async with desk(voice=False) as at:
            with capture_logs() as logs:
                assert await post(at, webhook(content, field=field)) == 200
            alerts = [one for one in logs if one["event"] == "webhook_alert"]
            assert [(one["log_level"], one["what"], one["count"]) for one in alerts] == [("warning", what, 1)]


class TestReferral:
    async def test_what_led_the_customer_here_is_kept_and_journalled(self) -> None:
        async with desk(voice=False) as at:
            ad = {**REFERRAL, "headline": "Pay with 4111 1111 1111 1111"}
            assert await post(at, said(mine(at, referral=ad))) == 200
            await at.types("hello")
            first, second = await at.journal("received")
            assert (first.body.source, first.body.click) == ("ad 120226305854810726", "ARAkLkA8rmlFeiCktEJQ")
            assert (second.body.source, second.body.click) == (None, None)
            async with at.rehearsal.runtime.store.begin() as tx:
                kept = (await tx.conversations.take(_address(first))).referral
            assert kept is not None
            assert (kept.source_type, kept.source_url, kept.body) == (
                "ad",
                "https://fb.test/ad",
                "Order today",
            )
            assert kept.headline is not None
            assert "4111" not in kept.headline

    async def test_an_ad_in_the_status_has_no_click(self) -> None:
        async with desk(voice=False) as at:
            ad = {key: item for key, item in REFERRAL.items() if key != "ctwa_clid"}
            await post(at, said(mine(at, referral=ad)))
            (event,) = await at.journal("received")
            assert (event.body.source, event.body.click) == ("ad 120226305854810726", None)


def _address(event: Any) -> Address:
    return Address(event.where.tenant, event.where.number, event.where.contact)


async def test_a_held_reply_survives_the_store(tmp_path: Path) -> None:
    """And a program of before, which knows no holding, sees one that was given up."""
    store = await SqliteStore.open(tmp_path / "bot.db", ids=CountingIds())
    address = Address("shop", "100", "c_1")
    group = OutboxGroup("o_1", address, Alias("1", None), "t_1", Reply("Done."), 10)
    async with store.begin() as tx:
        await tx.outbox.save(replace(group, state=OutboxState.FAILED, held_at=20))
        await tx.outbox.save(replace(group, id="o_2", not_before=30))
    async with store.begin() as tx:
        assert [one.id for one in await tx.outbox.held(address)] == ["o_1"]
        assert [one.not_before for one in await tx.outbox.queued(address)] == [30]
        await tx.outbox.save(group)
        assert await tx.outbox.held(address) == []
    await store.close()
