"""When two texts name the same: codes whatever their case and spaces, names whatever their accents and signs, too."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz, process

from webapp.services.imports.layouts.questions import Candidate

DASHES = re.compile("[\u2010-\u2015\u2212]")
NUMBER_WITH_ZEROS = re.compile(r"(\d+)\.0+", re.ASCII)
NEAR = 60
"""From this likeness (0 to 100) on a row is offered for a text that names none."""
MOST_CANDIDATES = 6
FEW = 12
"""As many rows are all offered where none is near."""


def same_code(text: str) -> str:
    """A code without case, spaces and leading apostrophes; 101.0 is 101, and every dash is the same."""
    plain = DASHES.sub("-", unicodedata.normalize("NFKC", text).casefold())
    plain = re.sub(r"\s+", "", plain.lstrip("'’`\u200b"))
    number = NUMBER_WITH_ZEROS.fullmatch(plain)
    return number[1] if number is not None else plain


def same_name(text: str) -> str:
    """A name without case, accents and signs, its words with one space between; & is "and"."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())


def signless(text: str) -> str:
    """A name without spaces, too."""
    return same_name(text).replace(" ", "")


class RowIndex:
    """Finds the row of a table that a text names.

    Parameters
    ----------
    names
        Name by label (the code, or several codes joined as `Table.label` does); "" where rows have none.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names
        self._codes: dict[str, list[str]] = {}
        self._titles: dict[str, list[str]] = {}
        self._plain: dict[str, set[str]] = {}
        self._found: dict[str, tuple[str, list[str]]] = {}
        for label, name in names.items():
            self._codes.setdefault(same_code(label), []).append(label)
            if same_name(name):
                self._titles.setdefault(same_name(name), []).append(label)
            for text in filter(None, (signless(label), signless(name))):
                self._plain.setdefault(text, set()).add(label)

    def find(self, text: str) -> tuple[str, list[str]]:
        """How a text names rows, and which: "exact" or "code" or "name" with one, "several", or "" with none."""
        if text in self.names:
            return "exact", [text]
        if text not in self._found:
            how, found = "code", self._codes.get(same_code(text))
            if not found:
                how, found = "name", self._titles.get(same_name(text))
            self._found[text] = ("", []) if not found else (how if len(found) == 1 else "several", found)
        return self._found[text]

    def one(self, text: str) -> str | None:
        """The one row that a text names, whatever its signs and spaces (LH 101 is LH-101), else None."""
        if text in self.names:
            return text
        found = self._plain.get(signless(text), set())
        return next(iter(found)) if len(found) == 1 else None

    def nearest(self, text: str, among: Iterable[str] = ()) -> list[Candidate]:
        """What may be meant, the nearest first; of ``among`` all."""
        labels = list(among)
        if labels:
            return [Candidate(label, self.shown(label), 100) for label in labels]
        scores: dict[str, float] = {}
        codes = {label: label.casefold() for label in self.names}
        titles = {label: same_name(name) for label, name in self.names.items() if name}
        for wanted, texts, scorer in ((text.casefold(), codes, fuzz.ratio), (same_name(text), titles, fuzz.WRatio)):
            found = process.extract(wanted, texts, scorer=scorer, limit=MOST_CANDIDATES, score_cutoff=NEAR)
            for _name, score, label in found:
                scores[label] = max(score, scores.get(label, 0))
        if not scores and len(self.names) <= FEW:
            return [Candidate(label, self.shown(label)) for label in sorted(self.names)]
        best = sorted(scores, key=lambda label: (-scores[label], label))[:MOST_CANDIDATES]
        return [Candidate(label, self.shown(label), round(scores[label])) for label in best]

    def shown(self, label: str) -> str:
        """A row as a list of choices shows it: its code and its name."""
        name = self.names.get(label, "")
        return f"{label} · {name}" if name and name != label else label


def made_code(name: str, taken: Iterable[str]) -> str:
    """A code for what has only a name: a short name itself, else its initials, with a number where that is taken."""
    known = {same_code(code) for code in taken}
    words = [word for word in re.split(r"[^\w]+", name) if word.lower() not in ("", "and", "of", "the", "for", "in")]
    base = name.strip() if len(name.strip()) <= 12 and len(words) < 2 else "".join(word[0] for word in words).upper()
    base = re.sub(r"[,;|@]", "", base)[:56] or "NEW"
    code, number = base, 1
    while same_code(code) in known:
        number += 1
        code = f"{base}-{number}"
    return code
