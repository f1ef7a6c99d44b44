import csv
import getpass
import hashlib
import json
import re
import stat
import xml.etree.ElementTree as ET
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from onward.audit import AuditPlan, audit, write_report
from onward.audit.groups import label
from onward.audit.report import NOT_EVALUATED, OFFICERS_FRAMES, SECTIONS, page
from onward.audit.result import FRAMES, rounded
from onward.audit.wording import figure, leaning, opening
from onward.errors import SettingsError

FILES = ("report.html", "audit.json", *(f"{name}.csv" for name in FRAMES))
OFFICERS_FILES = (*FILES, *(f"{name}.csv" for name in OFFICERS_FRAMES), "access.log")
HOSTILE = "<script>alert(1)</script>"
LEARNERS = 1_200


def made_fuller(world, *, seed=5):
    """The world of the other tests with everything that can be audited beside advice."""
    random = np.random.default_rng(seed)
    ids = world["demographics"]["learner_id"].iloc[:LEARNERS]
    some = ids.iloc[: LEARNERS // 2]
    credentials = world["credentials"].assign(
        work_based=lambda rows: rows.index % 3 == 0, award_level=np.resize(["21", "4", "3"], len(world["credentials"]))
    )
    names = credentials["credential_id"].to_numpy()
    first = world["decisions"][world["decisions"]["learner_id"].isin(ids)]
    ours = first[first["source"] == "onward"]
    second = ours.assign(rank=2, credential_id=random.choice(names, len(ours)))
    second = second[second["credential_id"].to_numpy() != ours["credential_id"].to_numpy()]
    adviser = ours.head(500).assign(source="adviser", credential_id=random.choice(names, 500))
    chance = random.beta(5, 2, len(ids))
    stages = [("eligible", some), ("contacted", some.iloc[::2]), ("applied", some.iloc[::4])]
    offers = [pd.DataFrame({"learner_id": of, "credential_id": names[0], "stage": stage}) for stage, of in stages]
    years = random.choice(["2021-05-01", "2022-05-01", "2023-05-01"], len(ids))
    return world | {
        "decisions": pd.concat([first, second, adviser], ignore_index=True),
        "demographics": world["demographics"].assign(
            pell=random.uniform(size=len(world["demographics"])) < 0.4, x_campus="north"
        ),
        "credentials": credentials,
        "values": world["values"].assign(
            low=lambda rows: rows["median_earnings"] - 800, high=lambda rows: rows["median_earnings"] + 800
        ),
        "strata": world["strata"].assign(
            goal=lambda rows: rows["stratum"].str[1].astype(int).mod(3).astype(str),
            readiness=lambda rows: rows["stratum"].str[1].astype(int).mod(2).astype(str),
        ),
        "pathways": pd.DataFrame(
            {"from_id": names[:6], "to_id": names[6:12], "relation": "recognised_for", "credits_recognised": 6.0}
        ),
        "scores": pd.DataFrame(
            {
                "learner_id": ids,
                "as_of": "2023-09-01",
                "probability": chance,
                "flagged": chance < np.quantile(chance, 0.25),
                "outcome": random.uniform(size=len(ids)) < chance,
            }
        ),
        "offers": pd.concat(offers, ignore_index=True).assign(on_date="2024-03-01"),
        "awards": pd.DataFrame(
            {"learner_id": ids, "credential_id": random.choice(names, len(ids)), "awarded_on": years}
        ),
    }


PLAN = AuditPlan(
    family_wage=45_000.0,
    family_wage_words="two adults at work and one child, in the state",
    about=(("Run", "demo"), ("Data", "SHA-256 " + "f9" * 32), ("Model", "none, so <nothing>")),
    caution="The learners are made up.",
    notes=("Earnings are those of United States workers.",),
    next_audit=date(2027, 9, 1),
)


@pytest.fixture(scope="module")
def full(made_world):
    return audit(**made_fuller(made_world), plan=PLAN)


@pytest.fixture(scope="module")
def folders(full, tmp_path_factory):
    place = tmp_path_factory.mktemp("audit")
    write_report(full, place / "public", restricted=place / "officer")
    return place / "public", place / "officer"


@pytest.fixture(scope="module")
def public(folders):
    return (folders[0] / "report.html").read_text()


@pytest.fixture(scope="module")
def officers(folders):
    return (folders[1] / "report.html").read_text()


@pytest.fixture(scope="module")
def bare(made_world):
    """A vendor's first ranks and nothing else: no strata, no catalogue, no probabilities, nothing to compare with."""
    rows = made_world["decisions"]
    vendors = rows[rows["source"] == "imitation"].assign(source=HOSTILE).drop(columns="p_complete")
    tables = {name: made_world[name] for name in ("demographics", "values")}
    return audit(vendors, **tables, plan=AuditPlan(judged=HOSTILE, compared_with="", control_words=""))


def tree_of(text):
    return ET.fromstring(text.removeprefix("<!DOCTYPE html>"))  # noqa: S314 - a page of our own


@pytest.fixture(scope="module", params=["public", "officers", "bare"])
def tree(request, full, bare):
    made = {"public": full.public, "officers": full.restricted, "bare": bare.public}
    return tree_of(page(made[request.param]))


def section(text, name):
    """What stands under one heading of the page."""
    return text.split(f'<h2 id="{name}">')[1].split("<h2")[0]


def test_the_page_is_well_formed_and_says_its_language(tree):
    assert tree.attrib["lang"] == "en"


def test_headings_are_in_order(tree):
    depths = [int(part.tag[1]) for part in tree.iter() if re.fullmatch("h[1-6]", part.tag)]
    assert depths[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(depths))


def test_every_section_is_there_once_and_in_the_contents(tree):
    found = [part.attrib["id"] for part in tree.iter("h2")]
    assert found == ["decision", "contents", *SECTIONS]
    assert [link.attrib["href"] for link in tree.findall(".//nav//a")] == [f"#{name}" for name in SECTIONS]


def test_every_table_has_its_own_caption_and_every_heading_cell_a_scope(tree):
    captions = [table.find("caption/span").text.strip() for table in tree.iter("table")]
    assert len(captions) > 10
    assert len(set(captions)) == len(captions)
    assert all(cell.attrib["scope"] in {"col", "row", "rowgroup"} for cell in tree.iter("th"))


def test_every_table_row_is_as_long_as_its_head(tree):
    for table in tree.iter("table"):
        head = len(table.findall("thead/tr/th"))
        for body in table.findall("tbody"):
            assert {len(row) + (row.find("th[@rowspan]") is None) for row in body} <= {head, head + 1}


def test_every_picture_has_words_and_a_table_after_it(tree):
    order = [part for part in tree.iter() if part.tag in {"img", "table", "h2"}]
    pictures = [(at, part) for at, part in enumerate(order) if part.tag == "img"]
    assert pictures
    assert all(order[at + 1].tag == "table" for at, _ in pictures)
    assert all(part.attrib["alt"].endswith("The table that follows holds every figure.") for _, part in pictures)


def test_a_picture_of_gaps_says_limit_and_figures(public):
    words = re.search('alt="(Gaps in face value among comparable learners by gender[^"]*)"', public)
    assert "the limit is $1,000 either way" in words[1]
    assert re.search(r"Onward: Men .?\$[\d,]+ \(.?\$[\d,]+ to .?\$[\d,]+\)", words[1])


def test_the_page_asks_the_network_for_nothing_and_runs_no_script(tree):
    assert not [*tree.iter("script"), *tree.iter("link")]
    assert all(picture.attrib["src"].startswith("data:") for picture in tree.iter("img"))
    text = ET.tostring(tree, encoding="unicode")
    assert "http" not in text
    assert "url(" not in text


def test_the_box_says_gap_interval_limit_and_result_in_words(full, public):
    sentence = opening(full.public)
    assert re.fullmatch(
        r"Among learners with the same preparation and goal, .* were advised toward credentials worth "
        r"\$[\d,]+ a year (less|more) than everyone else "
        r"\(likely between .*, by the 9[05]% interval\)\. Our limit is \$1,000\.",
        sentence,
    )
    box = public.split("</section>")[0]
    assert sentence in box
    assert re.search(r'Result: <span aria-hidden="true">.</span> (pass|fail|cannot tell yet|not evaluated)', box)


def test_the_box_can_be_signed_and_says_when_the_next_audit_is_due(public, bare):
    box = public.split("</section>")[0]
    assert re.findall("<dt>(.*?)</dt>", box) == ["Decision", "Name", "Signature", "Date", "Next audit"]
    assert all(choice in box for choice in ("sign", "refuse", "ask for changes", "2027-09-01"))
    assert "<dt>Next audit</dt><dd>not set</dd>" in page(bare.public)


def test_the_caution_comes_before_the_verdict_and_what_was_audited_is_said(public):
    assert public.index("The learners are made up.") < public.index("Result:")
    assert "<dt>Run</dt><dd>demo</dd>" in public
    assert "none, so &lt;nothing&gt;" in public
    assert "f9" * 32 in section(public, "audited")


def test_the_page_says_what_a_value_is_and_where_another_yardstick_was_chosen(bare, made_world):
    minus = "minus the median yearly earnings of workers who have only a high-school diploma"
    assert minus in section(page(bare.public), "value")
    assert bare.public.valuation.by_another_yardstick == 0
    rows = made_world["decisions"]
    values = made_world["values"].assign(chosen_value=-500.0)
    tables = {"demographics": made_world["demographics"], "values": values}
    plan = AuditPlan(compared_with="", about=(("Value", "median earnings less the family wage"),))
    found = audit(rows[rows["source"] == "onward"], **tables, plan=plan).public
    told = section(page(found), "value")
    assert minus not in told
    assert "by the yardstick that was chosen for this audit (see “Value” above)" in told
    assert found.valuation.by_another_yardstick == len(values)
    assert found.valuation.below_benchmark == bare.public.valuation.below_benchmark < len(values)


def test_without_strata_the_page_speaks_of_all_learners_and_passes_nothing(bare):
    text = page(bare.public)
    box = text.split("</section>")[0]
    assert opening(bare.public).startswith("Over all learners, ")
    assert "Not evaluated: gaps among comparable learners; no strata were given" in box
    assert "Not evaluated: whether the gap over all learners has grown" in box
    assert "So this cannot pass" in box
    assert '<h2 id="gaps">Gaps over all learners</h2>' in text
    assert "</span> pass</p>" not in box


@pytest.mark.parametrize("edition", ["public", "restricted"])
def test_whatever_was_not_evaluated_says_so_with_its_reason(bare, edition):
    made = getattr(bare, edition)
    text = page(made).replace("&#39;", "'")
    assert set(made.not_evaluated) <= set(NOT_EVALUATED)
    for name, reason in made.not_evaluated.items():
        assert f"<strong>Not evaluated:</strong> {NOT_EVALUATED[name]}; {reason}.</p>" in text
    for name in ("persistence", "participation", "earned", "overrides"):
        assert "<table" not in section(text, name)


def test_an_evaluated_section_does_not_say_otherwise(full, public):
    assert not {"persistence", "participation", "earned", "overrides", "parts", "flags"} & set(
        full.public.not_evaluated
    )
    for name in ("persistence", "participation", "earned", "overrides", "three", "proxies", "impact"):
        assert "Not evaluated" not in section(public, name)
        assert "<table" in section(public, name)


def test_what_strata_hold_is_for_officers_as_it_would_give_groups_inside_them_away(full, public):
    assert "<table" not in section(public, "strata")
    assert "are in the restricted edition" in section(public, "strata")
    assert "<table" in section(page(full.restricted), "strata")


def test_the_page_claims_nothing_it_cannot(public, officers):
    for text in (public, officers):
        assert not re.search(r"fair|unbiased|debias|\u2713|\u2714|\u2705", text, re.IGNORECASE)


def test_what_makes_an_interval_wide_stands_beside_it(full, officers):
    ours = full.restricted.gaps.query("source == 'onward' and given == 'stratum' and measure == 'value'")
    row = ours[(ours["attribute"] == "gender") & (ours["group"] == "woman")].iloc[0]
    rests = section(officers, "rests")
    assert f"<td>{figure(row['sampling'], 'value')}</td><td>{figure(row['values'], 'value')}</td>" in rests
    assert "The credentials whose uncertain values move a gap most" in rests


def test_the_family_rule_is_said_in_words(full, public):
    rule = section(public, "rests")
    assert "at least 100 learners" in rule
    assert f"an effective number of {full.public.needed:,}" in rule
    vary = figure(full.public.spread, "value")
    assert "inside the limit 50% of the time" in rule
    assert f"values that vary by {vary} within strata" in rule
    assert "owed a case review" in rule


def test_three_gaps_stand_side_by_side_and_the_first_is_split(public):
    found = section(public, "three")
    for head in ("Over all learners", "Given preparation", "Given preparation and goal", "Goal", "Readiness"):
        assert f'<th scope="col">{head}</th>' in found
    assert '<th scope="col">Not explained</th>' in found


def test_a_difference_of_levels_is_the_difference_of_the_means(full, officers):
    cells = full.restricted.cells.query("attribute == 'everyone' and measure == 'value' and population == 'advice'")
    means = cells.set_index("source")["mean"]
    moved = means["onward"] - means["history"]
    text = f"{'+' if moved > 0 else ''}{figure(moved, 'value')}"
    assert f"Onward less History</th><td></td><td>{text}</td>" in section(officers, "levels")


def test_the_impact_ratios_leave_small_groups_out_and_show_them(officers):
    found = section(officers, "impact")
    assert found.index("Impact ratios: gender") < found.index("Impact ratios: race and ethnicity")
    assert "left out: below 2% of learners" in found
    assert "does not decide anything here" in found


def test_a_rate_of_persistence_says_of_how_many_it_is(full, officers):
    row = full.restricted.errors.query("measure == 'missed' and attribute == 'gender' and group == 'woman'").iloc[0]
    shown = f"{figure(row['rate'], 'missed')} <span>({figure(row['low'], 'missed')} to {figure(row['high'], 'missed')})"
    assert f"{shown}</span> of {row['n']:,}" in section(officers, "persistence")


def test_an_attribute_in_which_all_are_alike_is_named_and_not_tabled(officers):
    assert "All learners are of one group in: Campus." in section(officers, "further")
    assert "By Pell grant" in section(officers, "further")


def test_no_learner_is_named_in_any_public_file(folders):
    assert sorted(path.name for path in folders[0].iterdir()) == sorted(FILES)
    for name in FILES:
        assert "pseudonym" not in (folders[0] / name).read_text()


@pytest.mark.parametrize("name", FILES)
def test_no_figure_of_a_withheld_cell_is_in_any_public_file(full, folders, name):
    keys = ["population", "source", "attribute", "group", "measure"]
    shown = rounded(full.public.cells).set_index(keys)["mean"]
    complete = rounded(full.restricted.cells).set_index(keys)["mean"]
    hidden = complete[complete.index.isin(shown.index[shown.isna()])].dropna()
    wide = hidden[hidden.index.get_level_values("measure").isin(["value", "benefit"])].reset_index()

    def written(rows):
        texts = (
            figure(v, m) if name == "report.html" else repr(v)
            for v, m in zip(rows["mean"], rows["measure"], strict=True)
        )
        return set(texts)

    ours = written(shown.dropna().reset_index()[["mean", "measure"]])
    only_hidden = written(wide) - ours
    assert len(only_hidden) > 10
    text = (folders[0] / name).read_text()
    assert not [one for one in only_hidden if re.search(rf"(?<![\d,.]){re.escape(one)}(?=\s?[(<,])", text)]


def test_csv_and_json_withhold_the_same_rows(full, folders):
    kept = json.loads((folders[0] / "audit.json").read_text())
    for name in ("cells", "gaps", "impact", "reveals", "errors"):
        with (folders[0] / f"{name}.csv").open() as file:
            in_csv = [row["n"] == "" for row in csv.DictReader(file)]
        assert in_csv == [row["n"] is None for row in kept[name]] == getattr(full.public, name)["n"].isna().tolist()


def test_the_json_figures_are_those_of_the_tables(full, folders):
    kept = json.loads((folders[0] / "audit.json").read_text())["cells"]
    for written, mean in zip(kept, full.public.cells["mean"], strict=True):
        assert (written["mean"] is None) == pd.isna(mean)
        assert written["mean"] is None or written["mean"] == pytest.approx(mean, abs=0.0051)


def test_groups_withheld_from_a_table_are_named_below_it(full, public):
    hidden = full.public.gaps.query("attribute == 'race_ethnicity' and given == 'stratum' and measure == 'value'")
    gone = [label(group) for group, of in hidden.groupby("group") if of["n"].isna().all()]
    note = re.search(
        r"Gaps among comparable learners by race and ethnicity.*?</table>\n</div>\n<p[^>]*>(.*?)</p>", public, re.DOTALL
    )
    assert gone
    assert all(name in note[1] for name in gone)


def test_the_officers_edition_holds_case_reviews_and_is_readable_by_its_owner_alone(full, folders):
    place = folders[1]
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert sorted(path.name for path in place.iterdir()) == sorted(OFFICERS_FILES)
    assert {stat.S_IMODE(path.stat().st_mode) for path in place.iterdir()} == {0o600}
    with (place / "case_review.csv").open() as file:
        sheets = list(csv.DictReader(file))
    assert len(sheets) == len(full.restricted.case_review) > 0
    text = section((place / "report.html").read_text(), "cases")
    assert sheets[0]["learner_id"] in text
    assert "Restricted edition" in (place / "report.html").read_text().split("</section>")[0]


def test_every_writing_of_the_officers_edition_is_logged(full, tmp_path):
    for _ in range(2):
        write_report(full, tmp_path / "public", restricted=tmp_path / "officer")
    digest = hashlib.sha256((tmp_path / "officer/report.html").read_bytes()).hexdigest()
    lines = (tmp_path / "officer/access.log").read_text().splitlines()
    assert len(lines) == 2
    assert all(re.fullmatch(rf"\d{{4}}-\d\d-\d\dT[\d:]+\+00:00 {getpass.getuser()} {digest}", line) for line in lines)


@pytest.mark.parametrize("where", [".", "officer", ".."])
def test_the_officers_edition_must_lie_apart(full, tmp_path, where):
    folder = tmp_path / "run" / "audit"
    with pytest.raises(SettingsError, match="neither lies within the other"):
        write_report(full, folder, restricted=folder / where)
    assert not folder.exists()


def test_a_file_that_others_could_read_is_closed_to_them(full, tmp_path):
    place = tmp_path / "officer"
    place.mkdir(mode=0o755)
    (place / "audit.json").write_text("")
    (place / "audit.json").chmod(0o644)
    write_report(full, tmp_path / "public", restricted=place)
    assert stat.S_IMODE((place / "audit.json").stat().st_mode) == 0o600


def test_the_same_audit_gives_the_same_bytes(made_world, folders, tmp_path):
    again = audit(**made_fuller(made_world), plan=PLAN)
    write_report(again, tmp_path / "public", restricted=tmp_path / "officer")
    for place, names in ((folders[0], FILES), (folders[1], OFFICERS_FILES[:-1])):
        other = tmp_path / ("public" if place is folders[0] else "officer")
        assert [name for name in names if (place / name).read_bytes() != (other / name).read_bytes()] == []


def test_lines_end_as_on_unix(folders):
    assert all(b"\r" not in (folders[0] / name).read_bytes() for name in FILES)


def test_text_from_a_table_cannot_become_markup(made_world, bare):
    values = made_world["values"].assign(source=HOSTILE)
    for text in (page(bare.public), page(bare.restricted), page(audited(made_world, values=values).public)):
        assert "<script" not in text
        assert "&lt;script&gt;" in text


def audited(world, plan=None, **tables):
    return audit(**(world | tables), plan=plan or AuditPlan(attributes=("gender",)))


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (AuditPlan(limit=9_000.0), "pass"),
        (AuditPlan(limit=1.0, judged="imitation", attributes=("gender",)), "fail"),
        (AuditPlan(family_minimum=5_000, attributes=("gender",)), "not evaluated"),
    ],
)
def test_every_verdict_has_a_page(made_world, plan, words):
    text = page(audited(made_world, plan).public)
    assert f"</span> {words}</p>" in text.split("</section>")[0]
    tree_of(text)


def test_a_reference_is_named_instead_of_everyone_else(made_world):
    plan = AuditPlan(attributes=("gender",), reference={"gender": "man"})
    made = audited(made_world, plan).public
    assert "than men (" in opening(made)
    assert "a group minus men" in page(made)


@pytest.fixture(scope="module")
def mixed(made_world):
    """Three credentials without a price, values of three bases, and learners whom the verdict cannot compare."""
    return audited(
        made_world,
        values=made_world["values"].assign(basis=["imputed", "occupation", "occupation", *["published"] * 13]),
        credentials=made_world["credentials"].assign(net_price=lambda rows: rows["net_price"].where(rows.index > 2)),
        strata=made_world["strata"].assign(stratum=lambda rows: rows["stratum"].where(rows.index > 1_499, "other")),
    ).public


def test_the_page_says_of_each_basis_what_a_value_is_and_how_many_have_it(mixed):
    text = section(page(mixed), "value")
    assert "<dt>Imputed</dt><dd>1 credential: a figure filled in" in text
    assert "<dt>Occupation</dt><dd>2 credentials: a percentile or the median of the yearly wages" in text
    assert "<dt>Published</dt><dd>13 credentials: the published median yearly earnings of completers" in text
    assert "<dt>Share imputed</dt><dd>6% of the credentials" in text
    assert "their values count as exact, so the intervals are too narrow" in text


def test_credentials_without_a_price_are_counted_where_there_are_any(public, mixed):
    assert "Without a price" not in public
    assert "Without a price, and so counted as $0: 3 of the catalogue&#39;s 16 credentials." in page(mixed)


def test_learners_comparable_with_nobody_are_counted_and_keep_the_verdict_from_being_one(mixed):
    text = page(mixed)
    other = "\N{LEFT DOUBLE QUOTATION MARK}other\N{RIGHT DOUBLE QUOTATION MARK}"
    words = f"1,500 learners are put together as {other} (75.0% of all): too few share their preparation and goal."
    assert words in text.split("</section>")[0]
    assert words in section(text, "audited")
    assert "</span> not evaluated</p>" in text


def test_the_lean_of_the_models_own_estimates_is_said_beside_them_and_in_the_limits(full, public):
    words = leaning(full.public).replace("'", "&#39;")
    assert [name for name in SECTIONS if words in section(public, name)] == ["gaps", "levels", "limits"]
    assert "most for Onward" in words


def test_notes_are_printed(public):
    assert PLAN.notes[0] in section(public, "limits")


def test_a_page_of_an_audit_of_which_everything_is_withheld_still_says_so(made_world):
    few = made_world["demographics"]["learner_id"].head(8)
    tables = {name: made_world[name][made_world[name]["learner_id"].isin(few)] for name in ("demographics", "strata")}
    rows = made_world["decisions"][made_world["decisions"]["learner_id"].isin(few)]
    text = page(audited(made_world, decisions=rows, **tables).public)
    tree_of(text)
    assert "<dt>Learners</dt><dd>fewer than 10" in text
    assert "nothing to show" in text
    assert "</span> not evaluated</p>" in text
