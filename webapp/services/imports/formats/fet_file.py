"""FET's `.fet` files as uploads: what is wrong in one, in words."""

from collections.abc import Mapping
from contextlib import suppress

from flask_babel import lazy_gettext as _l

from webapp.fet.file import Damage, Expected, FetFile, FetUnreadable
from webapp.services.imports.faults import Faults, TooManyFaults, UploadRefused, refused
from webapp.services.schema.columns import Words
from webapp.services.shared.words import _

EXPECTED: Mapping[Expected, Words] = {
    Expected.DAYS: _l("at least one Day"),
    Expected.HOURS: _l("at least one Hour"),
    Expected.OWN_ID: _l("an Id that no other activity has"),
    Expected.DURATION: _l("a duration of at least 1"),
    Expected.SUBJECT: _l("a subject of the file's Subjects_List"),
    Expected.TEACHER: _l("a teacher of the file's Teachers_List"),
    Expected.STUDENTS: _l("a year, group or subgroup of the file's Students_List"),
}
LISTS = {Expected.DAYS: "Days_List", Expected.HOURS: "Hours_List"}
"""Where faults stand that are about no activity."""


def open_fet(filename: str, content: bytes) -> FetFile:
    """Read a file; raises `UploadRefused` where it is none, or names what it does not list."""
    try:
        file = FetFile(filename, content)
    except FetUnreadable as error:
        raise UploadRefused(_damage(filename, error)) from error
    faults = Faults()
    with suppress(TooManyFaults):
        for fault in file.faults:
            where = LISTS.get(fault.expected) or _("activity %(ident)s", ident=fault.activity or "?")
            faults.add(filename, "", 0, where, fault.found, str(EXPECTED[fault.expected]))
    if faults.list:
        raise refused(faults.list)
    return file


def _damage(name: str, error: FetUnreadable) -> str:
    match error.damage:
        case Damage.TOO_LARGE:
            return _(
                "%(name)s has more than %(most)s elements, which is more than is read.", name=name, most=error.found
            )
        case Damage.ENTITIES:
            return _(
                "%(name)s defines entities of its own, which a FET file does not. Save it from FET anew.", name=name
            )
        case Damage.NO_XML:
            return _("%(name)s is damaged: its XML can't be read (%(why)s).", name=name, why=error.found)
    return _(
        "%(name)s is not a FET file: it begins with <%(tag)s> instead of <fet>.",
        name=name,
        tag=error.found,
    )
