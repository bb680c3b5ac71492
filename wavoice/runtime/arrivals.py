"""What is noted of messages and statuses as they arrive, before anything is read. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from wavoice.runtime import journal
from wavoice.runtime.model import Address, Form, Inbound, OutboxGroup, StatusUpdate


def received(message: Inbound) -> Iterator[journal.Event]:
    """What is noted of a message before it is read."""
    address = message.address
    where = journal.Where(address.tenant, address.number, address.contact, message.turn, message.modality)
    media, referral = message.media, message.referral
    received = journal.Received(
        message=message.id,
        sent_at=message.sent_at,
        media_sha256=media.sha256 if media else None,
        voice=bool(media and media.voice),
        forwarded=message.forwarded,
        form=message.form,
        target=message.target,
        quotes=message.quotes,
        taps=message.button.partition(":")[2] if message.button else None,
        identity=message.identity,
        source=f"{referral.source_type} {referral.source_id or ''}".strip() if referral else None,
        click=referral.ctwa_clid if referral else None,
    )
    yield journal.Event(message.received_at, where, received)
    if message.text is not None and message.form is not Form.ECHO:
        typed = journal.Typed(
            message=message.id,
            button=message.button is not None,
            quotes=message.quotes,
            forwarded=message.forwarded,
            text=message.text,
        )
        yield journal.Event(message.received_at, where, typed)


def where_of(group: OutboxGroup) -> journal.Where:
    """To which conversation and turn a reply group belongs."""
    return where_in(group.address, group.turn)


def where_in(address: Address, turn: str) -> journal.Where:
    """A turn of a conversation, as the header of an event."""
    return journal.Where(address.tenant, address.number, address.contact, turn)


def is_first_part(update: StatusUpdate, group: OutboxGroup) -> bool:
    """True for the part of a group that asks: the one with the buttons."""
    if update.reference:
        return update.reference.endswith("/0")
    return group.messages[:1] == (update.message,)
