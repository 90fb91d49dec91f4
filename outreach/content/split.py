"""Cutting a text to a channel's limit, in the channel's own unit, where a reader would pause.

The whole text is laid out once as atoms (what is never cut) with the break that follows each; parts are ranges of
atoms, sizes are differences of running sums, so the time grows with the length of the text alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from enum import IntEnum
from itertools import accumulate, pairwise

import regex

from outreach.domain.messages import TextUnit

_GRAPHEME = regex.compile(r"\X")
_WHOLE = regex.compile(
    r"https?://[^\s<>\"\p{Han}，。；：！？、（）《》「」『』【】“”‘’…]+|\{[a-z][a-z_]*\}", regex.IGNORECASE
)
_SENTENCE_END = frozenset("。！？!?…")
_ENGLISH_END = frozenset(".!?…")
_CLAUSE_END = frozenset("，；：、")
_CLOSING = frozenset("”’」』）】》〉)]}\"'")
_IN_NUMBERS = frozenset(".,:-/")  # 9:30, 3.5, 400-161
_NEVER_FIRST = _CLOSING | _SENTENCE_END | _CLAUSE_END | _IN_NUMBERS | frozenset(";")
_NEVER_LAST = frozenset("“‘「『（【《〈([{")
_WORD = regex.compile(r"[\p{L}\p{N}\p{M}\p{Pc}\p{Sk}&&[^\p{Han}\p{Hiragana}\p{Katakana}]]", regex.VERSION1)


class Break(IntEnum):
    """What a cut at a place would part, from the best place to the worst."""

    PARAGRAPH = 0
    LINE = 1
    SENTENCE = 2
    CLAUSE = 3
    SPACE = 4
    CHARACTER = 5  # between two Han characters, say
    GRAPHEME = 6  # inside a word or number, or before a closing mark


def measure(text: str, unit: TextUnit) -> int:
    """How long *text* is in *unit*: UTF-16 code units, UTF-8 bytes or code points."""
    match unit:
        case "utf16":
            return len(text.encode("utf-16-le", "surrogatepass")) // 2
        case "bytes":
            return len(text.encode("utf-8", "surrogatepass"))
        case "characters":
            return len(text)


def split(text: str, limit: int, unit: TextUnit) -> list[str]:
    """*text* in parts of at most *limit* *unit*s each; as it is, alone, if it fits.

    A paragraph, line, sentence, clause or word stays whole if it fits a part; one that does not is cut at the next
    smaller pause, at worst between graphemes. Never inside a grapheme, an address or a ``{placeholder}``, unless
    that alone is longer than *limit*: then at graphemes, and a grapheme that is longer at code points.
    Nothing is lost but white space at the cuts and, if it is cut at all, at both ends.
    Raises `ValueError` if *limit* is less than 4: no unit needs more for one code point.
    """
    if limit < 4:
        raise ValueError(f"a limit of {limit} cannot hold every character; use 4 or more")
    if measure(text, unit) <= limit:
        return [text]
    layout = _Layout(_atoms(text, limit, unit), unit)
    return ["".join(layout.atoms[start:end]) for start, end in _Packer(layout, limit).parts()] or [""]


def _atoms(text: str, limit: int, unit: TextUnit) -> list[str]:
    ends = [found.end() for found in _GRAPHEME.finditer(text)]
    inside: set[int] = set()
    for found in _WHOLE.finditer(text):
        if measure(found[0], unit) <= limit:
            inside.update(ends[bisect_right(ends, found.start()) : bisect_right(ends, found.end() - 1)])
    stops = [end for end in ends if end not in inside]
    atoms = [text[start:end] for start, end in pairwise([0, *stops])]
    return [piece for atom in atoms for piece in _pieces(atom, limit, unit)]


def _pieces(atom: str, limit: int, unit: TextUnit) -> list[str]:
    """*atom* alone if it fits a part, else its graphemes, and the code points of those that do not fit either."""
    if measure(atom, unit) <= limit:
        return [atom]
    graphemes: list[str] = _GRAPHEME.findall(atom)
    return list(atom) if len(graphemes) == 1 else [p for g in graphemes for p in _pieces(g, limit, unit)]


class _Layout:
    """The atoms of a text, what follows each, and their sizes."""

    def __init__(self, atoms: Sequence[str], unit: TextUnit) -> None:
        self.atoms = atoms
        self.breaks = list(_breaks(atoms))
        self._sums = list(accumulate((measure(atom, unit) for atom in atoms), initial=0))
        self._solid_end = _ends_of_solid(atoms)
        self._solid_start = _starts_of_solid(atoms)

    def trimmed(self, start: int, end: int) -> tuple[int, int]:
        """The range without white space at its ends; empty ranges are (n, n)."""
        start = min(self._solid_start[start], end)
        return start, max(start, self._solid_end[end])

    def size(self, start: int, end: int) -> int:
        """The size of the trimmed range."""
        start, end = self.trimmed(start, end)
        return self._sums[end] - self._sums[start]

    def stops(self, start: int, end: int, level: Break) -> Iterator[int]:
        """Where the pieces of the range end if cut at each break of *level* or better."""
        yield from (place for place in range(start + 1, end) if self.breaks[place - 1] <= level)
        yield end


class _Packer:
    """Fills part after part with pieces that are as large as they can be."""

    def __init__(self, layout: _Layout, limit: int) -> None:
        self._layout, self._limit = layout, limit
        self._start = self._end = 0
        self._cuts: list[int] = []

    def parts(self) -> list[tuple[int, int]]:
        """The parts as ranges of atoms, trimmed, none empty."""
        self._pack(0, len(self._layout.atoms), Break.PARAGRAPH)
        bounds = [0, *self._cuts, len(self._layout.atoms)]
        ranges = (self._layout.trimmed(start, end) for start, end in pairwise(bounds))
        return [(start, end) for start, end in ranges if start < end]

    def _pack(self, start: int, end: int, level: Break) -> None:
        for stop in self._layout.stops(start, end, level):
            if self._layout.size(self._start, stop) > self._limit:
                if level < Break.GRAPHEME and self._layout.size(self._end, stop) > self._limit:
                    self._pack(self._end, stop, Break(level + 1))
                    continue
                self._cuts.append(self._end)
                self._start = self._end
            self._end = stop


def _breaks(atoms: Sequence[str]) -> Iterator[Break]:
    """The break after each atom. White space goes with what stands before it."""
    newlines, ending = 0, ""
    for atom, following in zip(atoms, [*atoms[1:], ""], strict=True):
        if atom.isspace():
            newlines += atom.count("\n")
            yield Break.GRAPHEME if following.isspace() else _after_space(newlines, ending)
            continue
        newlines = 0
        # What closes a quotation does not end the sentence in it.
        ending = ending if atom in _CLOSING and ending else _ending(atom)
        yield Break.GRAPHEME if following.isspace() else _between(atom, following, ending)


def _ending(atom: str) -> str:
    return atom if atom in _SENTENCE_END | _ENGLISH_END | _CLAUSE_END else ""


def _after_space(newlines: int, ending: str) -> Break:
    if newlines > 1:
        return Break.PARAGRAPH
    if newlines:
        return Break.LINE
    if ending in _CLAUSE_END:
        return Break.CLAUSE
    return Break.SENTENCE if ending else Break.SPACE


def _between(atom: str, following: str, ending: str) -> Break:
    in_number = atom in _IN_NUMBERS and following[:1].isdigit()
    if in_number or following[:1] in _NEVER_FIRST or atom in _NEVER_LAST:
        return Break.GRAPHEME
    if ending in {"。", "！", "？", "…"}:
        return Break.SENTENCE
    if ending in _CLAUSE_END:
        return Break.CLAUSE
    return Break.GRAPHEME if _WORD.match(atom[-1:]) and _WORD.match(following) else Break.CHARACTER


def _ends_of_solid(atoms: Sequence[str]) -> list[int]:
    """For each end of a range, where it ends without trailing white space."""
    return list(accumulate(range(1, len(atoms) + 1), lambda end, n: end if atoms[n - 1].isspace() else n, initial=0))


def _starts_of_solid(atoms: Sequence[str]) -> list[int]:
    """For each start of a range, where it starts without leading white space."""
    starts = [len(atoms)]
    for place in range(len(atoms) - 1, -1, -1):
        starts.append(starts[-1] if atoms[place].isspace() else place)
    return starts[::-1]
