"""The line that shows a run while it goes on."""

from typing import TextIO


class LiveLine:
    """An observer that keeps one line of a terminal up to date, and is silent elsewhere."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream if stream.isatty() else None
        self._stage = ""

    def on_stage(self, stage: str) -> None:
        """Name the stage."""
        self._stage = stage
        self._show("")

    def on_best(self, cost: int, hard: int, bound: int | None, seconds: float) -> None:
        """Show what is best now."""
        state = f"{hard} hard violations" if hard else f"cost {cost}"
        self._show(f"{state}, bound {bound if bound is not None else '-'}, {seconds:.1f} s")

    def _show(self, text: str) -> None:
        if self._stream is not None:
            self._stream.write(f"\r\033[K{self._stage}: {text}")
            self._stream.flush()
