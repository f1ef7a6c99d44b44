from dataclasses import fields
from pathlib import Path

import pytest

from onward.audit import AuditPlan
from onward.errors import SettingsError
from onward.release.plans import plan_of_file, plan_of_run
from onward.settings import AuditFile, load_audit


def test_a_plan_without_a_word_is_the_default_with_the_vendor_judged():
    plan, default = plan_of_file(AuditFile()), AuditPlan(judged="vendor", control_words="")
    assert {field.name: getattr(plan, field.name) for field in fields(plan)} == {
        field.name: getattr(default, field.name) for field in fields(default)
    }


def test_the_rules_of_a_run_are_those_of_its_settings(settings):
    plan = plan_of_run(settings, notes=("made up",))
    assert (plan.limit, plan.control_words) == (settings.parity.limit, settings.strata.words)
    assert (plan.family_wage, plan.capacity) == (settings.audit.family_wage, settings.audit.capacity)
    assert plan.notes[0] == "made up"


def test_an_unknown_rule_is_refused_with_those_there_are(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text("limits = 500.0\n")
    with pytest.raises(SettingsError, match=r"rules\.toml has a fault:\n  limits: .*known here: .*limit"):
        load_audit(path)


def test_the_rules_in_the_guide_are_rules(tmp_path):
    guide = (Path(__file__).parents[2] / "docs" / "auditing.md").read_text(encoding="utf-8")
    path = tmp_path / "rules.toml"
    path.write_text(guide.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    plan = plan_of_file(load_audit(path))
    assert (plan.limit, plan.reference, plan.capacity) == (500.0, {"gender": "man"}, 500)
