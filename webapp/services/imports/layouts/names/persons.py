"""Persons by their names, as offices write them: titles, dots, spaces, accents and the order of words say little."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

TITLES = frozenset(
    ("dr", "mr", "mrs", "ms", "miss", "mx", "prof", "professor", "asst", "assoc", "assistant", "associate", "er")
) | {"engr", "shri", "sri", "smt", "sir", "madam", "rev", "fr"}
DEGREES = re.compile(
    r"(?<![\w.])(ph\.?\s*d|m\.?\s*tech|b\.?\s*tech|m\.?\s*sc|m\.?\s*phil|m\.?\s*c\.?\s*a|m\.?\s*b\.?\s*a)\b\.?", re.I
)
NOBODY = frozenset(
    (
        "",
        "staff",
        "arr",
        "n n",
        "nn",
        "na",
        "nil",
        "none",
        "tba",
        "tbd",
        "tbc",
        "vacant",
        "to be announced",
        "to be appointed",
        "new faculty",
    )
)
"""What stands, folded, in a cell for a teacher where there is none yet."""
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i"})
LATIN_MARKS = re.compile("[\u0300-\u036f]")
SAME_ENOUGH = 90
"""From this likeness (0 to 100) on, a long word is taken for another one misspelled."""
NEAR_ENOUGH = 60
"""From this likeness on, a person is offered for a name that nobody has."""
MOST_CANDIDATES = 6
KEPT = 50_000
"""Texts whose folded form is kept: the same names come up again and again."""
SHORTEST_MISSPELLED = 6
TITLE_WORDS = {"professor": "prof", "asst": "", "assoc": "", "assistant": "", "associate": "", "miss": "ms"}
"""What a title says of a person, where it is written in other words."""


@lru_cache(maxsize=KEPT)
def fold(text: str) -> str:
    """Letters and digits of a text without case, accents and signs, its words with one space between."""
    plain = LATIN_MARKS.sub("", unicodedata.normalize("NFKD", text.casefold().translate(LETTERS)))
    return " ".join(re.sub(r"[^\w]|_", " ", re.sub(r"['’`´]", "", plain)).split())


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name taken apart: its title ("" where it has none), its initials, and its other words, all folded."""

    title: str
    initials: str
    words: tuple[str, ...]

    @property
    def key(self) -> str:
        """The name without its title, its initials first."""
        return " ".join(filter(None, (self.initials, *self.words)))


def person_name(text: str) -> PersonName:
    """Take a name apart; two or three capitals in a name of small letters are initials ("PV Singh")."""
    title, initials, words = "", "", []
    mixed = any(letter.islower() for letter in text)
    for part in re.split(r"[^\w'’`´]+|_", DEGREES.sub(" ", text)):
        word = fold(part)
        if word in TITLES:
            title = title or TITLE_WORDS.get(word, word)
        elif len(word) == 1 or (mixed and len(part) <= 3 and part.isupper() and part.isalpha()):
            initials += word
        elif word:
            words.append(word)
    return PersonName(title, initials, tuple(words))


@dataclass(frozen=True, slots=True)
class PersonFound:
    """Who is meant by a name.

    Parameters
    ----------
    code
        The one person whom the name can only mean; None where nobody or several can be meant.
    literal
        Whether the name is written as the person's own.
    nearest
        Codes of who may be meant, with their likeness from 0 to 100, the nearest first.
    """

    code: str | None
    literal: bool = False
    nearest: tuple[tuple[str, int], ...] = ()


class Persons:
    """Finds persons by code or name.

    Parameters
    ----------
    names
        Name by code.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._texts = {code: " ".join(name.split()) for code, name in names.items()}
        self._names = {code: person_name(name) for code, name in names.items()}
        self._codes = {fold(code).replace(" ", ""): code for code in names}
        self._by_key: dict[str, list[str]] = {}
        self._by_run: dict[str, list[str]] = {}
        for code, name in self._names.items():
            self._by_key.setdefault(name.key, []).append(code)
            self._by_run.setdefault(name.key.replace(" ", ""), []).append(code)
        self._found: dict[str, PersonFound] = {}

    def find(self, text: str) -> PersonFound:
        """Find who is meant by a text."""
        text = " ".join(text.split())
        if text not in self._found:
            self._found[text] = self._find(text)
        return self._found[text]

    def is_whole(self, text: str, code: str) -> bool:
        """Whether a text has no more words than the name of a person: "Rao, Bina" is whole, "Rao, Anil Kumar" is not.

        What stands in brackets counts, too.
        """
        name, own = person_name(text), self._names[code]
        return len(name.words) + len(name.initials) <= len(own.words) + len(own.initials)

    def _find(self, text: str) -> PersonFound:
        code = self._codes.get(fold(text).replace(" ", ""))
        if code is not None:
            return PersonFound(code, text == code)
        name = person_name(text)
        same = self._by_key.get(name.key) or self._by_run.get(name.key.replace(" ", ""), [])
        if not same and "(" in text:
            return self._find(re.sub(r"\([^)]*\)?", " ", text).strip() or text.strip("() "))
        if same:
            one = self._by_title(name, same)
            return self._told(one, text, name, same)
        likely = [code for code, other in self._names.items() if _fits(name, other)]
        if not likely:
            likely = [code for code, other in self._names.items() if _misspelled(name, other)]
        one = self._by_title(name, likely) if len(likely) == 1 else None
        return self._told(one, text, name, likely)

    def _told(self, one: str | None, text: str, name: PersonName, likely: list[str]) -> PersonFound:
        """The one who is meant, or those who may be."""
        if one is not None:
            return PersonFound(one, self._texts[one] == text)
        return PersonFound(None, False, self._nearest(text, name, likely))

    def _by_title(self, name: PersonName, codes: list[str]) -> str | None:
        """The one of several namesakes whom the title tells; None where it does not."""
        titled = [code for code in codes if name.title and self._names[code].title == name.title]
        untitled = [code for code in codes if name.title and not self._names[code].title]
        few = titled or untitled or codes
        return few[0] if len(few) == 1 else None

    def _nearest(self, text: str, name: PersonName, first: list[str]) -> tuple[tuple[str, int], ...]:
        """Who may be meant, those that fit before those that are only near."""
        ranked, key = [], name.key
        for code, other in self._names.items():
            likeness = round(fuzz.token_sort_ratio(key, other.key))
            if code in first:
                exact = self._texts[code] == text
                ranked.append((0 if exact else 1, -max(likeness, NEAR_ENOUGH), code))
            elif likeness >= NEAR_ENOUGH:
                ranked.append((2, -likeness, code))
        return tuple((code, -minus) for _, minus, code in sorted(ranked)[:MOST_CANDIDATES])


def _fits(name: PersonName, other: PersonName) -> bool:
    """Return whether two names can be one person's: each word of the shorter is a word of the longer, or its initial.

    At least one whole word is the same in both, so that initials alone never make two persons one.
    """
    shorter, longer = sorted(([*name.words, *name.initials], [*other.words, *other.initials]), key=len)
    rest, whole = list(longer), False
    for word in shorter:
        match = next((part for part in rest if part == word), None)
        if match is None:
            match = next((part for part in rest if min(len(part), len(word)) == 1 and part[0] == word[0]), None)
        if match is None:
            return False
        whole = whole or len(match) == len(word) > 1
        rest.remove(match)
    return whole


def _misspelled(name: PersonName, other: PersonName) -> bool:
    """Return whether two names differ by the spelling of long words only."""
    if name.initials != other.initials or len(name.words) != len(other.words):
        return False
    pairs = zip(sorted(name.words), sorted(other.words), strict=True)
    return all(one == another or _same_word(one, another) for one, another in pairs)


def _same_word(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= SHORTEST_MISSPELLED and fuzz.ratio(one, other) >= SAME_ENOUGH
