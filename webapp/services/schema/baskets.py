"""Elective baskets: what students choose from, and who chooses."""

from flask_babel import lazy_gettext as _l

from webapp.models import Basket, BasketGroup, BasketSection
from webapp.services.schema.columns import CODE_LENGTH, Column, Kind, Many, Reach, Table
from webapp.services.schema.courses import SECTION
from webapp.services.schema.people import groups_column
from webapp.services.schema.places import BETWEEN, code_column, code_words

OPTIONS_EACH_MAX = 20

BASKETS = Table(
    name="baskets",
    meaning="Electives: sections of which each student takes one, and which are therefore held at the same times.",
    columns=(
        code_column("Code of the basket.", "PE1-CSE5"),
        Column("name", Kind.TEXT, _l("Name"), "Name of the basket.", "Professional elective 1", required=True),
        Column(
            "sections",
            Kind.ROWS,
            _l("Options"),
            "Sections to choose from, each as course/section. Their first meetings start together, and so on.",
            "CS501/A, CS502/A, CS503/A",
            many=Many(BasketSection, "basket_id", SECTION),
            length=2 * CODE_LENGTH + 1,
            hint=_l("Sections as course/section, separated by commas: CS501/A, CS502/A."),
        ),
        groups_column(
            BasketGroup,
            "basket_id",
            "Groups whose students choose; the sections need not name them.",
            "CSE5-A, CSE5-B",
            label=_l("Groups"),
            hint=_l("Codes of the groups whose students choose. The sections need not name them."),
        ),
        Column(
            "options_each",
            Kind.WHOLE,
            _l("Options a student takes"),
            "How many a student takes. From 2 on the options do not start together: nobody could attend both.",
            "1",
            default=1,
            least=1,
            most=OPTIONS_EACH_MAX,
            hint=_l("With 1 the options start together. With more they don't, since nobody could attend two of them."),
        ),
        Column(
            "different_days",
            Kind.YES_NO,
            _l("Each option on different days"),
            "Whether all meetings of an option fall on different days, those of different components too.",
            "no",
            default=False,
            listed=False,
        ),
    ),
    key=("code",),
    reach=Reach.TERM,
    model=Basket,
    title=_l("Elective baskets"),
    singular=_l("Elective basket"),
    lead=_l("Sections of which each student takes one. They are held at the same times, so that any choice fits."),
    caption=Basket.code + BETWEEN + Basket.name,
    search=(Basket.code, Basket.name),
    sorts={"code": Basket.code, "name": Basket.name, "options_each": Basket.options_each},
    order=(Basket.code,),
    words=code_words("uq_baskets_term_id_code"),
)
