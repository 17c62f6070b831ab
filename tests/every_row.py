"""For tests that walk every page: a row in every table and a user in every role, and the addresses that name them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests import factories
from tests.university import university
from webapp.engine.params import SolveParams
from webapp.engine.receipt.instance_data import timetable_hash
from webapp.engine.receipt.receipt import RunPart
from webapp.engine.search.warmup import tiny
from webapp.engine.solution import Solution
from webapp.extensions import db
from webapp.models import (
    GenerationJob,
    ImportChange,
    ImportMapping,
    JobStatus,
    LastChange,
    Organization,
    Role,
    Timetable,
    TimetableComment,
    TimetableScore,
    TimetableStatus,
    Upload,
    User,
    UserToken,
    WeightProfile,
)
from webapp.services.problem.weights import VARIANTS
from webapp.services.timetables import receipts

HEAD_WHO_TEACHES, STUDENT_WHO_ASSISTS = "head who teaches", "student who assists"
OF_REVIEW = {
    "admin.approvals_of",
    "hod.review",
    "hod.review_print",
    "hod.review_comment",
    "hod.review_approve",
    "hod.review_take_back",
}


@dataclass
class EveryRow:
    """The rows that addresses name."""

    organization: Organization
    users: dict[str, User]
    """Somebody of each role, by its name, and `HEAD_WHO_TEACHES` and `STUDENT_WHO_ASSISTS`."""
    keys: dict[str, int]
    """By the key of a reference table, the key of one row."""
    job: GenerationJob
    timetable: Timetable
    submitted: Timetable
    """Another one, which the pages of review are about."""
    upload: Upload
    mapping: ImportMapping
    token: UserToken
    weight_profile_id: int
    term_rule_id: int
    department_id: int

    def path(self, rule, **fixed) -> str | None:
        """An address of a rule with the keys of these rows; None where it needs something else."""
        known = {
            "job_id": self.job.job_id,
            "timetable_id": (self.submitted if rule.endpoint in OF_REVIEW else self.timetable).timetable_id,
            "term_id": self.keys["terms"],
            "number": 0,
            "basket_id": self.keys["baskets"],
            "student_id": self.keys["students"],
            "report_key": "rooms",
            "upload_id": self.upload.upload_id,
            "import_mapping_id": self.mapping.import_mapping_id,
            "user_id": self.users[Role.STUDENT].user_id,
            "weight_profile_id": self.weight_profile_id,
            "term_rule_id": self.term_rule_id,
            "user_token_id": self.token.user_token_id,
            "dept_id": self.department_id,
            "table_key": "rooms",
            "kind": "rooms",
            "name": "room_kinds",
            "key": self.keys["rooms"],
            "field": "name",
            "form": "xlsx",
            "secret": "tr_guess",
        } | fixed
        if not rule.arguments <= set(known):
            return None
        return rule.build({name: known[name] for name in rule.arguments}, append_unknown=False)[1]


def add_receipt(job: GenerationJob) -> None:
    """Keep a problem of two meetings and the one part of a run, as a worker would have."""
    instance = tiny(1)
    params = SolveParams(seconds=1.0, reproducible=True, moves=1_000)
    solution = Solution.empty(instance)
    hashed = timetable_hash(instance, solution)
    receipts.begin(job.job_id, instance)
    part = RunPart(VARIANTS[0], "schedule", params, solution, hashed, cost=0, hard=0, limit="work", iterations=1_000)
    receipts.keep_part(job.job_id, 1, part)


def make_every_row(say: str = "{}") -> EveryRow:
    """Make it; ``say`` is put around every name, label and free text that a user may write."""
    named = say.format
    uni = university(say, days=2, slots=3, name=named("Monsoon"))
    org, term, dept, room = uni.organization, uni.term, uni.cse, uni.hall
    building = factories.building(org, name=named("Main"))
    walk = factories.walk(building, factories.building(org, name=named("Annex")), 12)
    room.building_id, room.kind, room.features = building.building_id, named("lab")[:64], [named("projector")[:64]]
    uni.rao.rank, uni.section_a.programme = named("Professor")[:64], named("B.Tech")
    student = factories.student(org, name=named("Nisha"), groups=[uni.section_a])
    component = uni.algorithms.components[0]
    component.kind = named("talk")[:32]
    week_set = factories.week_set(term)
    week_set.name = named("Odd weeks")
    term_week = factories.term_week(term, term.starts_on - timedelta(term.starts_on.weekday()), note=named("Mid-terms"))
    makeup_day = factories.makeup_day(term, term.starts_on, 2, note=named("For the feast"))
    parts = {"departments": [dept], "groups": [uni.section_a], "programmes": [named("B.Tech")[:64]]}
    holiday = factories.holiday(term, term.ends_on, name=named("Feast"), **parts)
    slot = factories.slot(term)
    slot.label = named("Period 1")[:64]
    enrollment = factories.enrollment(student, uni.algorithms)
    asked = factories.course_request(term, student, uni.logic.course)
    pin = factories.pin(component, room=room)
    factories.availability(slot, faculty_id=uni.rao.faculty_id)
    options = {"options": [uni.algorithms, uni.logic], "groups": [uni.section_a]}
    basket = factories.basket(term, named("BASKET")[:64], name=named("Elective"), **options)
    rule = factories.rule(term, "room_stability", weight=1, code=named("x")[:64], components=[component])
    failure = {"failure_code": "text", "failure_values": {"text": named("Because.")}}
    ended = {"status": JobStatus.COMPLETED, "completed_at": datetime.now(UTC), **failure}
    variant = {"name": named("Balanced")[:100], "status": "done", "unplaced": 0}
    job = factories.job(term, facts={"variants": [variant]}, **ended)
    add_receipt(job)
    published = {"status": TimetableStatus.PUBLISHED, "number": 1, "published_at": datetime.now(UTC), "unplaced": 1}
    name = named("Balanced")[:100]
    timetable = factories.timetable(term, generation_job_id=job.job_id, variant_name=name, **published)
    score = {"rule": "room_stability", "position": 0, "is_hard": False, "count": 1, "cost": 1}
    db.session.add(TimetableScore(timetable_id=timetable.timetable_id, **score))
    factories.entry(timetable, component, slot, room)
    factories.entry(
        timetable, component, None, ordinal=2, unplaced_reason={"code": "text", "values": {"text": named("No room.")}}
    )
    name = named("Compact-Week")[:100]
    submitted = factories.timetable(term, variant_name=name, status=TimetableStatus.SUBMITTED)
    entry = factories.entry(submitted, component, slot, room)
    said = {"timetable_id": submitted.timetable_id, "department_id": dept.department_id, "entry_id": entry.entry_id}
    db.session.add(TimetableComment(**said, body=named("Too early.")))
    upload = Upload(
        organization_id=org.organization_id,
        term_id=term.term_id,
        filename=named("data") + ".csv",
        sha256="0" * 64,
        content=("code,name\nX," + named("X") + "\n").encode(),
    )
    mapping = ImportMapping(
        organization_id=org.organization_id, fingerprint="0" * 64, filename=named("Own headings") + ".xlsx", mapping={}
    )
    db.session.add_all([upload, mapping])
    db.session.flush()
    row = {"code": "X", "name": named("X")}
    db.session.add(ImportChange(upload_id=upload.upload_id, position=0, table_name="buildings", before=None, after=row))
    users: dict[str, User] = {Role.REGISTRAR: uni.registrar}
    heads, teaches = {"department_id": dept.department_id}, {"faculty_id": uni.rao.faculty_id}
    studies = {"student_id": student.student_id}
    for who, roles, links in (
        (Role.HOD, [Role.HOD], heads),
        (Role.FACULTY, [Role.FACULTY], teaches),
        (Role.STUDENT, [Role.STUDENT], studies),
        (HEAD_WHO_TEACHES, [Role.HOD, Role.FACULTY], heads | teaches),
        (STUDENT_WHO_ASSISTS, [Role.STUDENT, Role.FACULTY], studies | teaches),
    ):
        users[who] = factories.user(org, *roles, name=named(f"The {who}"), **links)
    token = UserToken(
        user_id=users[Role.REGISTRAR].user_id, purpose="api", name=named("Sync"), token_hash=f"{org.code}-hash"
    )
    db.session.add(token)
    profile = WeightProfile(organization_id=org.organization_id, name=named("Mine")[:60], weights={"group_gaps": 5})
    db.session.add(profile)
    db.session.commit()
    user_id = users[Role.REGISTRAR].user_id
    kept = {"keys": [building.building_id], "labels": [named("X")], "before": {}, "after": {}}
    db.session.add(LastChange(user_id=user_id, organization_id=org.organization_id, table_name="buildings", **kept))
    db.session.commit()
    keys = {
        "departments": dept.department_id,
        "buildings": building.building_id,
        "walks": walk.building_walk_id,
        "rooms": room.room_id,
        "faculty": uni.rao.faculty_id,
        "students": student.student_id,
        "courses": uni.algorithms.course_id,
        "terms": term.term_id,
        "time-slots": slot.time_slot_id,
        "week-sets": week_set.week_set_id,
        "term-weeks": term_week.term_week_id,
        "makeup-days": makeup_day.makeup_day_id,
        "holidays": holiday.holiday_id,
        "groups": uni.section_a.student_group_id,
        "sections": uni.algorithms.section_id,
        "components": component.component_id,
        "enrollments": enrollment.course_enrollment_id,
        "requests": asked.course_request_id,
        "pins": pin.pin_id,
        "baskets": basket.basket_id,
    }
    return EveryRow(
        org,
        users,
        keys,
        job,
        timetable,
        submitted,
        upload,
        mapping,
        token,
        profile.weight_profile_id,
        rule.term_rule_id,
        dept.department_id,
    )
