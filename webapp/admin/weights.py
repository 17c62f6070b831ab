"""A registrar's own profiles of weights: listed, made, changed, deleted."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.admin import bp
from webapp.errors import status_of
from webapp.flow import weighing
from webapp.flow.weighing import ProfileChanged, ProfileRefused
from webapp.htmx import redirect_to, render
from webapp.models import WeightProfile
from webapp.navigation import chosen_term, me


@bp.get("/weights")
def weight_profiles() -> ResponseReturnValue:
    return render("admin/weights/index.html", profiles=weighing.profiles_of(me()), titles=weighing.titles())


@bp.route("/weights/new", methods=["GET", "POST"])
def create_weight_profile() -> ResponseReturnValue:
    return _edited(None)


@bp.route("/weights/<int:weight_profile_id>", methods=["GET", "POST"])
def weight_profile(weight_profile_id: int) -> ResponseReturnValue:
    return _edited(weighing.profile_of(me(), weight_profile_id))


@bp.post("/weights/<int:weight_profile_id>/delete")
def delete_weight_profile(weight_profile_id: int) -> ResponseReturnValue:
    profile = weighing.profile_of(me(), weight_profile_id)
    name = profile.name
    weighing.delete(me(), profile)
    flash(_("%(name)s is deleted. Runs that were made with it keep what they found.", name=name), "good")
    return redirect_to(url_for("admin.weight_profiles"))


def _edited(profile: WeightProfile | None) -> ResponseReturnValue:
    _terms, term = chosen_term()
    problem = None
    if request.method == "POST":
        typed = {rule: request.form.get(f"weight-{rule}", "") for rule in weighing.WEIGHED}
        try:
            saved = weighing.save(me(), profile, request.form.get("name", ""), typed, request.form.get("seen", ""))
        except ProfileRefused as refused:
            problem = refused
        else:
            flash(_("%(name)s is saved; it can be ticked as a variant.", name=saved.name), "good")
            return redirect_to(url_for("admin.weight_profiles"))
    seen = request.form.get("seen", "")
    if profile is not None and (problem is None or isinstance(problem, ProfileChanged)):
        seen = weighing.mark_of(profile)
    page = render(
        "admin/weights/edit.html",
        profile=profile,
        rules=weighing.rules_to_weigh(profile, term),
        problem=problem,
        given=request.form,
        term=term,
        seen=seen,
    )
    return page, status_of(problem) if problem else 200
