"""How is a statement run that is asked all the time?

Statements are built once and bound with values. SQLAlchemy would look each of them up in its cache, prepare its values and describe
its result anew whenever it is run, which takes several times as long as SQLite takes to answer. Here that is done once for each
statement. Whatever is not plain goes the usual way: it is the same statement on the same connection, and only slower.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final
from weakref import WeakKeyDictionary, WeakSet

from sqlalchemy import Delete, Engine, Insert, Select, Update
from sqlalchemy.engine import Connection, IteratorResult, Result
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import ExpandedState, SQLCompiler
from sqlalchemy.types import TupleType

PLAIN: Final = (Select, Insert, Update, Delete)
NOTHING: Final[dict[str, Any]] = {}
MOST_IN: Final = 16  # values of a list, for which its own form of the statement is kept

Convert = Callable[[Any], Any]
Given = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Value:
    """What stands for one question mark. `name` None: always `constant`. `place`: in the list of that name."""

    name: str | None
    constant: Any
    convert: Convert | None
    place: int | None = None

    def of(self, given: Given) -> Any:
        value = self.constant if self.name is None else given[self.name]
        if self.place is not None:
            value = value[self.place]
        return value if self.convert is None else self.convert(value)


@dataclass(frozen=True, slots=True)
class _Plan:
    """`names`: of the values that it is given, no more and no less. `row` None: it answers with no rows.

    `pick`: takes the values as they are, where that is all there is to do. `converted`: columns that do not come as they are.
    `has_key`: the database gives the new row its id.
    """

    words: str
    values: tuple[_Value, ...]
    pick: Callable[[Given], tuple[Any, ...]] | None
    names: frozenset[str]
    converted: tuple[tuple[int, Convert], ...]
    row: SimpleResultMetaData | None
    has_key: bool
    has_lists: bool

    def bound(self, given: Given) -> Sequence[Any]:
        return [each.of(given) for each in self.values] if self.pick is None else self.pick(given)

    def rows(self, found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return [self._row(row) for row in found] if self.converted else found

    def _row(self, found: tuple[Any, ...]) -> tuple[Any, ...]:
        row = list(found)
        for place, convert in self.converted:
            row[place] = convert(row[place])
        return tuple(row)


class _Plans:
    """Of one statement. A list of values has a form of its own for each length. `compiled` None: always the usual way."""

    def __init__(self, compiled: SQLCompiler | None) -> None:
        self._compiled = compiled
        self._lists = () if compiled is None else _lists(compiled)
        self._by_lengths: dict[tuple[int, ...], _Plan] = {}

    def of(self, given: Any) -> _Plan | None:
        """None: the usual way."""
        try:
            lengths = tuple([len(given[name]) for name in self._lists]) if self._lists else ()
        except (KeyError, TypeError):
            return None
        found = self._by_lengths.get(lengths)
        if found is None and self._compiled is not None and sum(lengths) <= MOST_IN:
            found = self._by_lengths[lengths] = _plan(self._compiled, given)
        return found


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a change. `inserted_primary_key` empty: the row brought its own."""

    rowcount: int
    inserted_primary_key: tuple[int | None, ...] = ()


class Swift(Connection):
    """To SQLite. A statement that is met for the second time is one that is asked all the time."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._known: WeakKeyDictionary[Any, _Plans] = WeakKeyDictionary()
        self._met: WeakSet[Any] = WeakSet()
        self._driver: sqlite3.Connection = self.connection.driver_connection  # type: ignore[assignment]

    def execute(self, statement: Any, parameters: Any = None, *, execution_options: Any = None) -> Any:
        """As SQLAlchemy's, with its failures."""
        if execution_options is None and isinstance(statement, PLAIN) and self._is_plain:
            given = NOTHING if parameters is None else parameters
            found = self._many(statement, given) if isinstance(given, list) else self._one(statement, given)
            if found is not None:
                return found
        return super().execute(statement, parameters, execution_options=execution_options)

    @property
    def _is_plain(self) -> bool:
        """Inside a transaction, and nobody listens."""
        return self._driver.in_transaction and not (self._has_events or self.engine._has_events)  # noqa: SLF001

    def _one(self, statement: Any, given: Any) -> Result[Any] | Written | None:
        """None: the usual way."""
        plan = self._plan(statement, given)
        if plan is None or plan.names != given.keys():
            return None
        try:
            values = plan.bound(given)
        except ValueError:  # a value that the column does not take: it is told the usual way
            return None
        try:
            cursor = self._driver.execute(plan.words, values)
            if plan.row is None:
                return Written(cursor.rowcount, (cursor.lastrowid,) if plan.has_key else ())
            found = cursor.fetchall()
        except sqlite3.Error as failure:
            raise self._told(plan, failure) from failure
        return IteratorResult(plan.row, iter(plan.rows(found)))

    def _many(self, statement: Any, every: list[Any]) -> Written | None:
        """None: the usual way, also where a list is among the values, which may have another length each time."""
        plan = self._plan(statement, every[0]) if every else None
        if plan is None or plan.has_lists or any(plan.names != each.keys() for each in every):
            return None
        try:
            values = [plan.bound(given) for given in every]
        except ValueError:
            return None
        try:
            cursor = self._driver.executemany(plan.words, values)
        except sqlite3.Error as failure:
            raise self._told(plan, failure) from failure
        return Written(cursor.rowcount)

    def _plan(self, statement: Any, given: Any) -> _Plan | None:
        """None: the usual way."""
        plans = self._known.get(statement)
        if plans is None and isinstance(given, dict):
            plans = self._meet(statement, given)
        return None if plans is None else plans.of(given)

    def _meet(self, statement: Any, given: Given) -> _Plans | None:
        """None the first time."""
        if statement not in self._met:
            self._met.add(statement)
            return None
        compiled = statement.compile(dialect=self.dialect, column_keys=list(given))
        known = self._known[statement] = _Plans(compiled if _can_be_planned(compiled) else None)
        return known

    def _told(self, plan: _Plan, failure: sqlite3.Error) -> BaseException:
        """As SQLAlchemy tells it, without the values."""
        return DBAPIError.instance(
            plan.words, None, failure, sqlite3.Error, hide_parameters=True, dialect=self.dialect
        )


def _can_be_planned(compiled: SQLCompiler) -> bool:
    """Nothing is made up or brought back by the way, each column has a name of its own, and each value is one."""
    names = [column.keyname for column in compiled._result_columns]  # noqa: SLF001  # said nowhere else
    return len(set(names)) == len(names) and not (
        any(bound.callable is not None or isinstance(bound.type, TupleType) for bound in compiled.bind_names)
        or compiled.literal_execute_params
        or compiled.insert_prefetch
        or compiled.update_prefetch
        or compiled.effective_returning
    )


def _lists(compiled: SQLCompiler) -> tuple[str, ...]:
    return tuple(bound.key for bound in compiled.post_compile_params)


def _plan(compiled: SQLCompiler, given: Given) -> _Plan:
    dialect = compiled.dialect
    form = compiled.construct_expanded_state(given) if compiled.post_compile_params else None
    places = {} if form is None else _places(form)
    names = compiled.positiontup if form is None else form.positiontup
    values = [_value(compiled, *places.get(name, (name, None))) for name in names or ()]
    columns = compiled._result_columns  # noqa: SLF001
    converts = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    return _Plan(
        words=compiled.string if form is None else form.statement,
        values=tuple(values),
        pick=_pick(values),
        names=frozenset(value.name for value in values if value.name is not None) | set(_lists(compiled)),
        converted=tuple((place, each) for place, each in enumerate(converts) if each is not None),
        row=SimpleResultMetaData([column.keyname for column in columns]) if columns else None,
        has_key=isinstance(compiled.statement, Insert) and compiled.postfetch_lastrowid,
        has_lists=form is not None,
    )


def _pick(values: list[_Value]) -> Callable[[Given], tuple[Any, ...]] | None:
    """`itemgetter` gives no tuple for one name, and takes none for none."""
    names = [value.name for value in values if value.convert is None and value.place is None]
    if None in names or len(names) < len(values) or len(names) < 2:  # noqa: PLR2004
        return None
    return itemgetter(*names)


def _places(form: ExpandedState) -> dict[str, tuple[str, int]]:
    """Where in which list the value of each name stands."""
    return {
        each: (name, place)
        for name, expanded in form.parameter_expansion.items()
        for place, each in enumerate(expanded)
    }


def _value(compiled: SQLCompiler, name: str, place: int | None) -> _Value:
    bound = compiled.binds[name]
    convert = bound.type.dialect_impl(compiled.dialect).bind_processor(compiled.dialect)
    if bound.required:
        return _Value(bound.key, None, convert, place)
    return _Value(None, bound.effective_value, convert, place)
