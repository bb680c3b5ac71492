"""Received messages in order of arrival, and the figures of their voice notes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import bindparam, false, func, select, update

from wavoice.runtime.adapters.store.codec import VERSION, dump, dump_json, load
from wavoice.runtime.adapters.store.portable import insert
from wavoice.runtime.adapters.store.statements import Statements
from wavoice.runtime.adapters.store.tables import columns, inbox, media, of_contact, place
from wavoice.runtime.errors import StoreError
from wavoice.runtime.model import SECOND, Address, Audio, Form, Inbound, MediaRef, Micros
from wavoice.runtime.redact import map_texts

LONGEST_BACK_OFF: Micros = 60 * SECOND

_add = (
    insert(inbox)
    .on_conflict_do_nothing(index_elements=["tenant", "number", "message"])
    .returning(inbox.c.seq)
)  # fmt: skip
_undone = of_contact(inbox), inbox.c.done == false()
_oldest = select(inbox).where(*_undone).order_by(inbox.c.seq).limit(1)
_waiting = select(inbox).where(*_undone).order_by(inbox.c.seq.desc())
_rest = select(inbox).where(*_undone, inbox.c.seq > bindparam("after_seq")).order_by(inbox.c.seq)
_recent = (
    select(inbox)
    .where(of_contact(inbox), inbox.c.received_at >= bindparam("since"))
    .order_by(inbox.c.seq.desc())
    .limit(bindparam("most"))
)
_body = select(inbox.c.value, inbox.c.body, inbox.c.version).where(inbox.c.seq == bindparam("of_seq"))
_rewrite = (
    update(inbox)
    .where(inbox.c.seq == bindparam("of_seq"))
    .values(value=bindparam("new_value"), body=bindparam("new_body"), version=VERSION)
)
_count = select(func.count()).select_from(inbox).where(*_undone)
_begin = (
    update(inbox)
    .where(inbox.c.seq == bindparam("of_seq"))
    .values(attempts=inbox.c.attempts + 1, retry_at=bindparam("again_at"))
)
_done = update(inbox).where(inbox.c.seq == bindparam("of_seq")).values(done=True)


class InboxRows:
    """`ports.Inbox`."""

    def __init__(self, db: Statements) -> None:
        self._db = db
        self.erased = False
        """Words were taken out that must not survive anywhere in the file."""

    async def add(self, message: Inbound, body: Mapping[str, object]) -> Inbound | None:
        """See `ports.Inbox`; the first of two bodies under one message id is kept."""
        seq = (
            await self._db.execute(
                _add,
                {
                    **columns(message.address),
                    "message": message.id,
                    "turn": message.turn,
                    "received_at": message.received_at,
                    "attempts": 0,
                    "done": False,
                    "value": dump(message),
                    "body": dump_json(body),
                    "version": VERSION,
                },
            )
        ).scalar_one_or_none()
        return None if seq is None else replace(message, seq=seq)

    async def next(self, address: Address, now: Micros) -> Inbound | None:
        """See `ports.Inbox`; a message in back-off holds back the later ones of its contact.

        The first attempt leaves no `retry_at`, so that a restart takes the turn up at once; each
        later one backs off twice as long before it is begun again.
        """
        row = (await self._db.execute(_oldest, place(address))).one_or_none()
        if row is None or (row.retry_at is not None and row.retry_at > now):
            return None
        again_at = now + _back_off(row.attempts) if row.attempts else None
        await self._db.execute(_begin, {"of_seq": row.seq, "again_at": again_at})
        return replace(load(Inbound, row.value, row.version), seq=row.seq, attempts=row.attempts)

    async def rest(self, message: Inbound) -> Sequence[Inbound]:
        """See `ports.Inbox`."""
        found = await self._db.execute(_rest, {**place(message.address), "after_seq": message.seq})
        return [
            replace(load(Inbound, row.value, row.version), seq=row.seq, attempts=row.attempts)
            for row in found
        ]

    async def recent(self, address: Address, since: Micros, most: int) -> Sequence[Inbound]:
        """See `ports.Inbox`."""
        found = await self._db.execute(_recent, {**place(address), "since": since, "most": most})
        return [
            replace(load(Inbound, row.value, row.version), seq=row.seq, attempts=row.attempts)
            for row in reversed(found.all())
        ]

    async def rewrite(self, message: Inbound, change: Callable[[str], str]) -> None:
        """See `ports.Inbox`."""
        self.erased = True
        row = (await self._db.execute(_body, {"of_seq": message.seq})).one()
        stored = load(Inbound, row.value, row.version)
        text = None if stored.text is None else change(stored.text)
        await self._db.execute(
            _rewrite,
            {
                "of_seq": message.seq,
                "new_value": dump(replace(stored, text=text)),
                "new_body": dump_json(map_texts(json.loads(row.body), change)),
            },
        )

    async def unread(self, address: Address) -> int:
        """See `ports.Inbox`."""
        count: int = (await self._db.execute(_count, place(address))).scalar_one()
        return count

    async def done(self, message: Inbound) -> None:
        """See `ports.Inbox`."""
        await self._db.execute(_done, {"of_seq": message.seq})

    async def amended(self, message: Inbound) -> Inbound | None:
        """See `ports.Inbox`."""
        about = {message.id, message.target if message.form is Form.EDIT else message.id}
        for row in await self._db.execute(_waiting, place(message.address)):
            later = load(Inbound, row.value, row.version)
            if row.seq > message.seq and later.form in (Form.EDIT, Form.REVOKE) and later.target in about:
                return replace(later, seq=row.seq, attempts=row.attempts)
        return None


def _back_off(attempts: int) -> Micros:
    return min(SECOND << min(attempts, 6), LONGEST_BACK_OFF)


_figures = (
    "media_id",
    "mime_type",
    "sha256",
    "voice",
    "size",
    "codec",
    "source_rate",
    "channels",
    "seconds",
    "trimmed_start",
    "trimmed_end",
)
_keep = insert(media).from_select(
    ["turn", "tenant", "number", "contact", "received_at", *_figures],
    select(
        inbox.c.turn,
        inbox.c.tenant,
        inbox.c.number,
        inbox.c.contact,
        inbox.c.received_at,
        *(bindparam(f"new_{name}", type_=media.c[name].type) for name in _figures),
    ).where(inbox.c.turn == bindparam("of_turn")),
)
_keep = _keep.on_conflict_do_update(
    index_elements=["turn"], set_={name: _keep.excluded[name] for name in _figures}
)


class MediaRows:
    """`ports.MediaTable`."""

    def __init__(self, db: Statements) -> None:
        self._db = db

    async def add(self, turn: str, media: MediaRef, size: int, audio: Audio) -> None:
        """See `ports.MediaTable`; a repeated turn replaces its row.

        Raises `StoreError` for a turn that no stored message began.
        """
        figures = {
            "media_id": media.id,
            "mime_type": media.mime_type,
            "sha256": media.sha256,
            "voice": media.voice,
            "size": size,
            "codec": audio.codec,
            "source_rate": audio.source_rate,
            "channels": audio.channels,
            "seconds": audio.seconds,
            "trimmed_start": audio.trimmed_start,
            "trimmed_end": audio.trimmed_end,
        }
        written = await self._db.execute(
            _keep, {"of_turn": turn, **{f"new_{name}": value for name, value in figures.items()}}
        )
        if not written.rowcount:
            raise StoreError(f"Turn {turn} has no stored message.", remedy="Inbox.add comes first.")
