"""Every error that Graph knows, in its shape: at once, and in a status.

S-rows: docs/conformance.md.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from tests.sim.emulator.emulated_world import NUMBER, World, says
from wavoice.sim.emulator.error_codes import CODES, THROTTLED, TRANSIENT
from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.wire import Business

NOT_400 = {
    **dict.fromkeys((0, 104, 190), 401),
    **dict.fromkeys((10, *range(200, 300), 368, 130497, 131005, 131031), 403),
    132001: 404,
    **dict.fromkeys((3, 131000, 131016, 131045, 131057, 133000, 134102), 500),
    **dict.fromkeys((2, 133004), 503),
}
"""HTTP statuses of Meta's error page."""
REFERENCE = """
0 1 2 3 4 10 33 100 104 190 368 80007 130429 130472 130497 130501 131000 131005 131008 131009 131016 131021
131026 131030 131031 131037 131042 131045 131047 131048 131049 131050 131051 131052 131053 131055 131056
131057 131059 131062 131063 131064 132000 132001 132005 132007 132008 132012 132015 132016 132018 132068
132069 133000 133004 133005 133006 133008 133009 133010 133015 133016 134011 135000 137000 138000 138018
139000 139004 139100 139103 147001 147005
"""


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.emulator.close()


def test_the_whole_reference_is_known() -> None:
    assert {int(code) for code in REFERENCE.split()} | set(range(200, 300)) <= set(CODES)


@pytest.mark.conformance("S38")
class TestShape:
    @pytest.mark.parametrize("code", sorted({code for code in CODES if not 200 < code < 299}))
    async def test_at_once(self, world: World, code: int) -> None:
        """Every code that can be injected comes in the same shape, with Meta's HTTP status."""
        world.emulator.rules.add(code=code, details="because")
        answer = await world.send(**says("x"))
        error = answer.json()["error"]
        assert answer.status_code == NOT_400.get(code, 400)
        assert error["message"] == f"(#{code}) {CODES[code].title}"
        assert (error["type"], error["code"]) == ("OAuthException", code)
        assert error["error_data"] == {"messaging_product": "whatsapp", "details": "because"}
        assert error["fbtrace_id"]
        assert error.get("is_transient", False) is (code in TRANSIENT)
        assert ("X-Business-Use-Case-Usage" in answer.headers) is (code in THROTTLED)

    async def test_in_a_status(self, world: World) -> None:
        world.emulator.rules.add(code=131049, details="because", mode="async")
        await world.send(**says("x"))
        await world.emulator.idle()
        (error,) = world.bot.values[-1]["statuses"][0]["errors"]
        assert error == {
            "code": 131049,
            "title": "Meta chose not to deliver",
            "message": "Meta chose not to deliver",
            "error_data": {"details": "because"},
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        }


class TestAstray:
    @pytest.mark.parametrize(
        ("method", "path", "code", "subcode"),
        [
            ("POST", f"/v24.0/{NUMBER}/mesages", 2500, None),
            ("GET", "/", 2500, None),
            ("GET", f"/v24.0/{NUMBER}/messages", 100, 33),
            ("PUT", f"/v24.0/{NUMBER}", 100, 33),
        ],
    )
    async def test_what_is_not_there_is_no_404(
        self, world: World, method: str, path: str, code: int, subcode: int | None
    ) -> None:
        """Graph answers 400 with an error of its usual shape."""
        answer = await world.call(method, path)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error.get("error_subcode")) == (400, code, subcode)
        assert error["message"].startswith(f"(#{code}) ")
        assert path in error["error_data"]["details"]
        assert error["fbtrace_id"]


class TestThrottling:
    def test_when_to_come_back(self) -> None:
        error = GraphError(131056, wait=90)
        headers = error.headers(Business().waba)
        assert headers["Retry-After"] == "90"
        (usage,) = json.loads(headers["X-Business-Use-Case-Usage"])[Business().waba]
        assert usage["estimated_time_to_regain_access"] == 2
        assert set(usage) == {
            "type",
            "call_count",
            "total_cputime",
            "total_time",
            "estimated_time_to_regain_access",
        }

    def test_general_words(self) -> None:
        assert GraphError(131047).details == "More than 24 hours have passed since the user last replied"
        assert GraphError(131008).details == "Required parameter is missing"
        with pytest.raises(KeyError):
            GraphError(7)
