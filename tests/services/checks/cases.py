"""A term of university size for the measurements of the check step."""

from tests import factories
from webapp.extensions import db
from webapp.models import SectionFaculty, Term, WishLevel
from webapp.services.shared.rule_defaults import default_rules


def large_term(classes: int = 1500, days: int = 6, slots: int = 8) -> Term:
    """So many classes a week: sections of 24 classes in six courses each, six teachers, labs in batches, wishes."""
    owner = factories.organization()
    term = factories.term(owner, days=days, slots=slots)
    db.session.add_all(default_rules(term.term_id))
    home = factories.department(owner)
    grid = [factories.slot(term, day, number) for day in range(days) for number in range(slots)]
    for number in range(60):
        factories.room(owner, f"LH{number}", capacity=60 + number)
    for number in range(20):
        factories.room(owner, f"LAB{number}", capacity=40, kind="lab")
    for group_number in range(classes // 25):
        group = factories.group(term, f"S{group_number}", size=50)
        batches = [factories.group(term, f"S{group_number}{b}", parent=group, split="lab", size=25) for b in "XY"]
        factories.student(groups=[group])
        for number in range(6):
            teacher = factories.faculty(home, max_slots_week=16)
            factories.availability(grid[(group_number + number) % len(grid)], faculty_id=teacher.faculty_id)
            factories.availability(
                grid[(group_number + number + 7) % len(grid)], WishLevel.AVOID, faculty_id=teacher.faculty_id
            )
            section = factories.section(term, factories.course(home), f"{group_number}", groups=[group])
            section.teachers = [SectionFaculty(faculty_id=teacher.faculty_id)]
            factories.component(section, "L", meetings_per_week=3)
            if number < 3:
                lab = factories.component(section, "P", meetings_per_week=1, slots_per_meeting=2, room_kind="lab")
                lab.batches = batches
    for _number in range(classes % 25):
        factories.component(term=term, meetings_per_week=1)
    db.session.flush()
    return term
