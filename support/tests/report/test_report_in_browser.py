"""The report opened from disk in a browser, and compared with the run."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from responses import matchers

from support.drivers.browser import NO_BROWSER, find_browser
from support.partners.server import PartnerServer
from support.tests.project import ProjectCopy

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FrameLocator, Locator, Page

FEATURES = Path(__file__).parents[1] / "probes" / "report"
SECRET = "Tr0ub4dor&3"
FAILURE: dict[str, object] = {
    "error": {"type": "InternalError", "message": "the index is gone", "details": [], "request_id": "abc7"}
}
PATIENCE = 10_000  # milliseconds
JSON: dict[str, object] = {"content": {"application/json": {}}}
OPERATION = {"responses": {"200": JSON, "500": JSON}}

pytestmark = pytest.mark.skipif(find_browser() is None, reason=NO_BROWSER)


@dataclass(frozen=True)
class Built:
    """A run of the probe, and the page that was made of it."""

    page: Path
    console: str

    @property
    def totals(self) -> dict[str, int]:
        """What behave counted: passed, failed, error, skipped."""
        line = next(line for line in self.console.splitlines() if re.match(r"\d+ scenarios? passed", line))
        return {status: int(count) for count, status in re.findall(r"(\d+) (?:scenarios? )?(\w+)", line)}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    project = ProjectCopy(tmp_path_factory.mktemp("report"))
    shutil.rmtree(project.folder / "features")
    shutil.copytree(FEATURES, project.folder / "features")
    with PartnerServer("A platform") as platform:
        _play(platform)
        (project.folder / "here.toml").write_text(f'capabilities = ["writes"]\n[api]\nurl = "{platform.url}"\n')
        ended = project.behave("features/clips.feature", "-D", "target=here.toml", "--no-color", timeout=60)
    reporting = project.start("report", module="support.cli.main")
    told, trouble = reporting.communicate(timeout=60)
    assert reporting.returncode == 0, told + trouble
    yield Built(project.reports / "report.html", ended.stdout + ended.stderr)


def _play(platform: PartnerServer) -> None:
    """Have the stub be a platform with a list, a second page of it that fails, and a clip that is captioned."""
    clips = {"clips": [{"name": "City Council", "duration": 45, "password": SECRET}]}
    paths = {path: {"get": OPERATION} for path in ("/api/clips", "/api/clips/{id}", "/api/shows")}
    document = {"openapi": "3.1.0", "info": {"title": "Clips"}, "paths": paths}
    platform.register("GET", "/openapi.json", json=document)
    platform.register("GET", "/api/health", json={"status": "healthy"})
    platform.register("GET", "/api/clips", json=clips, headers={"X-Frame-Options": "DENY"})
    platform.register("GET", "/api/clips/{id}", json={"status": "completed"})
    platform.register("GET", "/api/clips/{id}", json={"status": "processing"}, times=2)
    second = [matchers.query_param_matcher({"page": "2"})]
    platform.register("GET", "/api/clips", status=500, json=FAILURE, match=second, headers={"X-Request-ID": "abc7"})


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    sandbox = [] if os.geteuid() else ["--no-sandbox"]
    with sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=find_browser(), args=["--disable-dev-shm-usage", *sandbox])


@pytest.fixture
def page(built: Built, browser: "Browser") -> Iterator["Page"]:
    """The report, opened from disk; whatever it asked for stayed on this computer, and nothing in it broke."""
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(built.page.as_uri())
    page.get_by_test_id("tree-section").first.wait_for()
    yield page
    page.close()
    assert asked, "the browser tells what is asked for"
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert complaints == []


def opened(page: "Page", title: str) -> "Locator":
    """The page of a scenario, found as a reader finds it: what is folded in the tree is unfolded on the way."""
    names = ("Video on demand", "A list of clips", "Everyone may read the list")
    path = [page.get_by_test_id("tree-section").filter(has_text=name) for name in names]
    path.append(page.get_by_test_id("tree-leaf").filter(has_text=title))
    for above, below in pairwise(path):
        above.wait_for()
        if not below.is_visible():
            above.click()
    path[-1].click()
    page.get_by_test_id("test-result-info-title").filter(has_text=title).wait_for()
    return page.locator("#app")


def steps(page: "Page") -> list[str]:
    """The titles of the steps that can be seen."""
    return [title.strip() for title in page.get_by_test_id("test-result-step-title").all_inner_texts()]


def unfold_step(page: "Page", title: str) -> None:
    page.get_by_test_id("test-result-step-header").filter(has_text=title).first.click()


def unfolded(page: "Page", name: str) -> "Locator":
    """An attachment, with what is in it."""
    attachment = page.get_by_test_id("test-result-attachment").filter(has_text=name).first
    attachment.get_by_test_id("test-result-attachment-header").click()
    return attachment


def says(place: "Page | Locator | FrameLocator", text: str | re.Pattern[str]) -> None:
    """Wait until a part of the page contains a text."""
    place.get_by_text(text).first.wait_for()


def rendered(attachment: "Locator") -> "FrameLocator":
    """What is made of Markdown: a page of its own."""
    return attachment.locator("iframe").content_frame


def test_the_numbers_are_those_of_the_run(built: Built, page: "Page") -> None:
    told = built.totals
    assert told == {"passed": 3, "failed": 2, "error": 1, "skipped": 1}
    wanted = {"passed": told["passed"], "failed": told["failed"], "broken": told["error"], "skipped": told["skipped"]}
    shown = {
        status: page.get_by_test_id(f"metadata-item-{status}").get_by_test_id("metadata-value").inner_text()
        for status in ("total", *wanted)
    }
    assert shown == {"total": str(sum(told.values())), **{status: str(count) for status, count in wanted.items()}}


def test_a_failed_scenario_shows_its_message_and_its_cause(page: "Page") -> None:
    shown = opened(page, "The second page of the list is shown")
    says(shown, re.compile(r"GET /api/clips\?page=2.* 200, .* 500 InternalError"))
    description = page.get_by_test_id("test-result-description-frame").content_frame
    description.get_by_text("VOD-006: The list is newest first, paged").wait_for()
    exchange = unfolded(page, "First failed exchange: GET /api/clips?page=2 → 500")
    says(exchange, "the index is gone")
    says(unfolded(page, "Repeat with curl"), "curl -i 'http://127.0.0.1:")
    says(unfolded(page, "Platform log of this request"), "Its request id: abc7")


def test_a_check_that_failed_shows_the_answer_that_it_looked_at(page: "Page") -> None:
    says(opened(page, "A clip says how long it is"), re.compile(r"clips\[0\]\.duration.* 60, .* 45"))
    exchange = unfolded(page, "Last exchange before the failure: GET /api/clips → 200")
    says(exchange, "City Council")
    assert SECRET not in page.content()


def test_a_passed_scenario_reads_as_written_with_its_evidence_folded(page: "Page") -> None:
    opened(page, "A clip is in the list")
    assert steps(page) == [
        "When an unauthenticated client sends GET /api/clips",
        "Then the response is 200",
        "And the response has",
    ]
    unfold_step(page, "When an unauthenticated client sends GET /api/clips")
    page.get_by_text("GET /api/clips → 200, as").wait_for()
    everything = unfolded(page, "All exchanges")
    says(rendered(everything), '"password": "***"')
    unfold_step(page, "And the response has")
    says(page, "clips[0].name")


def test_a_wait_shows_its_samples(page: "Page") -> None:
    opened(page, "A clip is captioned after a while")
    unfold_step(page, "Then within 10 seconds an unauthenticated client gets")
    page.get_by_text(re.compile(r"waited .*\(\d+\.\d s\); before: .*processing.*\(\d+\.\d s\)")).wait_for()


def test_concurrent_requests_have_a_chart(page: "Page") -> None:
    opened(page, "Many clients read the list concurrently")
    unfold_step(page, "When an unauthenticated client sends GET /api/clips 6 times")
    picture = unfolded(page, "6 requests, 3 concurrent: timeline")
    picture.locator("img, svg rect, iframe, object").first.wait_for()


def test_what_is_broken_and_what_is_skipped_say_why(page: "Page") -> None:
    says(opened(page, "A clip can be played backwards"), "Undefined step: When Dana plays it backwards")
    page.go_back()
    says(opened(page, "The list is there without a database"), "the target 'here' does not grant: faults")


def test_a_run_has_one_duration_and_no_gates(page: "Page") -> None:
    says(page, "Duration")
    assert not page.get_by_test_id("report-data").is_visible()
    assert not page.get_by_test_id("nav-tab-qualityGate").is_visible()


def test_the_coverage_is_found_from_the_front_page(page: "Page") -> None:
    says(page, "Behaviours covered: 3 of")
    page.get_by_text("All behaviours, roles, faults and API operations").click()
    assert not page.locator("#verdict-summary").is_visible()
    says(page, "Partial run: 7 of 8 scenarios.")
    page.get_by_text("Coverage: behaviours").click()
    row = page.locator("#behaviour-VOD-006")
    says(row, "The list is newest first, paged and filtered by state")
    row.get_by_role("link", name="VOD-006").click()
    page.get_by_test_id("test-result-info-title").wait_for()


@pytest.mark.parametrize("width", [390, 1400])
def test_nothing_is_wider_than_the_window(page: "Page", width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    for tab in ("Summary", "Coverage"):
        page.locator("#verdict > label").filter(has_text=tab).click()
        for summary in page.locator("#verdict details:not([open]) > summary").all():
            if summary.is_visible():
                summary.click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), tab
    titles = page.get_by_test_id("tree-leaf-title").all()
    assert all((box := title.bounding_box()) is None or box["width"] > 100 for title in titles)


def test_a_printed_page_has_both_tabs_and_nothing_of_allure(page: "Page") -> None:
    page.emulate_media(media="print")
    assert page.locator("#verdict-summary").is_visible() and page.locator("#verdict-coverage").is_visible()
    assert not page.locator("#app").is_visible()
