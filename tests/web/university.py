"""A whole small university for tests that walk every page: a row in every table, a user in every role."""

from dataclasses import dataclass
from datetime import UTC, datetime

from tests import factories
from webapp.extensions import db
from webapp.models import (
    GenerationJob,
    JobStatus,
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

OF_REVIEW = {
    "admin.approvals_of",
    "hod.review",
    "hod.review_print",
    "hod.review_comment",
    "hod.review_approve",
    "hod.review_take_back",
}


@dataclass
class University:
    """The rows that addresses name."""

    organization: Organization
    users: dict[Role, User]
    keys: dict[str, int]
    """By the key of a reference table, the key of one row."""
    job: GenerationJob
    timetable: Timetable
    submitted: Timetable
    """Another one, which the pages of review are about."""
    upload: Upload
    token: UserToken
    weight_profile_id: int
    department_id: int

    def path(self, rule, **fixed) -> str | None:
        """An address of a rule with the keys of this university; None where it needs something else."""
        known = {
            "job_id": self.job.job_id,
            "timetable_id": (self.submitted if rule.endpoint in OF_REVIEW else self.timetable).timetable_id,
            "term_id": self.keys["terms"],
            "number": 0,
            "report_key": "rooms",
            "upload_id": self.upload.upload_id,
            "user_id": self.users[Role.STUDENT].user_id,
            "weight_profile_id": self.weight_profile_id,
            "user_token_id": self.token.user_token_id,
            "dept_id": self.department_id,
            "table_key": "rooms",
            "kind": "rooms",
            "key": self.keys["rooms"],
            "form": "xlsx",
            "secret": "tr_guess",
        } | fixed
        if not rule.arguments <= set(known):
            return None
        return rule.build({name: known[name] for name in rule.arguments}, append_unknown=False)[1]


def build(text: str = "{}") -> University:
    """Make it; ``text`` is put around every name, label and free text that a user may write."""
    org = factories.organization(name=text.format("University"))
    dept = factories.department(org, name=text.format("Computing"))
    building = factories.building(org, name=text.format("Main"))
    term = factories.term(org, days=2, slots=3, name=text.format("Monsoon"))
    room = factories.room(
        org,
        building_id=building.building_id,
        name=text.format("Hall"),
        kind=text.format("lab")[:64],
        features=[text.format("projector")[:64]],
    )
    teacher = factories.faculty(dept, name=text.format("Rao"), rank=text.format("Professor")[:64])
    student = factories.student(org, name=text.format("Nisha"))
    group = factories.group(term, name=text.format("Section A"), programme=text.format("B.Tech"))
    factories.member(student, group)
    course = factories.course(dept, title=text.format("Algorithms"))
    section = factories.section(term, course, faculty=[teacher], groups=[group])
    component = factories.component(section, kind=text.format("talk")[:32])
    week_set = factories.week_set(term)
    week_set.name = text.format("Odd weeks")
    slot = factories.slot(term)
    slot.label = text.format("Period 1")[:64]
    enrollment = factories.enrollment(student, section)
    pin = factories.pin(component, room=room)
    factories.availability(slot, faculty_id=teacher.faculty_id)
    rule = factories.rule(term, "room_stability", weight=1, code=text.format("x")[:64])
    assert rule.weight == 1
    job = factories.job(
        term,
        status=JobStatus.COMPLETED,
        failure=text.format("Because."),
        completed_at=datetime.now(UTC),
        facts={"variants": [{"name": text.format("Balanced")[:100], "status": "done", "unplaced": 0}]},
    )
    timetable = factories.timetable(
        term,
        generation_job_id=job.job_id,
        variant_name=text.format("Balanced")[:100],
        status=TimetableStatus.PUBLISHED,
        number=1,
        published_at=datetime.now(UTC),
        unplaced=1,
    )
    db.session.add(
        TimetableScore(
            timetable_id=timetable.timetable_id, rule="room_stability", position=0, is_hard=False, count=1, cost=1
        )
    )
    factories.entry(timetable, component, slot, room)
    factories.entry(timetable, component, None, ordinal=2, unplaced_reason=text.format("No room."))
    submitted = factories.timetable(
        term, variant_name=text.format("Compact-Week")[:100], status=TimetableStatus.SUBMITTED
    )
    entry = factories.entry(submitted, component, slot, room)
    said = {"timetable_id": submitted.timetable_id, "department_id": dept.department_id, "entry_id": entry.entry_id}
    db.session.add(TimetableComment(**said, body=text.format("Too early.")))
    upload = Upload(
        organization_id=org.organization_id,
        term_id=term.term_id,
        filename=text.format("data") + ".csv",
        sha256="0" * 64,
        content=("code,name\nX," + text.format("X") + "\n").encode(),
    )
    db.session.add(upload)
    links = {
        Role.REGISTRAR: {},
        Role.HOD: {"department_id": dept.department_id},
        Role.FACULTY: {"faculty_id": teacher.faculty_id},
        Role.STUDENT: {"student_id": student.student_id},
    }
    users = {
        role: factories.user(org, role, name=text.format(f"The {role.value}"), **link) for role, link in links.items()
    }
    token = UserToken(
        user_id=users[Role.REGISTRAR].user_id, purpose="api", name=text.format("Sync"), token_hash=f"{org.code}-hash"
    )
    db.session.add(token)
    profile = WeightProfile(
        organization_id=org.organization_id, name=text.format("Mine")[:60], weights={"group_gaps": 5}
    )
    db.session.add(profile)
    db.session.commit()
    keys = {
        "departments": dept.department_id,
        "buildings": building.building_id,
        "rooms": room.room_id,
        "faculty": teacher.faculty_id,
        "students": student.student_id,
        "courses": course.course_id,
        "terms": term.term_id,
        "time-slots": slot.time_slot_id,
        "week-sets": week_set.week_set_id,
        "groups": group.student_group_id,
        "sections": section.section_id,
        "components": component.component_id,
        "enrollments": enrollment.course_enrollment_id,
        "pins": pin.pin_id,
    }
    return University(
        org, users, keys, job, timetable, submitted, upload, token, profile.weight_profile_id, dept.department_id
    )
