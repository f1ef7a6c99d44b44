"""The demo, small: what it prints must be true of the made-up system."""

import io

import numpy as np
import pandas as pd
import pytest
from onward.training.demo import demo, summary
from rich.console import Console

from onward.errors import SettingsError


def test_history_is_never_worse_than_itself(trained):
    assert trained.reckoning.table.loc["history", "worse"] == 0.0


def test_advice_returns_more_than_history_and_imitation(trained):
    share = trained.reckoning.table["share"]
    assert share["onward"] > share["imitation"] + 0.05
    assert share["onward"] > share["history"] + 0.05


def test_advice_does_not_send_people_into_failure(trained):
    completion = trained.reckoning.table["completion"]
    assert completion["onward"] > completion["history"] - 0.02


def test_every_judged_learner_was_kept_from_training(trained):
    judged = trained.run.candidate.judged.points
    assert (judged["as_of"] >= trained.run.candidate.holdout.test_from).all()
    assert judged["learner_id"].is_unique


@pytest.fixture
def printed(trained) -> str:
    page = Console(file=io.StringIO(), width=120)
    summary(page, trained.run, trained.reckoning, trained.tables)
    return page.file.getvalue()


@pytest.mark.parametrize(
    "words",
    ["history", "imitation", "onward", "Benefit, of reachable", "report.html", "Advice for learner", "onward serve"],
)
def test_the_summary_shows_what_was_promised(printed, words):
    assert words in printed


def test_the_same_seed_gives_the_same_bundle(trained, tmp_path):
    again, _, _ = demo(tmp_path, learners=2_500, progress=lambda _: None)
    assert again.bundle_hash == trained.run.bundle_hash
    pd.testing.assert_frame_equal(
        pd.read_csv(tmp_path / "demo" / "decisions.csv"), pd.read_csv(trained.run.folder / "decisions.csv")
    )
    assert np.isfinite(again.candidate.skills["auc"]).all()


def test_the_demo_does_not_write_over_somebody_s_files(tmp_path):
    (tmp_path / "demo-data").mkdir()
    (tmp_path / "demo-data" / "learners.csv").write_text("mine")
    with pytest.raises(SettingsError, match="it holds others; choose another --runs"):
        demo(tmp_path, learners=2_500, progress=lambda _: None)
    assert (tmp_path / "demo-data" / "learners.csv").read_text() == "mine"
