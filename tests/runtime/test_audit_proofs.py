"""The proofs of `wavoice audit`, over journals that were doctored and chained anew: the chain is no help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.journals import body, chained, changed, record, written
from wavoice.runtime import journal
from wavoice.runtime.adapters.store import SqliteStore
from wavoice.runtime.adapters.store.audit_rows import read_journal
from wavoice.runtime.audit import Report, audit
from wavoice.runtime.journal import Event
from wavoice.runtime.model import SECOND
from wavoice.sim.clock import CountingIds

Events = Sequence[Event]
Doctor = Callable[[Events], Events]

TYPED, TAPPED, SPOKEN = 0, 1, 2
"""Which write of `tests.journals.talk`."""


def events() -> Events:
    return written()[1]


def audited(doctored: Events) -> Report:
    return audit(*chained(doctored))


def edit(kind: str, which: int = -1, **changes: Any) -> Doctor:
    """Change fields of one event of a kind."""
    return lambda them: changed(them, kind, lambda event: body(event, **changes), which)


def drop(kind: str, which: int = -1) -> Doctor:
    return lambda them: changed(them, kind, lambda _: None, which)


def retime(kind: str, seconds: int, which: int = -1) -> Doctor:
    return lambda them: changed(
        them, kind, lambda event: replace(event, at=event.at + seconds * SECOND), which
    )


def evidence(which: int, **changes: Any) -> Doctor:
    """Change what was received as the yes of a write."""

    def doctor(them: Events) -> Events:
        wamid = [event.body.evidence for event in them if event.kind == "intended"][which]
        return [
            body(event, **changes) if event.kind == "received" and event.body.message == wamid else event
            for event in them
        ]

    return doctor


def read(which: int, **changes: Any) -> Doctor:
    """Change how the yes of a write was read."""

    def doctor(them: Events) -> Events:
        wamid = [event.body.evidence for event in them if event.kind == "intended"][which]
        (turn,) = [e.where.turn for e in them if e.kind == "received" and e.body.message == wamid]
        return [
            body(event, **changes) if event.kind == "read" and event.where.turn == turn else event
            for event in them
        ]

    return doctor


def before_write(which: int, *more: Callable[[Event], journal.Body], at: int = 0) -> Doctor:
    """Put events before a try to write; they are made of it."""

    def doctor(them: Events) -> Events:
        n = [n for n, event in enumerate(them) if event.kind == "intended"][which]
        intended = them[n]
        where = replace(intended.where, turn="t_more")
        made = [Event(intended.at + at, where, make(intended)) for make in more]
        return [*them[:n], *made, *them[n:]]

    return doctor


def of_proposal(kind: type[journal.ProposalEvent]) -> Callable[[Event], journal.Body]:
    names = ("proposal", "version", "action", "tier", "digest", "facts_version", "args", "read_back")
    return lambda event: kind(**{name: getattr(event.body, name) for name in names})


def hears(*marks: str, intent: str | None = None) -> tuple[Callable[[Event], journal.Body], ...]:
    return (
        lambda event: journal.Received("wamid.MORE", sent_at=event.at),
        lambda _: journal.Read((), marks, intent, "rules"),
    )


def takes_back(form: str) -> Callable[[Event], journal.Body]:
    return lambda event: journal.Received(
        "wamid.MORE", sent_at=event.at, form=form, target=event.body.evidence
    )


def removes_reaction(event: Event) -> journal.Body:
    return journal.Received("wamid.MORE", sent_at=event.at, form="reaction_removed", target="wamid.ASKED")


def reacts(them: Events) -> Events:
    """The yes of the first write was a thumb on its question."""
    digest = [event.body.digest for event in them if event.kind == "intended"][TYPED]
    them = [
        body(event, messages=("wamid.ASKED",))
        if event.kind == "replied" and event.body.digest == digest
        else event
        for event in them
    ]
    thumb = evidence(TYPED, form="reaction", target="wamid.ASKED")
    return edit("confirmed", TYPED, binding="quote")(thumb(them))


def other_contact(them: Events) -> Events:
    """The yes was somebody else's."""
    wamid = [event.body.evidence for event in them if event.kind == "intended"][TYPED]
    return [
        replace(event, where=replace(event.where, contact="c_other"))
        if event.kind == "received" and event.body.message == wamid
        else event
        for event in them
    ]


def another_key(them: Events) -> Events:
    n = [n for n, event in enumerate(them) if event.kind == "intended"][TYPED]
    return [*them[: n + 1], body(them[n], key="wv-" + "0" * 32), *them[n + 1 :]]


def twice(kind: str, which: int) -> Doctor:
    def doctor(them: Events) -> Events:
        n = [n for n, event in enumerate(them) if event.kind == kind][which]
        return [*them[: n + 1], *them[n : n + 1], *them[n + 1 :]]

    return doctor


def reuse(them: Events) -> Events:
    """The second write stands on the yes of the first."""
    first, second = [event.body.evidence for event in them if event.kind == "intended"][:2]
    them = changed(them, "intended", lambda event: body(event, evidence=first), TAPPED)
    assert first != second
    return changed(them, "confirmed", lambda event: body(event, message=first), TAPPED)


def everywhere(**changes: Any) -> Doctor:
    """Change fields in all that happened to the proposal of the second write."""

    def doctor(them: Events) -> Events:
        proposal = [event.body.proposal for event in them if event.kind == "intended"][TAPPED]
        return [
            body(event, **changes)
            if isinstance(event.body, journal.ProposalEvent) and event.body.proposal == proposal
            else event
            for event in them
        ]

    return doctor


def prompts(**changes: Any) -> Doctor:
    """Change what was noted of sending the question of the last write."""

    def doctor(them: Events) -> Events:
        digest = [event.body.digest for event in them if event.kind == "intended"][SPOKEN]
        return [
            body(event, **{name: value for name, value in changes.items() if hasattr(event.body, name)})
            if event.kind in ("replied", "status_seen") and event.body.digest == digest
            else event
            for event in them
        ]

    return doctor


def question_failed(them: Events) -> Events:
    digest = [event.body.digest for event in them if event.kind == "intended"][SPOKEN]
    return [
        body(event, status="failed") if event.kind == "status_seen" and event.body.digest == digest else event
        for event in them
    ]


def another_question(them: Events) -> Events:
    n = [n for n, event in enumerate(them) if event.kind == "confirmed"][SPOKEN]
    asked = journal.Replied("o_x", "buttons", ("wamid.X",), proposal="p_x", digest="d1:x", accepted_at=1)
    return [*them[:n], Event(them[n].at, them[n].where, asked), *them[n:]]


def before_yes(*more: Callable[[Event], journal.Body]) -> Doctor:
    """Put events before the last yes; they are made of it."""

    def doctor(them: Events) -> Events:
        n = [n for n, event in enumerate(them) if event.kind == "confirmed"][SPOKEN]
        made = [Event(them[n].at, them[n].where, make(them[n])) for make in more]
        return [*them[:n], *made, *them[n:]]

    return doctor


def late_status(them: Events, of: str) -> Callable[[Event], journal.Body]:
    """What became of a question was told after all else."""
    asked = next(event.body for event in them if event.kind == "replied" and event.body.digest == of)
    return lambda _: journal.StatusSeen(asked.messages[0], "read", asked.proposal, asked.digest)


def late_status_of_the_first(them: Events) -> Events:
    """Statuses take their time: that of an old question asks nothing again."""
    digest = [event.body.digest for event in them if event.kind == "confirmed"][TYPED]
    return before_yes(late_status(them, digest))(them)


def held_and_late_status(them: Events) -> Events:
    """Held by a veto and never put again; only a status of the question before came later."""
    digest = [event.body.digest for event in them if event.kind == "confirmed"][SPOKEN]
    return before_yes(of_proposal(journal.Held), late_status(them, digest))(them)


def identities(*keys: str) -> Doctor:
    def doctor(them: Events) -> Events:
        received = iter(range(100))
        return [
            body(event, identity=keys[min(next(received), len(keys) - 1)])
            if event.kind == "received"
            else event
            for event in them
        ]

    return doctor


BROKEN: dict[str, tuple[str, Doctor]] = {
    "no yes": ("I1", drop("confirmed")),
    "nobody decided to write": ("I1", drop("intended", TYPED)),
    "yes of another message": ("I1", edit("confirmed", message="wamid.OTHER")),
    "message never received": ("I1", edit("intended", evidence="wamid.OTHER")),
    "yes of another contact": ("I1", other_contact),
    "yes to another version": ("I1", edit("confirmed", version=2)),
    "yes to another digest": ("I1", edit("confirmed", digest="d1:other")),
    "not read as a yes": ("I1", read(TYPED, marks=())),
    "forwarded": ("I1", evidence(TYPED, forwarded=True)),
    "a file and no note": ("I1", evidence(SPOKEN, voice=False)),
    "an edit": ("I1", evidence(TYPED, form="edit")),
    "an echo": ("I1", evidence(TYPED, form="echo")),
    "bound to nothing": ("I1", edit("confirmed", TYPED, binding="stale")),
    "button of another question": ("I1", evidence(TAPPED, taps="d1:other")),
    "answers another message": ("I1", edit("confirmed", TYPED, binding="quote")),
    "another question asked since": ("I1", another_question),
    "question never accepted": ("I1", prompts(digest=None)),
    "question failed": ("I1", question_failed),
    "held and not asked again": ("I1", held_and_late_status),
    "began before the question": ("I1", evidence(SPOKEN, sent_at=0)),
    "identity changed": ("I1", identities("old", "old", "old", "old", "old", "old", "new")),
    "evidence used before": ("I1", reuse),
    "money without a tap": ("I1", edit("intended", TYPED, tier="R3")),
    "two keys": ("I2", another_key),
    "a key of its own": (
        "I2",
        lambda them: edit("committed", TYPED, key="wv-1")(edit("intended", TYPED, key="wv-1")(them)),
    ),
    "tried twice": ("I2", twice("intended", TYPED)),
    "done twice": ("I2", lambda them: twice("intended", SPOKEN)(twice("committed", SPOKEN)(them))),
    "no before": ("I3", before_write(TYPED, *hears("N"))),
    "wait before": ("I3", before_write(TAPPED, *hears("H"))),
    "wait before the retry": ("I3", before_write(-1, *hears("H"))),
    "change before": ("I3", before_write(SPOKEN, *hears("Y", "M"))),
    "stop before": ("I3", before_write(TYPED, *hears(intent="opt_out"))),
    "held before": ("I3", before_write(TYPED, of_proposal(journal.Held))),
    "cancelled before": ("I3", before_write(TYPED, of_proposal(journal.Cancelled))),
    "unsent before": ("I3", before_write(TYPED, takes_back("revoke"))),
    "reacted to another message": (
        "I1",
        lambda them: evidence(TYPED, form="reaction", target="wamid.OTHER")(
            edit("confirmed", TYPED, binding="quote")(them)
        ),
    ),
    "reaction removed before": (
        "I3",
        lambda them: reacts(before_write(TYPED, removes_reaction)(them)),
    ),
    "edited before": ("I3", before_write(TYPED, takes_back("edit"))),
    "a veto in the yes": ("I3", read(TYPED, marks=("Y", "H"))),
    "a spoken veto, then a yes": ("I3", read(SPOKEN, marks=("H", "Y"))),
    "after its deadline": ("I4", edit("intended", TYPED, tried_at=2**52)),
    "retried after its deadline": ("I4", edit("intended", tried_at=2**52)),
    "another deadline": ("I4", edit("intended", TYPED, expires_at=2**52)),
    "yes after the question expired": ("I4", edit("proposed", TYPED, expires_at=1)),
    "before the window ended": ("I4", edit("intended", TYPED, tried_at=1)),
    "other arguments written": ("I5", edit("intended", TYPED, args={"order": "1842", "day": "2026-11-30"})),
    "other arguments asked": ("I5", edit("proposed", TAPPED, args={"order": "1842"})),
    "other arguments accepted": ("I5", edit("confirmed", TAPPED, args={"order": "1842"})),
    "not those of the digest": ("I5", everywhere(args={"order": "1842", "address": "9 Hill Road"})),
    "another tier": ("I5", everywhere(tier="R1")),
    "another facts version": ("I5", everywhere(facts_version="v9")),
    "never asked": ("I5", drop("proposed")),
    "sent something else": ("I5", prompts(text="Order 1842: keep it on Thursday?")),
}  # fmt: skip


def test_what_the_runtime_did_is_proved() -> None:
    for report in (audit(*written()[0]), audited(events())):
        assert report.ok
        assert (report.effects, report.proved, report.violations) == (3, 3, [])


@pytest.mark.parametrize("name", BROKEN)
def test_every_broken_invariant_is_found_although_the_chain_is_whole(name: str) -> None:
    invariant, doctor = BROKEN[name]
    report = audited(doctor(events()))
    assert report.breaks == []
    assert invariant in {one.invariant for one in report.violations}
    assert report.proved == report.effects - len({one.proposal for one in report.violations})
    assert not report.ok


@pytest.mark.parametrize(
    "doctor",
    [
        before_write(TYPED, *hears("Y")),
        before_write(TYPED, *hears(intent="track_order")),
        identities("same"),
        reacts,
        lambda them: edit("confirmed", TYPED, row="D07")(read(TYPED, marks=("H", "Y"))(them)),
        edit("status_seen", 0, status="failed"),
        late_status_of_the_first,
    ],
)
def test_what_is_no_violation(doctor: Doctor) -> None:
    assert audited(doctor(events())).violations == []


def test_only_writes_since_then_are_proved() -> None:
    tried = sorted(event.body.tried_at for event in events() if event.kind == "intended")
    journals = chained(drop("confirmed", TYPED)(events()))
    assert [audit(*journals, since=moment).effects for moment in (0, tried[0] + 1, 2**60)] == [3, 2, 0]
    assert audit(*journals, since=tried[0] + 1).ok


async def test_a_redacted_proof_stands_by_its_digest(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite"
    await record(file)
    store = await SqliteStore.open(file, ids=CountingIds())
    async with store.begin() as tx:
        them = await tx.journal.read()
        why = replace(them[0], body=journal.Redacted("erasure", (), ()))
        for turn in dict.fromkeys(event.where.turn for event in them):
            await tx.journal.redact(why, turn, erase)
        assert not any("Lake" in str(event) for event in await tx.journal.read())
    await store.close()
    report = audit(*read_journal(file))
    assert report.ok
    assert report.redacted > 20
    assert (report.effects, report.proved) == (3, 3)


def erase(event: Event) -> Event:
    names = {"args": {}, "read_back": "", "text": "", "slots": {}, "detail": ""}
    changes: dict[str, Any] = {name: value for name, value in names.items() if hasattr(event.body, name)}
    if isinstance(event.body, journal.LookedUp):
        changes["orders"] = tuple(replace(order, address="") for order in event.body.orders)
    return body(event, **changes) if changes else event


def test_old_lines_are_read_and_said_to_be_from_before_the_proofs() -> None:
    (stored, head), _ = written()
    old = [
        replace(one, record=replace(one.record, line=one.record.line.replace('"version":2}', '"version":1}')))
        for one in stored
        if one.record.kind != "intended"
    ]
    unchained = [replace(one, seal=None, salt=None) for one in old]
    report = audit(unchained, None)
    assert head.last > len(unchained)
    assert (report.breaks, report.not_chained, report.violations) == ([], len(old), [])
    assert (report.effects, report.proved, len(report.unproven)) == (3, 0, 3)
