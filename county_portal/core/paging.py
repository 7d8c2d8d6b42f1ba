"""Lists that are shown page by page."""

from typing import ClassVar


class Paged:
    """One page of a list. total: lines of all pages; number: which page, from 1."""

    total: int
    number: int
    per_page: ClassVar[int]

    @property
    def last(self) -> int:
        """The number of the last page."""
        return pages(self.total, self.per_page)

    @property
    def has_more(self) -> bool:
        return self.number < self.last


def pages(total: int, per_page: int) -> int:
    """How many pages so many lines need; an empty list has one."""
    return max(1, -(-total // per_page))


def fitting(number: int, total: int, per_page: int) -> int:
    """The page that was asked for; the nearest one if there is no such page."""
    return min(max(1, number), pages(total, per_page))
