"""Direct identifiers of people, known by the name of a column or by what stands in it, and refused without being shown.

Five kinds: names, social security numbers, birth dates, e-mail addresses and phone numbers. A heading gives every kind
away. By content e-mail addresses, social security numbers and phone numbers are known by their form; one clear one is
enough. Birth dates and names have no form of their own, so in them a whole column of a file about people is looked at:
dates that nearly all lie 15 to 80 years before the latest day in the file, and cells that nearly all read "Surname,
Given". A column of given names alone is known by its heading or not at all.
"""

import re
from collections.abc import Collection
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.headings import (
    BIRTH_DATE,
    EMAIL,
    NAME,
    PHONE,
    SSN,
    identifying_header,
    is_learner_id,
    is_number,
    says_people,
    words_of,
)
from onward.data.problems import NOT_SHOWN, Problem, shown

Mask = npt.NDArray[np.bool_]
Marks = dict[str, Mask]
REMOVE = "remove the column from the file, or name it under drop in the mapping"
PSEUDONYMS = "have pseudonyms made: state [pseudonyms] with a key in the mapping"

_EMAIL_FORM = re.compile(r"(?<![\w.+-])[\w.%+'-]+@(?:[\w-]+\.)+[a-z]{2,}", re.IGNORECASE)
_SSN_FORM = re.compile(
    # Areas 000 and 666 are never given; from 900 on only some groups are, as taxpayer numbers.
    r"(?<![\w-])(?:(?!000|666|9)\d{3}([ -])(?!00)\d\d\1(?!0000)(\d{4})"
    r"|9\d\d-(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])-(\d{4})|[x*]{3}-[x*]{2}-(\d{4}))(?![\w-])",
    re.IGNORECASE | re.ASCII,
)
_PHONE_FORM = re.compile(
    r"(?<![\w.(+-])(?:\+?1[-. ]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d([-. ]))[2-9]\d\d(?:\1|[-. ])\d{4}(?![\w-]|\.\d)"
    r"|(?<![\w+])\+1[2-9]\d\d[2-9]\d{6}(?!\w)",
    re.ASCII,
)
_MAY_BE_FORM = r"[0-9xX*]{3}[-. )/]+[0-9xX*]{2,3}[-. ][0-9]{4}|\+1[0-9]{10}"
_BARE_PHONE = r"[2-9][0-9]{2}[2-9][0-9]{6}"
_NINE_DIGITS = re.compile(r"(?!000|666|9)\d{3}(?!00)\d\d(?!0000)\d{4}", re.ASCII)
_YEARS = range(1990, 2040)
_SURNAME_GIVEN = (
    r"[^\W\d_][\w'\u2019. -]*[^\W\d_], ?[^\W\d_][^\W\d_'\u2019-]+(?: [^\W\d_]\.?| [^\W\d_][^\W\d_'\u2019-]+)?"
)
_STATES = re.compile(r", ?(?:[A-Z]{2}|New \w+|\w+ (?:Carolina|Dakota|Island|Virginia|Columbia|Rico))$")
_DATE = r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}|[0-9]{8})"


def private_kinds(values: pd.Series, *, bare_numbers: bool = True) -> tuple[str, ...]:
    """Return the kinds of identifiers that stand in ``values``, texts or missing, known by their form.

    One e-mail address, social security number (a masked one and a taxpayer number of the same form included) or phone
    number with separators is enough. Ten bare digits are phone numbers where at least half of the filled cells are
    such, and only with ``bare_numbers``. Where three or more numbers of nine digits all end in a year from 1990 on,
    they are taken for sections of courses.

    >>> private_kinds(pd.Series(["call me", "at zoe@example.org", None, "or (212) 555-0134"]))
    ('an e-mail address', 'a phone number')
    """
    return tuple(_marked(values, bare_numbers=bare_numbers))


def heading_is_private(name: str) -> bool:
    """Say whether a heading may itself be somebody's, so that no message repeats it.

    >>> heading_is_private("zoe@example.org"), heading_is_private("Email")
    (True, False)
    """
    return shown(name) == NOT_SHOWN or bool(private_kinds(pd.Series([name], dtype="str")))


def private_problems(
    file: str,
    cells: pd.DataFrame,
    rows: npt.NDArray[np.int64],
    *,
    skip: Collection[str] = (),
    unit: str = "row",
) -> list[Problem]:
    """Return one problem for each column and kind of identifier in it, with its first row and how many there are.

    ``cells`` are texts, empty where missing, one of each heading; ``rows`` the number of each row as a person counts.
    Columns of ``skip`` are not looked at: those that were dropped, and ids of which pseudonyms are made. A column of
    learners' ids may not hold numbers that may be social security numbers.

    >>> sheet = pd.DataFrame({"learner_id": ["a", "b"], "Email": ["", "zoe@example.org"]})
    >>> [problem] = private_problems("intake.csv", sheet, np.array([2, 3]))
    >>> problem.column, problem.row, problem.expected, problem.came
    ('Email', 3, 'no e-mail address', '1 cell, not shown')
    """
    people = any(says_people(str(name)) for name in cells)
    columns = [(str(name), cells.iloc[:, place]) for place, name in enumerate(cells) if name not in skip]
    births = _births(columns) if people else {}
    found = [_as_heading(file, name, unit) for name, _ in columns if heading_is_private(name)]
    for place, (name, text) in enumerate(columns):
        marks = births.get(place, {}) | _of_heading(name, text, people=people)
        marks |= _marked(text, bare_numbers=not is_number(name))
        if is_learner_id(name):
            marks |= _ids_like_ssn(text)
        if people:
            marks |= _names_in(text)
        found += [
            _problem(Problem(file, name, None, "", "", "", unit), kind, mark, rows) for kind, mark in marks.items()
        ]
    return found


def _of_heading(name: str, text: pd.Series, *, people: bool) -> Marks:
    kind = identifying_header(name)
    if kind is None and people and words_of(name) in (["name"], ["names"]):
        kind = NAME
    return {} if kind is None else {kind: _filled(text)}


def _filled(text: pd.Series) -> Mask:
    filled: Mask = (text.notna() & (text != "")).to_numpy(bool)
    return filled


def _marked(values: pd.Series, *, bare_numbers: bool) -> Marks:
    """Return, for each kind that is there, which cells hold it."""
    texts = pd.Series(values.dropna().unique(), dtype="str")
    found = {
        EMAIL: _those(texts, "@", _EMAIL_FORM, regex=False),
        SSN: _not_sections(_those(texts, _MAY_BE_FORM, _SSN_FORM)),
        PHONE: _those(texts, _MAY_BE_FORM, _PHONE_FORM),
    }
    marks = {kind: values.isin(list(which)).to_numpy(bool) for kind, which in found.items() if which}
    if bare_numbers and PHONE not in marks:
        bare = texts[texts.str.fullmatch(_BARE_PHONE)]
        mark = values.isin(bare).to_numpy(bool) if len(bare) else np.zeros(len(values), bool)
        if mark.any() and 2 * mark.sum() >= _filled(values).sum():
            marks[PHONE] = mark
    return marks


def _those(texts: pd.Series, may_be: str, form: re.Pattern[str], *, regex: bool = True) -> dict[str, str]:
    """Return the texts in which ``form`` is found, each with its last part; ``may_be`` is a quicker first look."""
    likely = texts[texts.str.contains(may_be, regex=regex)]
    matches = ((text, form.search(text)) for text in likely)
    return {text: next((part for part in reversed(match.groups()) if part), "") for text, match in matches if match}


def _not_sections(found: dict[str, str]) -> dict[str, str]:
    sections = len(found) >= 3 and all(part.isdigit() and int(part) in _YEARS for part in found.values())
    return {} if sections else found


def _ids_like_ssn(ids: pd.Series) -> Marks:
    """Return the ids that may be social security numbers; those that share a beginning are the institution's own."""
    texts = ids[_filled(ids)].drop_duplicates()
    like = [text for text in texts if _NINE_DIGITS.fullmatch(text)]
    beginnings = pd.Series([text[:3] for text in like], dtype="str").value_counts()
    if 10 * len(like) < 9 * len(texts) or not like or (len(like) > 1 and 10 * beginnings.iloc[0] >= 9 * len(like)):
        return {}
    return {SSN: ids.isin(like).to_numpy(bool)}


def _names_in(text: pd.Series) -> Marks:
    """Return the cells that read "Surname, Given" where nearly all do and most are of one row; no towns in states."""
    filled = text[_filled(text)]
    if not filled.head(20).str.contains(",", regex=False).all():
        return {}
    texts = filled.drop_duplicates()
    if len(texts) < 20 or 2 * len(texts) < len(filled):
        return {}
    like = texts[texts.str.fullmatch(_SURNAME_GIVEN) & ~texts.str.contains(_STATES)]
    return {NAME: text.isin(like).to_numpy(bool)} if 10 * len(like) >= 9 * len(texts) else {}


def _births(columns: list[tuple[str, pd.Series]]) -> dict[int, Marks]:
    """Return the columns of dates of which 19 in 20 lie 15 to 80 years before the latest day of the file, by place."""
    days = {place: days for place, (_, text) in enumerate(columns) if (days := _days(text)) is not None}
    if len(days) < 2:
        return {}
    latest = max(column.max() for column in days.values())
    found: dict[int, Marks] = {}
    for place, column in days.items():
        age = (latest - column).dt.days / 365.25
        if column.nunique() >= 10 and age.between(15, 80).sum() >= 0.95 * column.notna().sum():
            found[place] = {BIRTH_DATE: column.notna().to_numpy(bool)}
    return found


def _days(text: pd.Series) -> pd.Series | None:
    filled = text[_filled(text)]
    if filled.empty or not filled.head(20).str.fullmatch(_DATE).all():
        return None
    texts = pd.Series(filled.unique(), dtype="str")
    days = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us]")
    for form in ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d"):
        days = days.fillna(pd.to_datetime(texts, format=form, errors="coerce").astype("datetime64[us]"))
    if days.notna().sum() < 0.9 * len(days):
        return None
    return text.map(dict(zip(texts, days, strict=True))).astype("datetime64[us]")


def _problem(where: Problem, kind: str, mark: Mask, rows: npt.NDArray[np.int64]) -> Problem:
    """Complete the problem ``where``, which names file and column, for one kind of identifier."""
    count = int(mark.sum())
    row = int(rows[mark.argmax()]) if count else 1
    came = f"{count:,} {'cell' if count == 1 else 'cells'}, not shown" if count else "a column of that name"
    name = where.column
    remedy = PSEUDONYMS if is_learner_id(name) and identifying_header(name) is None else REMOVE
    expected = f"no {kind.split(' ', 1)[1]}"
    return replace(
        where, column="" if heading_is_private(name) else name, row=row, expected=expected, came=came, remedy=remedy
    )


def _as_heading(file: str, name: str, unit: str) -> Problem:
    """Say that a heading is somebody's, as where a file has no first line of headings, without repeating it."""
    kinds = private_kinds(pd.Series([name], dtype="str"))
    kind = kinds[0] if kinds else "what may be somebody's number or address"
    remedy = "put a first line with the names of the columns on top"
    return Problem(file, "", 1, "the names of the columns", f"{kind} among them, not shown", remedy, unit)
