"""The small term in which a worker's tests run is what commands ask for runs of, too."""

from tests.tasks.conftest import compiled, tiny_term

__all__ = ["compiled", "tiny_term"]
