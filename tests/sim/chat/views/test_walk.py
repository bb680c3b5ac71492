"""Steps through a journal, and what happens to lines that nobody understands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journals import talk
from tests.rehearsing import desk
from tests.sim.chat.views.folding import fold, have
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.journal import VERSION, Event
from wavoice.runtime.journal_lines import to_json
from wavoice.sim.chat.traces import open_trace
from wavoice.sim.chat.views import Screen, Strange
from wavoice.sim.chat.views.walk import Walk
from wavoice.sim.trace_file import Trace, write_trace

REPLAYED = Path(__file__).with_name("replayed.jsonl")


def shown(screen: Screen) -> tuple[object, ...]:
    """Everything that a screen shows."""
    return (
        screen.contact,
        screen.conversation,
        screen.turns,
        screen.heard,
        screen.proposal,
        screen.session,
        screen.ledger,
        list(screen.journal),
    )


@pytest.fixture
def walk() -> Walk:
    return Walk(have(talk), zone="Asia/Kolkata")


class TestWalk:
    def test_begins_at_the_end(self, walk: Walk) -> None:
        assert (walk.position, walk.turn, walk.turns) == (len(walk), 7, 7)

    def test_shows_what_was_known_at_each_step_in_both_directions(self, walk: Walk) -> None:
        events = have(talk)
        for position in [*range(1, len(walk), 11), *range(len(walk), 0, -17)]:
            walk.to(position)
            expected = fold(events[:position])
            expected.choose(events[position - 1].where.turn)
            assert shown(walk.screen) == shown(expected)
            assert walk.now == events[position - 1].at

    def test_goes_from_turn_to_turn_and_back(self, walk: Walk) -> None:
        walk.home()
        on = []
        while walk.position < walk.last_of(walk.turns):
            walk.next_turn()
            on.append(walk.position)
        back = []
        while walk.position > on[0]:
            walk.previous_turn()
            back.append(walk.position)
        assert len(on) == 7
        assert back == on[-2::-1]
        walk.previous_turn()
        assert walk.position == 1

    def test_a_turn_stop_shows_its_reply(self, walk: Walk) -> None:
        walk.to_turn(2)
        assert [bubble.mine for bubble in walk.screen.conversation] == [True, False, True, False]
        assert walk.screen.turn is not None
        assert walk.screen.turn.words == "no wait"

    def test_never_leaves_the_journal(self, walk: Walk) -> None:
        walk.step(1)
        assert walk.position == len(walk)
        walk.to(-5)
        assert walk.position == 1
        walk.to_turn(99)
        walk.to_end_of("t_99")
        assert walk.position == 1

    def test_of_several_customers_shows_whom_the_event_is_about(self) -> None:
        first = have(talk)
        other = [
            Event(
                one.at,
                type(one.where)("default", "100", "c_2", f"x{one.where.turn}", one.where.modality),
                one.body,
            )
            for one in first
        ]
        mixed = [event for pair in zip(first, other, strict=True) for event in pair]
        walk = Walk(mixed)
        assert walk.screen.contact == "c_2"
        theirs = [bubble.text for bubble in walk.screen.conversation]
        walk.step(-1)
        assert walk.screen.contact == first[0].where.contact
        assert [bubble.text for bubble in walk.screen.conversation] == theirs
        assert len(walk.screen.journal) == len(mixed) - 1
        assert walk.screen.contacts == (first[0].where.contact, "c_2")
        assert walk.turns == 14


def future(line: dict[str, Any]) -> dict[str, Any]:
    return {**line, "kind": "dreamt", "data": {"of": "sheep"}}


def newer(line: dict[str, Any]) -> dict[str, Any]:
    return {**line, "version": VERSION + 1, "data": {}}


class TestTraces:
    def lines(self) -> list[dict[str, Any]]:
        return [to_json(event) for event in have(talk)]

    def put(self, folder: Path, lines: list[Any], name: str = "trace.jsonl") -> Path:
        file = folder / name
        file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        return file

    def test_of_a_replay(self) -> None:
        recorded = open_trace(REPLAYED)
        assert (len(recorded.items), recorded.skipped) == (83, 0)
        assert recorded.zone

    def test_of_a_test_has_names(self, tmp_path: Path) -> None:
        events = have(talk)
        names = {events[0].where.contact: "customer"}
        write_trace(tmp_path / "one.jsonl", Trace(events, "Asia/Kolkata", names))
        recorded = open_trace(tmp_path)
        assert (recorded.items, recorded.zone, recorded.names) == (list(events), "Asia/Kolkata", names)

    async def test_of_a_store_while_its_bot_runs(self, tmp_path: Path) -> None:
        async with desk(store=str(tmp_path / "bot.sqlite")) as at:
            await at.types("where is my order")
            recorded = open_trace(tmp_path / "bot.sqlite")
            assert recorded.items == list(await at.journal())
        assert recorded.zone is None

    @pytest.mark.parametrize("change", [future, newer])
    def test_what_a_newer_program_wrote_is_skipped_and_seen(
        self, tmp_path: Path, change: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> None:
        lines = self.lines()
        at = next(number for number, line in enumerate(lines) if line["kind"] == "span")
        recorded = open_trace(self.put(tmp_path, [*lines[:at], change(lines[at]), *lines[at + 1 :]]))
        screen = fold(recorded.items)
        assert (recorded.skipped, screen.skipped, len(screen.journal)) == (1, 1, len(lines))
        skipped = screen.journal[at]
        assert skipped.strange
        assert skipped.sentence.startswith("skipped: ")
        assert json.loads(skipped.json) == change(lines[at])
        whole = fold(have(talk))
        assert (screen.conversation, screen.ledger) == (whole.conversation, whole.ledger)

    def test_every_event_may_be_strange(self) -> None:
        strange = [
            Strange(one.at, "dreamt", one.where.contact, one.where.turn, "why", {}) for one in have(talk)
        ]
        walk = Walk(strange)
        assert shown(walk.screen)[1:7] == ((), (), None, None, Screen().session, ())
        walk.previous_turn()
        assert walk.position == 1

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ({"kind": "typed", "at": "soon", "data": {}, "pii": {}}, ":2 is no journal event"),
            ({"at": 1}, ":2 is no journal event"),
            ([1, 2], ":2 is no journal event"),
            ("text", ":2 is no journal event"),
        ],
    )
    def test_what_no_program_wrote_is_refused_by_line(self, tmp_path: Path, line: object, said: str) -> None:
        with pytest.raises(UserInputError, match=said):
            open_trace(self.put(tmp_path, [self.lines()[0], line]))

    def test_a_folder_must_hold_one_journal(self, tmp_path: Path) -> None:
        with pytest.raises(UserInputError, match="holds no journals"):
            open_trace(tmp_path)
        for name in ("a.jsonl", "b.jsonl"):
            self.put(tmp_path, self.lines()[:1], name)
        with pytest.raises(UserInputError, match=r"a\.jsonl, b\.jsonl"):
            open_trace(tmp_path)

    def test_what_is_not_there_cannot_be_read(self, tmp_path: Path) -> None:
        with pytest.raises(UserInputError, match="cannot be read"):
            open_trace(tmp_path / "none.jsonl")
