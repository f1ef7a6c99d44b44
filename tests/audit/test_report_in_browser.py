"""The report as an officer opens it: in a browser, from a file, at a desk, on a phone and on paper."""

import importlib
import os
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from onward.audit import AuditPlan, audit, write_report

WITHOUT_CSS = "document.querySelectorAll('style').forEach(sheet => sheet.disabled = true)"


def everything(world):
    """The world of the other tests with persistence, awards and overrides, and learners comparable with nobody."""
    random = np.random.default_rng(7)
    ids = world["demographics"]["learner_id"]
    chance = random.beta(5, 2, len(ids))
    ours = world["decisions"].query("source == 'onward'").head(600)
    changed = random.choice(world["credentials"]["credential_id"], len(ours))
    years = random.choice(["2021-05-01", "2022-05-01", "2023-05-01"], len(ids))
    outcome = random.uniform(size=len(ids)) < chance
    return world | {
        "decisions": pd.concat([world["decisions"], ours.assign(source="adviser", credential_id=changed)]),
        "demographics": world["demographics"].assign(pell=chance < 0.7),
        "strata": world["strata"].assign(stratum=lambda rows: rows["stratum"].where(rows.index > 99, "other")),
        "scores": pd.DataFrame({"learner_id": ids, "as_of": "2023-09-01", "probability": chance, "outcome": outcome}),
        "awards": pd.DataFrame({"learner_id": ids, "credential_id": changed[0], "awarded_on": years}),
    }


@pytest.fixture(scope="module")
def reports(made_world, tmp_path_factory):
    place = tmp_path_factory.mktemp("report")
    about = (("Run", "demo"), ("Bundle", "f94d279026fa6f81" * 4))
    plan = AuditPlan(about=about, caution="The learners of this audit are made up.", capacity=300)
    write_report(audit(**everything(made_world), plan=plan), place / "public", restricted=place / "officer")
    rows = made_world["decisions"].query("source == 'imitation'").assign(source="Acme").drop(columns="p_complete")
    bare = {name: made_world[name] for name in ("demographics", "values")}
    write_report(audit(rows, **bare, plan=AuditPlan(judged="Acme", compared_with="")), place / "vendor")
    return place


def checker():
    """axe-core for Python; where the browser is required, so is this."""
    name = "axe_playwright_python.sync_playwright"
    if "browser" in os.environ.get("ONWARD_REQUIRE", "").split(","):
        return importlib.import_module(name)
    return pytest.importorskip(name, reason="install axe-playwright-python")


def opened(browser, path, width):
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    page.told, page.asked = [], []
    page.on("console", lambda message: page.told.append(message.text))
    page.on("request", lambda asked: page.asked.append(asked.url))
    page.goto(path.as_uri())
    return page


@pytest.fixture(scope="module", params=[390, 1200], ids=["phone", "desktop"])
def width(request):
    return request.param


@pytest.fixture(scope="module", params=["public", "officer", "vendor"])
def page(request, browser, reports, width):
    page = opened(browser, reports / request.param / "report.html", width)
    yield page
    page.context.close()


def test_the_page_asks_for_nothing_but_itself(page):
    assert all(url.startswith(("file:", "data:")) for url in page.asked)


def test_the_browser_has_nothing_to_complain_of(page):
    assert page.told == []


def test_axe_finds_no_violation(page):
    axe = checker()
    found = axe.Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []


def test_the_result_is_on_the_first_screen(page):
    assert page.get_by_text("Result:").first.bounding_box()["y"] < 900


def test_the_page_itself_does_not_scroll_sideways(page):
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_every_picture_is_drawn_and_described_and_its_table_comes_next(page):
    pictures = page.evaluate("[...document.images].map(i => [i.complete && i.naturalWidth > 0, i.alt.length > 40])")
    assert len(pictures) >= 2
    assert all(drawn and described for drawn, described in pictures)
    order = page.evaluate("[...document.querySelectorAll('img,table,h2')].map(e => e.tagName)")
    assert all(after == "TABLE" for before, after in pairwise(order) if before == "IMG")


def test_headings_go_down_one_step_at_a_time(page):
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_what_scrolls_can_be_reached_by_keyboard(page):
    regions = page.evaluate("[...document.querySelectorAll('.scroll')].map(e => e.tabIndex)")
    assert regions
    assert set(regions) == {0}


def test_every_link_of_the_contents_leads_to_a_heading(page):
    found = page.evaluate("[...document.querySelectorAll('nav a')].map(a => document.querySelector(a.hash)?.tagName)")
    assert len(found) > 15
    assert set(found) == {"H2"}


@pytest.mark.parametrize("edition", ["public", "vendor"])
def test_it_reads_in_the_same_order_without_css(browser, reports, edition):
    page = opened(browser, reports / edition / "report.html", 1200)
    titles = "[...document.querySelectorAll('h1,h2,h3,caption')].map(e => e.innerText.trim())"
    tops = "[...document.querySelectorAll('h1,h2,h3,caption')].map(e => e.getBoundingClientRect().top)"
    styled = page.evaluate(titles)
    page.evaluate(WITHOUT_CSS)
    assert page.evaluate(titles) == styled
    assert page.evaluate(tops) == sorted(page.evaluate(tops))
    text = page.evaluate("document.body.innerText")
    first = [text.index(words) for words in ("Audit:", "The verdict", "Result:", "Contents", "What was audited")]
    assert first == sorted(first)
    page.context.close()


def test_on_paper_nothing_is_cut_off_and_the_box_stands_on_the_first_page(browser, reports):
    page = opened(browser, reports / "public" / "report.html", 680)
    page.emulate_media(media="print")
    assert page.evaluate("document.querySelector('.box').getBoundingClientRect().bottom") < 1_000
    wide = page.evaluate(
        "[...document.querySelectorAll('table,img')].filter(e => e.getBoundingClientRect().right > 681)"
        ".map(e => e.innerText.slice(0, 80))"
    )
    assert wide == []
    assert page.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    page.context.close()
