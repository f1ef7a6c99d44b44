"""Rows of PDP cohort files as numbers and as learners: what was known of them at entry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from onward.data.pdp.calendar import UNKNOWN, Days, Ints, coded, first_days, first_years, order_of, per_text
from onward.data.pdp.catalogue import SOUGHT
from onward.data.pdp.cells import cip_number, cip_text, day_texts
from onward.data.pdp.columns import TERMS
from onward.data.pdp.rules import SENSITIVE_EXTRAS, PdpRules

if TYPE_CHECKING:
    from onward.data.pdp.reading import PdpFile

GOAL_LEVELS = {
    "C1": "21",
    "C2": "2",
    "C4": "4",
    "A": "3",
    "B": "5",
    "PB": "6",
    "M": "7",
    "D": "17",
    "FP": "18",
    "PC": "8",
}
"""Award level of what was sought. C1 does not tell 20 from 21; 01 and NC have no level."""
YEARS = range(1, 5)
_GOALS = np.array([*(GOAL_LEVELS.get(code, "") for code in SOUGHT), ""], object)
_PLACED = {"C": "true", "N": "false", "R": "false"}
_TEXTS = (
    "student_age",
    "enrollment_type",
    "enrollment_intensity_first_term",
    "math_placement",
    "english_placement",
    "dual_and_summer_enrollment",
    "race",
    "ethnicity",
    "gender",
    "first_gen",
    "pell_status_first_year",
    "gateway_math_status",
    "gateway_english_status",
    "reading_placement",
    "naspa_first_generation",
    "incarcerated_status",
    "military_status",
    "disability_status",
)
_NUMBERS = (
    *(f"number_of_credits_{what}_year_{year}" for year in YEARS for what in ("attempted", "earned")),
    "gpa_group_year_1",
    "years_of_last_enrollment_at_cohort_institution",
    "years_of_last_enrollment_at_other_institution",
)
_FIRST_CREDENTIAL = tuple(
    f"{first}_to_{credential}_at_{where}_inst"
    for where, bachelors in (("cohort", "bachelors"), ("other", "bachelor"))
    for first in ("years", "first_year")
    for credential in (bachelors, "associates_or_certificate")
)
"""In which year a first or latest credential came, here or elsewhere."""


@dataclass(frozen=True)
class Cohorts:
    """Every row of the cohort files, put together.

    The frame has learner (place in ``learners``), institution (place in ``institutions``), year, term and order of the
    cohort's term (-1 unknown), sought (place in SOUGHT, -1), cip (a number, -1), entry (nominal until courses tell it),
    credential_year (in which a credential came first, by the file), file and row, and further columns as the file has
    them.
    """

    frame: pd.DataFrame
    learners: pd.Index
    institutions: pd.Index

    @property
    def keys(self) -> pd.Index:
        """Learner and institution of each row, as one number."""
        return pd.Index(self.key_of(self.frame))

    def key_of(self, frame: pd.DataFrame) -> Ints:
        """Return learner and institution of each row of ``frame`` as one number, negative where either is unknown."""
        learner, institution = (frame[name].to_numpy(np.int64) for name in ("learner", "institution"))
        return np.where((learner < 0) | (institution < 0), UNKNOWN, learner * len(self.institutions) + institution)

    def rows_of(self, frame: pd.DataFrame) -> Ints:
        """Return the cohort row of each row of ``frame``: at its institution, else the learner's first; -1 if none."""
        own = self.rows_here(frame)
        firsts = np.append(self.first_rows(), UNKNOWN)
        found: Ints = np.where(own >= 0, own, firsts[frame["learner"].to_numpy(np.int64)])
        return found

    def rows_here(self, frame: pd.DataFrame) -> Ints:
        """Return the earliest cohort row of each row of ``frame`` at its institution, -1 if there is none."""
        places = self.frame.sort_values(["order", "entry", "file"], kind="stable").index.to_numpy(np.int64)
        keys = self.keys[places]
        first = ~keys.duplicated()
        found: Ints = np.append(places[first], UNKNOWN)[keys[first].get_indexer(self.key_of(frame))]
        return found

    def first_rows(self) -> Ints:
        """Return the place of each learner's first row: by term, then by first day, then by file."""
        ordered = self.frame.sort_values(["learner", "order", "entry", "file"], kind="stable")
        places: Ints = ordered.index[~ordered["learner"].duplicated()].to_numpy(np.int64)
        return places


def cohorts_of(files: Sequence["PdpFile"], institutions: pd.Index, rules: PdpRules) -> Cohorts:
    """Put the rows of cohort ``files`` together; one without a learner or an institution is left out."""
    frame = pd.concat([_numbers(file, place, institutions, rules) for place, file in enumerate(files)])
    frame = frame[frame["student_id"].notna() & (frame["institution"] >= 0)].reset_index(drop=True)
    codes, learners = pd.factorize(frame["student_id"])
    return Cohorts(frame.assign(learner=codes), pd.Index(learners, dtype="str"), institutions)


def institutions_of(files: Sequence["PdpFile"], rules: PdpRules) -> pd.Index:
    """Return what the institutions of ``files`` are called in the tables, in order."""
    ids = {str(one) for file in files for one in file.frame["institution_id"].dropna().unique()}
    return pd.Index(sorted({rules.institutions.get(one, one) for one in ids}), dtype="str")


def institution_codes(ids: pd.Series, institutions: pd.Index, rules: PdpRules) -> Ints:
    """Return the place of each of ``ids``, as the files have them, in ``institutions``."""
    places = {name: place for place, name in enumerate(institutions)}
    codes: Ints = per_text(
        ids, lambda text: places[rules.institutions.get(text, text)], missing=UNKNOWN, dtype=np.int64
    )
    return codes


def _numbers(file: "PdpFile", place: int, institutions: pd.Index, rules: PdpRules) -> pd.DataFrame:
    frame = file.frame
    years, terms = first_years(frame["cohort"]), coded(frame["cohort_term"], TERMS)
    columns = {
        "student_id": frame["student_id"].astype("str"),
        "institution": institution_codes(frame["institution_id"], institutions, rules),
        "year": years,
        "term": terms,
        "order": order_of(years, terms),
        "entry": first_days(years, terms, rules),
        "sought": coded(frame["credential_type_sought_year_1"], SOUGHT),
        "cip": per_text(frame["program_of_study_term_1"], cip_number, missing=UNKNOWN, dtype=np.int64),
        "credential_year": frame[list(_FIRST_CREDENTIAL)].astype("float64").min(axis=1),
        "file": place,
        "row": file.rows,
    }
    texts = {name: frame[name].astype("str") for name in _TEXTS}
    return pd.DataFrame(columns | texts | {name: frame[name].astype("float64") for name in _NUMBERS})


def with_first_days(cohorts: Cohorts, days: Days) -> Cohorts:
    """Return ``cohorts`` with ``days`` as the entry of each row, wherever there is one."""
    entry = cohorts.frame["entry"].to_numpy("datetime64[D]")
    return Cohorts(
        cohorts.frame.assign(entry=np.where(np.isnat(days), entry, days)), cohorts.learners, cohorts.institutions
    )


def learner_cells(cohorts: Cohorts, rules: PdpRules) -> pd.DataFrame:
    """Return the cells of the table ``learners``, a row for each of the cohort rows."""
    frame = cohorts.frame
    return pd.DataFrame(
        {
            "learner_id": frame["student_id"],
            "entry_date": day_texts(frame["entry"]),
            "math_ready": recoded(frame["math_placement"], _PLACED),
            "english_ready": recoded(frame["english_placement"], _PLACED),
            "goal_cip": cip_text(frame["cip"]),
            "goal_level": pd.Series(_GOALS[frame["sought"]], dtype="str"),
            **extras(frame, rules, sensitive=False),
        },
        dtype="str",
    )


def recoded(texts: pd.Series, known: Mapping[str, str]) -> pd.Series:
    """Return what each of ``texts`` becomes, empty where it is missing or not known.

    >>> recoded(pd.Series(["Y", None, "x"]), {"Y": "true"}).tolist()
    ['true', '', '']
    """
    return pd.Series(per_text(texts, lambda text: known.get(text, ""), missing="", dtype=object), dtype="str")


def extras(frame: pd.DataFrame, rules: PdpRules, *, sensitive: bool) -> dict[str, pd.Series]:
    """Return the extras that ``rules`` name and some row fills: of demographics if ``sensitive``, else of learners."""
    names = [name for name in rules.extras if (name in SENSITIVE_EXTRAS) is sensitive]
    return {f"x_{name}": frame[name].fillna("") for name in names if frame[name].notna().any()}
