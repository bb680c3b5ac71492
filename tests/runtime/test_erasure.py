"""A person is erased: nothing of them is left in any file, and what was written is still proved."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.journals import talk
from tests.rehearsing import Desk, desk
from tests.runtime.test_hand_off import who
from wavoice.runtime import personal
from wavoice.runtime.adapters.recordings import Recordings
from wavoice.runtime.adapters.store.audit_rows import read_journal
from wavoice.runtime.adapters.store.tables_ops import METADATA
from wavoice.runtime.audit import audit
from wavoice.runtime.build import Parts
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.keyed import Keyed
from wavoice.runtime.ports import Compacts, Erasure
from wavoice.sim.rehearsal import Customer

KEYED = Keyed(b"a key of the test")
SAID = (
    "my dog Bello ate parcel 77-Q",
    "please change the address to 4711 Canary Yard",
    "call me Zebulon Quux",
    "my other number is 0151 2288776",
    "I live behind the Blue Herring",
    "zebulon.quux@canary.example",
    "the gate code of my house is kiwi-lemon",
    "my daughter Ottilie is ill",
    "I am at Hotel Morgenrot until Sunday",
    "the invoice goes to Quux & Sons",
    "my car is a red Zastava",
    "leave it with neighbour Papageno",
)
CANARIES = (
    *(one.rpartition("the ")[2].rpartition(" to ")[2].split(" is ")[0] for one in SAID),
    *("Bello", "4711 Canary Yard", "Zebulon", "0151 2288776", "Blue Herring", "canary.example"),
    *("kiwi-lemon", "Ottilie", "Morgenrot", "Quux", "Zastava", "Papageno"),
)
"""What the customer said, and the name and number under which they did."""


def left_in(folder: Path, *canaries: bytes) -> Iterator[tuple[str, bytes]]:
    """Every file that holds any of them, also as it stands in an id of WhatsApp's, which is base64."""
    for file in sorted(folder.rglob("*")):
        data = file.read_bytes() if file.is_file() else b""
        for canary in canaries:
            if canary in data:
                yield file.name, canary


async def ids_of(at: Desk) -> list[bytes]:
    """Ids of messages, ours and theirs: WhatsApp writes the customer's number into them, in base64."""
    received = [event.body.message for event in await at.journal("received")]
    return [one.encode() for one in (*received, *(message.wamid for message in at.messages))]


async def tell_everything(at: Desk) -> None:
    """A dialogue with three writes, a recording, a hand-off, and twenty things to be forgotten."""
    await talk(at)
    for words in SAID:
        await at.types(words)
    await at.speaks("this is Zebulon and I want a human")


async def erase(at: Desk, media: Recordings) -> Erasure:
    store, address = at.rehearsal.runtime.store, await who(at)
    person = await personal.person(store, "default", address.contact)
    why = personal.because("operator", person, at.rehearsal.runtime.bot.kit.ids.new("t"), at.clock.now())
    done = await personal.erase(store, media, person, KEYED, why)
    assert isinstance(store, Compacts)
    await store.compact()
    return done


async def test_nothing_of_a_person_is_left_anywhere(tmp_path: Path) -> None:
    customer = Customer()
    names = (customer.phone, customer.bsuid or "", *CANARIES)
    secrets = [name.encode() for name in dict.fromkeys(names) if name]
    assert len(secrets) >= 20
    media = Recordings(tmp_path / "kept")
    async with desk(store=str(tmp_path / "bot.sqlite"), parts=Parts(media=media)) as at:
        await tell_everything(at)
        before = {canary for _, canary in left_in(tmp_path, *secrets)}
        assert {b"Ottilie", customer.phone.encode()} <= before, "the test says nothing if nothing was there"
        ids = await ids_of(at)
        assert len({canary for _, canary in left_in(tmp_path, *ids)}) == len(set(ids)) > 20
        assert [file for file in (tmp_path / "kept").rglob("*") if file.is_file()]
        address = await who(at)
        done = await erase(at, media)
        assert done.deleted["inbox"] >= len(SAID)
        assert done.kept["effects"] == 3
        assert list(left_in(tmp_path, *secrets)) == []
        assert [file for file in (tmp_path / "kept").rglob("*") if file.is_file()] == []
        assert list(left_in(tmp_path, *ids)) == []
        fresh = await at.types("hello")
        assert fresh, "who writes again is a stranger, and is answered"
        assert (await who(at)).contact != address.contact
    assert list(left_in(tmp_path, *secrets[2:])) == []


async def test_every_write_is_still_proved_and_the_journal_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite"
    async with desk(store=str(file)) as at:
        await tell_everything(at)
        before = audit(*read_journal(file))
        assert (before.ok, before.proved) == (True, 3)
        await erase(at, Recordings(tmp_path / "kept"))
        after = audit(*read_journal(file))
    assert (after.breaks, after.violations, after.proved) == ([], [], 3)
    assert after.redacted > 100


@pytest.mark.parametrize("column", ["line", "pii", "seal", "turn", "at"])
async def test_what_is_changed_after_an_erasure_is_found(tmp_path: Path, column: str) -> None:
    file = tmp_path / "bot.sqlite"
    async with desk(store=str(file)) as at:
        await at.types("where is my order")
        await erase(at, Recordings(tmp_path / "kept"))
    stored, _ = read_journal(file)
    for seq in (stored[0].record.seq, stored[len(stored) // 2].record.seq):
        with closing(sqlite3.connect(file)) as database:
            database.execute(f"UPDATE journal SET {column} = {column} || '1' WHERE seq = ?", (seq,))
            database.commit()
            assert not audit(*read_journal(file)).ok
            database.execute(
                f"UPDATE journal SET {column} = substr({column}, 1, length({column}) - 1) WHERE seq = ?",
                (seq,),
            )
            database.commit()
    assert audit(*read_journal(file)).ok


async def test_whoever_left_before_is_known_by_a_hash_alone(tmp_path: Path) -> None:
    async with desk() as at:
        await at.types("STOP")
        done = await erase(at, Recordings(tmp_path / "kept"))
        customer = Customer()
        assert set(done.names) == {KEYED(customer.phone), KEYED(customer.bsuid or "")}
        async with at.rehearsal.runtime.store.begin() as tx:
            assert await tx.persons.erased_with_refusal("default", KEYED(customer.phone))
            assert not await tx.persons.erased_with_refusal("default", KEYED("4915100000000"))


async def test_nobody_is_erased_while_something_is_written_for_them(tmp_path: Path) -> None:
    async with desk() as at:
        at.world.fault("lost_response", "write")
        at.world.fault("fail", "look_up", 30)
        await at.types("move my delivery to Friday")
        await at.types("yes")
        await at.wait(10)
        with pytest.raises(UserInputError, match="under way"):
            await erase(at, Recordings(tmp_path / "kept"))


async def test_an_export_holds_all_of_one_and_nothing_of_others(tmp_path: Path) -> None:
    media = Recordings(tmp_path / "kept")
    async with desk(parts=Parts(media=media)) as at:
        await tell_everything(at)
        store, address = at.rehearsal.runtime.store, await who(at)
        other = await _another(at)
        person = await personal.person(store, "default", address.contact)
        found = await personal.export(store, media, person, at.clock.now())
        text = json.dumps(found, ensure_ascii=False)
        assert [words for words in SAID if words not in text] == []
        assert other not in text
        tables = found["tables"]
        assert isinstance(tables, dict)
        assert {"aliases", "consents", "effects", "hand_offs", "inbox", "journal", "outbox"} <= set(tables)
        recordings = found["recordings"]
        assert isinstance(recordings, list)
        assert base64.b64decode(recordings[0]["ogg"]) == at.note


async def _another(at: Desk) -> str:
    phone = at.rehearsal.emulator.phone("Another Customer", "919812300002", None, wrote_at=at.clock.now())
    await phone.says("a message of somebody else")
    await at.rehearsal.idle()
    return "somebody else"


def test_whatever_table_names_a_contact_is_known_here() -> None:
    """A table that is added later is erased and exported; one that is to stay must be named."""
    stays = {"consents", "consents_shown", "effects", "journal", "erasures"}
    named = {table.name for table in METADATA.sorted_tables if "contact" in table.c}
    assert stays <= named
    assert {"outbox_messages", "controls", "oddities", "journal_heads", "account_news", "contacts"} == {
        table.name for table in METADATA.sorted_tables
    } - named
