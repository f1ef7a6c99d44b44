"""The report as an officer opens it: in a browser, from a file, at a desk and on a phone."""

from itertools import pairwise

import pytest

from onward.audit import AuditPlan, audit, write_report


@pytest.fixture(scope="module")
def report(made_world, tmp_path_factory):
    about = (("Run", "demo"), ("Bundle", "f94d279026fa6f81" * 4))
    plan = AuditPlan(about=about, caution="The learners of this audit are made up.")
    # Some learners are comparable with nobody, so that the page says all it may have to say.
    strata = made_world["strata"].assign(stratum=lambda rows: rows["stratum"].where(rows.index > 99, "other"))
    return write_report(audit(**(made_world | {"strata": strata}), plan=plan), tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module", params=[390, 1200], ids=["phone", "desktop"])
def page(request, browser, report):
    context = browser.new_context(viewport={"width": request.param, "height": 900}, java_script_enabled=True)
    page = context.new_page()
    page.told, page.asked = [], []
    page.on("console", lambda message: page.told.append(message.text))
    page.on("request", lambda asked: page.asked.append(asked.url))
    page.goto(report.as_uri())
    yield page
    context.close()


def test_the_page_asks_for_nothing_but_itself(page):
    assert all(url.startswith(("file:", "data:")) for url in page.asked)


def test_the_browser_has_nothing_to_complain_of(page):
    assert page.told == []


def test_the_verdict_is_on_the_first_screen(page):
    assert page.get_by_text("Verdict:").first.bounding_box()["y"] < 900


def test_the_page_itself_does_not_scroll_sideways(page):
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_every_picture_is_drawn_and_described(page):
    pictures = page.evaluate("[...document.images].map(i => [i.complete && i.naturalWidth > 0, i.alt.length > 40])")
    assert len(pictures) >= 2
    assert all(drawn and described for drawn, described in pictures)


def test_headings_go_down_one_step_at_a_time(page):
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_what_scrolls_can_be_reached_by_keyboard(page):
    regions = page.evaluate("[...document.querySelectorAll('.scroll')].map(e => e.tabIndex)")
    assert regions
    assert set(regions) == {0}
