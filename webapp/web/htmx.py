"""The only reader and writer of HX-* headers."""

import json
from urllib.parse import urlsplit

from flask import Request, Response, current_app, redirect, render_template, request
from jinja2_fragments.flask import render_block
from werkzeug.wrappers import Response as BaseResponse


def is_fragment(request: Request = request) -> bool:
    """Say whether htmx asks for a part of a page; a restored history entry wants the whole one."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in headers


def render(template: str, block: str | None = None, **context: object) -> str:
    """Render the page, or only the named block of it where htmx asks for a fragment."""
    if block is not None and is_fragment():
        return render_block(template, block, **{**_imports(template, context), **context})
    return render_template(template, **context)


def _imports(template: str, context: dict[str, object]) -> dict[str, object]:
    """The imports and settings at the top of a template: a block rendered alone would miss it."""
    source = current_app.jinja_env.get_template(template)
    scope = source.new_context(dict(context))
    next(source.root_render_func(scope), None)
    return dict(scope.vars)


def redirect_to(url: str) -> BaseResponse:
    """Lead to another page: by 303, or by the header that makes htmx load it whole."""
    if is_fragment():
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, 303)


def redirect_within(url: str) -> BaseResponse:
    """Lead to the same page drawn anew: a fragment follows by itself and gets the fragment."""
    return redirect(url, 303)


def with_toast(response: Response, text: str, kind: str = "good") -> Response:
    """Let the page show a short message beside what is swapped; kinds are good, warn, bad and info."""
    response.headers["HX-Trigger"] = json.dumps({"toast": {"text": text, "kind": kind}})
    return response


def without_swap(response: Response) -> Response:
    """Leave the page as it stands, although the status is one whose body would be swapped in."""
    response.headers["HX-Reswap"] = "none"
    return response


def without_history(response: Response) -> Response:
    """Keep the address as it is, although what answers is swapped in: a refused form has no page of its own."""
    response.headers["HX-Push-Url"] = "false"
    return response


def page_path() -> str:
    """The local path of the page that the user sees: for a fragment, of the page around it."""
    if not is_fragment():
        return request.full_path.rstrip("?")
    try:
        current = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:  # no browser sends such an address
        return "/"
    if current.netloc != request.host:
        return "/"
    return current.path + (f"?{current.query}" if current.query else "")
