"""Group commit: many use cases in one transaction, each under a savepoint of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from outreach.domain.errors import Fault
from outreach.domain.ids import LaneName
from outreach.services.ports import UnitOfWork
from outreach.store.faults import fault_of
from outreach.store.prepared import on_driver
from outreach.store.unit_of_work import SqlUnitOfWork

_T = TypeVar("_T")


class Batch:
    """Runs calls one after the other; what one of them raises undoes that one alone."""

    def __init__(self, uow: SqlUnitOfWork) -> None:
        self._uow = uow
        self._lost: Fault | None = None
        self.woken: set[LaneName] = set()
        """The lanes to wake after the commit, by the calls that went well."""

    def run(self, work: Callable[[UnitOfWork], _T]) -> _T:
        """What *work* returns; what it raises, with its changes undone. The database's errors are `Fault`."""
        self.require_intact()
        self._uow.woken.clear()
        connection = self._uow.connection
        on_driver(connection, "SAVEPOINT call")
        try:
            result = work(self._uow)
        except DBAPIError as error:
            fault = fault_of(error)
            self._undo(fault)
            raise fault from error
        except BaseException:
            self._undo()
            raise
        on_driver(connection, "RELEASE SAVEPOINT call")
        self.woken |= self._uow.woken
        return result

    def require_intact(self) -> None:
        """Raise the `Fault` that broke the whole transaction, if one did."""
        if self._lost is not None:
            raise self._lost

    def _undo(self, why: Fault | None = None) -> None:
        try:
            self._uow.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT call")
            self._uow.connection.exec_driver_sql("RELEASE SAVEPOINT call")
        except DBAPIError as error:
            # On a full disk SQLite ends the transaction by itself: the calls before this one are undone too,
            # and nobody may be told otherwise.
            self._lost = why or fault_of(error)
