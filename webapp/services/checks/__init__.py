"""Looking at a term before anything is generated: findings by counting, and a short feasibility check by a worker."""

from webapp.services.checks.catalogue import Glance, blocking, by_severity, findings, glance, of
from webapp.services.checks.feasibility import (
    CHECK_SECONDS,
    Answer,
    CheckState,
    check_of,
    latest_check,
    request_check,
    state_of,
)
from webapp.services.checks.findings import KIND_TITLES, Finding, FindingKind, Severity, Target
from webapp.services.checks.term_data import Case, Look, look_at
from webapp.services.checks.what_if import NothingToTry, Trial, TrialState, request_trial, trial_of, trial_state

__all__ = [
    "CHECK_SECONDS",
    "KIND_TITLES",
    "Answer",
    "Case",
    "CheckState",
    "Finding",
    "FindingKind",
    "Glance",
    "Look",
    "NothingToTry",
    "Severity",
    "Target",
    "Trial",
    "TrialState",
    "blocking",
    "by_severity",
    "check_of",
    "findings",
    "glance",
    "latest_check",
    "look_at",
    "of",
    "request_check",
    "request_trial",
    "state_of",
    "trial_of",
    "trial_state",
]
