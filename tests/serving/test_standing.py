"""Pauses, a refused token and news of the account reach `/readyz` and `/metrics`."""

from __future__ import annotations

from typing import cast

import httpx

from tests.rehearsing import MONDAY, desk
from tests.runtime.seeing.test_metrics import samples
from wavoice.runtime.adapters.wire import ALERTS
from wavoice.runtime.deliver import GRAPH_ACCESS
from wavoice.runtime.model import SECOND
from wavoice.runtime.ports import News, Pause
from wavoice.runtime.seeing import names
from wavoice.runtime.seeing.metrics import Metrics
from wavoice.runtime.serving.doors import admin_app
from wavoice.runtime.serving.health import Health


async def test_what_an_operator_has_to_hear_is_seen_at_the_next_look() -> None:
    async with desk() as at:
        runtime, metrics = at.rehearsal.runtime, Metrics(at.clock)
        health = Health(runtime.settings, runtime)
        transport = httpx.ASGITransport(admin_app(health, metrics))
        async with httpx.AsyncClient(transport=transport, base_url="http://admin") as http:
            before = (await http.get("/readyz")).json()
            assert before["checks"]["account"] == {"ok": True, "told": "ok"}
            await http.get("/metrics")
            found = samples(metrics)
            assert (found["wavoice_paused{}"], found["wavoice_token_refused{}"]) == (0, 0)
            async with runtime.store.begin() as tx:
                tenant = runtime.settings.bot.tenant
                await tx.operations.pause(tenant, Pause("", MONDAY))
                await tx.operations.hear(tenant, News(GRAPH_ACCESS, "1", "refused", MONDAY))
                await tx.operations.hear(tenant, News("phone_number_quality_update", "1", "RED", MONDAY))
            answer = await http.get("/readyz")
            told = cast("str", answer.json()["checks"]["account"]["told"])
            assert (answer.status_code, answer.json()["ready"]) == (
                (before["ready"] and 200) or 503,
                before["ready"],
            )
            assert "paused: all numbers; the access token is refused" in told
            assert "phone_number_quality_update" in told
            await http.get("/metrics")
            found = samples(metrics)
            assert (found["wavoice_paused{}"], found["wavoice_token_refused{}"]) == (1, 1)
            news = "wavoice_account_news_timestamp_seconds{field=phone_number_quality_update}"
            assert found[news] == MONDAY / SECOND


def test_every_field_that_is_kept_has_its_label() -> None:
    assert frozenset(ALERTS) == names.NEWS
