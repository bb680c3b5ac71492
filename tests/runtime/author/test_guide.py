"""docs/jobs.md: its examples are a bot that loads and does what the page says."""

from __future__ import annotations

import re
from pathlib import Path

from tests.runtime.author.shop import after_yes, open_desk
from wavoice.runtime.author.load import AppFile, load_from

GUIDE = Path(__file__).parents[3] / "docs" / "jobs.md"


async def test_the_examples_are_a_bot(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "guide_bot.py").write_text("\n\n".join(blocks), encoding="utf-8")
    app = load_from(AppFile(tmp_path, "guide_bot:app"))
    assert {str(job.tier) for job in app.jobs} == {"R0", "R1", "R2", "R3"}
    async with open_desk(app) as at:
        assert await at.types("what is my points balance") == ["You have 120 points."]
        assert await after_yes(at, "wrap order 1842 in golden paper") == [
            "Done: order 1842 will be wrapped in gold paper."
        ]
        assert await after_yes(at, "join the club", "large") == ["Done: you are a member."]
        assert [action for action, _ in at.writes] == ["gift_wrap", "join_club"]
