"""SQLAlchemy's statements as the driver takes them: written once, then only filled in."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Dialect, Executable
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.selectable import ReturnsRows

from wavoice.runtime.adapters.store.portable import GATED

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Prepared:
    """One statement with its columns, in the driver's own terms."""

    sql: str
    names: tuple[str, ...]
    """Of the signs, in order."""
    fixed: Mapping[str, object]
    """Values that stand in the statement itself."""
    binds: tuple[tuple[int, Convert], ...]
    """Places whose values the driver does not take as they are."""
    row: type[Any] | None
    """The named tuple of a row; None where a statement returns none."""
    reads: tuple[tuple[int, Convert], ...]
    """Columns that are not what the driver returns: truth values are numbers to it."""
    gated: bool
    """See `portable.GATED`."""

    def bound(self, parameters: Mapping[str, object]) -> Sequence[object]:
        """Return the values of the signs. Raises `KeyError` for one that is not given."""
        fixed = self.fixed
        values = [parameters[name] if name in parameters else fixed[name] for name in self.names]
        for place, convert in self.binds:
            values[place] = convert(values[place])
        return values

    def rows(self, found: Sequence[Sequence[Any]]) -> Sequence[Any]:
        """Return what the driver found as rows."""
        if self.row is None:
            return ()
        make = self.row._make
        if not self.reads:
            return [make(one) for one in found]
        rows = []
        for one in found:
            values = list(one)
            for place, convert in self.reads:
                values[place] = convert(values[place])
            rows.append(make(values))
        return rows


class Prepares:
    """Prepares statements for one kind of database, each once.

    Statements are constants of their modules: whoever makes one for every call makes this grow.
    """

    def __init__(self, dialect: Dialect, float_type: object = None) -> None:
        """`dialect` writes a sign for each value, in order: not their names.

        `float_type`: what the driver says of a column of floats, where the dialect asks for that.
        """
        self._dialect, self._float_type = dialect, float_type
        self.ready: dict[Executable, dict[tuple[str, ...], Prepared]] = {}
        """By statement and the names it is given, since an INSERT names only the columns that it is given."""

    def __call__(self, statement: Executable, parameters: Mapping[str, object]) -> Prepared:
        """Return the statement, ready for these parameters."""
        given = tuple(parameters)
        known = self.ready.get(statement)
        if known is None:
            known = self.ready[statement] = {}
        ready = known.get(given)
        if ready is None:
            ready = known[given] = self._prepare(statement, given)
        return ready

    def _prepare(self, statement: Executable, given: Sequence[str]) -> Prepared:
        dialect = self._dialect
        compiled = cast("ClauseElement", statement).compile(dialect=dialect, column_keys=list(given))
        named = {name: value for value, name in cast("SQLCompiler", compiled).bind_names.items()}
        names = tuple(cast("SQLCompiler", compiled).positiontup or ())
        columns = statement.exported_columns.values() if isinstance(statement, ReturnsRows) else []
        types = [column.type.dialect_impl(dialect) for column in columns]
        return Prepared(
            sql=str(compiled),
            names=names,
            fixed={name: one.effective_value for name, one in named.items() if not one.required},
            binds=_needed(named[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names),
            row=namedtuple("Row", [column.name for column in columns], rename=True) if columns else None,
            reads=_needed(one.result_processor(dialect, self._float_type) for one in types),
            gated=bool(statement.get_execution_options().get(GATED)),
        )


def _needed(converts: Iterable[Convert | None]) -> tuple[tuple[int, Convert], ...]:
    return tuple((place, convert) for place, convert in enumerate(converts) if convert is not None)


prepared = Prepares(SQLiteDialect_pysqlite(paramstyle="qmark"))
"""For SQLite."""
