"""What one may do, and which role may do it: the only table of it. The views say which permission they need."""

from collections.abc import Mapping
from enum import StrEnum

from webapp.models import Role, User


class Permission(StrEnum):
    """One thing that a view or a service lets somebody do, always within the user's own organisation."""

    OWN_PROFILE = "own_profile"
    SEE_OVERVIEW = "see_overview"
    EDIT_DATA = "edit_data"
    EXCHANGE_DATA = "exchange_data"
    CHECK_DATA = "check_data"
    MANAGE_USERS = "manage_users"
    SEE_AUDIT = "see_audit"
    GENERATE = "generate"
    SEE_TIMETABLES = "see_timetables"
    EDIT_TIMETABLES = "edit_timetables"
    ASK_FOR_REVIEW = "ask_for_review"
    PUBLISH = "publish"
    SEE_DEPARTMENT = "see_department"
    REVIEW_DEPARTMENT = "review_department"
    SEE_OWN_TEACHING = "see_own_teaching"
    SEE_OWN_STUDIES = "see_own_studies"
    ASK_FOR_COURSES = "ask_for_courses"


PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.REGISTRAR: frozenset(
        {
            Permission.OWN_PROFILE,
            Permission.SEE_OVERVIEW,
            Permission.EDIT_DATA,
            Permission.EXCHANGE_DATA,
            Permission.CHECK_DATA,
            Permission.MANAGE_USERS,
            Permission.SEE_AUDIT,
            Permission.GENERATE,
            Permission.SEE_TIMETABLES,
            Permission.EDIT_TIMETABLES,
            Permission.ASK_FOR_REVIEW,
            Permission.PUBLISH,
        }
    ),
    Role.HOD: frozenset({Permission.OWN_PROFILE, Permission.SEE_DEPARTMENT, Permission.REVIEW_DEPARTMENT}),
    Role.FACULTY: frozenset({Permission.OWN_PROFILE, Permission.SEE_OWN_TEACHING}),
    Role.STUDENT: frozenset({Permission.OWN_PROFILE, Permission.SEE_OWN_STUDIES, Permission.ASK_FOR_COURSES}),
}


def may(user: User, *permissions: Permission) -> bool:
    """Return whether one of the user's roles has one of these permissions."""
    return any(not PERMISSIONS[role].isdisjoint(permissions) for role in user.roles)
