"""What an organisation and its term have already, for a book to be matched against."""

from collections.abc import Callable, Mapping

from webapp.services.schema.columns import Key, Record

NOTHING: Mapping[Key, Record] = {}


class Known:
    """Records by key of each table, read when first asked for.

    ``read`` gives a table's records by its name, as `Store.table(name).records` does; without it nothing is known.
    """

    def __init__(self, read: Callable[[str], Mapping[Key, Record]] | None = None) -> None:
        self._read = read
        self._asked: dict[str, Mapping[Key, Record]] = {}

    @property
    def is_given(self) -> bool:
        """Whether anybody has said what is known, be it nothing."""
        return self._read is not None

    def records(self, table: str) -> Mapping[Key, Record]:
        """The rows of a table."""
        if table not in self._asked:
            self._asked[table] = self._read(table) if self._read is not None else NOTHING
        return self._asked[table]

    @property
    def asked(self) -> tuple[str, ...]:
        """The tables whose rows somebody has asked for, by name."""
        return tuple(self._asked)
