"""Two thousand notes leave a bot as large as two hundred did."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.commands import NOTES, needs_weights
from wavoice.sim.bench.growth import resident_after
from wavoice.sim.bench.notes import bench_notes

FEW, MANY = 200, 2_000


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the memory of another process")
@needs_weights
async def test_memory_does_not_grow_with_notes(tmp_path: Path) -> None:
    resident = await resident_after(tmp_path / "bot.db", bench_notes(NOTES, (2,))[0], (FEW, 1_000, MANY))
    print({notes: f"{size / 1e6:.1f} MB" for notes, size in resident.items()})
    assert resident[MANY] <= 1.05 * resident[FEW]
