"""The pages of elective baskets."""

import pytest

from tests import factories
from tests.pages import Pages, parse, sent_by, words
from webapp.extensions import db


@pytest.fixture
def made(client, sign_in):
    user = factories.user()
    sign_in(client, user)
    term = factories.term(user.organization)
    group = factories.group(term, "CSE5")
    department = factories.department(user.organization)
    options = [factories.section(term, factories.course(department, code)) for code in ("AI", "ML")]
    for section in options:
        factories.component(section, meetings_per_week=2)
    return term, group, options


def test_rules_become_baskets_by_one_click_and_a_second_click_does_no_harm(pages: Pages, made):
    term, _group, options = made
    rule = factories.rule(term, "same_time", code="basket-PE1")
    rule.components = [component for section in options for component in section.components]
    db.session.commit()
    page = pages.get("/admin/baskets")
    assert "1 rule looks like elective baskets" in words(page)
    assert "1 rule looks like elective baskets" in words(pages.get("/admin/rules"))
    sent = sent_by(page, "/admin/baskets/from-rules")
    pages.post("/admin/baskets/from-rules", sent, 303)
    shown = words(pages.get("/admin/baskets"))
    assert "1 basket made; 1 rule is gone" in shown
    assert "PE1" in shown
    pages.post("/admin/baskets/from-rules", sent, 303)
    assert "have changed since" in words(pages.get("/admin/baskets"))


def test_a_students_choice_is_changed_on_the_baskets_page(pages: Pages, made):
    term, group, options = made
    student = factories.student(groups=[group], code="S1", name="Asha Nair")
    basket = factories.basket(term, options=options, groups=[group], name="Elective 1")
    db.session.commit()
    path = f"/admin/baskets/{basket.basket_id}"
    page = pages.get(path)
    assert "1 has not chosen" in words(page)
    sent = sent_by(page, path + "/choice") | {"section": str(options[0].section_id)}
    pages.post(path + "/choice", sent, 303)
    assert "Asha Nair takes AI A." in words(pages.get(path + "?show=waiting"))
    refused = pages.post(path + "/choice", sent | {"section": str(options[1].section_id)}, 409)
    assert "Asha Nair takes AI A now." in words(parse(refused.get_data(as_text=True)))
    assert student.student_id
