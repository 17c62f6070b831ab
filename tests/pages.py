"""What must hold on every HTML page, and a client that checks it."""

from collections import Counter
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

# Faults of the parser that say nothing about the reader's page.
HARMLESS = {"expected-doctype-but-got-start-tag"}
FORBIDDEN_ATTRIBUTES = ("style", "hx-on")


class Pages:
    """Fetches pages and fragments; each must pass `faults_of`."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, status: int = 200, **options: Any) -> Element:
        """The parsed page behind a path, whose status must be as given."""
        return self._checked(self.client.get(path, **options), path, status)

    def fragment(self, path: str, status: int = 200, **options: Any) -> Element:
        """The parsed fragment that htmx would get."""
        headers = {"HX-Request": "true", **options.pop("headers", {})}
        return self._checked(self.client.get(path, headers=headers, **options), path, status)

    def post(self, path: str, data: dict[str, Any] | None = None, status: int = 303, **options: Any) -> TestResponse:
        """Post a form with the session's CSRF token; a page in the answer is checked, too."""
        response = self.client.post(path, data={"csrf_token": self.csrf_token(), **(data or {})}, **options)
        assert response.status_code == status, (
            f"{path}: {response.status_code}\n{response.get_data(as_text=True)[:2000]}"
        )
        if response.mimetype == "text/html" and response.data:
            assert_sound(response.get_data(as_text=True), path)
        return response

    def csrf_token(self) -> str:
        """The token of the client's session, from any page's body."""
        page = parse(self.client.get("/no-such-page").get_data(as_text=True))
        (body,) = page.iter("body")
        return body.get("hx-headers", "").split('"')[3]

    def _checked(self, response: TestResponse, path: str, status: int) -> Element:
        text = response.get_data(as_text=True)
        assert response.status_code == status, f"{path}: {response.status_code}\n{text[:2000]}"
        return assert_sound(text, path)


def parse(text: str) -> Element:
    return html5lib.parse(text, treebuilder="etree", namespaceHTMLElements=False)


def words(element: Element) -> str:
    """The text of an element with single spaces, as a reader sees it."""
    return " ".join("".join(element.itertext()).split())


def sent_by(page: Element, action: str) -> dict[str, str]:
    """What a browser would send of the page's form for that address, untouched, without the CSRF token."""
    form = next(f for f in page.iter("form") if f.get("action") == action and f.get("method") == "post")
    data: dict[str, str] = {}
    for field in form.iter():
        name, kind = field.get("name"), field.get("type")
        if not name or name == "csrf_token" or field.tag == "button":
            continue
        if field.tag == "select":
            chosen = [o.get("value", "") for o in field.iter("option") if o.get("selected") is not None]
            data[name] = (chosen or [""])[0]
        elif field.tag == "textarea":
            data[name] = "".join(field.itertext()).strip()
        elif kind != "checkbox" or field.get("checked") is not None:
            data[name] = field.get("value", "")
    return data


def assert_sound(text: str, path: str) -> Element:
    """The parsed page; fails with every fault that it has."""
    faults = faults_of(text)
    assert not faults, f"{path}:\n" + "\n".join(faults)
    return parse(text)


def faults_of(text: str) -> list[str]:
    """What is wrong with a page, or with a fragment (which has no head of its own)."""
    is_page = "<html" in text[:1000]
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    root = parser.parse(text) if is_page else parser.parseFragment(text)
    faults = [f"{position}: {code} {details}" for position, code, details in parser.errors if code not in HARMLESS]
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    faults += [f"id {name!r} stands {n} times" for name, n in Counter(_ids(elements)).items() if n > 1]
    faults += [fault for element in elements for fault in _faults_of_element(element)]
    return faults + (_faults_of_whole(root, elements) if is_page else [])


def _ids(elements: list[Element]) -> list[str]:
    return [name for element in elements if (name := element.get("id")) is not None]


def _faults_of_element(element: Element) -> list[str]:
    tag, faults = element.tag, []
    for name in element.attrib:
        if name in FORBIDDEN_ATTRIBUTES or name.startswith(("on", "hx-on", "hx-vals='js")):
            faults.append(f"<{tag}> has the attribute {name}")
    if tag == "style" or (tag == "script" and not element.get("src")):
        faults.append(f"<{tag}> stands in the page")
    if tag == "a" and element.get("hx-get") and not element.get("href"):
        faults.append("a link has hx-get and no href")
    if tag == "img" and element.get("alt") is None:
        faults.append(f"an image has no alt: {element.get('src')}")
    if tag == "form" and element.get("method", "get").lower() != "dialog":
        faults += _faults_of_form(element)
    return faults


def _faults_of_form(form: Element) -> list[str]:
    faults = [] if form.get("action") else ["a form has no action"]
    fields = [field.get("name") for field in form.iter("input")]
    if form.get("method", "get").lower() == "post" and "csrf_token" not in fields:
        faults.append(f"the form for {form.get('action')} has no csrf_token")
    return faults


def _faults_of_whole(root: Element, elements: list[Element]) -> list[str]:
    headings = [words(element) for element in elements if element.tag == "h1"]
    titles = [words(element) for element in elements if element.tag == "title"]
    faults = [] if root.get("lang") else ["<html> has no lang"]
    if len(headings) != 1:
        faults.append(f"there are {len(headings)} h1")
    if not titles or not headings or not titles[0].startswith(headings[0]):
        faults.append(f"the title {titles} does not begin with the heading {headings}")
    return faults
