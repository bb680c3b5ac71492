"""A card number that is split over two messages: the first half goes as soon as the second arrives (I18)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from wavoice.runtime import journal
from wavoice.runtime.hear import Words
from wavoice.runtime.journal_lines import from_json, to_json
from wavoice.runtime.kit import Kit, Turn
from wavoice.runtime.model import Address, Arrived, Asking, Conversation, Inbound, Micros
from wavoice.runtime.overheard import REACH, Overheard
from wavoice.runtime.ports import UnitOfWork
from wavoice.runtime.redact import cut_out, has_digits, map_texts, split_card
from wavoice.runtime.understand import Known

_MOST = 5


async def without_half(tx: UnitOfWork, kit: Kit, address: Address, arrived: Arrived, at: Micros) -> Arrived:
    """The message without its part of a card number that an earlier one began.

    If there is one, the earlier part is cut out of the store in the same transaction, and whoever is at
    work on this contact is fenced: what it holds in memory still has the number, and must not be written.
    """
    if not arrived.text or not has_digits(arrived.text):
        return arrived
    before = await _said(tx, kit.overheard, address, at)
    found = split_card([*(text for _, text in before), arrived.text])
    own = found.get(len(before))
    if own is None:
        return arrived
    memory = await tx.conversations.take(address)
    await tx.conversations.save(await _cut(tx, kit, before, found, memory, at))
    cut = partial(cut_out, parts=own)
    return replace(arrived, text=cut(arrived.text), body=map_texts(dict(arrived.body), cut))


async def without_spoken_half(
    turn: Turn, message: Inbound, known: Known, words: Words
) -> tuple[Known, Words]:
    """The same of a voice note, against what came before it and what has come since."""
    heard = words.heard
    if heard is None or not any(has_digits(decode.text) for decode in heard.decodes):
        return known, words
    kit, now = turn.kit, turn.trace.now()
    own: set[str] = set()
    async with turn.kit.store.begin() as tx:
        others = await _said(tx, kit.overheard, message.address, message.received_at, but=message.id)
        place = sum(other.seq < message.seq for other, _ in others)
        texts = [text for _, text in others]
        for decode in heard.decodes:
            found = split_card([*texts[:place], decode.text, *texts[place:]])
            own |= set(found.get(place, ()))
            if place in found:
                theirs = {at - (at > place): parts for at, parts in found.items() if at != place}
                stored = await _cut(tx, kit, others, theirs, known.stored, now)
                await tx.conversations.save(stored)
                known = _forget(replace(known, stored=stored), theirs)
    if not own:
        kit.overheard.note(turn.id, heard.transcript.text, now)
        return known, words
    cut = partial(cut_out, parts=own)
    turn.change_words(lambda event: _changed(event, cut))
    safe = [replace(decode, text=cut(decode.text), words=()) for decode in heard.decodes]
    other = safe[0].text if words.other is not None else None
    return known, replace(words, text=safe[-1].text, other=other, heard=replace(heard, decodes=tuple(safe)))


async def _said(
    tx: UnitOfWork, overheard: Overheard, address: Address, at: Micros, but: str = ""
) -> Sequence[tuple[Inbound, str]]:
    """The last messages of that contact in order, with their words as far as they are kept or remembered."""
    recent = [one for one in await tx.inbox.recent(address, at - REACH, _MOST + 1) if one.id != but]
    return [(one, one.text or await _heard(tx, one) or overheard.of(one.turn, at)) for one in recent[-_MOST:]]


async def _heard(tx: UnitOfWork, message: Inbound) -> str:
    if message.media is None:
        return ""
    bodies = [event.body for event in await tx.journal.read(message.turn)]
    return next((body.text for body in reversed(bodies) if isinstance(body, journal.HeardNote)), "")


async def _cut(
    tx: UnitOfWork,
    kit: Kit,
    said: Sequence[tuple[Inbound, str]],
    found: Mapping[int, Sequence[str]],
    conversation: Conversation,
    at: Micros,
) -> Conversation:
    """Cut the parts out of everything that was kept of those messages; return what is remembered."""
    for place, (message, _) in enumerate(said):
        if place not in found:
            continue
        cut = partial(cut_out, parts=tuple(found[place]))
        await tx.inbox.rewrite(message, cut)
        await _cut_turn(tx, message, cut, at)
        kit.overheard.forget(message.turn)
        if kit.media is not None and message.media is not None:
            await kit.media.forget(message.address, message.turn)
        conversation = _without(conversation, cut)
        await _cut_packets(tx, message.address, cut, at)
    return conversation


async def _cut_packets(tx: UnitOfWork, address: Address, cut: Callable[[str], str], at: Micros) -> None:
    """What a person was given is told without it here; what a ticket system has by now is its own."""
    for handed in await tx.hand_offs.of_contact(address):
        packet = handed.packet
        if packet.at >= at - REACH:
            lines = tuple(replace(line, text=cut(line.text)) for line in packet.transcript)
            safe = replace(packet, summary=cut(packet.summary), transcript=lines)
            await tx.hand_offs.save(replace(handed, packet=safe))


async def _cut_turn(tx: UnitOfWork, message: Inbound, cut: Callable[[str], str], at: Micros) -> None:
    address = message.address
    where = journal.Where(address.tenant, address.number, address.contact, message.turn, message.modality)
    why = journal.Event(at, where, journal.Redacted(reason="card", records=(), hashes=()))
    await tx.journal.redact(why, message.turn, lambda event: _changed(event, cut))
    for group in await tx.outbox.of_turn(message.turn):
        reply = group.reply
        spoken = None if reply.spoken is None else cut(reply.spoken)
        await tx.outbox.save(replace(group, reply=replace(reply, text=cut(reply.text), spoken=spoken)))
    proposal = await tx.proposals.latest(address, at - REACH)
    if proposal is not None and proposal.evidence is not None and proposal.evidence.message == message.id:
        decodes = tuple(replace(one, text=cut(one.text), words=()) for one in proposal.evidence.decodes)
        await tx.proposals.save(replace(proposal, evidence=replace(proposal.evidence, decodes=decodes)))


def _changed(event: journal.Event, cut: Callable[[str], str]) -> journal.Event:
    line = to_json(_without_words(event) if isinstance(event.body, journal.HeardNote) else event)
    return from_json({**line, "pii": map_texts(line["pii"], cut)})


def _without_words(event: journal.Event) -> journal.Event:
    """A number that is cut out of a text stands in its words as well, one digit a word."""
    decodes = tuple(replace(decode, words=()) for decode in event.body.decodes)
    return replace(event, body=replace(event.body, decodes=decodes))


def _without(conversation: Conversation, cut: Callable[[str], str]) -> Conversation:
    memory = tuple((cut(said), cut(answer)) for said, answer in conversation.memory)
    return replace(
        conversation,
        memory=memory,
        asking=_of_what_is_left(conversation.asking, cut),
        aside=_of_what_is_left(conversation.aside, cut),
        queued=_of_what_is_left(conversation.queued, cut),
    )


def _of_what_is_left(half_said: Asking | None, cut: Callable[[str], str]) -> Asking | None:
    """A value that held a part of the number is asked for again."""
    if half_said is None:
        return None
    slots = {slot: value for slot, value in half_said.slots.items() if cut(value) == value}
    return half_said if len(slots) == len(half_said.slots) else replace(half_said, slots=slots)


def _forget(known: Known, found: Mapping[int, Sequence[str]]) -> Known:
    """What the turn itself holds in memory, and writes at its end."""
    cut = partial(cut_out, parts=[part for parts in found.values() for part in parts])
    return replace(known, conversation=_without(known.conversation, cut))
