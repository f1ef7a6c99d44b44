import csv
import json
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pandas as pd
import pytest

from onward.audit import AuditPlan, Finding, audit, write_report
from onward.audit.figures import rounded
from onward.audit.groups import label
from onward.audit.wording import decided, figure, leaning, needed, opening

FILES = ("report.html", "audit.json", "cells.csv", "gaps.csv")
NO_MASK = AuditPlan(minimum_cell=2, family_minimum=100)


@pytest.fixture(scope="module")
def folder(found, tmp_path_factory):
    return write_report(found, tmp_path_factory.mktemp("audit")).parent


@pytest.fixture(scope="module")
def page(folder):
    return (folder / "report.html").read_text()


@pytest.fixture(scope="module")
def tree(page):
    return ET.fromstring(page.removeprefix("<!DOCTYPE html>"))  # noqa: S314 - a page of our own


def parts(tree, name):
    return list(tree.iter(name))


def rows_of(frame):
    return {(row["source"], row["attribute"], row["group"], row["measure"]): row for row in frame}


def test_the_page_is_well_formed_and_says_its_language(tree):
    assert tree.attrib["lang"] == "en"


def test_headings_are_in_order(tree):
    depths = [int(part.tag[1]) for part in tree.iter() if re.fullmatch("h[1-6]", part.tag)]
    assert depths[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(depths))


def test_every_table_has_a_caption_and_every_heading_cell_a_scope(tree):
    tables = parts(tree, "table")
    assert len(tables) == 11
    assert all(table.find("caption/span").text.strip() for table in tables)
    assert all(cell.attrib["scope"] in {"col", "row", "rowgroup"} for cell in parts(tree, "th"))


def test_every_table_row_is_as_long_as_its_head(tree):
    for table in parts(tree, "table"):
        head = len(table.findall("thead/tr/th"))
        for body in table.findall("tbody"):
            widths = {len(row) + (row.find("th[@rowspan]") is None) for row in body}
            assert widths in ({head}, {head + 1})


def test_every_picture_has_words(tree):
    pictures = parts(tree, "img")
    assert len(pictures) == 3
    assert all("the limit is $1,000 either way" in picture.attrib["alt"] for picture in pictures)


def test_the_page_asks_the_network_for_nothing_and_runs_no_script(page, tree):
    assert not parts(tree, "script") + parts(tree, "link")
    assert all(picture.attrib["src"].startswith("data:") for picture in parts(tree, "img"))
    assert "http" not in page
    assert "url(" not in page


def test_the_box_says_gap_interval_limit_and_verdict_in_words(found, page):
    sentence = opening(found)
    assert re.fullmatch(
        r"Among learners with the same preparation and goal, .* were advised toward credentials worth "
        r"\$[\d,]+ a year (less|more) than everyone else "
        r"\(likely between .*, by the 9[05]% interval\)\. Our limit is \$1,000\.",
        sentence,
    )
    assert sentence in page
    assert "Verdict: <span" in page


def test_the_page_claims_nothing_it_cannot(page):
    assert not re.search(r"fair|unbiased|debias|\u2713|\u2714|\u2705", page, re.IGNORECASE)


def test_notes_are_printed(plan, page):
    assert plan.notes[0] in page


@pytest.mark.parametrize("name", FILES)
def test_no_learner_is_named_in_any_file(folder, name):
    assert "pseudonym" not in (folder / name).read_text()


@pytest.fixture(scope="module")
def bare(made_world):
    return audit(**made_world, plan=NO_MASK)


@pytest.mark.parametrize("name", FILES)
def test_no_figure_of_a_withheld_cell_is_in_any_file(bare, found, folder, name):
    hidden = set(found.withheld.itertuples(index=False, name=None))
    shown = bare.cells[[(row.attribute, row.group) in hidden for row in bare.cells.itertuples()]].dropna(subset="mean")
    means = rounded(shown)
    text = (folder / name).read_text()
    written = {
        figure(row["mean"], row["measure"]) if name == "report.html" else repr(row["mean"])
        for _, row in means.iterrows()
        if row["measure"] == "value"
    }
    ours = {
        figure(row["mean"], row["measure"]) if name == "report.html" else repr(row["mean"])
        for _, row in rounded(found.cells.dropna(subset="mean")).iterrows()
    }
    assert len(written - ours) > 10
    assert not [one for one in written - ours if re.search(rf"(?<![\d,.]){re.escape(one)}(?![\d,.])", text)]


def test_all_files_withhold_the_same_cells(found, folder, tree):
    hidden = set(found.withheld.itertuples(index=False, name=None))
    kept = json.loads((folder / "audit.json").read_text())
    for name in ("cells", "gaps"):
        with (folder / f"{name}.csv").open() as file:
            in_csv = {(row["attribute"], row["group"]) for row in csv.DictReader(file) if row["n"] == ""}
        in_json = {(row["attribute"], row["group"]) for row in kept[name] if row["n"] is None}
        assert in_csv == in_json == hidden
    in_page = {
        body.find("tr/th").text
        for table in parts(tree, "table")
        for body in table.findall("tbody")
        if all(row.findall("td")[0].text == "withheld" for row in body)
    }
    assert in_page == {label(group) for _, group in hidden}


def test_the_json_figures_are_those_of_the_tables(found, folder):
    kept = rows_of(json.loads((folder / "audit.json").read_text())["cells"])
    for _, row in found.cells.dropna(subset="mean").iterrows():
        written = kept[row["source"], row["attribute"], row["group"], row["measure"]]
        assert written["mean"] == pytest.approx(row["mean"], abs=0.0051)


def test_the_same_input_gives_the_same_bytes(made_world, plan, folder, tmp_path):
    write_report(audit(**made_world, plan=plan), tmp_path)
    assert [(tmp_path / name).read_bytes() for name in FILES] == [(folder / name).read_bytes() for name in FILES]


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (AuditPlan(limit=9_000.0), "pass"),
        (AuditPlan(limit=1.0, judged="imitation", attributes=("gender",)), "fail"),
        (AuditPlan(family_minimum=5_000, attributes=("gender",)), "not evaluated"),
    ],
)
def test_every_verdict_has_a_page(made_world, tmp_path, plan, words):
    page = write_report(audit(**made_world, plan=plan), tmp_path).read_text()
    assert words in page.split("</section>")[0]
    ET.fromstring(page.removeprefix("<!DOCTYPE html>"))  # noqa: S314 - a page of our own


def test_text_from_a_table_cannot_become_markup(made_world, tmp_path):
    values = made_world["values"].assign(source="<script>alert(1)</script>")
    page = write_report(
        audit(**(made_world | {"values": values}), plan=AuditPlan(attributes=("gender",))), tmp_path
    ).read_text()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def page_of(world, folder, plan=None, **tables):
    plan = plan or AuditPlan(attributes=("gender",))
    return write_report(audit(**(world | tables), plan=plan), folder).read_text()


def test_the_page_and_the_json_say_what_was_audited_and_the_caution_comes_first(made_world, tmp_path):
    about, caution = (("Run", "demo"), ("Constraint", "none, so <nothing>")), "The learners are made up."
    page = page_of(made_world, tmp_path, AuditPlan(attributes=("gender",), about=about, caution=caution))
    headings = re.findall("<h2[^>]*>(.*?)</h2>", page)
    assert headings[:2] == ["The verdict", "What was audited"]
    assert headings.index("What was audited") < headings.index("The rules, fixed before any result")
    assert "<dt>Run</dt><dd>demo</dd>" in page
    assert "none, so &lt;nothing&gt;" in page
    box = ET.fromstring(page.removeprefix("<!DOCTYPE html>")).find(".//section")  # noqa: S314 - a page of our own
    assert [part.text for part in box][:2] == ["The verdict", caution]
    kept = json.loads((tmp_path / "audit.json").read_text())["plan"]
    assert (kept["about"], kept["caution"]) == ([list(pair) for pair in about], caution)


def test_without_it_the_page_has_no_section_of_what_was_audited(page):
    assert "What was audited" not in page
    assert '<p class="caution">' not in page


@pytest.mark.parametrize(
    ("gap", "finding", "words"),
    [
        (-1_352.0, Finding("gender", "woman", "cannot_tell"), "more learners would more likely show it outside"),
        (-700.0, Finding("gender", "woman", "cannot_tell", 2_363), "about 2,363"),
        (-700.0, Finding("gender", "woman", "cannot_tell"), "not known: there is no interval"),
        (None, Finding("gender", "woman", "cannot_tell", 2_363), "withheld"),
        (-100.0, Finding("gender", "woman", "inside"), ""),
    ],
)
def test_what_more_learners_would_tell(gap, finding, words):
    assert needed(finding, pd.Series({"n": 1_500, "gap": gap}), limit=1_000) == words


def test_a_finding_names_the_interval_that_decides_it(made_world, tmp_path):
    assert decided("outside") == "\N{BLACK UP-POINTING TRIANGLE} outside by the 95% interval"
    page = page_of(made_world, tmp_path, AuditPlan(limit=9_000.0, attributes=("gender",)))
    assert "<td>\N{BLACK SQUARE} inside by the 90% interval</td>" in page


@pytest.fixture(scope="module")
def mixed_page(made_world, tmp_path_factory):
    """Three credentials without a price, values of three bases, and learners whom the verdict cannot compare."""
    return page_of(
        made_world,
        tmp_path_factory.mktemp("mixed"),
        values=made_world["values"].assign(basis=["imputed", "occupation", "occupation", *["published"] * 13]),
        credentials=made_world["credentials"].assign(net_price=lambda rows: rows["net_price"].where(rows.index > 2)),
        strata=made_world["strata"].assign(stratum=lambda rows: rows["stratum"].where(rows.index > 1_499, "other")),
    )


def test_the_page_says_of_each_basis_what_a_value_is_and_how_many_have_it(mixed_page):
    assert "<dt>Imputed</dt><dd>1 credential: a figure filled in" in mixed_page
    assert "<dt>Occupation</dt><dd>2 credentials: a percentile or the median of the yearly wages" in mixed_page
    assert "<dt>Published</dt><dd>13 credentials: the published median yearly earnings of completers" in mixed_page
    assert "value is the median" not in mixed_page


def test_credentials_without_a_price_are_counted_where_there_are_any(page, mixed_page):
    assert "Without a price" not in page
    assert "Without a price, and so counted as $0: 3 of the catalogue&#39;s 16 credentials." in mixed_page


def test_the_share_of_the_stratum_other_is_printed_where_there_is_any(page, mixed_page):
    words = (
        "1,500 learners are put together as \N{LEFT DOUBLE QUOTATION MARK}other\N{RIGHT DOUBLE QUOTATION MARK} (75.0%"
    )
    assert "put together as" not in page
    assert words in mixed_page.split("Who was audited")[1]


def test_the_verdict_says_why_nobody_is_comparable(mixed_page):
    box = mixed_page.split("</section>")[0]
    assert "not evaluated" in box
    assert "(75.0% of all): too few share their preparation and goal." in box


def test_the_lean_of_the_models_own_estimates_is_said_beside_them_and_in_the_limits(found, page):
    words = leaning(found).replace("'", "&#39;")
    places = [part.split("<h2>")[0] for part in page.split("<h2>") if words in part]
    assert [part.split("</h2>")[0] for part in places] == [
        "Gaps among comparable learners",
        "Three measures side by side",
        "Limits",
    ]
    assert "most for Onward" in words
    assert "The verdict rests on face value only." in words
