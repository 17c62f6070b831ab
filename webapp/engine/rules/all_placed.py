"""Nothing is left out."""

from webapp.engine.rules.family import PlacedRule


class AllPlaced(PlacedRule):
    """Every class has a time."""

    name = "all_placed"
    title = "All placed"
    unit = "unplaced class"
    units = "unplaced classes"
    finding = "{meeting} has no time."
