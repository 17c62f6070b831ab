"""What the browser tests do again and again: sign in, judge a page by axe, read a printed page."""

import io
from pathlib import Path
from typing import Any

from playwright.sync_api import Page
from pypdf import PdfReader

from tests.university import PASSWORD, email

AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text(encoding="utf-8")
TAGS = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
EVERYTHING = f"{{resultTypes: ['violations'], runOnly: {{type: 'tag', values: {TAGS}}}}}"
COLOURS = "{resultTypes: ['violations'], runOnly: {type: 'rule', values: ['color-contrast', 'link-in-text-block']}}"
END_TRANSITIONS = """for (let going; (going = document.getAnimations().filter(
    motion => motion.playState === 'running' && motion.effect.getComputedTiming().endTime !== Infinity)).length;)
    going.forEach(motion => motion.finish())"""
"""A page that changes its colours glides from one to the other, what stands in something after it; axe judges the
other."""
A4_LANDSCAPE, A4_PORTRAIT = (842, 595), (595, 842)


def sign_in(page: Page, role: str, domain: str = "tiny.example") -> None:
    """Fill in the form as that role's account of a university and wait for its first page."""
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email(role, domain))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def sign_in_anew(page: Page, role: str) -> None:
    """Become another account of the same browser."""
    page.goto("about:blank")  # an answer still under way would bring the old session's cookie back
    page.context.clear_cookies()
    sign_in(page, role)


def grave_violations(page: Page) -> list[str]:
    """What axe finds on the page that is serious or critical: everything when light, the colours again when dark.

    The script is evaluated apart from the page, so its policy neither hinders it nor is loosened for it.
    """
    page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate(f"axe.run(document, {EVERYTHING})")["violations"]
    page.emulate_media(color_scheme="dark")
    page.evaluate(END_TRANSITIONS)
    found += page.evaluate(f"axe.run(document, {COLOURS})")["violations"]
    page.emulate_media(color_scheme="light")  # as the next page begins
    return [
        f"{page.url}: {one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def printed(page: Page, size: tuple[int, int] = A4_LANDSCAPE) -> list[str]:
    """The text of each sheet that the page prints; every sheet is of that size."""
    reader = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=False)))
    for sheet in reader.pages:
        assert (round(sheet.mediabox.width), round(sheet.mediabox.height)) == size
    return [" ".join(sheet.extract_text().split()) for sheet in reader.pages]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width
