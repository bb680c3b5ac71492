"""Where SQLite and PostgreSQL say the same thing differently, said once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Integer, text
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import ReturnTypeFromArgs

__all__ = ["GATED", "NUMBER", "insert", "larger", "smaller", "where"]

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""Of rows that are numbered as they come: SQLite numbers an INTEGER only, PostgreSQL's ends at two thousand
million."""

GATED = "wavoice_gated"
"""Option of a statement that reads one contact's row by the row's own id, to change it: where transactions
run at the same time, the row is read again once the contact's gate is held (postgres.py)."""


def where(condition: str, postgresql: str | None = None) -> Mapping[str, Any]:
    """Of a partial index: which rows it holds, and how PostgreSQL says that where it is not the same."""
    return {"sqlite_where": text(condition), "postgresql_where": text(postgresql or condition)}


class larger(ReturnTypeFromArgs[Any]):  # noqa: N801 -- reads as the SQL function that it is
    """The largest of its arguments; none may be NULL."""

    inherit_cache = True


class smaller(ReturnTypeFromArgs[Any]):  # noqa: N801 -- see above
    """The smallest of its arguments; none may be NULL."""

    inherit_cache = True


@compiles(larger)
def _larger(element: larger, compiler: SQLCompiler, **keywords: Any) -> str:
    return f"greatest({compiler.process(element.clauses, **keywords)})"


@compiles(larger, "sqlite")
def _larger_sqlite(element: larger, compiler: SQLCompiler, **keywords: Any) -> str:
    return f"max({compiler.process(element.clauses, **keywords)})"


@compiles(smaller)
def _smaller(element: smaller, compiler: SQLCompiler, **keywords: Any) -> str:
    return f"least({compiler.process(element.clauses, **keywords)})"


@compiles(smaller, "sqlite")
def _smaller_sqlite(element: smaller, compiler: SQLCompiler, **keywords: Any) -> str:
    return f"min({compiler.process(element.clauses, **keywords)})"
