"""A deploy step by step against an emulated Meta: forward, and back from every step that fails."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.deploy.stage import CALLBACK, SECRET, TOKEN, WORD, Stage
from wavoice.deploy.gate import Judged
from wavoice.deploy.sequence import ACTIONS
from wavoice.deploy.steps import Outcome
from wavoice.deploy.target import Finding, Holder, Ran
from wavoice.sim.emulator.tokens import MESSAGING, Token

ELSEWHERE = "https://127.0.0.1/webhooks/before"


def outcomes(stage: Stage) -> dict[str, str]:
    return {step.name: step.outcome.value for step in stage.steps}


def audit(stage: Stage) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stage.target.notes["audit.jsonl"].splitlines()]


def ledger(stage: Stage) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(stage.target.notes["deploy.json"])
    return found


class TestForward:
    async def test_every_step_in_order_and_customers_are_turned_over(self, stage: Stage) -> None:
        report = await stage.deploy()
        assert report.ok
        assert [step.name for step in stage.steps] == [action.name for action in ACTIONS]
        assert {name for name, how in outcomes(stage).items() if how == "skipped"} == {"drain", "smoke"}
        assert stage.target.live == report.release
        assert stage.target.locked_by is None
        assert await stage.callback() == CALLBACK
        assert [row["event"] for row in audit(stage)] == [
            "began",
            "switched",
            "subscribed",
            "registered",
            "done",
        ]
        assert ledger(stage)["live"]["release"] == report.release
        assert ledger(stage)["under_way"] is None

    @pytest.mark.bulk
    async def test_the_order_on_the_target(self, stage: Stage) -> None:
        release = (await stage.deploy()).release
        told = [each.removesuffix(f" {release}") for each in stage.target.asked]
        kept = [each for each in told if each not in ("health", "preflight", "pack", "prune")]
        assert kept == [
            "lock",
            "ship",
            "run db upgrade",
            "start",
            "run deploy canary --json",
            "switch",
            "unlock",
        ]

    async def test_the_next_release_replaces_it(self, stage: Stage) -> None:
        first = (await stage.deploy()).release
        (stage.folder / "bot.py").write_text((stage.folder / "bot.py").read_text() + "\n# changed\n")
        second = await stage.deploy()
        assert second.ok
        assert stage.target.running == [second.release]
        assert f"stop {first}" in stage.target.asked
        assert ledger(stage)["live"]["previous"] == first
        told = {step.name: step.told for step in stage.steps}
        assert told["webhook"] == "Meta has this address already (number)"

    async def test_no_secret_is_in_a_release_a_note_or_a_report(self, stage: Stage) -> None:
        report = await stage.deploy()
        release = stage.target.shipped[report.release]
        files = [path for path in release.folder.rglob("*") if path.is_file()]
        told = [path.read_bytes().decode("utf-8", "replace") for path in files]
        told += [*stage.target.notes.values(), *stage.target.asked, *map(repr, stage.steps), repr(release)]
        assert [text for text in told if any(secret in text for secret in (TOKEN, SECRET, WORD))] == []
        assert {name: secret.get_secret_value() for name, secret in release.credentials.items()} == {
            "whatsapp.access_token": TOKEN,
            "whatsapp.app_secret": SECRET,
            "whatsapp.verify_token": WORD,
        }

    async def test_a_dry_run_looks_and_changes_nothing(self, stage: Stage) -> None:
        report = await stage.deploy(dry_run=True)
        assert report.ok
        assert set(outcomes(stage).values()) == {"done", "planned"}
        assert stage.target.asked == ["preflight"]
        assert stage.target.notes == {}
        assert await stage.callback() is None

    @pytest.mark.bulk
    async def test_the_smoke_note_goes_to_the_owner_whom_nobody_reads_of(self, stage: Stage) -> None:
        owner = stage.folder / "secrets" / "owner"
        owner.write_text("+1 555 010 0100\n")
        stage.with_deploy(smoke_to=SecretStr(f"file:{owner}"))
        assert (await stage.deploy()).ok
        assert "run deploy smoke --seconds 60" in stage.target.asked
        assert "+1 555 010 0100\n" in stage.target.given
        assert "0100" not in repr(stage.steps) + repr(stage.target.notes)

    @pytest.mark.parametrize("level", [pytest.param("number", marks=pytest.mark.bulk), "account"])
    async def test_either_level_can_be_told(self, level: str, stage: Stage) -> None:
        stage.with_deploy(webhook=level)
        assert (await stage.deploy()).ok
        (app,) = stage.emulator.subscriptions.state.apps
        told = {"number": app.number_override, "account": app.account_override}
        assert told == {"number": None, "account": None, level: CALLBACK}
        assert app.installed

    @pytest.mark.bulk
    async def test_meta_is_told_nothing_if_so_wished(self, stage: Stage) -> None:
        stage.with_deploy(webhook="off")
        assert (await stage.deploy()).ok
        assert await stage.callback() is None


class TestBeforeAnythingChanges:
    async def refused(self, stage: Stage, step: str) -> str:
        report = await stage.deploy()
        failed = stage.steps[-1]
        assert (report.ok, report.failed_at, failed.outcome) == (False, step, Outcome.FAILED)
        assert "ship" not in " ".join(stage.target.asked)
        assert stage.target.locked_by is None
        assert report.goes_on == "wavoice deploy"
        wrong = [f"{each.name}: {each.told}" for each in failed.findings if not each.ok]
        return " ".join([failed.told, failed.remedy, *wrong])

    async def test_all_that_is_wrong_is_said_at_once(self, stage: Stage) -> None:
        stage.emulator.tokens.add(Token(value=TOKEN, app="300000000000001", scopes=(MESSAGING,)))
        stage.target.lacks.append(Finding("disk", ok=False, told="12 MB free", remedy="Make room there."))
        said = await self.refused(stage, "preflight")
        assert "failed: token, disk." in said
        assert "lacks whatsapp_business_management" in said
        assert "Make room there." in said

    @pytest.mark.bulk
    async def test_a_token_that_is_over(self, stage: Stage) -> None:
        stage.emulator.tokens.expire(TOKEN)
        assert "refused the access token" in await self.refused(stage, "preflight")

    @pytest.mark.bulk
    async def test_a_number_that_may_not_send(self, stage: Stage) -> None:
        stage.emulator.number.can_send_message = "BLOCKED"
        assert "may not send" in await self.refused(stage, "preflight")

    @pytest.mark.bulk
    async def test_a_template_that_is_not_there(self, stage: Stage) -> None:
        stage.with_whatsapp(template_outside_window="come_back")
        assert "there is no come_back (en)" in await self.refused(stage, "preflight")

    @pytest.mark.bulk
    async def test_a_secret_that_is_missing(self, stage: Stage) -> None:
        (stage.folder / "secrets" / "word").unlink()
        assert "secrets/word is missing" in await self.refused(stage, "preflight")

    @pytest.mark.bulk
    async def test_a_bot_that_does_not_load(self, stage: Stage) -> None:
        (stage.folder / "bot.py").write_text("app = None\n")
        assert "is NoneType, and no App" in await self.refused(stage, "preflight")

    async def test_scenarios_that_fail(self, stage: Stage) -> None:
        stage.judged.append(Judged(passed=1, pending=0, failed=("wraps.yaml: wraps: no commit",)))
        assert "wraps.yaml: wraps: no commit" in await self.refused(stage, "gate")

    @pytest.mark.bulk
    async def test_no_scenarios_at_all(self, stage: Stage) -> None:
        stage.with_deploy(scenarios=(Path("nowhere"),))
        assert '--skip-gate "REASON"' in await self.refused(stage, "gate")

    @pytest.mark.bulk
    async def test_passing_them_by_is_kept_with_its_reason(self, stage: Stage) -> None:
        stage.judged.append(Judged(passed=0, pending=0, failed=("never asked",)))
        assert (await stage.deploy(skip_gate="prices only")).ok
        assert outcomes(stage)["gate"] == "skipped"
        assert audit(stage)[0]["skipped"] == "prices only"

    async def test_somebody_else_is_at_it(self, stage: Stage) -> None:
        stage.target.locked_by = Holder("ben@desk", "2026-11-23T09:58:00Z", "sale until Monday")
        report = await stage.deploy()
        assert (report.failed_at, stage.target.locked_by.who) == ("lock", "ben@desk")
        assert "ben@desk has locked it since 2026-11-23T09:58:00Z: sale until Monday." in stage.steps[-1].told


class TestBack:
    """The release before serves on, whatever step fails."""

    async def two(self, stage: Stage) -> str:
        """Deploy one release and change the bot; return its id."""
        first = await stage.deploy()
        assert first.ok
        (stage.folder / "bot.py").write_text((stage.folder / "bot.py").read_text() + "\n# changed\n")
        stage.target.asked.clear()
        return first.release

    @pytest.mark.parametrize(
        "method",
        ["switch", *(pytest.param(each, marks=pytest.mark.bulk) for each in ("ship", "start", "pack"))],
    )
    async def test_a_target_that_fails(self, method: str, stage: Stage) -> None:
        first = await self.two(stage)
        stage.target.break_at(method)
        report = await stage.deploy()
        failed = next(step for step in stage.steps if step.outcome is Outcome.FAILED)
        assert (failed.told, failed.host, failed.remedy) == (
            f"{method} broke",
            "bot@shop.example.com",
            "Look at it.",
        )
        assert stage.target.live == first
        assert first in stage.target.running
        assert stage.target.locked_by is None
        assert audit(stage)[-1] | {"at": ""} == audit(stage)[-1] | {
            "at": "",
            "event": "failed",
            "step": report.failed_at,
        }

    @pytest.mark.bulk
    async def test_a_migration_that_fails(self, stage: Stage) -> None:
        first = await self.two(stage)
        stage.target.answers["db upgrade"] = Ran(1, "", "wavoice: the disk is full\n")
        report = await stage.deploy()
        assert report.failed_at == "migrate"
        assert "the disk is full" in stage.steps[5].told
        assert (stage.target.live, stage.target.running) == (first, [first])

    async def test_a_release_that_never_gets_ready(self, stage: Stage) -> None:
        first = await self.two(stage)
        stage.target.ill_after = ("start", 10_000)
        await stage.deploy()
        second = stage.target.patient
        assert stage.target.live == first
        assert stage.target.running == [first]
        assert second in stage.target.notes[f"failed-{second}.log"]
        failed = next(step for step in stage.steps if step.outcome is Outcome.FAILED)
        assert failed.name == "health"
        assert "models loading" in failed.told
        assert f"{second} said something" in failed.told
        assert [step.name for step in stage.steps if step.outcome is Outcome.UNDONE] == [
            "keep logs", "undo start", "note", "unlock",
        ]  # fmt: skip

    async def test_a_canary_that_does_not_hear(self, stage: Stage) -> None:
        first = await self.two(stage)
        stage.target.answers["deploy canary --json"] = Ran(
            1, '{"ok": false, "told": "no answer", "seconds": 60}', ""
        )
        report = await stage.deploy()
        assert report.failed_at == "canary"
        assert (stage.target.live, stage.target.running) == (first, [first])
        assert "switch" not in " ".join(stage.target.asked)

    @pytest.mark.bulk
    async def test_the_callback_of_another_system_comes_back(self, stage: Stage) -> None:
        (app,) = stage.emulator.subscriptions.state.apps
        stage.emulator.subscriptions.change(app, installed=True, number_override=ELSEWHERE)
        assert (await stage.deploy()).ok
        assert await stage.callback() == CALLBACK
        assert ledger(stage)["live"]["callbacks"][0]["before"] == ELSEWHERE

    async def test_customers_go_back_when_it_falls_ill_under_them(self, stage: Stage) -> None:
        first = await self.two(stage)
        stage.target.ill_after = ("switch", 8)
        assert (await stage.deploy()).failed_at == "watch"
        assert (stage.target.live, stage.target.running) == (first, [first])
        names = [step.name for step in stage.steps if step.outcome is Outcome.UNDONE]
        assert names == ["undo switch", "keep logs", "stop", "note", "unlock"]

    async def test_a_first_release_that_falls_ill_leaves_meta_as_it_was(self, stage: Stage) -> None:
        stage.target.ill_after = ("switch", 8)
        assert (await stage.deploy()).failed_at == "watch"
        assert stage.target.running == []
        assert await stage.callback() is None
        names = [step.name for step in stage.steps if step.outcome is Outcome.UNDONE]
        assert names == ["undo webhook", "keep logs", "stop", "note", "unlock"]
        assert [row["event"] for row in audit(stage)][-2:] == ["callback_restored", "failed"]
        # What was taken back is nothing to go back to.
        stage.target.break_at("ship")
        await stage.deploy()
        assert ledger(stage)["under_way"]["previous"] is None

    @pytest.mark.bulk
    async def test_meta_refuses_the_address(self, stage: Stage) -> None:
        first = await self.two(stage)
        stage.with_deploy(url="https://127.0.0.1/other")
        report = await stage.deploy()
        assert report.failed_at == "webhook"
        assert stage.target.live == first
        assert await stage.callback() == CALLBACK

    async def test_interrupted_it_is_taken_back_all_the_same(self, stage: Stage) -> None:
        first = await self.two(stage)
        stage.target.fails["switch"] = asyncio.CancelledError
        with pytest.raises(asyncio.CancelledError):
            await stage.deploy()
        assert stage.target.live == first
        assert stage.target.running == [first]
        assert stage.target.locked_by is None


class TestTakenUp:
    async def test_a_failed_one_goes_on_and_scenarios_are_not_asked_again(self, stage: Stage) -> None:
        stage.target.break_at("ship")
        failed = await stage.deploy()
        stage.target.fails.clear()
        stage.judged.append(Judged(passed=0, pending=0, failed=("asked again",)))
        report = await stage.deploy()
        assert report.ok
        assert outcomes(stage)["gate"] == "skipped"
        assert report.release == failed.release

    @pytest.mark.bulk
    async def test_a_changed_bot_is_judged_again(self, stage: Stage) -> None:
        stage.target.break_at("ship")
        await stage.deploy()
        (stage.folder / "bot.py").write_text((stage.folder / "bot.py").read_text() + "\n# changed\n")
        stage.judged.append(Judged(passed=0, pending=0, failed=("asked again",)))
        assert (await stage.deploy()).failed_at == "gate"

    async def test_one_whose_process_died_is_taken_up_by_its_owner(self, stage: Stage) -> None:
        first = await stage.deploy()
        under_way = {"id": "d_1", "by": "ada@laptop", "process": 77, "began": "", "release": first.release}
        under_way |= {"previous": "20261101-000000-aaaaaaaa", "switched": True}
        stage.target.notes["deploy.json"] = json.dumps({"version": 1, "under_way": under_way})
        stage.target.locked_by = Holder("ada@laptop", "", "deploy, process 77")
        assert (await stage.deploy()).ok
        assert ledger(stage)["live"]["previous"] == "20261101-000000-aaaaaaaa"

    @pytest.mark.bulk
    async def test_one_that_still_runs_is_not(self, stage: Stage) -> None:
        stage.alive.add(77)
        under_way = {"id": "d_1", "by": "ada@laptop", "process": 77, "began": ""}
        stage.target.notes["deploy.json"] = json.dumps({"version": 1, "under_way": under_way})
        stage.target.locked_by = Holder("ada@laptop", "", "deploy, process 77")
        assert (await stage.deploy()).failed_at == "lock"
