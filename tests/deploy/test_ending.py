"""How a deploy ends when what comes last goes wrong: nobody is locked out, and nothing is half taken back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.deploy.scripted_target import ScriptedTarget
from tests.deploy.stage import Stage
from wavoice.deploy.errors import TargetError
from wavoice.deploy.ledger import read_ledger
from wavoice.deploy.steps import Outcome, Step


class Full(ScriptedTarget):
    """Has no room for the last line of the audit."""

    async def append(self, name: str, line: str) -> None:
        if json.loads(line)["event"] == "done":
            raise TargetError("the disk is full", host=self.host)
        await super().append(name, line)


@pytest.mark.parametrize("method", ["prune", pytest.param("unlock", marks=pytest.mark.bulk)])
async def test_what_cannot_be_tidied_up_is_said_and_the_release_is_live(method: str, stage: Stage) -> None:
    stage.target.break_at(method)
    report = await stage.deploy()
    assert report.ok
    assert report.steps == stage.steps
    last = stage.steps[-1]
    assert (last.name, last.outcome, last.told) == (method, Outcome.FAILED, f"{method} broke")
    assert stage.target.live == report.release
    assert (await read_ledger(stage.target)).under_way is None
    assert (stage.target.locked_by is None) == (method == "prune")


async def test_an_end_that_cannot_be_noted_is_taken_back(stage: Stage) -> None:
    stage.target = Full()
    stage.around = replace(stage.around, target=stage.target)
    report = await stage.deploy()
    assert (report.ok, report.failed_at) == (False, "watch")
    assert stage.target.running == []
    assert stage.target.locked_by is None
    found = await read_ledger(stage.target)
    assert found.live is None
    assert found.under_way is not None
    assert found.under_way.failed_at == "watch"


async def test_it_is_taken_back_when_nobody_reads_its_lines_any_more(stage: Stage) -> None:
    def gone(step: Step) -> None:
        if step.name not in ("preflight", "gate", "lock", "package", "ship", "migrate"):
            raise BrokenPipeError

    stage.around = replace(stage.around, report=gone)
    with pytest.raises(BrokenPipeError):
        await stage.deploy()
    assert stage.target.running == []
    assert stage.target.locked_by is None
