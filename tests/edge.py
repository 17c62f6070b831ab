"""What a view or a command does with a call into services: commit what it changed, or undo it and say why not."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from webapp.services.shared import transaction
from webapp.services.shared.errors import Problem

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def commit(act: Callable[Arguments, Answer], *args: Arguments.args, **more: Arguments.kwargs) -> Answer:
    """Call it and commit; a refusal undoes what the call began and is raised on."""
    try:
        answer = act(*args, **more)
    except Problem:
        transaction.rollback()
        raise
    transaction.commit()
    return answer
