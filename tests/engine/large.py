"""Large course timetabling files with a timetable hidden inside: feasible for certain."""

from random import Random


def planted_ctt(
    courses: int = 330, rooms: int = 40, days: int = 5, slots: int = 6, curricula: int = 3700, seed: int = 1
) -> str:
    """A `.ctt` text. Lectures are placed first; people and closed periods are chosen not to object."""
    random = Random(seed)
    periods = days * slots
    free = [(period, room) for period in range(periods) for room in range(rooms)]
    random.shuffle(free)
    when: list[set[int]] = []
    for _ in range(courses):
        mine: set[int] = set()
        lectures = random.randint(1, 5)
        for place in list(free):
            if len(mine) == lectures:
                break
            if place[0] not in mine:
                mine.add(place[0])
                free.remove(place)
        when.append(mine)
    teachers: list[set[int]] = []
    taught_by = []
    for mine in when:
        who = next((t for t in range(len(teachers)) if not teachers[t] & mine and len(teachers[t]) < 9), len(teachers))
        if who == len(teachers):
            teachers.append(set())
        teachers[who] |= mine
        taught_by.append(who)
    cores = [
        _disjoint(random, when, random.sample(range(courses), courses), 0.6 * periods) for _ in range(courses // 6)
    ]
    members = []
    for _ in range(curricula):
        core = random.choice(cores)
        members.append(random.sample(core, random.randint(len(core) // 2, len(core))))
    closed = [
        (course, period)
        for course, mine in enumerate(when)
        for period in random.sample(range(periods), 4)
        if period not in mine
    ]
    lines = ["Name: planted", f"Courses: {courses}", f"Rooms: {rooms}", f"Days: {days}", f"Periods_per_day: {slots}"]
    lines += [f"Curricula: {curricula}", f"Constraints: {len(closed)}", "", "COURSES:"]
    for course, mine in enumerate(when):
        least = min(len(mine), 1 + len(mine) // 2)
        lines.append(f"c{course} t{taught_by[course]} {len(mine)} {least} {random.randint(10, 150)}")
    lines += ["", "ROOMS:", *(f"r{room} {random.choice([30, 60, 100, 200])}" for room in range(rooms))]
    lines += ["", "CURRICULA:"]
    lines += [f"q{q} {len(chosen)} {' '.join(f'c{c}' for c in chosen)}" for q, chosen in enumerate(members)]
    lines += ["", "UNAVAILABILITY_CONSTRAINTS:"]
    lines += [f"c{course} {period // slots} {period % slots}" for course, period in closed]
    return "\n".join([*lines, "", "END.", ""])


def _disjoint(random: Random, when: list[set[int]], order: list[int], most: float) -> list[int]:
    """Up to eight courses that never meet at the same time, with the given hours in all."""
    chosen: list[int] = []
    busy: set[int] = set()
    for course in order:
        if len(chosen) < 8 and not when[course] & busy and len(busy | when[course]) <= most:
            chosen.append(course)
            busy |= when[course]
    return chosen
