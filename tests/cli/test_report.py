"""`wavoice report` and `wavoice observe`: what they print and write, and what they refuse."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from tests.cli.commands import Shell
from tests.journals import written
from wavoice.sim.trace_file import Trace, write_trace

SPAN = ("--since", "2026-11-23", "--until", "2026-11-27")
PRICES = """
version = 1
currency = "EUR"
[[rates]]
from = 2026-10-01
utility = 0.03
source = "made up for a test"
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with three writes, of Monday 23 November 2026."""
    file = tmp_path_factory.mktemp("store") / "made.sqlite"
    written(file)
    return file


@pytest.fixture
def shell(shell: Shell, made: Path) -> Shell:
    """An empty folder with a copy of that store in it."""
    shutil.copy(made, shell.folder / "bot.sqlite")
    return shell


def test_the_review_begins_with_what_was_finished(shell: Shell) -> None:
    before = Path("bot.sqlite").read_bytes()
    done = shell("report", "bot.sqlite", *SPAN)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0].startswith("2026-11-23 00:00 to 2026-11-27 00:00 (UTC): 7 messages of 1 customer")
    titles = ("in short", "jobs", "voice", "waits, in milliseconds", "cost")
    assert [line for line in lines if line in titles] == list(titles)
    assert any(line.startswith("containment") for line in lines)
    assert "not known: the price of" in done.out
    assert Path("bot.sqlite").read_bytes() == before


def test_figures_as_json_are_alone_on_standard_output(shell: Shell) -> None:
    found = json.loads(shell("report", "bot.sqlite", *SPAN, "--json", "-").out)
    assert {flow["flow"]: flow["done"] for flow in found["flows"]} == {
        "change_address": 1,
        "reschedule_delivery": 2,
    }
    assert found["questions"]["vetoes"] == 0
    assert found["failures"] == {"orders timeout": 1}
    assert found["version"] == 1


class _Page(HTMLParser):
    """Tags that are open, and everything that a page refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.refers: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.refers += [value or "" for name, value in attrs if name in {"src", "href", "srcset", "action"}]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_stands_alone(shell: Shell) -> None:
    assert shell("report", "bot.sqlite", *SPAN, "--html", "week.html").code == 0
    text, page = Path("week.html").read_text(encoding="utf-8"), _Page()
    page.feed(text)
    assert (page.open, page.refers) == ([], [])
    assert page.seen.isdisjoint({"script", "link", "img", "iframe"})
    assert "url(" not in text
    assert "reschedule_delivery" in text


def test_the_page_shows_words_of_a_journal_as_words(shell: Shell) -> None:
    with closing(sqlite3.connect("bot.sqlite")) as database, database:
        database.execute("UPDATE journal SET line = replace(line, 'change_address', '<b>x</b>')")
    assert shell("report", "bot.sqlite", *SPAN, "--html", "week.html").code == 0
    text = Path("week.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;x&lt;/b&gt;" in text
    assert "<b>" not in text


def test_prices_of_the_owner_make_a_sum_of_what_is_known(shell: Shell) -> None:
    Path("prices.toml").write_text(PRICES)
    Path("wavoice.toml").write_text('[observe]\nprices = "prices.toml"\n[store]\npath = "bot.sqlite"\n')
    found = json.loads(shell("report", *SPAN, "--json", "-").out)["cost"]
    assert (found["currency"], found["total"]) == ("EUR", "0.0000"), "the first 1,000 of a month are free"
    assert set(found["messages"]) == {"free"}
    assert found["unknown"] == ["the price of minutes heard", "the price of voice notes spoken"]
    assert found["sources"][-1] == "made up for a test"


@pytest.mark.parametrize(
    ("prices", "told"),
    [
        ("version = 2", "version"),
        (PRICES.replace("EUR", "euro"), "currency"),
        (PRICES.replace("0.03", "-1"), "utility"),
        (PRICES + "fee = 1", "fee"),
        ("[[rates", "is no TOML"),
    ],
)
def test_prices_that_are_wrong_are_named(shell: Shell, prices: str, told: str) -> None:
    Path("wrong.toml").write_text(prices)
    done = shell("report", "bot.sqlite", "--prices", "wrong.toml")
    assert done.code == 2
    assert "wrong.toml" in done.err
    assert told in done.err


def test_a_journal_in_json_lines_is_reviewed_up_to_its_end(shell: Shell) -> None:
    write_trace(Path("talk.jsonl"), Trace(written()[1], "Asia/Kolkata"))
    done = shell("report", "talk.jsonl")
    assert done.code == 0
    assert "(Asia/Kolkata): 7 messages of 1 customer" in done.out
    assert "3 too recent to say" in done.out


def test_a_time_in_which_nothing_happened(shell: Shell) -> None:
    done = shell("report", "bot.sqlite", "--since", "2026-01-01", "--until", "2026-02-01")
    assert done.code == 0
    assert "0 messages of 0 customers in 0 conversations" in done.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("gone.sqlite",), "gone.sqlite cannot be read"),
        (("bot.sqlite", "--since", "soon"), "'soon' is no date and no duration"),
        (("bot.sqlite", "--since", "2026-12-01", "--until", "2026-11-01"), "would end before it begins"),
        (("bot.sqlite", "--html", "none/week.html"), "none/week.html cannot be written"),
        (("bot.sqlite", "--prices", "gone.toml"), "gone.toml cannot be read"),
        (("words.txt",), "words.txt:1"),
        ((), "There is no store wavoice.db yet"),
    ],
)
def test_what_cannot_be_reviewed_says_why(shell: Shell, arguments: tuple[str, ...], told: str) -> None:
    Path("words.txt").write_text("nothing of a journal\n")
    done = shell("report", *arguments)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_a_damaged_record_is_named_and_its_words_are_not(shell: Shell) -> None:
    with closing(sqlite3.connect("bot.sqlite")) as database, database:
        database.execute("UPDATE journal SET pii = '{\"text\": [\"secret words\"]}' WHERE kind = 'typed'")
    done = shell("report", "bot.sqlite", *SPAN)
    assert done.code == 2
    assert "Record 2 is damaged." in done.err
    assert "secret" not in done.err


def test_dashboard_and_rules_are_written(shell: Shell) -> None:
    done = shell("observe", "monitoring")
    assert (done.code, done.err) == (0, "")
    assert json.loads(Path("monitoring/wavoice.json").read_text())["uid"] == "wavoice"
    assert yaml.safe_load(Path("monitoring/wavoice.rules.yaml").read_text())["groups"]
    assert shell("observe", "bot.sqlite").code == 2
