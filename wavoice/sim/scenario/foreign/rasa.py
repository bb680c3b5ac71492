"""Rasa's end-to-end tests: what a user says, and what the tracker must show for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from wavoice.sim.scenario.foreign.actions import Actions
from wavoice.sim.scenario.foreign.drafts import CaseDraft, Import, Imported, refusal_of
from wavoice.sim.scenario.foreign.rasa_steps import RasaCase
from wavoice.sim.scenario.foreign.source import Item, Source
from wavoice.sim.scenario.foreign.write import Note

FORMAT = "Rasa's end-to-end tests"

_TOP = ("test_cases", "fixtures", "metadata", "stub_custom_actions")
_CASE = ("test_case", "fixtures", "metadata", "steps")
_CLOCK = "mocked_datetime"
_METADATA = "a message here carries what WhatsApp puts into it, and nothing else"
_STUB = "the shop is simulated, not stubbed: describe it under `given.world`"
_SLOT = "there are no slots to fill beforehand: describe the shop under `given.world`"
_ELSEWHERE = "it is defined in another file, which is not read"


def from_rasa(source: Source, actions: Actions) -> Imported:
    """The test cases of a file."""
    top, made = source.top, Import(source, FORMAT)
    top.knows(*_TOP)
    fixtures = dict(_named(top, "fixtures"))
    for name, item in _named(top, "metadata"):
        made.refuse(item, f"metadata {name}", _METADATA)
    stubs = top.at("stub_custom_actions")
    if stubs.data is not None and not isinstance(stubs.data, dict):
        stubs.wrong("stub_custom_actions should be a table of keys")
    for name in stubs.data if isinstance(stubs.data, dict) else ():
        made.refuse(stubs.at(name), f"stub of {name}", _STUB)
    for item in top.items("test_cases", needed=True):
        _case(item, fixtures, made, actions)
    return made.done()


def _named(top: Item, key: str) -> Iterator[tuple[str, Item]]:
    """Names of a list of one-key tables, and what stands under each."""
    for item in top.items(key):
        if not isinstance(item.data, dict):
            item.wrong(f"{key} should be a list of names with their values")
            continue
        for name in item.data:
            yield name, item.at(name)


def _case(item: Item, fixtures: Mapping[str, Item], made: Import, actions: Actions) -> None:
    if not item.knows(*_CASE):
        return
    title = item.text("test_case", needed=True) or ""
    case = CaseDraft(title, item.at("test_case") if item.has("test_case") else item)
    for used in item.items("fixtures"):
        if not isinstance(used.data, str):
            used.wrong("a fixture is named by a text")
        elif used.data not in fixtures:
            _lose(case, used, f"fixture {used.data}", _ELSEWHERE)
        else:
            _fixture(fixtures[used.data], case)
    if item.text("metadata") is not None:
        _lose(case, item.at("metadata"), f"metadata {item.data['metadata']}", _METADATA)
    RasaCase(case, actions).steps(item.items("steps", needed=True))
    made.add(case)


def _lose(case: CaseDraft, item: Item, what: str, reason: str) -> None:
    """Say of something that holds before the first step that it is not carried over."""
    refusal = refusal_of(item, what, reason)
    case.refused.append(refusal)
    case.notes.append(Note(f"lost from line {refusal.line}: {refusal.what}: {refusal.reason}"))


def _fixture(item: Item, case: CaseDraft) -> None:
    """Slots that are set before the first step: the clock is one of them."""
    tables = item.all() if isinstance(item.data, list) else [item]
    for table in tables:
        if not isinstance(table.data, dict):
            table.wrong("a fixture should set slots")
            continue
        for name in table.data:
            slot = table.at(name)
            if name == _CLOCK:
                _clock(slot, case)
            else:
                _lose(case, slot, f"slot {name}", _SLOT)


def _clock(slot: Item, case: CaseDraft) -> None:
    try:
        moment = datetime.fromisoformat(slot.data)
        shown = moment.astimezone(UTC) if moment.tzinfo else moment
    except (TypeError, ValueError, OverflowError):
        slot.wrong(f"{_CLOCK} should be a date and time such as 2026-11-23T10:00:00+00:00")
        return
    case.now = shown.replace(tzinfo=None).isoformat()
