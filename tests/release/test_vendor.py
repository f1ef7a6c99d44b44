"""Anybody's decisions from files: what is read, what is filled in, and every way of being refused."""

import json

import numpy as np
import pandas as pd
import pytest

from onward.audit import AuditPlan, write_report
from onward.errors import DataError, OnwardError
from onward.release.vendor import audit_files, read_release

N = 600


@pytest.fixture
def files(tmp_path):
    """A vendor's decisions on 600 learners, women advised into what pays less, and what is known of both."""
    random = np.random.default_rng(4)
    ids = [f"v{number:04d}" for number in range(N)]
    gender = random.choice(["woman", "man"], N)
    worse = random.random(N) < np.where(gender == "woman", 0.8, 0.2)
    frames = {
        "decisions": pd.DataFrame({"learner_id": ids, "credential_id": np.where(worse, "aide", "nurse")}),
        "groups": pd.DataFrame({"learner_id": ids, "gender": gender}),
        "values": pd.DataFrame(
            {"credential_id": ["aide", "nurse"], "median_earnings": [42_260, 64_400], "benchmark_earnings": 36_082}
        ),
        "strata": pd.DataFrame({"learner_id": ids, "stratum": random.choice(["low", "high"], N)}),
    }
    return {name: written(tmp_path / f"{name}.csv", frame) for name, frame in frames.items()}


def written(path, frame):
    frame.to_csv(path, index=False)
    return path


def changed(path, change):
    frame = pd.read_csv(path, dtype=str)
    change(frame).to_csv(path, index=False)


def audited(files, **how):
    others = {"strata": files.get("strata")}
    plan = how.pop("plan", AuditPlan(control_words="preparation"))
    return audit_files(
        files["decisions"], groups=files["groups"], values=files["values"], others=others, plan=plan, **how
    )


def test_steering_of_women_into_lower_pay_is_found_from_three_files(files):
    found = audited(files).public
    assert found.sources == ("vendor",)
    assert found.verdict.status == "fail"
    women = found.gaps[(found.gaps["group"] == "woman") & (found.gaps["measure"] == "value")]
    assert (women["high"] < -5_000).all()


def test_what_a_vendor_does_not_say_is_not_evaluated_and_named(files):
    not_evaluated = audited(files).public.not_evaluated
    assert {"benefit", "completion", "exposure", "level", "comparison", "persistence", "participation"} <= set(
        not_evaluated
    )


def test_strata_without_words_for_them_are_called_what_they_are(files, tmp_path):
    found = audited(files, plan=AuditPlan(control_words=""))
    page = write_report(found, tmp_path / "report").read_text(encoding="utf-8")
    assert "Among learners with the same stratum" in page


def test_without_strata_all_learners_are_compared_and_it_is_said(files):
    files.pop("strata")
    found = audited(files).public
    assert "no strata were given" in found.not_evaluated["strata"]
    by_given = found.gaps[(found.gaps["measure"] == "value") & (found.gaps["attribute"] == "gender")]
    assert len(set(by_given.set_index(["given", "group"])["gap"].round(6).xs("woman", level="group"))) == 1


def test_with_nothing_to_compare_with_the_best_verdict_is_cannot_tell(files):
    changed(
        files["decisions"],
        lambda rows: rows.assign(credential_id=rows["credential_id"].sample(frac=1, random_state=1).values),
    )
    assert audited(files, plan=AuditPlan(limit=20_000.0)).public.verdict.status == "cannot_tell"


def test_counted_rows_give_the_same_gap_as_the_learners_they_stand_for(files, tmp_path):
    files.pop("strata")
    rows = pd.read_csv(files["decisions"]).merge(pd.read_csv(files["groups"]))
    counts = rows.groupby(["gender", "credential_id"]).size().rename("count").reset_index()
    one_by_one = audited(files).public.gaps
    files["decisions"] = written(tmp_path / "counted.csv", counts.rename(columns={"gender": "learner_id"}))
    cells = pd.DataFrame({"learner_id": ["woman", "man"], "gender": ["woman", "man"]})
    files["groups"] = written(tmp_path / "cells.csv", cells)
    counted = audited(files).public.gaps
    for figure in ("n", "gap", "low90", "high90"):
        values = [
            frame[(frame["measure"] == "value") & (frame["given"] == "nothing")].set_index("group").loc["woman", figure]
            for frame in (one_by_one, counted)
        ]
        assert values[0] == pytest.approx(values[1])


def test_several_ranks_may_be_given_and_the_list_is_weighed_by_exposure(files):
    def two_ranks(rows):
        other = rows.assign(credential_id=rows["credential_id"].map({"aide": "nurse", "nurse": "aide"}))
        return pd.concat([rows.assign(rank="1"), other.assign(rank="2")])

    changed(files["decisions"], two_ranks)
    found = audited(files).public
    assert "exposure" in set(found.gaps["measure"])


def test_the_digest_of_every_file_is_in_the_report(files):
    about = dict(audited(files).public.plan.about)
    assert all(text.startswith("SHA-256 ") for label, text in about.items() if label.startswith("File "))
    assert {"File decisions.csv", "File groups.csv", "File values.csv", "File strata.csv"} <= set(about)


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        ("groups", lambda rows: rows.drop(columns="gender"), "expected a column race_ethnicity or gender"),
        (
            "groups",
            lambda rows: rows.assign(learner_id="x" + rows["learner_id"]),
            "none of the learners of decisions is in",
        ),
        ("groups", lambda rows: rows.assign(gender="F"), "column gender"),
        ("groups", lambda rows: pd.concat([rows, rows.head(1)]), "each learner_id once in demographics"),
        ("values", lambda rows: rows.head(1), r"table values has no figure for advised credential\(s\) nurse"),
        ("values", lambda rows: rows.drop(columns="benchmark_earnings"), "column benchmark_earnings"),
        ("decisions", lambda rows: pd.concat([rows, rows.head(2)]), r"2 more first-ranked row\(s\)"),
        ("decisions", lambda rows: rows.head(0), "no row"),
        ("decisions", lambda rows: rows.assign(rank="0"), "column rank"),
        ("decisions", lambda rows: rows.assign(name="Jo"), "column name"),
        ("strata", lambda rows: rows.iloc[5:], "table strata lacks 5 of 600 learners"),
    ],
)
def test_bad_input_is_refused_plainly(files, file, change, message):
    changed(files[file], change)
    with pytest.raises(OnwardError, match=message):
        audited(files)


def test_two_vendors_in_one_file_have_to_be_told_apart(files):
    changed(files["decisions"], lambda rows: rows.assign(source=["a", "b"] * (N // 2)))
    with pytest.raises(DataError, match="the file has a, b; name one as judged"):
        audited(files)


def test_one_group_alone_is_not_evaluated(files):
    changed(files["groups"], lambda rows: rows.assign(gender="woman"))
    found = audited(files).public
    assert found.verdict.status == "not_evaluated"
    assert {finding.outcome for finding in found.verdict.findings} <= {"not_comparable"}


def test_groups_that_are_all_small_are_not_evaluated(files):
    few = pd.read_csv(files["decisions"]).head(14)
    for name in ("decisions", "groups", "strata"):
        changed(files[name], lambda rows: rows[rows["learner_id"].isin(few["learner_id"])])
    found = audited(files).public
    assert found.verdict.status == "not_evaluated"
    assert found.gaps["gap"].isna().all()


def test_learners_of_whom_nothing_is_known_are_counted_as_unknown(files):
    changed(files["groups"], lambda rows: rows.iloc[30:])
    found = audited(files).public
    assert found.without_demographics == 30
    unknown = found.cells[(found.cells["group"] == "unknown") & (found.cells["measure"] == "value")]
    assert unknown["n"].tolist() == [30]


def test_a_release_is_read_from_the_public_edition_alone(files, tmp_path):
    write_report(audited(files), tmp_path / "public", restricted=tmp_path / "officer")
    assert "advice" in read_release(tmp_path / "public").populations
    with pytest.raises(DataError, match="expected the public edition"):
        read_release(tmp_path / "officer")
    with pytest.raises(DataError, match="there is none; name the report's folder"):
        read_release(tmp_path)


def test_what_an_earlier_release_withheld_stays_withheld(files, tmp_path):
    few = set(pd.read_csv(files["groups"])["learner_id"].head(8))
    changed(
        files["groups"], lambda rows: rows.assign(gender=rows["gender"].mask(rows["learner_id"].isin(few), "declined"))
    )
    write_report(audited(files), tmp_path / "public")
    again = audited(files, previous=read_release(tmp_path / "public")).public
    first = json.loads((tmp_path / "public" / "audit.json").read_text())
    hidden = {(row["attribute"], row["group"]) for row in first["withheld"] if not row["measure"]}
    now = again.withheld[again.withheld["measure"] == ""]
    assert hidden
    assert hidden <= set(now[["attribute", "group"]].itertuples(index=False, name=None))


def test_a_handful_of_newcomers_cannot_be_told_from_two_releases(files, tmp_path):
    last = [f"v{number:04d}" for number in range(N - 3, N)]
    kept = {name: files[name].read_text() for name in ("decisions", "groups", "strata")}
    for name in kept:
        changed(files[name], lambda rows: rows[~rows["learner_id"].isin(last)])
    write_report(audited(files), tmp_path / "public")
    for name, text in kept.items():
        files[name].write_text(text)
    again = audited(files, previous=read_release(tmp_path / "public")).public
    assert again.everyone_withheld
    assert again.gaps["gap"].isna().all()


def test_one_counted_row_does_not_let_learners_be_counted_twice(files):
    def again(rows):
        other = rows.iloc[1:].assign(credential_id=rows["credential_id"].map({"aide": "nurse", "nurse": "aide"}))
        return pd.concat([rows.assign(count=["2", *["1"] * (N - 1)]), other.assign(count="1")])

    changed(files["decisions"], again)
    with pytest.raises(DataError, match="more first-ranked row"):
        audited(files)


def test_an_earlier_report_on_other_sources_is_refused(files, tmp_path):
    write_report(audited(files), tmp_path / "public")
    changed(files["decisions"], lambda rows: rows.assign(source="acme"))
    with pytest.raises(DataError, match="name the sources as they were named then"):
        audited(files, previous=read_release(tmp_path / "public"))
