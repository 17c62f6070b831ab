"""XML whose elements know their line: what a refusal needs to say where something stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from webapp.engine.readers.problems import ReadError

MOST_BYTES = 200_000_000
"""No file of a university is larger."""
MOST_ELEMENTS = 5_000_000


@dataclass(slots=True)
class Element:
    """An element: its name, its attributes, the line on which it begins, what is in it."""

    path: Path
    tag: str
    attributes: Mapping[str, str]
    line: int
    children: list["Element"] = field(default_factory=list)

    def refuse(self, found: str, expected: str) -> ReadError:
        """The error to raise about this element."""
        return ReadError(self.path, self.line, found, expected)

    def all(self, *tags: str) -> Iterator["Element"]:
        """Yield the elements of a name in it, or those of the last name within those of the ones before."""
        for child in self.children:
            if child.tag == tags[0]:
                if len(tags) == 1:
                    yield child
                else:
                    yield from child.all(*tags[1:])

    def text(self, name: str) -> str:
        """An attribute that must be there."""
        if not self.attributes.get(name):
            raise self.refuse(f"<{self.tag}> without {name}", f'<{self.tag} {name}="...">')
        return self.attributes[name]

    def number(self, name: str, least: int, most: int, default: int | None = None) -> int:
        """An attribute that is a whole number from ``least`` to ``most``."""
        if default is not None and name not in self.attributes:
            return default
        text = self.text(name)
        if not (text.isascii() and text.isdigit() and len(text) <= 12 and least <= int(text) <= most):
            raise self.refuse(f'{name}="{text}"', f"{name} as a whole number from {least} to {most}")
        return int(text)

    def mask(self, name: str, length: int, what: str) -> int:
        """An attribute of zeros and ones, one for each of so many days or weeks; bit 0 is the first."""
        text = self.text(name)
        if len(text) != length or text.strip("01"):
            raise self.refuse(f'{name}="{text}"', f"{length} zeros and ones, one for each of the {length} {what}")
        if "1" not in text:
            raise self.refuse(f'{name}="{text}"', f"at least one of the {what}")
        return int(text[::-1], 2)

    def flag(self, name: str, *, default: bool) -> bool:
        """An attribute that is true or false."""
        text = self.attributes.get(name, str(default)).lower()
        if text not in ("true", "false"):
            raise self.refuse(f'{name}="{text}"', f"{name} as true or false")
        return text == "true"


class _Builder:
    """What the parser reports, as elements."""

    def __init__(self, path: Path) -> None:
        self.path, self.count = path, 0
        self.parser: Any = None
        self.open: list[Element] = []
        self.root: Element | None = None

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        element = Element(self.path, tag, dict(attributes), self.parser.parser.CurrentLineNumber)
        self.count += 1
        if self.count > MOST_ELEMENTS:
            raise element.refuse("too many elements", f"at most {MOST_ELEMENTS}")
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def end(self, _tag: str) -> None:
        """An element ends."""
        self.open.pop()

    def data(self, _text: str) -> None:
        """Text between elements says nothing here."""

    def close(self) -> Element:
        """The outermost element."""
        if self.root is None:
            raise ReadError(self.path, 0, "no element", "an XML file")
        return self.root


def root_of(path: Path, tag: str) -> Element:
    """The outermost element of a file, which must have this name; raises `ReadError`."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ReadError(path, 0, f"no readable file ({error.strerror})", "a file") from None
    if len(content) > MOST_BYTES:
        raise ReadError(path, 0, f"{len(content)} bytes", f"at most {MOST_BYTES}")
    builder = _Builder(path)
    builder.parser = DefusedXMLParser(target=builder)
    try:
        builder.parser.feed(content)
        root: Element = builder.parser.close()
    except ParseError as error:
        raise ReadError(path, error.position[0], f"no XML ({error})", f"XML with the root <{tag}>") from None
    except DefusedXmlException as error:
        raise ReadError(path, 0, f"what XML files need not have ({type(error).__name__})", "plain elements") from None
    if root.tag != tag:
        raise root.refuse(f"the root <{root.tag}>", f"<{tag}>")
    return root
