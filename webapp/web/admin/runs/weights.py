"""A registrar's own profiles of weights: listed, made, changed, deleted."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from webapp.models import WeightProfile
from webapp.services.accounts.permissions import Permission
from webapp.services.problem.weights import WEIGHED
from webapp.services.runs import weight_profiles as run_weight_profiles
from webapp.services.runs.weight_profiles import ProfileChanged, ProfileRefused
from webapp.services.shared import transaction
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.errors import status_of
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import chosen_term, me


@bp.get("/weights")
@requires(Permission.GENERATE)
def weight_profiles() -> ResponseReturnValue:
    return render(
        "admin/weights/index.html", profiles=run_weight_profiles.profiles_of(me()), titles=run_weight_profiles.titles()
    )


@bp.route("/weights/new", methods=["GET", "POST"])
@requires(Permission.GENERATE)
def create_weight_profile() -> ResponseReturnValue:
    return _edited(None)


@bp.route("/weights/<int:weight_profile_id>", methods=["GET", "POST"])
@requires(Permission.GENERATE)
def weight_profile(weight_profile_id: int) -> ResponseReturnValue:
    return _edited(load(me(), WeightProfile, weight_profile_id, fresh=True))


@bp.post("/weights/<int:weight_profile_id>/delete")
@requires(Permission.GENERATE)
def delete_weight_profile(weight_profile_id: int) -> ResponseReturnValue:
    profile = load(me(), WeightProfile, weight_profile_id, fresh=True)
    name = profile.name
    run_weight_profiles.delete(me(), profile)
    transaction.commit()
    flash(_("%(name)s is deleted. Runs that were made with it keep what they found.", name=name), "good")
    return redirect_to(url_for("admin.weight_profiles"))


def _edited(profile: WeightProfile | None) -> ResponseReturnValue:
    _terms, term = chosen_term()
    problem = None
    if request.method == "POST":
        typed = {rule: request.form.get(f"weight-{rule}", "") for rule in WEIGHED}
        try:
            saved = run_weight_profiles.save(
                me(), profile, request.form.get("name", ""), typed, request.form.get("seen", "")
            )
        except ProfileRefused as refused:
            problem = refused
        else:
            transaction.commit()
            flash(_("%(name)s is saved; it can be ticked as a variant.", name=saved.name), "good")
            return redirect_to(url_for("admin.weight_profiles"))
    seen = request.form.get("seen", "")
    if profile is not None and (problem is None or isinstance(problem, ProfileChanged)):
        seen = run_weight_profiles.mark_of(profile)
    page = render(
        "admin/weights/edit.html",
        profile=profile,
        rules=run_weight_profiles.rules_to_weigh(profile, term),
        problem=problem,
        given=request.form,
        term=term,
        seen=seen,
    )
    return page, status_of(problem) if problem else 200
