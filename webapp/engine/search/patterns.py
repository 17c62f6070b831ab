"""Day and week patterns as arrays: tables of counts, made by asking the rules.

Where days are short a day pattern is a table from busy masks to counts. Where they are long it is a table of *prices*:
what its statistic's numbers cost, loads first, then runs, then free periods. A week pattern is a table over the masks
of used days, or over the sum of the week's loads.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence

import numpy as np

from webapp.engine.instance import Constraint, Instance
from webapp.engine.periods import DayPeriods
from webapp.engine.rule import Rule
from webapp.engine.rules import rule_named
from webapp.engine.rules.family import (
    DayPatternRule,
    DayStatistic,
    DayStatisticRule,
    WeekPatternRule,
    subjects_of,
)
from webapp.engine.search.arrays import Ints
from webapp.engine.search.days import MOST_TABLE_PERIODS, SearchDays
from webapp.engine.search.lists import flattened

STATISTICS = (DayStatistic.LOAD, DayStatistic.RUN, DayStatistic.FREE)
"""In the order of their prices in a table."""

Terms = list[list[tuple[int, int]]]
"""Per subject the rules about it, by their places among the compiled ones, with weights."""


class Patterns:
    """The pattern rules of an instance by subject; subjects with the same meetings are one.

    Parameters
    ----------
    rules
        The compiled rules with their constraints.
    kind
        Kind of each meeting.
    weight
        Packed weight of a constraint.

    Attributes
    ----------
    left_out
        Names of the rules that have no form here.
    """

    def __init__(
        self,
        instance: Instance,
        rules: Sequence[tuple[Rule, Constraint]],
        kind: Ints,
        days: SearchDays,
        weight: Callable[[Constraint], int],
    ) -> None:
        self.instance, self.grid, self.rules, self.kind, self.days = instance, instance.grid, rules, kind, days
        self.left_out: set[str] = set()
        self._known: dict[tuple[str, int, DayPeriods | None], Ints] = {}
        rows: dict[str, dict[tuple[int, ...], list[tuple[int, int]]]] = {"day": {}, "week": {}, "total": {}}
        for index, (rule, constraint) in enumerate(rules):
            if not isinstance(rule, DayPatternRule | WeekPatternRule):
                continue
            form = self._form(rule)
            if form is None:
                self.left_out.add(rule.name)
                continue
            for whom in subjects_of(instance, constraint):
                if whom.meetings:
                    key = tuple(sorted(whom.meetings))
                    rows[form].setdefault(key, []).append((index, weight(constraint)))
        self.subjects = sorted({key for form in rows.values() for key in form})
        self._terms: dict[str, Terms] = {
            form: [found.get(key, []) for key in self.subjects] for form, found in rows.items()
        }

    def _form(self, rule: DayPatternRule | WeekPatternRule) -> str | None:
        if isinstance(rule, DayPatternRule):
            return "day" if self.days.have_tables or isinstance(rule, DayStatisticRule) else None
        if rule.total_only:
            return "total"
        return "week" if rule.days_only and self.grid.days <= MOST_TABLE_PERIODS else None

    def arrays(self) -> dict[str, Ints]:
        """What the model holds of them."""
        kinds = int(self.kind.max(initial=-1)) + 1
        kind_subjects: list[list[int]] = [[] for _ in range(kinds)]
        for subject, meetings in enumerate(self.subjects):
            for kind in sorted(set(self.kind[list(meetings)].tolist())):
                kind_subjects[kind].append(subject)
        at, flat = flattened(kind_subjects)
        most, days = self.days.most, self.grid.days
        if self.days.have_tables:
            day = self._tables("day", self.days.layouts, 1 << most)
            day_table = day[1][:, None] + np.array(self.days.layout_of_day, np.int32)[None, :]
        else:
            day = self._tables("day", (None,), len(STATISTICS) * (most + 1))
            day_table = np.repeat(day[1][:, None], days, axis=1)
        week = self._tables("week", (None,), 1 << min(days, MOST_TABLE_PERIODS))
        total = self._tables("total", (None,), days * most + 1)
        walks = [bool(day[3][day[1][day[0][i] : day[0][i + 1]], most + 1 :].any()) for i in range(len(self.subjects))]
        in_lists = [0 if self.days.have_tables else len(meetings) for meetings in self.subjects]
        return {
            "subjects_at": at, "subjects": flat, "item_at": np.cumsum([0, *in_lists], dtype=np.int64),
            "walks": np.array(walks, np.int8),
            "day_at": day[0], "day_table": day_table, "day_weight": day[2], "day_tables": day[3],
            "week_at": week[0], "week_table": week[1], "week_weight": week[2], "week_tables": week[3],
            "total_at": total[0], "total_table": total[1], "total_weight": total[2], "total_tables": total[3],
        }  # fmt: skip

    def _tables(self, form: str, layouts: Sequence[DayPeriods | None], width: int) -> tuple[Ints, Ints, Ints, Ints]:
        """Offsets, table numbers, weights and tables of each subject's rules; a row of tables for each layout of a day.

        A number is that of the first layout's table, the others follow. With one week a subject's tables are added into
        one.
        """
        tables: list[Ints] = []
        known: dict[Hashable, int] = {}
        numbers: list[list[int]] = [[] for _ in self.subjects]
        weights: list[list[int]] = [[] for _ in self.subjects]
        for subject, row in enumerate(self._terms[form]):
            terms: dict[tuple[str, int], int] = defaultdict(int)
            for index, weight in row:
                rule, constraint = self.rules[index]
                terms[rule.name, constraint.amount] += weight
            wanted: list[tuple[tuple[tuple[tuple[str, int], int], ...], int]]
            if self.grid.weeks == 1:
                wanted = [(tuple(sorted(terms.items())), 1)] if terms else []
            else:
                wanted = [(((term, 1),), weight) for term, weight in sorted(terms.items())]
            for key, weight in wanted:
                if key not in known:
                    known[key] = len(tables)
                    for layout in layouts:
                        counts = [self._counts(*term, layout, width) * times for term, times in key]
                        tables.append(np.sum(counts, axis=0))
                numbers[subject].append(known[key])
                weights[subject].append(weight)
        at, flat = flattened(numbers)
        table = np.stack(tables) if tables else np.zeros((0, width), np.int64)
        return at, flat, flattened(weights, np.int64)[1], table

    def _counts(self, name: str, amount: int, layout: DayPeriods | None, width: int) -> Ints:
        """What a rule counts in each cell of its table; a day's masks are those of a layout, 0 beyond its periods."""
        if (name, amount, layout) not in self._known:
            rule, grid = rule_named(name), self.grid
            if isinstance(rule, DayPatternRule) and layout is not None:
                found = [rule.cost(busy, layout, amount) for busy in layout.masks()]
            elif isinstance(rule, DayStatisticRule):
                found = [
                    rule.price(number, amount) if rule.statistic is statistic else 0
                    for statistic in STATISTICS
                    for number in range(self.days.most + 1)
                ]
            else:
                assert isinstance(rule, WeekPatternRule)  # noqa: S101  # no other has tables
                found = [rule.cost(loads, grid, amount) for loads in self._weeks(rule, width)]
            self._known[name, amount, layout] = np.array(found + [0] * (width - len(found)), np.int64)
        return self._known[name, amount, layout]

    def _weeks(self, rule: WeekPatternRule, width: int) -> list[list[int]]:
        """A week for each cell of the table of a week pattern."""
        days = self.grid.days
        if rule.total_only:
            return [[total, *[0] * (days - 1)] for total in range(width)]
        return [[mask >> day & 1 for day in range(days)] for mask in range(width)]
