"""The form of a term's week: up to three shifts, each with its days, hours, breaks and lunch."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Form, IntegerField, SelectField, StringField, TimeField
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import NumberInput

from webapp.services.shared.words import WEEKDAYS
from webapp.services.terms.week_plan import (
    LEAST_LENGTH,
    MOST_LENGTH,
    MOST_PAUSE,
    MOST_PERIODS,
    DayLength,
    Pause,
    ShiftPlan,
)
from webapp.web.admin.forms import choices

MOST_SHIFTS = 3
MOST_BREAKS = 2
DAY_LENGTHS = (
    (DayLength.FULL.value, _l("full")),
    (DayLength.HALF.value, _l("half")),
    (DayLength.OFF.value, _l("free")),
)
USUAL_DAYS = (*[DayLength.FULL] * 5, DayLength.HALF, DayLength.OFF)
USUAL: dict[str, Any] = {
    "starts": "09:00",
    "length": "60",
    "periods": "7",
    "half_periods": "4",
    "after_1": "2",
    "pause_1": "10",
    "lunch_starts": "13:10",
    "lunch_minutes": "50",
}
"""With what the form of the first shift begins: breaks and lunch stand between its periods."""
NEEDED = InputRequired(_l("This is needed."))


def _number(label: Any, least: int, most: int, *, needed: bool = False) -> IntegerField:
    words = _l("A whole number from %(least)d to %(most)d.", least=least, most=most)
    rules = [NEEDED if needed else Optional(), NumberRange(least, most, words)]
    return IntegerField(label, rules, widget=NumberInput(min=least, max=most))


class ShiftForm(Form):  # type: ignore[misc]  # WTForms ships no types
    """The fields of one shift; they carry its number before their names."""

    name = StringField(_l("Name of the shift"), [Length(max=40)])
    starts = TimeField(_l("First period starts"), [NEEDED])
    length = _number(_l("Minutes of a period"), LEAST_LENGTH, MOST_LENGTH, needed=True)
    periods = _number(_l("Periods of a full day"), 1, MOST_PERIODS, needed=True)
    half_periods = _number(_l("Periods of a half day"), 1, MOST_PERIODS, needed=True)
    after_1 = _number(_l("Break after period"), 1, MOST_PERIODS)
    pause_1 = _number(_l("Minutes of the break"), 1, MOST_PAUSE)
    after_2 = _number(_l("Second break after period"), 1, MOST_PERIODS)
    pause_2 = _number(_l("Minutes of the second break"), 1, MOST_PAUSE)
    lunch_starts = TimeField(_l("Lunch starts"), [Optional()])
    lunch_minutes = _number(_l("Minutes of lunch"), 1, MOST_PAUSE)

    @property
    def day_fields(self) -> list[Any]:
        """The fields of the seven days, Monday first."""
        return [self[f"day_{day}"] for day in range(len(WEEKDAYS))]

    @property
    def plan(self) -> ShiftPlan:
        """What the fields say, once they are valid."""
        pairs = [(self[f"after_{n}"].data, self[f"pause_{n}"].data) for n in range(1, MOST_BREAKS + 1)]
        has_lunch = bool(self.lunch_starts.data and self.lunch_minutes.data)
        return ShiftPlan(
            name=(self.name.data or "").strip(),
            days={day: DayLength(field.data) for day, field in enumerate(self.day_fields)},
            starts=self.starts.data,
            length=self.length.data,
            periods=self.periods.data,
            half_periods=self.half_periods.data,
            breaks=tuple(Pause(after, minutes) for after, minutes in pairs if after and minutes),
            lunch_starts=self.lunch_starts.data if has_lunch else None,
            lunch_minutes=self.lunch_minutes.data if has_lunch else 0,
        )


for _day, _name in enumerate(WEEKDAYS):
    setattr(ShiftForm, f"day_{_day}", SelectField(_name, choices=choices(DAY_LENGTHS)))


def usual_week() -> MultiDict[str, str]:
    """What the form begins with: one shift, Monday to Friday and half of Saturday."""
    first = {f"s1-{name}": text for name, text in USUAL.items()}
    return MultiDict({**first, **usual_days(1)})


def week_of(plans: Sequence[ShiftPlan]) -> MultiDict[str, str]:
    """What the form begins with where a week is stored that these plans give."""
    values: dict[str, str] = {}
    for number, plan in enumerate(plans, start=1):
        fields = {
            "name": plan.name,
            "starts": f"{plan.starts:%H:%M}",
            "length": str(plan.length),
            "periods": str(plan.periods),
            "half_periods": str(plan.half_periods),
            **{f"day_{day}": plan.days.get(day, DayLength.OFF).value for day in range(len(WEEKDAYS))},
        }
        for n, pause in enumerate(plan.breaks, start=1):
            fields |= {f"after_{n}": str(pause.after), f"pause_{n}": str(pause.minutes)}
        if plan.lunch_starts is not None:
            fields |= {"lunch_starts": f"{plan.lunch_starts:%H:%M}", "lunch_minutes": str(plan.lunch_minutes)}
        values |= {f"s{number}-{name}": text for name, text in fields.items()}
    return MultiDict({**usual_days(len(plans) + 1), **values})


def usual_days(first: int) -> dict[str, str]:
    """The days of the shifts from that number on, before anybody has chosen."""
    shifts = range(first, MOST_SHIFTS + 1)
    return {f"s{n}-day_{d}": length.value for n in shifts for d, length in enumerate(USUAL_DAYS)}


def shift_forms(sent: MultiDict[str, str]) -> list[ShiftForm]:
    """The forms of all shifts with what was sent."""
    return [ShiftForm(sent, prefix=f"s{number}") for number in range(1, MOST_SHIFTS + 1)]


def used_forms(forms: Iterable[ShiftForm]) -> list[ShiftForm]:
    """The first form, and those in which something is filled in."""
    first, *others = forms
    filled = ("name", "starts", "length", "periods")
    return [first, *(form for form in others if any(form[name].raw_data and form[name].raw_data[0] for name in filled))]
