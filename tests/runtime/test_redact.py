"""Card numbers never reach a store, however they are grouped; orders, phones and days stay."""

from __future__ import annotations

import json
import re
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from tests.rehearsing import desk
from wavoice.runtime.build import Parts
from wavoice.runtime.journal import Event
from wavoice.runtime.journal_lines import to_json
from wavoice.runtime.model import Audio, Heard
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Hint
from wavoice.runtime.redact import REMOVED, REMOVED_CODE, redact, redact_tree
from wavoice.sim.scripted import ScriptedEars

VISA = ("4111", "1111", "1111", "1111")
CARD = re.compile(r"4\D{0,3}1\D{0,3}1\D{0,3}1\D{0,3}(?:1\D{0,3}){12}")
"""The same sixteen digits with anything short between them."""
WORDS = "four one one one one one one one one one one one one one one one"


class TestRedact:
    @pytest.mark.parametrize(
        "between",
        ["", " ", "-", ".", "  ", ", ", ",", " - ", "/", "\t", "\n", "\u00a0", "\u202f", "\u2011", "\u2013"],
        ids=ascii,
    )
    def test_however_it_is_grouped(self, between: str) -> None:
        assert redact(f"my card is {between.join(VISA)}, thanks") == f"my card is {REMOVED}, thanks"

    @pytest.mark.parametrize(
        "number",
        [
            "4222222222222",
            "378282246310005",
            "3782 822463 10005",
            "5555-5555-5555-4444",
            "6011 0009 9013 9424",
            "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
            "6304 0000 0000 0000 000",
            "\uff14111 1111 1111 1111",
        ],
    )
    def test_every_length(self, number: str) -> None:
        assert redact(number) == REMOVED

    @pytest.mark.parametrize(
        ("text", "left"),
        [
            ("order 1842 card 4111 1111 1111 1111", f"order 1842 card {REMOVED}"),
            ("(4111111111111111)", f"({REMOVED})"),
            ("4111 1111 1111 1111, 4242 4242 4242 4242", f"{REMOVED}, {REMOVED}"),
        ],
    )
    def test_only_the_number_goes(self, text: str, left: str) -> None:
        assert redact(text) == left

    @pytest.mark.parametrize(
        "text",
        [
            "4111 1111 1111 1111 12/29 123",
            "4111 1111 1111 1111 1229",
            "1842 4111 1111 1111 1111",
        ],
    )
    def test_other_digits_beside_it_do_not_hide_it(self, text: str) -> None:
        assert not CARD.search(redact(text))

    @pytest.mark.parametrize(
        "text",
        [
            "order 1842",
            "order 1,842 or 18 42",
            "call me on +91 98123 00001 or 919812300001",
            "between 2026-11-27 and 2026-11-28",
            "parcel 4111 1111 1111 1112",
            "14 Lake Road, 560001 Bengaluru",
            "",
        ],
    )
    def test_everything_else_stays(self, text: str) -> None:
        assert redact(text) == text

    def test_a_tree_is_cleaned_but_for_its_ids(self) -> None:
        card = " ".join(VISA)
        tree = {"id": card, "text": {"body": card}, "items": [{"caption": card}, 7, None], "from": card}
        assert redact_tree(tree) == {
            "id": card,
            "text": {"body": REMOVED},
            "items": [{"caption": REMOVED}, 7, None],
            "from": card,
        }


def kept(events: Sequence[Event], folder: Path) -> str:
    """Everything that the journal and the store's files hold, as text."""
    lines = [json.dumps(to_json(event), default=str) for event in events]
    return "\n".join([*lines, *(file.read_bytes().decode("latin-1") for file in folder.iterdir())])


def left(audio: bytes, folder: Path) -> bool:
    """True if any file holds a stretch of it; the quiet and headers of other files are no stretch."""
    files = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    parts = (audio[at : at + 64] for at in range(200, len(audio) - 64, 64))
    return any(part in data for part in parts if len(set(part)) > 16 for data in files)


class TestWholeTurns:
    @pytest.mark.parametrize("card", ["4111 1111 1111 1111", "4111111111111111", "4111-1111-1111-1111"])
    async def test_typed(self, card: str, tmp_path: Path) -> None:
        async with desk(store=str(tmp_path / "bot.sqlite")) as at:
            await at.types("please move my delivery to Friday")
            answer = await at.types(f"yes, my card is {card}", quotes=at.messages[-1].wamid)
            assert "did not keep it" in answer[0]
            await at.wait(20)
            assert at.writes == []
            await at.types("yes", quotes=at.messages[-1].wamid)
            await at.wait(5)
            text = kept(await at.journal(), tmp_path)
        assert not CARD.search(text)
        assert REMOVED in text
        assert "1842" in text
        assert at.writes == [("reschedule_delivery", {"order": "1842", "day": "2026-11-27"})]

    async def test_typed_as_an_address(self, tmp_path: Path) -> None:
        """Slots, proposals, read-backs and replies are made of what is left."""
        async with desk(store=str(tmp_path / "bot.sqlite")) as at:
            asked = await at.types("change the address to 14 Lake Road 4111 1111 1111 1111")
            assert "did not keep it" in asked[0]
            text = kept(await at.journal(), tmp_path)
        assert not CARD.search(text + asked[0])

    @pytest.mark.parametrize("spoken", ["4111 1111 1111 1111", "4111, 1111, 1111, 1111.", WORDS])
    async def test_spoken(self, spoken: str, tmp_path: Path) -> None:
        async with desk(store=str(tmp_path / "bot.sqlite")) as at:
            await at.speaks(f"where is my order, my card is {spoken}")
            text = kept(await at.journal(), tmp_path)
        assert not CARD.search(text)
        assert WORDS not in text
        assert REMOVED in text

    @pytest.mark.parametrize(
        "halves", [("my card is 6011 0009", "9013 9424"), ("it is 60110009", "and then 9013 9424, yes")]
    )
    async def test_split_over_two_messages(self, halves: tuple[str, str], tmp_path: Path) -> None:
        async with desk(store=str(tmp_path / "bot.sqlite")) as at:
            await at.types(halves[0])
            assert re.search("6011 ?0009", kept(await at.journal(), tmp_path))
            await at.types(halves[1])
            text = kept(await at.journal(), tmp_path)
            assert [event.kind for event in await at.journal()].count("redacted") == 1
        assert not re.search("6011 ?0009|9013 ?9424", text), re.findall(".{60}6011 ?0009.{20}", text)
        assert REMOVED in text

    async def test_an_order_after_a_phone_number_is_no_second_half(self, tmp_path: Path) -> None:
        async with desk(store=str(tmp_path / "bot.sqlite")) as at:
            await at.types("my phone is 98123 00001")
            await at.types("order 1842")
            text = kept(await at.journal(), tmp_path)
        assert "98123 00001" in text
        assert REMOVED not in text

    @pytest.mark.parametrize("spoken", ["nine oh one three nine four two four", "and then uh 9013 94, 24"])
    async def test_typed_first_and_spoken_then(self, spoken: str, tmp_path: Path) -> None:
        async with desk(store=str(tmp_path / "bot.sqlite")) as at:
            await at.types("my card is 6011 0009")
            answer = await at.speaks(spoken)
            text = kept(await at.journal(), tmp_path)
        assert "did not keep it" in answer[0]
        assert not re.search("6011 ?0009", text)
        assert spoken not in text

    @pytest.mark.parametrize("code", ["cvv is 917", "the otp is 482 913", "my pin is four eight two one"])
    async def test_codes_beside_a_yes_approve_nothing(self, code: str, tmp_path: Path) -> None:
        async with desk(store=str(tmp_path / "bot.sqlite")) as at:
            await at.types("please move my delivery to Friday")
            answer = await at.types(f"yes, {code}")
            await at.wait(20)
            text = kept(await at.journal(), tmp_path)
            assert at.writes == []
        assert "did not keep it" in answer[0]
        assert code not in text

    @pytest.mark.parametrize("said", [f"my card is {WORDS}", "where is my order"])
    async def test_no_audio_is_left_with_a_card_in_it_or_without(
        self, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where a card was heard no audio is kept (I19), nor elsewhere if policy says so."""
        heard: list[bytes] = []
        hear = ScriptedEars.hear

        async def noted(ears: ScriptedEars, audio: Audio, hint: Hint) -> Heard:
            heard.append(audio.pcm)
            return await hear(ears, audio, hint)

        monkeypatch.setattr(ScriptedEars, "hear", noted)
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        store = tmp_path / "bot.sqlite"
        policy = Policy() if WORDS in said else Policy(keep_recordings=0)
        async with desk(store=str(store), parts=Parts(policy=policy)) as at:
            await at.speaks(said)
            note = at.note
            assert (len(heard), len(note) > 1000) == (1, True)
            assert not left(note, tmp_path)
            assert not left(heard[0], tmp_path)
        with closing(sqlite3.connect(store)) as database, database:
            assert database.execute("SELECT size FROM media").fetchall() == [(len(note),)]
            database.execute("UPDATE media SET mime_type = ?", (note + heard[0],))
        assert left(note, tmp_path), "the search would see audio that was kept"
        assert left(heard[0], tmp_path)


class TestCodes:
    @pytest.mark.parametrize(
        "text",
        [
            "cvv is 123", "security code one two three", "the three digits on the back are 4 5 6",
            "C.V.V. 123",
            "123 is the cvv", "double four seven is my cvv", "otp 482913", "verification code 4 8 2 9",
            "OTP is four eight two nine one three", "one-time password 482 913", "482913 is my otp", "my pin is 4821",
            "the code from my bank is 482913", "pin code 4821",
        ],
    )  # fmt: skip
    def test_what_is_called_a_code(self, text: str) -> None:
        assert REMOVED_CODE in redact(text)

    @pytest.mark.parametrize(
        "text",
        [
            "YES 4071", "my code is 4071", "pin code 560001", "pincode 560001", "zip code 94107", "gate code 4821",
            "the otp for order 1842 never came", "I dropped a pin at 14 Lake Road", "confirmation code 4071",
            "no otp came. 1842 is my order", "what is the otp? my order is 1842",
        ],
    )  # fmt: skip
    def test_what_is_not(self, text: str) -> None:
        assert redact(text) == text
