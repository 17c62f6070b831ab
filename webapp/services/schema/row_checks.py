"""What must hold within one row of a table, beyond the form of its values: for files and forms alike.

Each check answers None, or what is wrong: column, found, expected. A cell that was itself refused is None here, so a
check says nothing about it; where a form was read, a link is the key of the row it names.
"""

import re
from collections.abc import Collection
from datetime import date, time, timedelta

from webapp.services.schema.columns import Record, Wrong
from webapp.services.schema.values import did_you_mean, listed
from webapp.services.shared.day_patterns import parse
from webapp.services.shared.rule_defaults import RULE_NAMES, may_be_of_all
from webapp.services.shared.words import _

ABOUT = ("components", "faculty", "groups")
"""The columns of rules that name whom a rule is about."""


def ends_after_start(record: Record) -> Wrong:
    """A slot ends after it begins."""
    start, end = record.get("start"), record.get("end")
    if isinstance(start, time) and isinstance(end, time) and end <= start:
        return "end", f"{end:%H:%M}", _("a time after %(start)s", start=f"{start:%H:%M}")
    return None


def ends_on_after_starts_on(record: Record) -> Wrong:
    """A term ends after it begins."""
    start, end = record.get("starts_on"), record.get("ends_on")
    if isinstance(start, date) and isinstance(end, date) and end <= start:
        return "ends_on", end.isoformat(), _("a date after %(start)s", start=start.isoformat())
    return None


def week_begins_on_monday(record: Record) -> Wrong:
    """A week is named by its Monday."""
    monday = record.get("monday")
    if isinstance(monday, date) and monday.weekday():
        begins = monday - timedelta(days=monday.weekday())
        return "monday", monday.isoformat(), _("a Monday, such as %(date)s", date=begins.isoformat())
    return None


def last_day_not_before_first(record: Record) -> Wrong:
    """Several days off end on their first day or later."""
    first, last = record.get("first_day"), record.get("last_day")
    if isinstance(first, date) and isinstance(last, date) and last < first:
        return "last_day", last.isoformat(), _("%(date)s or a later date", date=first.isoformat())
    return None


def outside_term(starts_on: object, ends_on: object, first: object, last: object = None) -> bool:
    """Return whether days, ``first`` to ``last``, lie wholly before or after a term; not where a date is missing."""
    if not isinstance(starts_on, date) or not isinstance(ends_on, date) or not isinstance(first, date):
        return False
    return first > ends_on or (last if isinstance(last, date) else first) < starts_on


def academic_year_is_two_years(record: Record) -> Wrong:
    """An academic year is a year and the last two digits of the next."""
    text = str(record.get("academic_year"))
    return None if is_academic_year(text) else ("academic_year", text, _("an academic year such as 2024-25"))


def is_academic_year(text: str) -> bool:
    """Return whether a text is a year and the last two digits of the next, such as 2024-25."""
    match = re.fullmatch(r"(\d{4})-(\d{2})", text, re.ASCII)
    return match is not None and (int(match[1]) + 1) % 100 == int(match[2])


def group_is_not_its_own_parent(record: Record) -> Wrong:
    """A group is not a part of itself (of a form only the database knows, for there the parent is a key)."""
    if record.get("code") is not None and record.get("parent") == record["code"]:
        return "parent", str(record["parent"]), _("another group, or nothing")
    return None


def batch_teachers_are_of_batches(record: Record) -> Wrong:
    """A teacher of one batch names a batch of the component."""
    batches = listed(record, "batches")
    for item in listed(record, "faculty"):
        batch = str(item).partition("@")[2]
        if batch and batch not in batches:
            return (
                "faculty",
                str(item),
                _("behind @ one of the batches of this weekly class") + did_you_mean(batch, batches),
            )
    return None


def walks_between_two_buildings(record: Record) -> Wrong:
    """A way leads from one building to another one."""
    if record.get("from") is not None and record.get("from") == record.get("to"):
        return "to", str(record["to"]), _("another building")
    return None


def names_a_single_owner(record: Record) -> Wrong:
    """A wish is of one teacher, or one room, or one group, or one section."""
    named = [name for name in ("faculty", "room", "group") if record.get(name) is not None]
    of_section = [name for name in ("course", "section") if record.get(name) is not None]
    if len(of_section) == 1:
        missing = "section" if of_section == ["course"] else "course"
        return missing, "", _("a %(missing)s, since %(of_section)s is given", missing=missing, of_section=of_section[0])
    if of_section:
        named.append("section")
    if len(named) != 1:
        given = ", ".join(named) or _("none of them")
        return "faculty", given, _("exactly one of faculty, room, group, and section with its course")
    return None


def pins_something(record: Record) -> Wrong:
    """A pin names a slot, a room, or both."""
    if record.get("slot") is None and record.get("room") is None:
        return "slot", "", _("a slot, a room, or both")
    return None


def entry_names_its_days(record: Record) -> Wrong:
    """An entry of a timetable names all days of one pattern: not on how many, nor several to choose from."""
    text = str(record.get("days") or "")
    patterns = parse(text)
    if text and (patterns is None or len(patterns.named) != 1):
        return "days", text, _("the days on which this class is held, as one pattern such as Mon-Wed-Fri, or nothing")
    return None


def rule_is_known(record: Record) -> Wrong:
    """A rule's name is one of the engine's."""
    rule = record.get("rule")
    if rule is not None and rule not in RULE_NAMES:
        return "rule", str(rule), _("the name of a rule") + did_you_mean(str(rule), RULE_NAMES)
    return None


def rule_names_some_or_is_of_all(record: Record) -> Wrong:
    """A rule for everybody names neither classes nor people, and is not one about classes alone."""
    if record.get("everybody") and names_some(record):
        return "everybody", _("yes"), _("no, or nothing: the row names those whom the rule is about")
    if record.get("everybody") and not may_be_of_all(str(record.get("rule")), str(record.get("code"))):
        return "everybody", _("yes"), _("no: this rule is about classes that its row names in components")
    return None


def names_some(rule: Record) -> bool:
    """Return whether a row of rules names classes or people."""
    return any(listed(rule, name) for name in ABOUT)


def settled_rule(record: Record, sent: Record) -> Record:
    """A row of rules with whom it is about: those it names; where a file names none and says no more, everybody."""
    is_of_all = record["everybody"]
    if names_some(record):
        is_of_all = False
    elif sent.get("everybody") is None and (is_of_all is None or any(name in sent for name in ABOUT)):
        is_of_all = may_be_of_all(str(record["rule"]), str(record["code"]))
    return {**record, "everybody": is_of_all}


def is_rule_of_every_term(record: Record) -> bool:
    """Return whether a row of rules is the one that every term has of a rule, not one that was added to it."""
    return record["code"] == record["rule"]


def week_beyond(last: object, weeks: object) -> int | None:
    """The last of a set's weeks, where it comes after the term's last."""
    if isinstance(last, int) and isinstance(weeks, frozenset) and weeks and max(weeks) > last:
        return int(max(weeks))
    return None


def meeting_faults(batches: Collection[object], meetings: object, batch: object, number: object) -> list[str]:
    """The columns that keep a pin or an entry from being of a meeting that its component has: "batch", "number"."""
    faults = []
    if (batches and batch not in batches) or (batch is not None and not batches):
        faults.append("batch")
    if isinstance(meetings, int) and isinstance(number, int) and number > meetings:
        faults.append("number")
    return faults


def is_asked_for(component: Record, meeting: Record) -> bool:
    """Return whether a pin or an entry is of a meeting that its component has."""
    batches: tuple[str, ...] = component["batches"] or ()  # type: ignore[assignment]
    return not meeting_faults(batches, component["meetings_per_week"], meeting["batch"], meeting["number"])
