"""Everything a registrar's pages can show, in the small university: drafts, a review, and jobs that have ended."""

import sqlalchemy as sa

from tests import factories
from tests.edge import commit
from tests.university import University
from webapp.extensions import db
from webapp.models import Department, JobKind, JobStatus, Role, Timetable, TimetableEntry, User
from webapp.services.editor import drafts
from webapp.services.timetables import approvals

CURVE = [[0, 4_000], [2.5, 90], [8.0, 12]]
VARIANT = {"name": "Balanced", "status": "done", "cost": 40, "weighed": 50, "bound": 40, "unplaced": 0, "curve": CURVE}
RAO = {"table": "faculty", "row_id": 1, "label": "Dr Rao", "column": "", "value": ""}
MEMBERS = [{"sentence": f"Dr Rao: rule {number}.", "rule": "Most per week", "who": "Dr Rao"} for number in (1, 2)]
CLASH = {"sentence": "Dr Rao is short.", "members": MEMBERS, "minimal": True, "alike": 2, "targets": [RAO]}
WAYS = [
    {
        "sentence": "Allow 2 slots too many.",
        "is_enough": True,
        "price": "2 slots",
        "proven": True,
        "rule": "max_per_week",
    }
    | {"key": "abc", "targets": [RAO]},
    {"sentence": "Give up “Fixed classes”.", "is_enough": False, "is_known": False, "rule": "pinned", "key": "def"}
    | {"targets": []},
]
CHECK = {"verdict": "impossible", "seconds": 1.4, "classes": 3, "placed": 2, "clashes": [CLASH], "more_clashes": 1}
REPAIR = {
    "status": "feasible",
    "proven": True,
    "bound": 1,
    "hit": 1,
    "in_tray": 0,
    "held": 0,
    "before": 9,
    "seconds": 1,
}
MOVED = [
    {"label": "CS301 A, L 1", "before": "Monday 09:00, R1", "now": "Monday 09:00, R2", "teachers": ["Dr Meera Rao"]}
]
CLOSED = [{"words": "R1 is closed on Monday", "text": "room:1:0:", "what": "room", "key": 1, "slots": [], "size": 0}]


def furnish(published: University) -> dict[Role, list[str]]:
    """Make drafts, a review and jobs, and return the addresses that show them, by role."""
    timetable = db.session.get_one(Timetable, published.timetable_id)
    registrar, head = (
        db.session.scalars(sa.select(User).where(User.has_role(role))).one() for role in (Role.REGISTRAR, Role.HOD)
    )
    draft = commit(drafts.branch, registrar, timetable, "By hand").timetable_id
    review = approvals.submit(registrar, commit(drafts.branch, registrar, timetable, "For review"))
    department = db.session.scalars(sa.select(Department.department_id).filter_by(code="CSE")).one()
    approvals.comment(head, review, department, "Not on Mondays, please.")
    entry = db.session.scalars(sa.select(TimetableEntry.entry_id).filter_by(timetable_id=draft)).first()
    jobs = [_done(timetable, kind, facts, changes) for kind, facts, changes in _ended()]
    generated, _checked, repaired = (job.job_id for job in jobs)
    addresses = {
        Role.REGISTRAR: [
            f"/admin/timetables/runs/{generated}",
            f"/admin/repair/runs/{repaired}",
            "/admin/check",
            f"/admin/timetables/variants?t={timetable.timetable_id}&t={draft}",
            f"/admin/timetables/compare?a={timetable.timetable_id}&b={draft}",
            f"/admin/timetables/{draft}/edit?entry={entry}",
            f"/admin/timetables/{draft}/publish",
            f"/admin/approvals/{review.timetable_id}",
            "/admin/approvals",
            "/admin/timetables",
            *(f"/admin/reports/{key}" for key in ("rooms", "loads", "gaps", "fairness", "groups", "leaves")),
            "/admin/weights/new",
            "/admin/terms/copy",
            "/admin/audit",
        ],
        Role.HOD: [f"/hod/review/{review.timetable_id}"],
    }
    db.session.rollback()
    return addresses


def _ended():
    rung = {"moves": 1, "cost": 12, "places": [], "unplaced": [], "moved": MOVED}
    ladder = REPAIR | {"revision": 0, "rungs": [rung, rung | {"moves": 2, "cost": 7}]}
    yield JobKind.GENERATE, {"variants": [VARIANT], "first_feasible": 1.5}, []
    yield JobKind.CHECK, {"answer": CHECK | {"relaxations": WAYS}}, []
    yield JobKind.REPAIR, {"answer": ladder}, CLOSED


def _done(timetable, kind, facts, changes):
    options = {"profiles": ["Balanced"], "changes": changes}
    job = factories.job(
        timetable.term,
        kind=kind,
        status=JobStatus.COMPLETED,
        facts=facts,
        options=options,
        base_timetable_id=timetable.timetable_id,
    )
    db.session.commit()
    return job
