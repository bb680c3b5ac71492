"""Customers' original recordings: kept by their consent alone, for as long as policy says, and no longer.

What was heard stands in the journal; these are the bytes themselves, called by their turn and by no name.
One is written before the commit of its turn and taken away again if there is none, so that whoever cuts a
card number out of what was said finds the recording too, or it was never there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from wavoice.runtime import journal, session
from wavoice.runtime.errors import StoreError
from wavoice.runtime.hear import Words
from wavoice.runtime.kit import Kit, Turn
from wavoice.runtime.model import SECOND, Consent, Inbound, Micros
from wavoice.runtime.ports import Media
from wavoice.runtime.pruning import prune
from wavoice.runtime.redact import was_redacted
from wavoice.runtime.steps import Step
from wavoice.runtime.understand import Known

_DAY: Micros = 24 * 3600 * SECOND
_REST: Micros = 60 * SECOND
"""After trouble with disk or store."""

log = structlog.get_logger("wavoice")


@asynccontextmanager
async def original(
    turn: Turn, message: Inbound, known: Known, words: Words, step: Step
) -> AsyncIterator[None]:
    """Around the commit of a turn: its recording is kept with it, or not at all.

    A withdrawal takes away everything of that customer first; if that fails, so does the turn, because its
    reply says that it was done. A recording that cannot be kept is noted and stops nothing.
    """
    media = turn.kit.media
    if media is None:
        yield
        return
    if (Consent.VOICE_DATA, False) in step.consents:
        await media.forget(turn.address)
    if not _may_be_kept(message, known, words, step):
        if message.media is not None and message.attempts:  # an earlier try may have kept it
            await media.forget(turn.address, turn.id)
        yield
        return
    try:
        await _keep(turn, media, words)
        yield
    except BaseException:
        await media.forget(turn.address, turn.id)
        raise


async def _keep(turn: Turn, media: Media, words: Words) -> None:
    due = turn.trace.now() + turn.kit.policy.keep_recordings
    try:
        await media.keep(turn.address, turn.id, words.data, due)
    except StoreError as error:
        turn.log(journal.Trouble(stage="keep", code=error.code, detail=error.message))
        log.error("recording_not_kept", turn=turn.id, error=error.code)


def _may_be_kept(message: Inbound, known: Known, words: Words, step: Step) -> bool:
    """With consent, if somebody spoke in it, and never with any part of a card number."""
    spoken = bool(words.data) and known.meant and not was_redacted(words.text, words.other)
    withdrawn = (Consent.VOICE_DATA, False) in step.consents
    return spoken and not withdrawn and session.may_keep_words(message.modality, known.consents)


async def sweep(kit: Kit, tenant: str) -> None:
    """Delete what is due, at the start and whenever something falls due, until cancelled."""
    while True:
        await kit.clock.wait(asyncio.Event(), await _sweep(kit, tenant))


async def _sweep(kit: Kit, tenant: str) -> Micros:
    """Delete what is due; return when to look again. What comes in the meantime is due later than that."""
    now, policy = kit.clock.now(), kit.policy
    try:
        due = await kit.media.sweep(now) if kit.media is not None else None
        await prune(kit.store, kit.ids, tenant, policy, now)
    except StoreError as error:
        log.error("not_swept", error=error.code)
        return now + _REST
    return min(now + (policy.keep_recordings or _DAY), now + _DAY, due or now + _DAY)
