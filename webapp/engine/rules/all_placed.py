"""Nothing is left out."""

from webapp.engine.rules.family import PlacedRule


class AllPlaced(PlacedRule):
    """Every meeting has a time."""

    name = "all_placed"
    title = "All placed"
    unit = "unplaced meeting"
    finding = "{meeting} has no time."
