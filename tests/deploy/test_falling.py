"""A release that ends: noticed at the next look, and customers are given back before anything else."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from tests.deploy.scripted_target import ScriptedTarget
from tests.deploy.stage import Stage
from wavoice.deploy.steps import Outcome


class Alone(ScriptedTarget):
    """Its new release ends as soon as it is alone."""

    async def stop(self, release: str, grace_seconds: float) -> str:
        if self.live not in (None, release) and not self.restarts:
            self.restarts[str(self.live)] = 2
        return await ScriptedTarget.stop(self, release, grace_seconds)


def vars_of(target: ScriptedTarget) -> dict[str, Any]:
    return {each.name: getattr(target, each.name) for each in fields(target)}


async def two(stage: Stage) -> str:
    """Deploy one release and change the bot; return its id."""
    first = await stage.deploy()
    assert first.ok
    (stage.folder / "bot.py").write_text((stage.folder / "bot.py").read_text() + "\n# changed\n")
    stage.target.asked.clear()
    return first.release


async def test_at_the_switch_the_release_before_still_runs_and_has_webhooks_again(stage: Stage) -> None:
    first = await two(stage)
    stage.target.falls_at = "switch"
    report = await stage.deploy()
    assert report.failed_at == "switch"
    assert (stage.target.live, stage.target.running) == (first, [first])
    assert f"stop {first}" not in stage.target.asked
    undone = [step.name for step in stage.steps if step.outcome is Outcome.UNDONE]
    assert undone == ["undo switch", "keep logs", "stop", "note", "unlock"]


async def test_once_it_is_alone_webhooks_wait_for_the_release_before(stage: Stage) -> None:
    first = await two(stage)
    stage.target = Alone(**vars_of(stage.target))
    stage.around = replace(stage.around, target=stage.target)
    report = await stage.deploy()
    assert report.failed_at == "watch"
    back = stage.target.asked[stage.target.asked.index(f"start {first}") :]
    assert back[:3] == [f"start {first}", f"switch {first}", f"health {first}"]
    assert (stage.target.live, stage.target.running) == (first, [first])


async def test_before_it_is_ready_it_is_not_waited_for(stage: Stage) -> None:
    first = await two(stage)
    stage.target.falls_at = "start"
    report = await stage.deploy()
    assert report.failed_at == "health"
    assert sum(each.startswith("health ") for each in stage.target.asked) == 1
    assert (stage.target.live, stage.target.running) == (first, [first])
