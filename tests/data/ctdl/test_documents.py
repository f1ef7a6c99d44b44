import base64
import json

import pytest

from onward.data.ctdl.documents import read_document


def _read(tmp_path, content):
    path = tmp_path / "catalogue.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_document(path)


@pytest.mark.parametrize(
    "content",
    [
        '[{"a": 1}, {"b": 2}]',
        '{"a": 1}\n{"b": 2}\n',
        '{"a": 1}\r\n\r\n{"b": 2}',
        '{\n"a": 1}\n,\n{\n"b": 2}',
        '\ufeff{"a": 1} {"b": 2}',
        '{"a": 1} {"b": 2}'.encode("utf-16"),
    ],
)
def test_arrays_lines_and_objects_one_after_the_other_hold_the_same(tmp_path, content):
    document = _read(tmp_path, content)
    assert not document.problems
    values = document.values[0] if isinstance(document.values[0], list) else list(document.values)
    assert values == [{"a": 1}, {"b": 2}]


def test_a_signed_token_is_opened_and_counted(tmp_path):
    body = base64.urlsafe_b64encode(json.dumps({"a": 1}).encode()).rstrip(b"=").decode()
    document = _read(tmp_path, f"e30.{body}.c2ln\n" * 2)
    assert (document.values, document.signed) == (({"a": 1}, {"a": 1}), 2)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "an empty file"),
        ("not json", "something else"),
        ('{"a": ', "line 1"),
        ('{"a": 1}\n{"b"', "entry 2"),
        (b"\xff\xfa{}", "a byte that is not"),
        ("[" * 200 + "]" * 200, "levels of nesting"),
        ("[" * 200_000, "levels of nesting"),
        ('{"a": ' + "9" * 5000 + "}", "thousands of digits"),
    ],
)
def test_what_cannot_be_read_is_a_problem_that_says_what_to_do(tmp_path, content, said):
    (problem,) = _read(tmp_path, content).problems
    assert said in str(problem)
    assert problem.remedy


def test_a_figure_that_is_no_number_is_missing_and_counted(tmp_path):
    document = _read(tmp_path, '{"a": NaN, "b": -Infinity}')
    assert (document.values, document.not_numbers) == (({"a": None, "b": None},), 2)


def test_a_comma_before_a_closing_bracket_is_read_over_and_said(tmp_path):
    document = _read(tmp_path, '{"a": ["x,]", 1, ], "b": {"c": 2,\n},}')
    assert (document.values, document.tidied) == (({"a": ["x,]", 1], "b": {"c": 2}},), True)


def test_a_file_that_is_not_there_is_a_problem(tmp_path):
    assert "no such file" in str(read_document(tmp_path / "absent.json").problems[0])
