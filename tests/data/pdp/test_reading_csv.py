import hashlib

import pytest

from onward.data.pdp.reading_csv import BLOCK, head_of, read_coded


@pytest.fixture
def read(tmp_path):
    def reading(data):
        path = tmp_path / "a.csv"
        path.write_bytes(data)
        return read_coded(path, file="a.csv")

    return reading


def cells(coded):
    columns = [column.texts.take(column.codes).tolist() for column in coded.columns]
    return list(zip(*columns, strict=True))


def told(coded):
    [problem] = coded.problems
    return str(problem)


def test_texts_are_stripped_and_coded(read):
    coded = read(b"a,b\n 1 ,x\n1,NA\n,x\n")
    assert cells(coded) == [("1", "x"), ("1", "NA"), ("", "x")]
    assert coded.columns[0].texts.tolist() == ["1", ""]
    assert coded.rows.tolist() == [2, 3, 4]
    assert coded.digest == hashlib.sha256(b"a,b\n 1 ,x\n1,NA\n,x\n").hexdigest()


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_any_line_ending_and_a_byte_order_mark_are_read_over(read, end):
    coded = read(end.join([b"\xef\xbb\xbfa,b", b"1,2", b"3,4", b""]))
    assert (coded.header, cells(coded)) == (("a", "b"), [("1", "2"), ("3", "4")])


def test_what_is_not_utf_8_is_read_as_windows_1252_and_noted(read):
    coded = read(b"a,b\nM3 \x96 small,1\n")
    assert cells(coded) == [("M3 \u2013 small", "1")]
    assert coded.notes == ("a.csv is not in UTF-8; it was read as Windows-1252.",)
    assert read("a,b\nM3 \u2013 small,1\n".encode()).notes == ()


def test_a_record_with_line_breaks_in_it_is_one_row(read):
    coded = read(b'a,b\n1,"x\ny"\n\n3\n5,6\n')
    assert coded.rows.tolist() == [2, 3, 5]
    assert told(coded) == (
        "a.csv, row 4: expected 2 cells, as in the first line; came 1 cell; "
        "complete the row; a cell that holds a comma must stand in quotation marks"
    )


def test_a_thousand_ragged_rows_are_told_and_then_their_number(read):
    coded = read(b"a,b\n" + b"1\n" * 1_500 + b"1,2\n")
    assert len(coded.problems) == 1_001
    assert coded.problems[-1].came == "the same in 500 more, 1,500 rows in all"
    assert coded.rows.tolist() == [1_502]


@pytest.mark.parametrize(
    ("data", "row"),
    [
        (b'a,b\n1,"2\n3,4\n', 2),
        (b'a,b\n1,2\n3,4\n5,"6\n7,8\n', 4),
        (b'a,b\n1,"2\n' + b"3,4\n" * (BLOCK // 3), 2),
        (b'a,b,c,d\n1,"2\n' + b"3,4,5,6\n" * 3 + b'5,x",7,8\n', 2),
    ],
)
def test_a_mark_that_is_never_closed_is_told_with_its_row(read, data, row):
    coded = read(data)
    assert coded.columns == ()
    assert f"row {row}: expected cells that end where they should" in told(coded)


@pytest.mark.parametrize(
    ("data", "came"),
    [
        (b"", "no names of columns"),
        (b"\n\n", "no names of columns"),
        (b",,\n1,2,3\n", "no names of columns"),
        (b"a,b", "a first line alone"),
        (b"a,b\n", "a first line alone"),
        (b"a,b\n1,\x00\n", "a byte that is zero"),
        ("a,b\n1,2\n".encode("utf-16"), "a byte that is zero"),
        (b"PK\x03\x04\x14\x00", "a byte that is zero"),
        (b"a,b\n1,\x81\n", "a byte that is in neither"),
        (b"x" * 200_000 + b"\n1\n", "a first line that never ends"),
    ],
)
def test_what_is_no_file_of_cells_is_refused(read, data, came):
    coded = read(data)
    assert f"came {came}" in told(coded)
    assert (coded.columns, len(coded.rows)) == ((), 0)


def test_an_absent_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path, tmp_path / "none.csv"):
        assert "no file that can be read" in told(read_coded(path, file="none.csv"))
        assert head_of(path) == ()


def test_the_head_of_a_file_is_its_first_record(tmp_path):
    path = tmp_path / "a.csv"
    for data, head in ((b'"a","b, c"\n1,2\n', ("a", "b, c")), (b"\x00", ()), (b"", ())):
        path.write_bytes(data)
        assert head_of(path) == head
