"""Statements as the driver takes them: what they answer, and no more of them than there are."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import (
    Column,
    Float,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    func,
    insert,
    select,
    true,
    update,
)
from sqlalchemy.types import Boolean

from tests.rehearsing import desk
from wavoice.runtime.adapters.store import prepared
from wavoice.runtime.adapters.store.statements import OpenTransaction
from wavoice.runtime.errors import StoreError

THINGS = Table(
    "things",
    MetaData(),
    Column("seq", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("good", Boolean),
    Column("weight", Float),
    Column("place", Text, server_default="here"),
)

ADD = insert(THINGS)
NAMED = select(THINGS).where(THINGS.c.name == bindparam("of_name"))
GOOD = select(THINGS.c.name, (THINGS.c.weight > 1).label("heavy")).where(THINGS.c.good == true())
COUNT = select(func.count()).select_from(THINGS)
NUMBERED = ADD.returning(THINGS.c.seq)
MOVE = update(THINGS).where(THINGS.c.name == bindparam("of_name")).values(place="there", weight=None)


@pytest.fixture
def db() -> OpenTransaction:
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.execute(
        "CREATE TABLE things (seq INTEGER PRIMARY KEY, name TEXT NOT NULL, good BOOLEAN, weight FLOAT, "
        "place TEXT DEFAULT 'here')"
    )
    return OpenTransaction(database)


async def test_values_come_back_as_the_types_of_their_columns(db: OpenTransaction) -> None:
    await db.execute(ADD, {"name": "a", "good": True, "weight": 1.5})
    await db.execute(ADD, {"name": "b", "good": None})
    first = (await db.execute(NAMED, {"of_name": "a"})).one()
    assert (first.seq, first.good, first.weight, first.place) == (1, True, 1.5, "here")
    assert first.good is True
    second = (await db.execute(NAMED, {"of_name": "b"})).one_or_none()
    assert second is not None
    assert (second.good, second.weight) == (None, None)
    assert [(row.name, row.heavy) for row in await db.execute(GOOD)] == [("a", True)]


async def test_an_insert_names_the_columns_that_it_is_given(db: OpenTransaction) -> None:
    assert (await db.execute(NUMBERED, {"name": "a"})).scalar_one() == 1
    assert (await db.execute(NUMBERED, {"name": "b", "place": "far"})).scalar_one_or_none() == 2
    written = await db.execute(ADD, [{"name": "c", "good": False}, {"name": "d", "good": True}])
    assert written.rowcount == 2
    assert (await db.execute(COUNT)).scalar_one() == 4
    assert [one.place for one in (await db.execute(select(THINGS))).all()] == ["here", "far", "here", "here"]


async def test_values_of_the_statement_itself_are_used_none_included(db: OpenTransaction) -> None:
    await db.execute(ADD, {"name": "a", "weight": 2.0})
    assert (await db.execute(MOVE, {"of_name": "a"})).rowcount == 1
    assert (await db.execute(MOVE, {"of_name": "nobody"})).rowcount == 0
    moved = (await db.execute(NAMED, {"of_name": "a"})).first()
    assert moved is not None
    assert (moved.place, moved.weight) == ("there", None)


async def test_nothing_found_and_too_much_found_are_told_apart(db: OpenTransaction) -> None:
    assert (await db.execute(NAMED, {"of_name": "a"})).one_or_none() is None
    assert (await db.execute(NAMED, {"of_name": "a"})).first() is None
    assert (await db.execute(NUMBERED, {"name": "a"})).all()[0].seq == 1
    await db.execute(ADD, {"name": "a"})
    found = await db.execute(NAMED, {"of_name": "a"})
    assert list(found.scalars()) == [1, 2]
    with pytest.raises(ValueError, match="too many"):
        found.one()


async def test_what_is_not_given_and_what_cannot_be_stored_are_refused(db: OpenTransaction) -> None:
    with pytest.raises(KeyError, match="of_name"):
        await db.execute(NAMED)
    with pytest.raises(StoreError, match="cannot be stored"):
        await db.execute(ADD, {"name": "\ud800"})
    with pytest.raises(StoreError, match="NOT NULL"):
        await db.execute(ADD, {"name": None})
    db.end()
    with pytest.raises(StoreError, match="after its transaction"):
        await db.execute(COUNT)


async def test_a_second_dialogue_prepares_nothing_anew() -> None:
    async def talk() -> None:
        async with desk() as customer:
            await customer.types("move order 1842 to Friday")
            await customer.types("yes")
            await customer.wait(10)
            assert customer.writes

    await talk()
    known = {id(statement): len(ready) for statement, ready in prepared.prepared.ready.items()}
    await talk()
    assert {id(statement): len(ready) for statement, ready in prepared.prepared.ready.items()} == known
