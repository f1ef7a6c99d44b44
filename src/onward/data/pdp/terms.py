"""Course rows as terms of a learner under one program, and those as enrolments."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from onward.data.pdp.calendar import UNKNOWN, Days, Ints, first_days, last_days
from onward.data.pdp.cells import cip_text, day_texts, number_texts
from onward.data.pdp.cohort import Cohorts
from onward.data.pdp.courses import MODALITIES, Courses
from onward.data.pdp.rules import PdpRules

GRADE_DECIMALS = 3
_SHARES = [f"credits_{letter}" for letter in MODALITIES]


def program_terms(courses: Courses, rules: PdpRules) -> pd.DataFrame:
    """Return a row for each term of a learner under one program.

    Columns: learner, institution, order, credential, cip, start and end (``nominal`` where no course has a day),
    attempted, earned, quality and graded (sums of grades by credits, and those credits), credits_F, _O, _H, open,
    withdrawn (every course), elsewhere (any course), under_way, file and row (of the first course).
    """
    frame = courses.frame
    graded = frame["points"].notna() & (frame["attempted"] > 0)
    weight = frame["attempted"].where(graded, 0.0)
    delivered = frame["attempted"].fillna(0.0) + 1e-6
    frame = frame.assign(
        graded=weight,
        quality=(weight * frame["points"]).where(graded, 0.0),
        **{name: delivered.where(frame["delivery"] == place, 0.0) for place, name in enumerate(_SHARES)},
    )
    keys = ["learner", "institution", "order", "credential", "cip"]
    # Without a term the day stands for it.
    days = np.where(frame["order"] < 0, day_numbers(frame["begin"]), 0)
    groups = frame.groupby(_one_key([*(frame[name].to_numpy(np.int64) for name in keys), days]), sort=True)
    terms = groups.agg(
        **{name: (name, "first") for name in (*keys, "year", "term", "file", "row")},
        start=("begin", "min"),
        end=("end", "max"),
        quality=("quality", "sum"),
        graded=("graded", "sum"),
        **{name: (name, "sum") for name in _SHARES},
        open=("open", "all"),
        withdrawn=("withdrawn", "all"),
        elsewhere=("elsewhere", "any"),
    )
    terms[["attempted", "earned"]] = groups[["attempted", "earned"]].sum(min_count=1)
    return _under_way(_with_days(terms.reset_index(drop=True), rules), rules)


def _with_days(terms: pd.DataFrame, rules: PdpRules) -> pd.DataFrame:
    years, names = terms["year"].to_numpy(np.int64), terms["term"].to_numpy(np.int64)
    start, end = (terms[name].to_numpy("datetime64[D]") for name in ("start", "end"))
    nominal = np.isnat(start) | np.isnat(end)
    start = np.where(np.isnat(start), first_days(years, names, rules), start)
    end = np.where(np.isnat(end), last_days(years, names, rules), end)
    end = np.where(np.isnat(end), start, np.maximum(start, end))
    return terms.assign(start=start, end=end, nominal=nominal)


def _under_way(terms: pd.DataFrame, rules: PdpRules) -> pd.DataFrame:
    through = through_by_institution(terms, rules)[terms["institution"].to_numpy(np.int64)]
    ends = terms["end"].to_numpy("datetime64[D]")
    return terms.assign(under_way=terms["open"].to_numpy(bool) & (np.isnat(through) | (ends > through)))


def through_by_institution(terms: pd.DataFrame, rules: PdpRules) -> Days:
    """Return the last day that the files tell of, by place of the institution; missing where nothing is graded."""
    several = int(terms["institution"].max()) + 1 if len(terms) else 0
    if rules.data_through is not None:
        return np.full(several, np.datetime64(rules.data_through, "D"))
    days = np.full(several, np.datetime64("NaT"), "datetime64[D]")
    last = terms[~terms["open"]].groupby("institution")["end"].max()
    days[last.index.to_numpy(np.int64)] = last.to_numpy("datetime64[D]")
    return days


def enrolments(terms: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each learner, institution and first day, without terms under way.

    Programs whose courses begin on one day are one term; it has the field of the most credits.
    """
    seen = terms[~terms["under_way"]]
    seen = seen.sort_values(["attempted", "cip"], ascending=[False, True], kind="stable")
    places = [seen[name].to_numpy(np.int64) for name in ("learner", "institution")]
    groups = seen.groupby(_one_key([*places, day_numbers(seen["start"])]), sort=True)
    sums = ["attempted", "earned"]
    found = groups.agg(
        **{name: (name, "first") for name in ("learner", "institution", "cip", "start")},
        **{name: (name, "min") for name in ("file", "row")},
        end=("end", "max"),
        quality=("quality", "sum"),
        graded=("graded", "sum"),
        **{name: (name, "sum") for name in _SHARES},
    )
    found[sums] = groups[sums].sum(min_count=1)
    return found.reset_index(drop=True)


def enrolment_cells(found: pd.DataFrame, cohorts: Cohorts) -> pd.DataFrame:
    """Return the cells of the table ``enrollments``, a row for each of ``found``."""
    gpa = (found["quality"] / found["graded"].where(found["graded"] > 0)).round(GRADE_DECIMALS)
    shares = found[_SHARES].to_numpy(float)
    modality = np.where(shares.sum(axis=1) > 0, shares.argmax(axis=1), UNKNOWN)
    names = np.array([*MODALITIES.values(), ""], object)
    return pd.DataFrame(
        {
            "learner_id": cohorts.learners.take(found["learner"]),
            "institution_id": cohorts.institutions.take(found["institution"]),
            "term_start": day_texts(found["start"]),
            "term_end": day_texts(found["end"]),
            "cip": cip_text(found["cip"]),
            "credits_attempted": number_texts(found["attempted"]),
            "credits_earned": number_texts(found["earned"]),
            "gpa": number_texts(gpa),
            "modality": names[modality],
        },
        dtype="str",
    )


def day_numbers(days: pd.Series) -> Ints:
    """Return days as whole numbers, a missing one as the least there is.

    >>> day_numbers(pd.Series(np.array(["1970-01-03"], "datetime64[us]"))).tolist()
    [2]
    """
    return np.asarray(days.to_numpy("datetime64[D]").astype(np.int64))


def _one_key(columns: Sequence[Ints]) -> Ints:
    """Return one number for each combination of whole numbers, in their order."""
    key = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        codes, uniques = pd.factorize(column, sort=True)
        key = pd.factorize(key * max(1, len(uniques)) + codes, sort=True)[0].astype(np.int64)
    return key
