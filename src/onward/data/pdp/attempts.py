"""Terms under one credential as attempts of it: when each began and ended, and how."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.pdp.calendar import Days, Ints
from onward.data.pdp.catalogue import Programs
from onward.data.pdp.cells import day_texts
from onward.data.pdp.cohort import Cohorts
from onward.data.pdp.rules import PdpRules
from onward.data.pdp.terms import through_by_institution

Bools = npt.NDArray[np.bool_]
STATUSES = ("completed", "in_progress", "transferred", "stopped")
COMPLETED, IN_PROGRESS, TRANSFERRED, STOPPED = range(4)
_KEY = ["learner", "institution", "credential"]
_HERE = "years_of_last_enrollment_at_cohort_institution"
_ELSEWHERE = "years_of_last_enrollment_at_other_institution"


@dataclass(frozen=True)
class Earned:
    """Awards of learners of the cohort files: learner and credential (places, -1 not in the catalogue), and day."""

    frame: pd.DataFrame

    @classmethod
    def of(cls, awards: pd.DataFrame, cohorts: Cohorts, programs: Programs) -> "Earned":
        """Read learner_id, credential_id and awarded_on, all text; a row without a learner or day is left out."""
        frame = pd.DataFrame(
            {
                "learner": cohorts.learners.get_indexer(awards["learner_id"].astype("str")),
                "credential": programs.ids.get_indexer(awards["credential_id"].astype("str")),
                "day": pd.to_datetime(awards["awarded_on"], format="%Y-%m-%d", errors="coerce").to_numpy(
                    "datetime64[us]"
                ),
            }
        )
        return cls(frame[(frame["learner"] >= 0) & frame["day"].notna()].reset_index(drop=True))


def attempts_of(terms: pd.DataFrame, cohorts: Cohorts, earned: Earned, rules: PdpRules) -> pd.DataFrame:
    """Return a row for each spell of terms under one credential at one institution.

    Columns: learner, credential, started_on, ended_on, status (place in STATUSES), file and row. A spell is completed
    on the day of an award of its credential, from its start on until ``award_within_days`` after it. Otherwise it is in
    progress while its last term is under way; transferred where the learner is at another institution next, withdrew
    from every course of the last term while at another, or by the cohort file was last enrolled at another in a later
    year; stopped where the learner withdrew from every course of the last term, or has had no course for
    ``left_after_days``; and else in progress. It ends on the last course day.
    """
    spells = _spells(terms, rules)
    awarded = _awarded(spells, earned, rules)
    through = through_by_institution(terms, rules)[spells["institution"].to_numpy(np.int64)]
    last = spells["last"].to_numpy("datetime64[D]")
    gone = np.isfinite(through.astype("datetime64[D]")) & (last + np.timedelta64(rules.left_after_days, "D") <= through)
    withdrawn = spells["withdrawn"].to_numpy(bool)
    moved = _elsewhere_next(spells, terms, rules) | (withdrawn & spells["elsewhere"].to_numpy(bool))
    moved |= _marked(spells, cohorts)
    status = np.select(
        [~np.isnat(awarded), spells["under_way"].to_numpy(bool), moved, withdrawn | gone],
        [COMPLETED, IN_PROGRESS, TRANSFERRED, STOPPED],
        IN_PROGRESS,
    )
    ended = np.where(status == IN_PROGRESS, np.datetime64("NaT"), np.where(status == COMPLETED, awarded, last))
    found = spells[["learner", "credential", "file", "row"]].assign(
        started_on=spells["start"], ended_on=ended, status=status
    )
    return found.drop_duplicates(["learner", "credential", "started_on"])


def declared_attempts(cohorts: Cohorts, programs: Programs, earned: Earned) -> pd.DataFrame:
    """Return an attempt for each cohort row whose declared program is one credential, where there are no course files.

    It begins on the nominal first day; its end, but for an award's day, is that of the year of last enrollment.
    """
    frame = cohorts.frame
    found = programs.of_field(frame["cip"].to_numpy(np.int64), frame["sought"].to_numpy(np.int64))
    rows = frame.assign(credential=found, start=frame["entry"]).loc[(found >= 0) & frame["entry"].notna()]
    rows = rows.sort_values("start", kind="stable").drop_duplicates(["learner", "credential", "start"])
    here, elsewhere = rows[_HERE].fillna(0.0).clip(lower=1.0), rows[_ELSEWHERE].fillna(0.0)
    last = year_end(rows["start"].to_numpy("datetime64[D]"), here.to_numpy(np.int64))
    awarded = _first_awards(rows, earned, np.full(len(rows), np.datetime64("9999-12-31")))
    latest = pd.Series(last).groupby(rows["institution"].to_numpy()).transform("max").to_numpy("datetime64[D]")
    status = np.select(
        [~np.isnat(awarded), (elsewhere > here).to_numpy(bool), last < latest],
        [COMPLETED, TRANSFERRED, STOPPED],
        IN_PROGRESS,
    )
    ended = np.where(status == IN_PROGRESS, np.datetime64("NaT"), np.where(status == COMPLETED, awarded, last))
    return rows[["learner", "credential", "file", "row"]].assign(
        started_on=rows["start"], ended_on=ended, status=status
    )


def year_end(entry: Days, year: Ints) -> Days:
    """Return the last day of the year-th year after ``entry``.

    >>> year_end(np.array(["2016-08-25"], "datetime64[D]"), np.array([2])).tolist()
    [datetime.date(2018, 8, 24)]
    """
    month = entry.astype("datetime64[M]")
    into = entry - month.astype("datetime64[D]")
    days: Days = (month + 12 * year).astype("datetime64[D]") + into - np.timedelta64(1, "D")
    return days


def attempt_cells(found: pd.DataFrame, cohorts: Cohorts, programs: Programs) -> pd.DataFrame:
    """Return the cells of the table ``attempts``, a row for each of ``found``."""
    return pd.DataFrame(
        {
            "learner_id": cohorts.learners.take(found["learner"]),
            "credential_id": programs.ids.take(found["credential"]),
            "started_on": day_texts(found["started_on"]),
            "ended_on": day_texts(found["ended_on"]),
            "status": np.array(STATUSES, object)[found["status"]],
        },
        dtype="str",
    )


def _spells(terms: pd.DataFrame, rules: PdpRules) -> pd.DataFrame:
    """Put the terms of one learner, institution and credential together, unless too long a time lies between."""
    rows = terms[terms["credential"] >= 0].sort_values([*_KEY, "start", "end"], kind="stable")
    same = ~(rows[_KEY] != rows[_KEY].shift()).any(axis=1)
    until = rows.groupby(_KEY, sort=False)["end"].cummax().shift()
    apart = rows["start"] - until > pd.Timedelta(days=rules.left_after_days)
    groups = rows.groupby((~same | apart).cumsum().to_numpy(), sort=True)
    last = {name: (name, "last") for name in ("under_way", "withdrawn", "elsewhere")}
    firsts = {name: (name, "first") for name in (*_KEY, "start", "file", "row")}
    return groups.agg(**firsts, last=("end", "max"), **last).reset_index(drop=True)


def _awarded(spells: pd.DataFrame, earned: Earned, rules: PdpRules) -> Days:
    until = spells["last"].to_numpy("datetime64[D]") + np.timedelta64(rules.award_within_days, "D")
    return _first_awards(spells, earned, until)


def _first_awards(spells: pd.DataFrame, earned: Earned, until: Days) -> Days:
    """Return the day of each spell's first award; an award belongs to the last spell of it that had begun."""
    found = np.full(len(spells), np.datetime64("NaT"), "datetime64[D]")
    awards = earned.frame[earned.frame["credential"] >= 0].sort_values("day", kind="stable")
    begun = spells.assign(place=np.arange(len(spells)), begun=spells["start"].astype("datetime64[us]"))
    begun = begun[["learner", "credential", "begun", "place"]].sort_values("begun", kind="stable")
    pairs = pd.merge_asof(awards, begun, left_on="day", right_on="begun", by=["learner", "credential"])
    pairs = pairs[pairs["place"].notna()]
    places, days = pairs["place"].to_numpy(np.int64), pairs["day"].to_numpy("datetime64[D]")
    inside = days <= until[places]
    # The earliest is written last, so it stays.
    found[places[inside][::-1]] = days[inside][::-1]
    return found


def _elsewhere_next(spells: pd.DataFrame, terms: pd.DataFrame, rules: PdpRules) -> Bools:
    """Say whose next term after the spell is at another institution, before the time after which they have left."""
    ends = spells[["learner", "institution", "last"]].assign(place=np.arange(len(spells)))
    nexts = terms[["learner", "institution", "start"]].rename(columns={"institution": "next"})
    pairs = pd.merge_asof(
        ends.sort_values("last", kind="stable"),
        nexts.sort_values("start", kind="stable"),
        left_on="last",
        right_on="start",
        by="learner",
        direction="forward",
        allow_exact_matches=False,
        tolerance=pd.Timedelta(days=rules.left_after_days),
    ).sort_values("place")
    moved: Bools = (pairs["next"].notna() & (pairs["next"] != pairs["institution"])).to_numpy(bool)
    return moved


def _marked(spells: pd.DataFrame, cohorts: Cohorts) -> Bools:
    """Say which spells are the last at an institution that, by the cohort file, was left for another later."""
    frame = cohorts.frame
    later = np.append((frame[_ELSEWHERE] > frame[_HERE]).to_numpy(bool), False)[cohorts.rows_here(spells)]
    latest = spells.groupby(["learner", "institution"])["last"].transform("max")
    marked: Bools = later & (spells["last"] == latest).to_numpy(bool)
    return marked
