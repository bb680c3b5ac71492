"""`wavoice eval intents`: labelled wishes read by each interpreter, and what it says of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import pytest

from tests.cli.commands import WHERE, Shell, needs_weights
from tests.llm_server import LlmServer, reading

ROWS: list[dict[str, Any]] = [
    {"id": "a", "text": "where is my order 1842?", "intent": "track_order", "slots": {"order": "1842"}},
    {"id": "b", "text": "I want my money back", "intent": "get_refund"},
    {"id": "c", "text": "Let me talk to a human", "intent": "contact_human_agent"},
    {"id": "d", "text": "what is the capital of Peru", "intent": "out_of_scope"},
    {
        "id": "e",
        "text": "deliver it on Friday instead",
        "intent": "reschedule_delivery",
        "slots": {"day": "x"},
    },
    {"id": "f", "text": "tell me when it is there", "intent": "change_shipping_address"},
]


def written(shell: Shell, rows: list[dict[str, Any]]) -> Path:
    file = shell.folder / "wishes.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def figures(shell: Shell, rows: list[dict[str, Any]], *options: str | Path) -> dict[str, Any]:
    done = shell("eval", "intents", written(shell, rows), "--interpreter", "rules", "--json", "-", *options)
    assert done.code == 0
    found: dict[str, Any] = json.loads(done.out)
    return found


def test_counts_what_was_understood(shell: Shell) -> None:
    found = figures(shell, ROWS)["interpreters"]["rules"]
    assert found["n"] == 6
    assert found["accuracy"] == pytest.approx(5 / 6, abs=1e-4)
    assert found["by_intent"]["change_address"] == {"n": 1, "precision": None, "recall": 0.0, "f1": 0.0}
    assert found["by_intent"]["out_of_scope"]["precision"] == 0.5
    assert found["macro_f1"] == pytest.approx((4 + 2 / 3) / 6, abs=1e-4)
    assert found["confusion"]["change_address"] == {"out_of_scope": 1}
    assert [each["id"] for each in found["mistakes"]] == ["f"]


def test_slots_are_measured_where_they_are_labelled(shell: Shell) -> None:
    slots = figures(shell, ROWS)["interpreters"]["rules"]["slots"]
    assert slots == {"n": 2, "exact": 0.5, "by_slot": {"day": 0.0, "order": 1.0}}


def test_a_day_is_counted_from_the_day_that_is_named(shell: Shell) -> None:
    row = {
        "text": "move my delivery to Friday",
        "intent": "reschedule_delivery",
        "slots": {"day": "2026-12-11"},
    }
    assert figures(shell, [row])["interpreters"]["rules"]["slots"]["exact"] == 0.0
    found = figures(shell, [row], "--today", "2026-12-07")
    assert found["interpreters"]["rules"]["slots"]["exact"] == 1.0


def test_what_is_out_of_scope_is_told_by_a_threshold(shell: Shell) -> None:
    found = figures(shell, ROWS[:4])["interpreters"]["rules"]["out_of_scope"]
    assert found["n"] == 1
    assert found["recall"] == 1.0
    assert found["false_rejection"] == 0.0
    assert found["at_5_percent"] == {"threshold": 1.0, "recall": 1.0, "false_rejection": 0.0}


def test_rules_that_find_too_little_have_no_threshold_that_helps(shell: Shell) -> None:
    found = figures(shell, ROWS)["interpreters"]["rules"]["out_of_scope"]
    assert found["false_rejection"] == 0.2
    assert found["at_5_percent"]["recall"] == 0.0


@pytest.mark.parametrize("name", ["map.toml", "map.json"])
def test_a_map_turns_foreign_labels_into_ours(shell: Shell, name: str) -> None:
    entries = {"STATUS": "track_order", "*": "out_of_scope"}
    as_toml = "".join(f'"{key}" = "{value}"\n' for key, value in entries.items())
    map_file = shell.folder / name
    map_file.write_text(json.dumps(entries) if name.endswith("json") else as_toml, encoding="utf-8")
    rows = [{"text": "where is my parcel", "intent": "STATUS"}, {"text": "hello", "intent": "GREETING"}]
    found = figures(shell, rows, "--map", map_file)
    assert found["map"] == str(map_file)
    assert found["interpreters"]["rules"]["accuracy"] == 1.0


def test_each_row_says_what_became_of_it(shell: Shell) -> None:
    file = written(shell, ROWS[:2])
    done = shell("eval", "intents", file, "--interpreter", "rules", "--rows", "-")
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert [(each["id"], each["label"], each["intent"], each["predicted"]) for each in lines] == [
        ("a", "track_order", "track_order", "track_order"),
        ("b", "get_refund", "refund_order", "refund_order"),
    ]
    assert {each["decided_by"] for each in lines} == {"rules"}


@contextmanager
def on_a_thread(server: LlmServer) -> Iterator[str]:
    """The server beside a command, which has a loop of its own."""
    address: Queue[str] = Queue()
    loop, over = asyncio.new_event_loop(), asyncio.Event()

    async def serving() -> None:
        async with server.served() as at:
            address.put(at)
            await over.wait()

    thread = Thread(target=loop.run_until_complete, args=(serving(),))
    thread.start()
    try:
        yield address.get(timeout=60)
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


def test_an_llm_is_measured_with_what_it_costs(shell: Shell) -> None:
    server = LlmServer()
    server.says.extend([reading("none"), reading("cancel_order"), reading("none"), "I think not."])
    rows = [
        {"text": "make that lamp thing not happen", "intent": "cancel_order"},
        {"text": "who won the cup then", "intent": "out_of_scope"},
        {"text": "no idea what to say here", "intent": "out_of_scope"},
    ]
    with on_a_thread(server) as address:
        table = f'[understanding.llm]\nbase_url = "{address}"\nmodel = "m"\nprice_in = 1.0\nprice_out = 2.0\n'
        (shell.folder / "wavoice.toml").write_text(table + "budget_seconds = 8\n")
        done = shell("eval", "intents", written(shell, rows), "--interpreter", "llm", "--json", "-")
    found = json.loads(done.out)
    assert found["llm"] == {"asked": 4, "failed": 1}  # the first is a warm-up
    assert found["interpreters"]["llm"]["accuracy"] == 1.0
    assert found["interpreters"]["llm"]["cost"]["paid_per_1000"] == 0.96
    assert found["interpreters"]["llm"]["cost"]["decided_by"] == {"llm": 1, "rules": 2}


def test_an_llm_that_is_not_set_cannot_be_measured(shell: Shell) -> None:
    assert "understanding.llm.base_url" in shell.refuses(
        "eval", "intents", written(shell, ROWS), "--interpreter", "full"
    )


def test_prints_a_table(shell: Shell) -> None:
    done = shell("eval", "intents", written(shell, ROWS))
    assert "6 wishes" in done.out
    assert "track_order" in done.out
    assert "taken for" in done.out


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"text": "hi", "intent": "track_oder"}, "wishes.jsonl:1: 'track_oder' is none of our intents"),
        ({"text": "hi", "intent": "chek_invoice"}, "Do you mean check_invoice?"),
        ({"text": "hi"}, "wishes.jsonl:1 has no intent"),
        ({"intent": "track_order"}, "wishes.jsonl:1 holds no wish"),
        ({"text": "hi", "intent": "human", "langage": "en"}, "there is no key 'langage'"),
        ({"text": "hi", "intent": "human", "language": "xx"}, "there is no language 'xx'"),
        ({"text": "hi", "intent": "human", "slots": ["order"]}, "slots is no object of texts"),
        ({"audio": "gone.ogg", "intent": "human"}, "there is no file"),
    ],
)
def test_a_bad_row_is_named_with_its_remedy(shell: Shell, row: dict[str, Any], complaint: str) -> None:
    assert complaint in shell.refuses("eval", "intents", written(shell, [row]))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('stop = "cancel_ordr"', "Do you mean cancel_order?"),
        ("stop = 1", "stop = 1 is none of our intents"),
        ("", "maps nothing"),
        ("stop =", "is no TOML"),
    ],
)
def test_a_bad_map_is_named_with_its_remedy(shell: Shell, text: str, complaint: str) -> None:
    map_file = shell.folder / "map.toml"
    map_file.write_text(text, encoding="utf-8")
    assert complaint in shell.refuses("eval", "intents", written(shell, ROWS), "--map", map_file)


def test_a_day_that_is_none_is_refused(shell: Shell) -> None:
    assert "is no day" in shell.refuses("eval", "intents", written(shell, ROWS), "--today", "soon")


@needs_weights
def test_a_recording_is_heard(shell: Shell) -> None:
    found = figures(shell, [{"audio": str(WHERE), "intent": "track_order"}])
    assert found["interpreters"]["rules"]["accuracy"] == 1.0
