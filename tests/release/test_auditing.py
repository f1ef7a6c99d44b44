import pandas as pd
import pytest

from onward.errors import SettingsError
from onward.release.auditing import Asked, audit_again_or_files


def test_decisions_alone_are_not_enough(tmp_path):
    decisions = tmp_path / "decisions.csv"
    pd.DataFrame({"learner_id": ["a"], "credential_id": ["c"]}).to_csv(decisions, index=False)
    with pytest.raises(SettingsError, match="expected --groups and --values for an audit of the decisions"):
        audit_again_or_files(decisions, Asked({}), out=tmp_path / "out", restricted=None)


@pytest.mark.parametrize("inside", ["", "officer"])
def test_the_restricted_edition_does_not_lie_in_the_public_one(inside, tmp_path):
    place = tmp_path / "out"
    with pytest.raises(SettingsError, match="two folders of which neither lies within the other"):
        audit_again_or_files(tmp_path / "x.csv", Asked({}), out=place, restricted=place / inside)


def test_a_run_has_files_of_its_own(trained, tmp_path):
    asked = Asked({"values": tmp_path / "values.csv", "groups": None})
    with pytest.raises(SettingsError, match="a run, which has its own; got --values; leave them out"):
        audit_again_or_files(trained.run.folder, asked, out=tmp_path / "out", restricted=None)


def test_a_run_is_audited_again_in_both_editions_where_both_are_asked_for(trained, tmp_path):
    public, officer = tmp_path / "out", tmp_path / "officer"
    asked = Asked({}, limit=400.0, previous=trained.run.folder / "report")
    found, report = audit_again_or_files(trained.run.folder, asked, out=public, restricted=officer)
    assert (found.edition, found.plan.limit, report) == ("public", 400.0, public / "report.html")
    assert (officer / "case_review.csv").is_file()
    assert not (public / "case_review.csv").exists()


def test_rules_in_a_file_are_not_loosened_where_the_audit_is_asked_for(tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text("limit = 500.0\n")
    asked = Asked({"groups": rules, "values": rules}, plan=rules, limit=50_000.0)
    with pytest.raises(SettingsError, match=r"expected rules as strict as those of .* change the file, openly"):
        audit_again_or_files(tmp_path / "x.csv", asked, out=tmp_path / "out", restricted=None)


def test_a_public_report_does_not_go_where_an_officer_s_lies(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "access.log").write_text("")
    with pytest.raises(SettingsError, match="holds an officer's edition; choose another --out"):
        audit_again_or_files(tmp_path / "x.csv", Asked({}), out=tmp_path / "out", restricted=None)
