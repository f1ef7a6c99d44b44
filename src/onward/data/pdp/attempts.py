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
    """Awards of learners of the cohort files: learner and credential (places, -1 not in the catalogue), and day.

    ``others`` is how many awards are of other learners.
    """

    frame: pd.DataFrame
    others: int

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
        known = frame["learner"] >= 0
        return cls(frame[known & frame["day"].notna()].reset_index(drop=True), int((~known).sum()))


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
    gone = last + np.timedelta64(rules.left_after_days, "D") <= through
    withdrawn = spells["withdrawn"].to_numpy(bool)
    moved = _elsewhere_next(spells, terms, rules) | (withdrawn & spells["elsewhere"].to_numpy(bool))
    moved |= _marked(spells, cohorts)
    status = np.select(
        [~np.isnat(awarded), spells["under_way"].to_numpy(bool), moved, withdrawn | gone],
        [COMPLETED, IN_PROGRESS, TRANSFERRED, STOPPED],
        IN_PROGRESS,
    )
    return _ended(spells, status, awarded).drop_duplicates(["learner", "credential", "started_on"])


def declared_attempts(cohorts: Cohorts, programs: Programs, earned: Earned) -> pd.DataFrame:
    """Return an attempt for each cohort row whose declared program is one credential, where there are no course files.

    It begins on the nominal first day; its end, but for an award's day, is that of the year of last enrollment. Whoever
    was enrolled in the last year that the institution tells of is in progress.
    """
    frame = cohorts.frame
    here, elsewhere = frame[_HERE].fillna(1.0).clip(lower=1.0), frame[_ELSEWHERE].fillna(0.0)
    last = pd.Series(year_end(frame["entry"].to_numpy("datetime64[D]"), here.to_numpy(np.int64)), index=frame.index)
    rows = frame.assign(
        credential=programs.of_field(frame["cip"].to_numpy(np.int64), frame["sought"].to_numpy(np.int64)),
        start=frame["entry"],
        last=last,
        moved=elsewhere > here,
        gone=last < last.groupby(frame["institution"]).transform("max"),
    )
    rows = rows[(rows["credential"] >= 0) & rows["start"].notna()].sort_values(["start", "file"], kind="stable")
    rows = rows.drop_duplicates(["learner", "credential", "start"])
    awarded = _first_awards(rows, earned, np.full(len(rows), np.datetime64("9999-12-31")))
    tests = [~np.isnat(awarded), rows["moved"].to_numpy(bool), rows["gone"].to_numpy(bool)]
    status = np.select(tests, [COMPLETED, TRANSFERRED, STOPPED], IN_PROGRESS)
    return _ended(rows, status, awarded)


def _ended(spells: pd.DataFrame, status: Ints, awarded: Days) -> pd.DataFrame:
    """Return ``spells`` as attempts that end on the day of the award, else on the last day."""
    last = spells["last"].to_numpy("datetime64[D]")
    ended = np.where(status == IN_PROGRESS, np.datetime64("NaT"), np.where(status == COMPLETED, awarded, last))
    return spells[["learner", "credential", "file", "row"]].assign(
        started_on=spells["start"], ended_on=ended, status=status
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
