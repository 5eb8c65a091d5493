"""The report in a real browser: no errors, no requests, search, filters, theme, keyboard, no accessibility violation.

Run with ``pytest -m browser``; needs the extra ``framing[browser]`` and a Chromium (Debian's: ``apt-get install chromium``;
another one: CHROMIUM=/path/to/it).
"""

import os
import shutil
import sys
from pathlib import Path

import pytest

from framing import report

sys.path.insert(0, str(Path(__file__).parent))
from make_frames import build, run_record

sync_api = pytest.importorskip("playwright.sync_api", reason="needs framing[browser]")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium")]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = (320, 800, 1400)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    (five,) = report.write(build(5, 3, hostile=True), run_record(), folder / "five.html")
    (full,) = report.write(build(2, 1, hostile=True), run_record(), folder / "full.html", full_text=True)
    writer = sys.modules["framing.report.write"]
    limit, writer.MOST_ARTICLES = writer.MOST_ARTICLES, 3
    try:
        index, *pages = report.write(build(3, 3, hostile=True), run_record(), folder / "many" / "report.html")
    finally:
        writer.MOST_ARTICLES = limit
    return {"five": five, "full": full, "index": index, "page": pages[0]}


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def opened(browser, files):
    """Open a report; whatever goes wrong in it or leaves it is collected."""
    contexts = []

    def open_page(name="five", width=1400, scheme="light", **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.problems, page.requests = [], []
        page.on("console", lambda m: page.problems.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: page.problems.append(str(e)))
        page.on("dialog", lambda d: page.problems.append(f"dialog {d.message}"))
        page.on("request", lambda r: page.requests.append(r.url))
        page.goto(files[name].as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", ["five", "full"])
def test_no_errors_no_requests_and_hostile_text_stays_text(opened, files, name):
    page = opened(name)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.problems == []
    assert page.requests == [files[name].as_uri()]
    assert page.title().startswith("Coverage compared")
    assert page.locator("script").count() == 1
    assert page.locator("[onclick], [onerror], img, iframe").count() == 0
    assert "document.title='owned'" in page.locator("main").inner_text()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["five", "full", "page"])
def test_nothing_sticks_out(opened, width, name):
    page = opened(name, width)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [
        ("five", 320, "dark"),
        ("five", 1400, "light"),
        ("full", 1400, "dark"),
        ("index", 800, "light"),
        ("page", 320, "light"),
    ],
)
def test_axe_finds_no_violation(opened, name, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs framing[browser]")
    page = opened(name, width, scheme, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = axe.Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    told = [f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:200]}" for v in found]
    assert told == []


def test_search_and_filters(opened):
    page = opened()
    events = page.locator("section.event")
    assert events.count() == 3
    page.get_by_role("searchbox").fill("barrier inquiry")
    assert page.locator("section.event:visible").count() == 1
    assert page.locator("#found").inner_text() == "1 of 3 events"
    page.get_by_role("searchbox").fill("nothing like this")
    assert page.locator("#nothing").is_visible()
    page.get_by_role("button", name="Clear the search").click()
    assert page.locator("section.event:visible").count() == 3
    outlet = page.locator("#outlet option").nth(2).inner_text()
    page.locator("#outlet").select_option(outlet)
    shown = page.locator("section.event:visible")
    assert 0 < shown.count() <= 3
    assert all(outlet in shown.nth(k).get_attribute("data-outlets").split("|") for k in range(shown.count()))
    page.locator("#outlet").select_option("")
    page.get_by_label("at two outlets or more").check()
    assert page.locator("section.event:visible").count() == 3


def test_an_index_leads_to_a_file_per_event_and_back(opened, files):
    page = opened("index")
    events = page.locator("li.event")
    assert events.count() == 3
    page.get_by_role("searchbox").fill("ferry")
    assert page.locator("li.event:visible").count() == 1
    page.locator("li.event:visible a").click()
    page.wait_for_url("**/events/*.html")
    assert page.locator("section.event").count() == 1
    assert page.get_by_text("Covered by").is_visible()
    page.get_by_role("link", name="All events").click()
    page.wait_for_url("**/report.html")
    assert page.problems == []
    assert all(url.startswith(files["index"].parent.as_uri()) for url in page.requests)


def test_a_number_leads_to_its_evidence(opened):
    page = opened()
    link = page.locator("td a[href*='-q']").first
    target = link.get_attribute("href")[1:]
    link.click()
    passage = page.locator(f"[id='{target}']")
    passage.wait_for(state="visible")
    assert page.evaluate("document.activeElement.id") == target
    sync_api.expect(passage).to_be_in_viewport(timeout=10_000)


def test_theme_follows_the_system_until_chosen(opened):
    page = opened(scheme="dark")
    colour = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(colour) == "rgb(20, 22, 26)"
    page.get_by_role("button", name="Switch to the light theme").click()
    assert page.evaluate(colour) == "rgb(255, 255, 255)"
    chart = page.locator(".chart svg path").first
    assert "255, 255, 255" in chart.evaluate("e => getComputedStyle(e).fill")


def test_keyboard_reaches_content_and_controls(opened):
    page = opened()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    summary = page.locator("section.event summary").nth(0)
    summary.focus()
    before = page.locator("details.body").first.evaluate("d => d.open")
    page.keyboard.press("Enter")
    assert page.locator("details.body").first.evaluate("d => d.open") is not before


def test_reads_without_scripts(opened):
    page = opened(java_script_enabled=False)
    assert page.locator("form.filters").is_hidden()
    assert page.locator("section.event").count() == 3
    assert page.get_by_text("Ferry fares rise by a fifth").first.is_visible()


def test_prints_everything(opened, tmp_path):
    page = opened()
    page.pdf(path=str(tmp_path / "report.pdf"), format="A4")
    assert (tmp_path / "report.pdf").stat().st_size > 50_000


def test_downloads_are_in_the_page(opened):
    page = opened()
    with page.expect_download() as started:
        page.get_by_role("link", name="comparisons.csv").click()
    assert started.value.suggested_filename == "comparisons.csv"
    assert Path(started.value.path()).read_text(encoding="utf-8").startswith("scope,event_id,measure")
