"""One's own account: password, calendar links and API tokens."""

from flask import Response, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from webapp.extensions import limiter
from webapp.models import FeedKind
from webapp.services.accounts import credentials, tokens
from webapp.services.accounts.passwords import PasswordRefused
from webapp.services.accounts.permissions import Permission
from webapp.services.shared import transaction
from webapp.services.shared.errors import Problem
from webapp.services.shared.words import _
from webapp.services.views import calendar_links, feeds
from webapp.web.access import requires
from webapp.web.auth import bp
from webapp.web.auth.forms import FEED_WORDS, CalendarLinkForm, ChangePasswordForm, TokenForm
from webapp.web.auth.routes import start_session
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import home_of, me, public_address
from webapp.web.public.codes import qr_code
from webapp.web.public.feeds import calendar_answer


def _person() -> str:
    return f"user:{me().get_id()}"


def _failed(response: Response) -> bool:
    return response.status_code == 422


def _page(form: TokenForm, secret: str = "", link_form: CalendarLinkForm | None = None, new_link: str = "") -> str:
    kinds = feeds.kinds_for(me())
    return render(
        "auth/profile.html",
        form=form,
        secret=secret,
        tokens=tokens.list_tokens(me()),
        link_form=(link_form or CalendarLinkForm(formdata=None)).offer(kinds) if kinds else None,
        links=calendar_links.list_links(me()),
        own_kinds=[(kind.value, FEED_WORDS[kind]) for kind in kinds if kind in feeds.OWN],
        new_link=new_link,
        new_code=qr_code(new_link) if new_link else None,
    )


@bp.get("/profile")
@requires(Permission.OWN_PROFILE)
def profile() -> ResponseReturnValue:
    return _page(TokenForm())


@bp.route("/profile/password", methods=["GET", "POST"])
@limiter.limit("10 per 15 minutes", key_func=_person, methods=["POST"], deduct_when=_failed)
@requires(Permission.OWN_PROFILE)
def change_password() -> ResponseReturnValue:
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            credentials.change_password(me(), form.current.data or "", form.new.data or "")
        except PasswordRefused as problem:
            form.form_errors = [problem.message]
        else:
            transaction.commit()
            start_session(me())
            flash(_("Your password is changed; you are signed out everywhere else."), "good")
            return redirect(home_of(me()), 303)
    return render("auth/change_password.html", form=form), 422 if form.errors else 200


@bp.post("/profile/tokens")
@requires(Permission.OWN_PROFILE)
def create_token() -> ResponseReturnValue:
    form = TokenForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        secret = tokens.create_token(me(), form.name.data or "")
    except Problem as problem:
        form.name.errors = [problem.message]
        return _page(form), 422
    transaction.commit()
    return _page(TokenForm(formdata=None), secret=secret)


@bp.post("/profile/tokens/<int:user_token_id>/revoke")
@requires(Permission.OWN_PROFILE)
def revoke_token(user_token_id: int) -> ResponseReturnValue:
    tokens.revoke_token(me(), user_token_id)
    transaction.commit()
    flash(_("The token is revoked."), "good")
    return redirect_to(url_for("auth.profile"))


@bp.post("/profile/calendar-links")
@requires(Permission.OWN_PROFILE)
def create_calendar_link() -> ResponseReturnValue:
    form = CalendarLinkForm().offer(feeds.kinds_for(me()))
    if not form.validate_on_submit():
        return _page(TokenForm(formdata=None), link_form=form), 422
    try:
        secret, _token = calendar_links.create_link(me(), FeedKind(form.kind.data), form.code.data or "")
    except Problem as problem:
        form.code.errors = [problem.message]
        return _page(TokenForm(formdata=None), link_form=form), 422
    transaction.commit()
    return _page(TokenForm(formdata=None), new_link=public_address(url_for("public.feed", secret=secret)))


@bp.post("/profile/calendar-links/<int:user_token_id>/revoke")
@requires(Permission.OWN_PROFILE)
def revoke_calendar_link(user_token_id: int) -> ResponseReturnValue:
    calendar_links.revoke_link(me(), user_token_id)
    transaction.commit()
    flash(_("The calendar link is revoked: whoever has it sees nothing any more."), "good")
    return redirect_to(url_for("auth.profile"))


@bp.get("/profile/calendar/<kind>.ics")
@requires(Permission.OWN_PROFILE)
def own_calendar(kind: str) -> ResponseReturnValue:
    if kind not in feeds.OWN:
        abort(404)
    body = feeds.write_feed(me(), feeds.find_subject(me(), FeedKind(kind)))
    return calendar_answer(body, f"{kind}.ics")
