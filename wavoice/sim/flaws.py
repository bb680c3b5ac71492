"""Known flaws of what opens customers' files: which releases of FFmpeg have them. Data; kept by hand.

Only what our demuxers and decoders reach is listed (`runtime/audio/containers.py`: ogg, aac, amr, mp3, mov).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_RELEASE = re.compile(r"n?(\d+)\.(\d+)(?:\.(\d+))?")


@dataclass(frozen=True, slots=True)
class Flaw:
    """One flaw, as its entry in the CVE list says it."""

    name: str
    since: tuple[int, ...]
    """First release that has it."""
    fixed: tuple[int, ...]
    """First release that has it no more."""
    about: str


FLAWS: Final = (
    # nvd.nist.gov, published 2026-04-16: "before 8.1"; affected since 4.1.
    Flaw("CVE-2026-40962", (4, 1), (8, 1), "mov: out-of-bounds write by sizes of encrypted samples"),
)


def release_of(version: str) -> tuple[int, ...] | None:
    """Numbers of a release of FFmpeg as it names itself; None for a build of no release."""
    found = _RELEASE.match(version)
    return None if found is None else tuple(int(part) for part in found.groups() if part is not None)


def flaws_of(version: str) -> tuple[Flaw, ...]:
    """Those that this release has; none of a build whose release cannot be told."""
    release = release_of(version)
    return () if release is None else tuple(one for one in FLAWS if one.since <= release < one.fixed)
