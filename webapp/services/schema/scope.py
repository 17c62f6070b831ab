"""Whose rows are meant, and what a form sends about one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webapp.models import Organization, Term, User
from webapp.services.shared.errors import Problem

Values = Mapping[str, Any]
"""What a form sends, by field: text as it was typed, or values that are read already."""

Errors = dict[str, str]
"""What is wrong, by field; a field named "" is the row as a whole."""


@dataclass(frozen=True)
class Scope:
    """Whose rows are meant: an organisation, the term that is looked at, and who is asking."""

    organization: Organization
    term: Term | None
    actor: User | None


class TermMissing(Problem):
    """Rows of a term were asked for or sent, and there is no term."""
