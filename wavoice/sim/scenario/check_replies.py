"""`reply` and `notice`: what a reply group is like, held against what the phone shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wavoice.runtime.journal import Event
from wavoice.sim.emulator.handset.message import PhoneMessage
from wavoice.sim.scenario.expect import PartExpect, ReplyExpect

Problem = tuple[str, str, str]
"""Reason, expected, got."""


def check_group(
    wanted: ReplyExpect | str, groups: Sequence[Event], shown: Sequence[PhoneMessage]
) -> Iterator[Problem]:
    """What is wrong with the one group, or with there being none or several."""
    texts = " | ".join(str(event.body.text) for event in groups)
    if isinstance(wanted, str):
        if groups:
            yield "something was sent", "none", texts
        return
    if len(groups) != 1:
        yield f"{len(groups)} were sent instead of one", "one", texts or "none"
        return
    body = groups[0].body
    parts = [message for wamid in body.messages for message in shown if message.wamid == wamid]
    yield from _words(wanted, body.text)
    if wanted.form is not None and body.form != wanted.form:
        yield "it went out in another form", wanted.form, f"{body.form} ({body.fallback or 'as decided'})"
    if wanted.buttons is not None:
        titles = [button.title for part in parts for button in part.buttons]
        if titles != list(wanted.buttons):
            yield "it has other buttons", ", ".join(wanted.buttons) or "none", ", ".join(titles) or "none"
    if wanted.max_seconds is not None:
        longest = max(
            (seconds(part.media) for part in parts if part.kind == "voice" and part.media), default=0.0
        )
        if longest > wanted.max_seconds:
            yield "its voice note is too long", f"≤ {wanted.max_seconds} s", f"{longest:.1f} s"
    if wanted.parts is not None:
        yield from _parts(wanted.parts, parts, body.spoken or body.text)


def _words(wanted: ReplyExpect | PartExpect, text: str) -> Iterator[Problem]:
    said = text.casefold()
    for phrase in wanted.contains:
        if phrase.casefold() not in said:
            yield f"it does not say {phrase!r}", phrase, text
    for phrase in wanted.excludes:
        if phrase.casefold() in said:
            yield f"it says {phrase!r}", f"not {phrase}", text
    most = wanted.max_words if isinstance(wanted, ReplyExpect) else None
    if most is not None and len(text.split()) > most:
        yield f"it has {len(text.split())} words", f"≤ {most} words", text


def _parts(wanted: Sequence[PartExpect], parts: Sequence[PhoneMessage], words: str) -> Iterator[Problem]:
    forms = [part.kind for part in parts]
    if forms != [one.form for one in wanted]:
        yield "it has other parts", ", ".join(one.form for one in wanted), ", ".join(forms) or "none"
        return
    for one, part in zip(wanted, parts, strict=True):
        # What a voice note says is known from the journal.
        yield from _words(one, part.text if part.text is not None else words)


_GRANULE = slice(6, 14)
_PRE_SKIP = slice(10, 12)
"""Samples before the first that is heard (RFC 7845, section 5.1)."""
_RATE = 48_000
"""Ogg Opus counts its positions in samples of 48 kHz, whatever it was made from (RFC 7845, section 4)."""


def seconds(ogg: bytes) -> float:
    """Length that an Ogg Opus file states on its last page; 0 for anything else."""
    head, last = ogg.find(b"OpusHead"), ogg.rfind(b"OggS")
    if head < 0 or last < 0:
        return 0.0
    skipped = int.from_bytes(ogg[head:][_PRE_SKIP], "little")
    return max(0, int.from_bytes(ogg[last:][_GRANULE], "little") - skipped) / _RATE
