"""Pages of a list that is in memory already."""

from collections.abc import Sequence
from typing import Any

from flask_sqlalchemy.pagination import Pagination


class ListPage(Pagination):
    """One page of a list; the nearest there is where it has no such page."""

    def __init__(self, rows: Sequence[Any], page: int, per_page: int) -> None:
        last = max(1, -(-len(rows) // per_page))
        super().__init__(page=min(max(1, page), last), per_page=per_page, max_per_page=None, error_out=False, rows=rows)

    def _query_items(self) -> list[Any]:
        start = (self.page - 1) * self.per_page
        return list(self._query_args["rows"][start : start + self.per_page])

    def _query_count(self) -> int:
        return len(self._query_args["rows"])
