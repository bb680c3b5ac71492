"""A customer's own wish: to be erased, or to be sent what is kept of them."""

from __future__ import annotations

from pathlib import Path

from tests.rehearsing import Desk, desk
from tests.runtime.test_erasure import ids_of, left_in
from tests.runtime.test_hand_off import who
from wavoice.runtime.adapters.recordings import Recordings
from wavoice.runtime.adapters.store.audit_rows import read_journal
from wavoice.runtime.audit import audit
from wavoice.runtime.build import Parts
from wavoice.runtime.model import Address
from wavoice.sim.rehearsal import Customer

ASKED = "Delete for good what I keep about you, this chat included?"
DONE = "Done: I am deleting what I keep about you, this chat included."


async def known(at: Desk, address: Address) -> bool:
    """Whether anything is kept under that contact that says who it is."""
    async with at.rehearsal.runtime.store.begin() as tx:
        return bool((await tx.persons.export(address.tenant, address.contact)).get("aliases"))


async def test_it_is_asked_confirmed_by_a_tap_and_done(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite"
    media = Recordings(tmp_path / "kept")
    async with desk(store=str(file), parts=Parts(media=media)) as at:
        await at.types("where is my order")
        address = await who(at)
        (asked,) = await at.types("please delete my data")
        assert asked.startswith(ASKED)
        await at.speaks("yes")
        assert await known(at, address), "a voice can be overheard: a spoken yes erases nobody"
        ids = await ids_of(at)
        await at.taps("Yes")
        (done,) = await at.wait(5)
        assert done.startswith(DONE)
        assert not await known(at, address)
        assert [event.body.source for event in await at.journal("erased")] == ["customer"]
        assert list(left_in(tmp_path, *ids)) == []
        (answer,) = await at.types("where is my order")
        assert answer.endswith("Order 1842 is packed. It arrives on Thursday."), "a stranger is answered"
        assert (await who(at)).contact != address.contact
    after = audit(*read_journal(file))
    assert (after.breaks, after.violations, after.proved) == ([], [], 1)


async def test_nothing_of_the_person_is_left(tmp_path: Path) -> None:
    customer, media = Customer(), Recordings(tmp_path / "kept")
    async with desk(store=str(tmp_path / "bot.sqlite"), parts=Parts(media=media)) as at:
        await at.types("my dog Bello ate parcel 77-Q at Hotel Morgenrot")
        await at.types("delete my data")
        await at.taps("Yes")
        secrets = [b"Bello", b"Morgenrot", customer.phone.encode(), (customer.bsuid or "").encode()]
        assert {b"Bello", customer.phone.encode()} <= {canary for _, canary in left_in(tmp_path, *secrets)}
        await at.wait(5)
        assert list(left_in(tmp_path, *secrets)) == []
