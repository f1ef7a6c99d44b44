import csv
import json
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from onward.audit import AuditPlan, audit, write_report
from onward.audit.figures import rounded
from onward.audit.groups import label
from onward.audit.wording import figure, opening

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
        r"\$[\d,]+ a year (less|more) than everyone else \(likely between .*\)\. Our limit is \$1,000\.",
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


@pytest.mark.parametrize("name", FILES)
def test_no_figure_of_a_withheld_cell_is_in_any_file(made_world, found, folder, name):
    bare = audit(**made_world, plan=NO_MASK)
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
