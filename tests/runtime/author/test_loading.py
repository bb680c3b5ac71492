"""A bot is loaded whole or not at all: what is wrong is said with file, function and what is missing."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from textwrap import dedent
from zoneinfo import ZoneInfo

import pytest

from tests.runtime.author.shop import BOT, points
from wavoice import App, Customer, Facts, Order, job
from wavoice.runtime.actions import Failed, Job
from wavoice.runtime.actions.builtin import JOBS
from wavoice.runtime.author.load import AppFile, load_app, load_from
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.interpret.rules import RulesInterpreter
from wavoice.runtime.model import Identity, Reading
from wavoice.runtime.ports import Situation
from wavoice.runtime.settings import Settings

READS = (
    '@job(tier="R0", asks=("opening hours",))\ndef hours() -> str:\n    """Tell you when we are open."""\n'
)
BOT_FILE = f"from wavoice import App, job\n{READS}    return 'From nine.'\napp = App(hours)\n"
NOW = datetime(2026, 11, 23, 15, 30, tzinfo=ZoneInfo("Asia/Kolkata"))


@pytest.fixture(autouse=True)
def fresh_modules() -> Iterator[None]:
    """Whatever is imported from a folder of a test is forgotten."""
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name in ("bot", "prices", "shop_bot"):
            del sys.modules[name]


def load(folder: Path, text: str = BOT_FILE, target: str = "bot:app") -> App:
    (folder / "bot.py").write_text(dedent(text), encoding="utf-8")
    return load_from(AppFile(folder, target))


def refused(folder: Path, text: str, target: str = "bot:app") -> str:
    with pytest.raises(ConfigError) as refusal:
        load(folder, text, target)
    return str(refusal.value).replace(f"{folder}/", "")


class TestFiles:
    def test_it_stands_beside_the_settings(self, tmp_path: Path) -> None:
        (tmp_path / "bot.py").write_text(BOT_FILE, encoding="utf-8")
        settings = tmp_path / "wavoice.toml"
        settings.write_text('[bot]\napp = "bot:app"\n[jobs.hours]\nmode = "shadow"\n', encoding="utf-8")
        loaded = load_app(Settings.load(settings))
        assert [each.name for each in loaded.jobs][-1] == "hours"
        assert len(list(loaded.jobs)) == len(list(JOBS)) + 1

    def test_without_one_it_is_the_sample_bot(self) -> None:
        names = [each.name for each in load_app(Settings()).jobs]
        assert names == [each.name for each in JOBS]
        assert {"track_order", "refund_order", "payment_link", "faq"} < {*names}

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("def hours(:\n", "bot.py:1: invalid syntax."),
            ("import nothing_of_the_kind\n", "bot.py:1: ModuleNotFoundError: No module named"),
            ("x = 1\n\ny = 1 / 0\n", "bot.py:3: ZeroDivisionError: division by zero."),
            ("x = 1\n", "bot.app is 'bot:app', and bot.py has no 'app'. Write app = App(…) there."),
            ("app = 3\n", "bot.py: app is int, and no App. Write app = App(…)."),
        ],
    )
    def test_what_is_wrong_with_it_is_said_with_its_line(self, tmp_path: Path, text: str, told: str) -> None:
        assert refused(tmp_path, text).startswith(told)

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"bot\.app is 'other:app', and there is no file .*other\.py"):
            load_from(AppFile(tmp_path, "other:app"))

    def test_a_name_that_is_none_is_refused_by_the_settings(self, tmp_path: Path) -> None:
        settings = tmp_path / "wavoice.toml"
        settings.write_text('[bot]\napp = "bot.py"\n[jobs.hours]\nmode = "of"\n', encoding="utf-8")
        with pytest.raises(ConfigError, match=r"bot\.app.*jobs\.hours\.mode"):
            Settings.load(settings)

    def test_loading_again_reads_what_it_imports_again(self, tmp_path: Path) -> None:
        head = "import prices\nfrom wavoice import App, job\n"
        text = f"{head}{READS}    return prices.OPENS\napp = App(hours, sample=False)\n"
        (tmp_path / "prices.py").write_text("OPENS = 'nine'\n", encoding="utf-8")
        first = load(tmp_path, text)
        (tmp_path / "prices.py").write_text("OPENS = 'eleven'\n", encoding="utf-8")
        second = load(tmp_path, text)
        assert [_answer(each) for each in (first, second)] == ["nine", "eleven"]

    def test_a_broken_one_leaves_what_was_loaded(self, tmp_path: Path) -> None:
        (tmp_path / "prices.py").write_text("OPENS = 'nine'\n", encoding="utf-8")
        load(tmp_path, f"import prices\n{BOT_FILE}")
        before = sys.modules["prices"]
        (tmp_path / "prices.py").write_text("OPENS = \n", encoding="utf-8")
        assert refused(tmp_path, f"import prices\n{BOT_FILE}").startswith("prices.py:1: invalid syntax")
        assert sys.modules["prices"] is before


def _answer(app: App) -> object:
    (only,) = app.jobs
    return getattr(only.prepare({}, Facts(Identity(()), (), 0), NOW.date()), "text", None)


HEAD = """
from datetime import date
from typing import Annotated, Literal
from wavoice import IMPOSSIBLE, RESTORE, App, Change, Fact, Money, Order, Slot, job
"""
WRITES = {
    "tier": '"R2"',
    "asks": '("engrave it",)',
    "read_back": '"Order {order}: engrave it?"',
    "done": '"order {order} is engraved"',
    "still": '"order {order} is plain"',
    "compensation": "IMPOSSIBLE",
}


def declared(
    changes: Mapping[str, str | None] | None = None,
    parameters: str = "order: Order",
    body: str = '"""Engrave it."""',
) -> str:
    """A bot with one job; `None` leaves a word out."""
    words = {**WRITES, **(changes or {})}
    said = "".join(f"    {name}={value},\n" for name, value in words.items() if value is not None)
    made = f"def engrave({parameters}) -> Change:\n    {body}\n    return Change()\n"
    return f"{HEAD}@job(\n{said})\n{made}app = App(engrave)\n"


class TestRefusals:
    def test_a_writing_job_lacks_nothing(self, tmp_path: Path) -> None:
        assert "engrave" in load(tmp_path, declared()).jobs

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"tier": None}, "tier is missing"),
            ({"tier": '"R9"'}, "tier is 'R9'; it is one of R0, R1, R2, R3"),
            ({"compensation": None}, "compensation is missing"),
            ({"compensation": '"melt"'}, "compensation is 'melt', and no writing job"),
            ({"commit": "commit"}, "look_up is missing"),
            ({"look_up": "commit"}, "look_up without commit"),
            ({"commit": "len", "look_up": "len"}, "commit is not async"),
            ({"read_back": None}, "read_back is missing"),
            ({"read_back": '{"de": "Bestellung {order}: gravieren?"}'}, "read_back is missing"),
            ({"done": None}, "done is missing"),
            ({"still": None}, "still is missing"),
            ({"read_back": '"Engrave it?"'}, "read_back in en does not say {order}"),
            ({"read_back": '"Order {order}: engrave {words}?"'}, "speaks of {words}, and there is order"),
            ({"read_back": '"Order {order.id}: engrave it?"'}, "{order.id} is no plain {name}"),
            ({"read_back": '"Order {order}: " + "very " * 13 + "well?"'}, "has 16 words"),
            ({"read_back": '"Engrave order {order}."'}, "is to be one question"),
            ({"read_back": '"Order {order}? Engrave it?"'}, "is to be one question"),
            ({"read_back": '"Order {order}: do not engrave it?"'}, "asks for something not to be"),
            ({"read_back": '"Order {order}: engrave or paint it?"'}, "offers a choice"),
            ({"read_back": '{"en": "Order {order}: engrave it?", "xx": "{order}?"}'}, "'xx' is no language"),
            ({"done": '"{orders} is engraved"'}, "done speaks of {orders}"),
            ({"asks": "()"}, "asks is empty"),
            ({"asks": '("my order please",)'}, "has no word of its own"),
            ({"asks": '("to me",)'}, "has no word of its own"),
            ({"asks": '("stop messaging me",)'}, "is understood as a wish for opt_out"),
            ({"reads": '{"points": 3}'}, "write Fact(read=…, sample=…)"),
            ({"reads": '{"points": Fact(read=len, sample=3)}'}, "its function is not async"),
            ({"permit": "lambda colour: None"}, "permit wants 'colour'"),
            ({"tier": '"R0"'}, "read_back belongs to a job that writes"),
        ],
    )
    def test_what_is_missing_or_wrong_is_named(
        self, tmp_path: Path, changes: dict[str, str | None], told: str
    ) -> None:
        text = declared(changes).replace("@job", "async def commit(write): ...\n@job", 1)
        said = refused(tmp_path, text)
        assert said.startswith("bot.py:6: engrave: ")
        assert told in said

    @pytest.mark.parametrize(
        ("parameters", "told"),
        [
            ("order: Order, to", "to has no annotation"),
            ("order: Order, to: list[str]", "to is list, and a slot is one of Order, date, Money, int, str"),
            ("order: Order, when: Annotated[date, Slot('Which day?')]", "is to be called day"),
            ("order: Order, words: str", "words has nothing to ask when it is missing"),
            (
                "order: Order, a: Annotated[str, Slot('A?')], b: Annotated[str, Slot('B?')]",
                "a and b are all of kind text",
            ),
            ("order: Order, amount: Annotated[Money, Slot('How much?')]", "what moves money is R3"),
            ("order: Order, words: str | None = None", "words may be absent"),
            (
                "order: Order, ink: Annotated[Literal['red'], Slot('?', also={'blue': ('navy',)})]",
                "none of its values",
            ),
            ("order: Order, ink: Literal[3]", "ink is Literal, and a slot is one of"),
            ("order: Ordre", "an annotation cannot be read: name 'Ordre' is not defined"),
        ],
    )
    def test_slots_are_what_can_be_heard(self, tmp_path: Path, parameters: str, told: str) -> None:
        text = declared(parameters=parameters).replace(
            "\nfrom datetime", "from __future__ import annotations\nfrom datetime", 1
        )
        said = refused(tmp_path, text)
        assert "engrave: " in said
        assert told in said

    def test_all_of_it_is_said_at_once(self, tmp_path: Path) -> None:
        said = refused(tmp_path, declared({"tier": None, "compensation": None, "done": None}))
        assert [line.split(": ")[2].split(" is")[0] for line in said.splitlines()] == [
            "tier",
            "done",
            "compensation",
        ]

    def test_a_job_without_a_word_of_what_it_does(self, tmp_path: Path) -> None:
        assert "what it does is missing" in refused(tmp_path, declared(body="pass"))

    def test_two_jobs_of_one_name(self) -> None:
        with pytest.raises(ConfigError, match="There are two jobs 'points'"):
            App(points, points)

    def test_a_sentence_that_another_job_has_taken(self) -> None:
        @job(tier="R0", asks=("wrap my gift",))
        def gifts() -> str:
            """Tell you about gifts."""
            return ""

        with pytest.raises(
            ConfigError, match=r"gifts: asks 'wrap my gift' is understood as a wish for wraps"
        ):
            App(_renamed(), gifts)


def _renamed() -> Job:
    @job(tier="R0", asks=("wrap",))
    def wraps() -> str:
        """Tell you about wraps."""
        return ""

    return wraps


class TestWrongAtWork:
    """What only shows when a job is carried out: it is no answer to the customer, and a person takes over."""

    @pytest.mark.parametrize(
        ("body", "where"),
        [
            ("return None", "answered NoneType, and not Change, Ask or Refuse"),
            ("return Change(shows={'price': '3'})", "does not answer with what `shows` names"),
            ("return Change(money=Money(3, 'EUR'), payee='visa 4242')", "pays money out: it needs tier R3"),
            ("return Change(before=order.nothing)", "AttributeError at bot.py:15"),
        ],
    )
    def test_it_says_where(self, tmp_path: Path, body: str, where: str) -> None:
        text = declared().replace("return Change()", body)
        made = load(tmp_path, text).jobs.about("engrave")
        order = Order("1842", "cus_1", "open", NOW.date(), "12 Hill Road", (), "v1")
        facts = Facts(Identity((Customer("cus_1", "Sample Customer", "1"),)), (order,), 0)
        prepared = made.prepare({}, facts, NOW.date())
        assert isinstance(prepared, Failed)
        assert where in prepared.where


def read(text: str, **situation: object) -> Reading:
    found = Situation(now=NOW, vocabulary=BOT.jobs.vocabulary, **situation)  # type: ignore[arg-type]
    return RulesInterpreter().read(text, found)


class TestHearing:
    @pytest.mark.parametrize(
        ("text", "intent", "slots"),
        [
            ("could you gift wrap my order", "gift_wrap", {}),
            ("I'd like gift wrapping for the parcel in gold", "gift_wrap", {"paper": "gold"}),
            ("wrap order 1842 in scarlet", "gift_wrap", {"order": "1842", "paper": "red"}),
            ("wrap order eighteen forty-two in red or gold", "gift_wrap", {"order": "1842"}),
            ("gift wrap my order, not in red but in gold", "gift_wrap", {"paper": "gold"}),
            ("gift wrap my order in red, no sorry, gold", "gift_wrap", {"paper": "gold"}),
            ("book a table for two on Friday", "tasting", {"guests": "2", "day": "2026-11-27"}),
            ("book a table for 4 on 2 December", "tasting", {"guests": "4", "day": "2026-12-02"}),
            ("tell the driver: ring twice.", "driver_note", {"note": "ring twice"}),
            ("pay me 20 euros", "voucher", {"amount": "2000", "currency": "EUR"}),
            ("move my delivery to Friday", "reschedule_delivery", {"day": "2026-11-27"}),
            ("where is my gold order", "track_order", {}),
            ("stop messaging me", "opt_out", {}),
            ("I want to talk to a person about the gift wrap of my order", "human", {}),
        ],
    )
    def test_requests(self, text: str, intent: str, slots: dict[str, str]) -> None:
        reading = read(text)
        assert (reading.intent, dict(reading.slots)) == (intent, slots)

    @pytest.mark.parametrize(
        ("text", "slots"), [("gold", {"paper": "gold"}), ("the red one please", {"paper": "red"}), ("12", {})]
    )
    def test_answers_to_what_was_asked(self, text: str, slots: dict[str, str]) -> None:
        assert dict(read(text, asked="paper", half_said="gift_wrap").slots) == slots

    def test_a_bare_number_answers_how_many(self) -> None:
        assert read("120", asked="guests", half_said="tasting").slots == {"guests": "120"}

    def test_while_a_question_is_open_only_its_own_values_count(self) -> None:
        prompt = "Order 1842: wrap it in gold? Reply yes or no."
        reading = read("yes, gold", open_action="gift_wrap", prompt=prompt)
        assert (reading.plain, dict(reading.mentioned)) == (True, {"paper": ("gold",)})
        moving = "Order 1842: move it to Friday 27 November? Reply yes or no."
        assert not read("yes, gold", open_action="reschedule_delivery", prompt=moving).plain

    def test_a_bot_without_the_sample_jobs_hears_none_of_them(self) -> None:
        vocabulary = App(points, sample=False).jobs.vocabulary
        situation = Situation(now=NOW, vocabulary=vocabulary)
        assert RulesInterpreter().read("move my delivery to Friday", situation).intent is None
