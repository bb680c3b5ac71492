"""Voice notes that every installation has: some dialogues of fixtures/audio, and people who talk behind them.

`wavoice fixtures pack` makes the folder; its manifest says which voices speak and under which licence.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

from wavoice.sim.noise import Signal, at_level


@contextmanager
def pack_folder() -> Iterator[Path]:
    """The folder with `manifest.toml` and the notes, as files while the context lasts."""
    with as_file(files(__name__)) as folder:
        yield folder


@cache
def talkers() -> tuple[Signal, ...]:
    """Some people, each talking about something else: what babble is made of."""
    from wavoice.sim.sound.notes import samples_of  # noqa: PLC0415 -- which mixes these

    voices = sorted(
        one.name for one in files(__name__).joinpath("crowd").iterdir() if one.name.endswith(".ogg")
    )
    notes = [files(__name__).joinpath("crowd", name).read_bytes() for name in voices]
    return tuple(at_level(samples_of(note).astype(float), -23) for note in notes)
