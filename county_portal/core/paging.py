"""Lists that are shown page by page."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Row, Select, func
from sqlalchemy.orm import scoped_session

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list. total: rows of all pages; number: which page, from 1."""

    rows: list[T]
    total: int
    number: int
    per_page: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return pages(self.total, self.per_page)

    @property
    def has_more(self) -> bool:
        return self.number < self.last

    def holding(self, rows: list[U]) -> "Page[U]":
        """Return this page with other rows, such as what is told of each."""
        return Page(rows, self.total, self.number, self.per_page)


def pages(total: int, per_page: int) -> int:
    """Count the pages so many lines need; an empty list has one."""
    return max(1, -(-total // per_page))


def fitting(number: int, total: int, per_page: int) -> int:
    """Return the page that was asked for; the nearest one if there is no such page."""
    return min(max(1, number), pages(total, per_page))


def fetch_page(
    session: scoped_session[Any], query: Select[T], number: int, per_page: int
) -> Page[T]:
    """Count what the query finds and fetch one page of it; no such page: the nearest one."""
    page = fetch_rows(session, query, number, per_page)
    return page.holding([row[0] for row in page.rows])


def fetch_rows(
    session: scoped_session[Any], query: Select[*tuple[Any, ...]], number: int, per_page: int
) -> Page[Row[*tuple[Any, ...]]]:
    """Do what `fetch_page` does for a query of several columns."""
    counted = query.order_by(None).with_only_columns(func.count(), maintain_column_froms=True)
    total = session.scalar(counted) or 0
    number = fitting(number, total, per_page)
    shown = session.execute(query.limit(per_page).offset((number - 1) * per_page))
    return Page(list(shown), total, number, per_page)
