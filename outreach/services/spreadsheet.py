"""Tables from and for spreadsheet programs: read as people save them, written so that no cell becomes a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from outreach.services.problems import BadFields, Problem

LARGEST = 2 * 1024 * 1024  # bytes
MOST_ROWS = 20_000
FIELD = "file"
"""Where a problem with the whole file stands."""

_SEPARATORS = ",;\t"
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
# What begins a formula or, as white space, lets one begin in a second cell; the wide ones are taken for the narrow.
_BEGINS_FORMULA = re.compile(r"[\t\r\n]|[\s'\"‘’“”＂＇\0\ufeff\u200b]*[=+\-@＝＋－＠]")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not empty: its *number* as the spreadsheet shows it, and texts by column, trimmed."""

    number: int
    texts: Mapping[str, str] = field(repr=False)


def safe_cell(value: object) -> str:
    """*value* as a cell that no spreadsheet program takes for a formula: in doubt behind an apostrophe.

    ``None`` is an empty cell. A plain number stays one. `read_rows` takes the apostrophe away again.
    Source: OWASP, "CSV Injection".
    """
    text = "" if value is None else str(value)
    return f"'{text}" if _is_risky(text) else text


def as_csv(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A file that spreadsheet programs open as it is meant: UTF-8 with a mark at its beginning, every cell safe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe_cell(heading) for heading in headings])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()


def read_rows(data: bytes | str, columns: Mapping[str, Iterable[str]], needed: Iterable[str]) -> list[Row]:
    """The rows of a CSV file. *columns*: for each column the headings that name it, in any language and case.

    Takes UTF-8 with or without a mark, UTF-16 with one, GB18030; commas, semicolons or tabs; any line ends; line
    breaks inside quotes. A column under the empty name is left out. Raises `BadFields` with all that is wrong with the
    file as a whole and its headings, or with rows that do not fit under them.
    """
    table = _table(data if isinstance(data, str) else decoded(data))
    if not table:
        raise BadFields([Problem(FIELD, "file_empty", "it is empty; the first row names the columns")])
    (_at, headings), *rows = table
    places = _places(headings, columns, needed)
    if len(rows) > MOST_ROWS:
        raise BadFields([_too_many(len(rows))])
    problems = [_too_wide(number) for number, cells in rows if any(cell.strip() for cell in cells[len(headings) :])]
    if problems:
        raise BadFields(problems)
    return [Row(number, {name: _cell(cells, place) for name, place in places.items()}) for number, cells in rows]


def decoded(data: bytes) -> str:
    """The text of a file of at most `LARGEST` bytes, in any encoding of `read_rows`. Raises `BadFields`."""
    if len(data) > LARGEST:
        said = f"it is larger than {LARGEST // 1024 // 1024} MB; divide it"
        raise BadFields([Problem(FIELD, "file_too_large", said, {"most": LARGEST // 1024 // 1024})])
    if data.startswith(_WORKBOOKS):
        said = "it is a workbook; in the spreadsheet program choose “Save as” and CSV"
        raise BadFields([Problem(FIELD, "file_workbook", said)])
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.removeprefix("\ufeff")
    raise BadFields([Problem(FIELD, "file_not_text", "it cannot be read as text; save it as CSV in UTF-8")])


def _is_risky(text: str) -> bool:
    return _BEGINS_FORMULA.match(text) is not None and not _NUMBER.fullmatch(text)


def _table(text: str) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, each with its number."""
    first, _, rest = text.partition("\n")
    named = re.fullmatch(r"\"?sep=([,;\t])\"?\r?", first)  # how one spreadsheet program notes its separator
    separator = named[1] if named else _separator(first)
    lines = csv.reader(io.StringIO(rest if named else text, newline=""), delimiter=separator, strict=True)
    try:
        numbered = list(enumerate(lines, 2 if named else 1))
    except csv.Error:
        said = f"near line {lines.line_num} it is no table; check the quotation marks there"
        raise BadFields([Problem(FIELD, "file_no_table", said, {"line": lines.line_num})]) from None
    return [(number, cells) for number, cells in numbered if any(cell.strip() for cell in cells)]


def _separator(line: str) -> str:
    outside = re.sub(r'"[^"]*"', "", line)
    return max(_SEPARATORS, key=outside.count)


def _places(headings: Sequence[str], columns: Mapping[str, Iterable[str]], needed: Iterable[str]) -> Mapping[str, int]:
    names = {_plain(alias): column for column, aliases in columns.items() for alias in (column, *aliases) if alias}
    places: dict[str, int] = {}
    problems = []
    for place, heading in enumerate(headings):
        column = names.get(_plain(heading)) if heading.strip() else ""
        if column is None:
            problems.append(_unknown(heading.strip(), [name for name in columns if name]))
        elif column in places:
            said = f"two columns say {column}; keep one"
            problems.append(Problem(FIELD, "column_twice", said, {"column": heading.strip()}))
        elif column:
            places[column] = place
    missing = [name for name in needed if name not in places]
    problems += [Problem(FIELD, "column_missing", f"there is no column {name}", {"column": name}) for name in missing]
    if problems:
        raise BadFields(problems)
    return places


def _unknown(heading: str, known: Sequence[str]) -> Problem:
    listed = ", ".join(known)
    said = f"no column is called {heading[:40]!r}; there are {listed}"
    return Problem(FIELD, "column_unknown", said, {"column": heading[:40], "known": listed})


def _too_many(count: int) -> Problem:
    said = f"{count} rows are too many, {MOST_ROWS} fit; divide it"
    return Problem(FIELD, "too_many_rows", said, {"count": count, "most": MOST_ROWS})


def _too_wide(row: int) -> Problem:
    said = f"row {row} has more cells than the first row; a text with commas needs quotation marks"
    return Problem(FIELD, "row_too_wide", said, {"row": row})


def _plain(heading: str) -> str:
    return re.sub(r"[\s_-]+", " ", heading.strip().casefold())


def _cell(cells: Sequence[str], place: int) -> str:
    text = cells[place] if place < len(cells) else ""
    is_kept_safe = text.startswith("'") and _is_risky(text[1:])
    return (text[1:] if is_kept_safe else text).strip()
