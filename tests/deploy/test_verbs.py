"""What else there is to do with a target."""

from __future__ import annotations

import pytest

from tests.deploy.stage import CALLBACK, Stage
from wavoice.deploy import verbs
from wavoice.deploy.errors import LockedError, TargetError
from wavoice.deploy.status import status
from wavoice.deploy.target import Ran
from wavoice.runtime.errors import UserInputError


async def two(stage: Stage) -> tuple[str, str]:
    first = await stage.deploy()
    (stage.folder / "bot.py").write_text((stage.folder / "bot.py").read_text() + "\n# changed\n")
    second = await stage.deploy()
    stage.target.asked.clear()
    return first.release, second.release


class TestRollback:
    async def test_to_the_release_before(self, stage: Stage) -> None:
        first, second = await two(stage)
        report = await verbs.rollback(stage.around)
        assert (report.ok, report.release) == (True, first)
        assert (stage.target.live, stage.target.running) == (first, [first])
        order = [each for each in stage.target.asked if not each.startswith("health")]
        assert order == ["lock", f"start {first}", f"switch {first}", f"stop {second}", "unlock"]
        assert await stage.callback() == CALLBACK

    @pytest.mark.bulk
    async def test_what_the_first_one_had_told_meta_is_put_back(self, stage: Stage) -> None:
        report = await stage.deploy()
        stage.target.shipped["20261101-000000-aaaaaaaa"] = stage.target.shipped[report.release]
        assert (await verbs.rollback(stage.around, "20261101-000000-aaaaaaaa")).ok
        assert await stage.callback() is None

    @pytest.mark.bulk
    async def test_there_must_be_one(self, stage: Stage) -> None:
        await stage.deploy()
        report = await verbs.rollback(stage.around)
        assert (report.ok, report.failed_at) == (False, "switch")
        assert report.steps[-1].told == "There is no release before this one."
        assert stage.target.locked_by is None

    @pytest.mark.bulk
    async def test_one_that_is_gone_is_said(self, stage: Stage) -> None:
        await stage.deploy()
        report = await verbs.rollback(stage.around, "20200101-000000-ffffffff")
        assert "is not on the target any more" in report.steps[-1].told

    @pytest.mark.bulk
    async def test_one_that_does_not_get_ready_changes_nothing(self, stage: Stage) -> None:
        first, second = await two(stage)
        stage.target.sick[first] = 10_000
        assert not (await verbs.rollback(stage.around)).ok
        assert stage.target.live == second
        assert second in stage.target.running


class TestStatus:
    @pytest.mark.bulk
    async def test_of_nothing(self, stage: Stage) -> None:
        found = await status(stage.around)
        assert not found.ok
        assert list(found.lines()) == ["live: nothing", "kept: nothing"]

    async def test_of_a_bot_that_is_well(self, stage: Stage) -> None:
        first, second = await two(stage)
        found = await status(stage.around)
        assert found.ok
        assert next(iter(found.lines())) == f"live: {second} (ready: database ok)"
        told = found.as_json()
        assert (told["live"], told["kept"], told["locked"]) == (second, sorted([first, second]), None)
        assert told["deployed"]["previous"] == first

    @pytest.mark.bulk
    async def test_of_a_deploy_that_failed(self, stage: Stage) -> None:
        stage.target.break_at("ship")
        await stage.deploy()
        await verbs.lock(stage.around, "wait for the wholesaler")
        lines = list((await status(stage.around)).lines())
        assert any("failed at ship; wavoice deploy goes on" in line for line in lines)
        assert any("locked: by ada@laptop" in line and "wait for the wholesaler" in line for line in lines)


async def test_a_lock_holds_until_it_is_given_back(stage: Stage) -> None:
    await verbs.lock(stage.around, "sale")
    with pytest.raises(LockedError, match="sale"):
        await verbs.lock(stage.around, "another")
    assert (await stage.deploy()).failed_at == "lock"
    holder = await verbs.unlock(stage.around)
    assert holder is not None
    assert holder.why == "sale"
    assert await verbs.unlock(stage.around) is None
    assert (await stage.deploy()).ok
    assert [row["event"] for row in await verbs.audit(stage.around)][:3] == ["locked", "unlocked", "began"]


async def test_a_pause_is_the_live_releases_own(stage: Stage) -> None:
    with pytest.raises(UserInputError, match="Nothing is live"):
        await verbs.pause(stage.around, "x", off=False)
    await stage.deploy()
    assert await verbs.pause(stage.around, "wrong prices", off=False) == "done"
    await verbs.pause(stage.around, "", off=True)
    assert stage.target.asked[-2:] == ["run ops pause --yes --reason wrong prices", "run ops resume --yes"]
    stage.target.answers["ops resume --yes"] = Ran(2, "", "wavoice: no store\n")
    with pytest.raises(TargetError, match="no store"):
        await verbs.pause(stage.around, "", off=True)
    assert [row["event"] for row in await verbs.audit(stage.around)][-2:] == ["paused", "resumed"]


@pytest.mark.bulk
async def test_logs_of_the_live_one_and_of_one_that_failed(stage: Stage) -> None:
    with pytest.raises(UserInputError, match="Nothing is live"):
        await verbs.logs(stage.around, None, 5)
    live = (await stage.deploy()).release
    assert await verbs.logs(stage.around, None, 5) == [f"{live} said something"]
