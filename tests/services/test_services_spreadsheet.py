"""Tables from and for spreadsheet programs: as people save them, and never a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.services.problems import BadFields
from outreach.services.spreadsheet import LARGEST, MOST_ROWS, as_csv, read_rows, safe_cell

COLUMNS = {"code": ("编码",), "name": ("名称", "Region Name"), "": ("备注",)}
RISKY = ("=1+1", "+1 555", "-a", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", '"=1', "'=1", "' \"=1", "＝1", "\ufeff=1")


def read(data: str | bytes, encoding: str = "utf-8") -> list[tuple[int, dict[str, str]]]:
    raw = data if isinstance(data, bytes) else data.encode(encoding)
    return [(row.number, dict(row.texts)) for row in read_rows(raw, COLUMNS, needed=("code",))]


def codes(data: str | bytes) -> list[tuple[str, str]]:
    """What is wrong with it: where and code."""
    with pytest.raises(BadFields) as refused:
        read(data)
    return [(one.where, one.code) for one in refused.value.found]


@pytest.mark.parametrize("text", RISKY)
def test_a_cell_that_could_be_a_formula_is_written_as_text(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "cell"), [("王家村", "王家村"), (-3, "-3"), ("-3.5", "-3.5"), (None, ""), ("", "")])
def test_what_is_no_formula_stays_as_it_is(value, cell):
    assert safe_cell(value) == cell


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_no_text_at_all_becomes_a_formula(text):
    first = safe_cell(text).lstrip()[:1]

    assert first not in tuple("=+@＝＋－＠")
    assert first != "-" or float(safe_cell(text)) <= 0


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True),
            st.text(st.characters(exclude_categories=["Cs", "Cc"])) | st.sampled_from(RISKY),
        )
    )
)
def test_what_was_written_is_read_again(rows):
    found = read(as_csv(["code", "name"], rows))

    assert [(row["code"], row["name"]) for _, row in found] == [(code, name.strip()) for code, name in rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_file_is_read_however_it_was_saved(encoding, separator, end):
    lines = [["编码", "名称"], ["3301", "云溪县"], ["", ""], ["", ""], ["3302", '"柳河镇"']]

    found = read((end.join(separator.join(cells) for cells in lines) + end).encode(encoding))

    assert found == [(2, {"code": "3301", "name": "云溪县"}), (5, {"code": "3302", "name": "柳河镇"})]


def test_line_breaks_and_separators_inside_quotes_belong_to_the_cell():
    found = read('code,name\r\n1,"A,\r\nB"\r\n2,C\r\n')

    assert found == [(2, {"code": "1", "name": "A,\r\nB"}), (3, {"code": "2", "name": "C"})]


def test_a_noted_separator_is_followed_and_rows_keep_their_numbers():
    assert read("sep=;\r\ncode;name\r\n1;A, B\r\n") == [(3, {"code": "1", "name": "A, B"})]


def test_headings_are_known_in_both_languages_any_case_and_any_order():
    assert read("备注,REGION name, 编码 \nx,A,1\n") == [(2, {"code": "1", "name": "A"})]


def test_a_row_that_is_short_has_empty_cells():
    assert read("code,name\n1\n") == [(2, {"code": "1", "name": ""})]


def test_all_that_is_wrong_with_the_headings_is_told_at_once():
    assert codes("name,名称,whatever\n") == [
        ("file", "column_twice"),
        ("file", "column_unknown"),
        ("file", "column_missing"),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"\xef\xbb\xbf\r\n,,\r\n", "file_empty"),
        (b"PK\x03\x04rest", "file_workbook"),
        (b"\xd0\xcf\x11\xe0rest", "file_workbook"),
        (b"code\n\xff\xff\xff", "file_not_text"),
        (b"code\n\0\n", "file_not_text"),
        (b'code,name\n1,"A\n2,B\n', "file_no_table"),
        (b"code\n1,2\n", "row_too_wide"),
        (b"a" * (LARGEST + 1), "file_too_large"),
        (b"code\n" + b"1\n" * (MOST_ROWS + 1), "too_many_rows"),
    ],
)
def test_what_is_no_table_is_refused_with_a_remedy(data, code):
    assert codes(data) == [("file", code)]


def test_a_cell_does_not_show_in_a_log():
    row = read_rows("code,name\n1,王家村\n".encode(), COLUMNS, ())[0]

    assert "王家村" not in repr(row)


def test_every_line_of_a_written_file_is_one_that_programs_open():
    text = as_csv(["code", "=x"], [[1, 'a "b"\nc'], [None, "=1"]])

    assert text.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(text[1:], newline=""))) == [["code", "'=x"], ["1", 'a "b"\nc'], ["", "'=1"]]
