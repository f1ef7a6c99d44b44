"""School years and terms: their order, and the days that stand for them where a file has none."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.pdp.columns import TERMS
from onward.data.pdp.rules import PdpRules, Term

Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.datetime64]
UNKNOWN = -1


def per_text(texts: pd.Series, told: Callable[[str], Any], *, missing: Any, dtype: npt.DTypeLike) -> npt.NDArray[Any]:  # noqa: ANN401 - values of any dtype
    """Return what is told of each of ``texts``, asking once for each that differs.

    >>> per_text(pd.Series(["ab", None, "ab"]), len, missing=-1, dtype=int).tolist()
    [2, -1, 2]
    """
    codes, uniques = pd.factorize(texts)
    values: npt.NDArray[Any] = np.array([*(told(str(text)) for text in uniques), missing], dtype)
    found: npt.NDArray[Any] = values[codes]
    return found


def coded(texts: pd.Series, known: Iterable[str]) -> Ints:
    """Return the place of each of ``texts`` in ``known``, -1 where it is not there.

    >>> coded(pd.Series(["SPRING", None]), TERMS).tolist()
    [2, -1]
    """
    places = {text: place for place, text in enumerate(known)}
    return per_text(texts, lambda text: places.get(text, UNKNOWN), missing=UNKNOWN, dtype=np.int64)


def first_years(school_years: pd.Series) -> Ints:
    """Return the calendar year in which each school year begins, -1 where it is missing.

    >>> first_years(pd.Series(["2016-17", None])).tolist()
    [2016, -1]
    """
    return per_text(school_years, lambda text: int(text[:4]), missing=UNKNOWN, dtype=np.int64)


def order_of(years: Ints, terms: Ints) -> Ints:
    """Return the order of terms, summer last in its school year; -1 where either is unknown."""
    return np.where((years < 0) | (terms < 0), UNKNOWN, years * len(TERMS) + terms)


def first_days(years: Ints, terms: Ints, rules: PdpRules) -> Days:
    """Return the nominal first day of each term: 2016-17 begins in the fall of 2016, and its spring lies in 2017.

    >>> rules = PdpRules(cohort=("cohort.csv",))
    >>> first_days(np.array([2016, 2016, 2016]), np.array([0, 2, -1]), rules).tolist()
    [datetime.date(2016, 8, 25), datetime.date(2017, 1, 15), None]
    """
    starts = _of_every_term(rules.starts)
    return _days(years, terms, starts, _in_second_year(starts))


def last_days(years: Ints, terms: Ints, rules: PdpRules) -> Days:
    """Return the nominal last day of each term, the first of that name after its first day.

    >>> last_days(np.array([2016]), np.array([3]), PdpRules(cohort=("cohort.csv",))).tolist()
    [datetime.date(2017, 8, 10)]
    """
    starts, ends = _of_every_term(rules.starts), _of_every_term(rules.ends)
    over_new_year = np.array([end < start for start, end in zip(starts, ends, strict=True)])
    return _days(years, terms, ends, _in_second_year(starts) + over_new_year)


def _of_every_term(days: Mapping[Term, str]) -> list[str]:
    return [days[term] for term in get_args(Term)]


def _in_second_year(starts: list[str]) -> Ints:
    """Return, of each term, how many New Years lie between the start of the fall and its own."""
    return np.array([int(start < starts[0]) for start in starts])


def _days(years: Ints, terms: Ints, month_days: list[str], later: Ints) -> Days:
    months = np.array([int(day[:2]) - 1 for day in month_days])
    into_month = np.array([int(day[3:]) - 1 for day in month_days])
    month = ((years - 1970 + later[terms]) * 12 + months[terms]).astype("datetime64[M]")
    days = month.astype("datetime64[D]") + into_month[terms].astype("timedelta64[D]")
    return np.where(order_of(years, terms) < 0, np.datetime64("NaT"), days)
