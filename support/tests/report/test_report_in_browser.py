"""The report as its readers have it: opened from disk in a browser, found, unfolded, and held against the run."""

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
    names = ("Video on demand", "A list of clips", "The list is open to everybody")
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


def says(place: "Page | Locator | FrameLocator", text: str) -> None:
    """Wait until a part of the page says this."""
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


def test_a_failed_scenario_opens_with_the_sentence_and_leads_to_the_cause(page: "Page") -> None:
    shown = opened(page, "The second page of the list is shown")
    says(shown, "nobody's GET /api/clips?page=2 should be answered 200, but was answered 500 InternalError")
    description = page.get_by_test_id("test-result-description-frame").content_frame
    description.get_by_text("VOD-006: The list is paged, newest first").wait_for()
    exchange = unfolded(page, "The first exchange that went wrong: GET /api/clips?page=2 answered 500")
    says(exchange, "the index is gone")
    says(unfolded(page, "Ask again with curl"), "curl -i 'http://127.0.0.1:")
    says(unfolded(page, "What the platform logged for this request"), "Its id there: abc7")


def test_a_check_that_failed_shows_the_answer_that_it_looked_at(page: "Page") -> None:
    says(opened(page, "A clip says how long it is"), "answer.clips[0].duration should be 60, but was 45")
    exchange = unfolded(page, "The last exchange before it failed: GET /api/clips answered 200")
    says(exchange, "City Council")
    assert SECRET not in page.content()


def test_a_passed_scenario_reads_as_written_with_its_evidence_folded(page: "Page") -> None:
    opened(page, "A clip is in the list")
    assert steps(page) == [
        "When an unauthenticated client sends GET /api/clips",
        "Then the response is 200",
        "And the answer has",
    ]
    unfold_step(page, "When an unauthenticated client sends GET /api/clips")
    page.get_by_text("GET /api/clips answered 200, as nobody").wait_for()
    everything = unfolded(page, "Everything that was exchanged")
    says(rendered(everything), '"password": "***"')
    unfold_step(page, "And the response has")
    says(unfolded(page, "table"), "clips[0].name")


def test_a_wait_tells_what_was_seen_meanwhile(page: "Page") -> None:
    opened(page, "A clip is captioned after a while")
    unfold_step(page, "Then within 10 seconds nobody sees")
    page.get_by_text(re.compile(r'but was "processing" \(\d+\.\d s\), as wanted \(\d+\.\d s\)')).wait_for()


def test_many_at_once_are_a_picture(page: "Page") -> None:
    opened(page, "Many read the list at once")
    unfold_step(page, "When nobody sends GET /api/clips 6 times")
    picture = unfolded(page, "6 requests, 3 at once: who waited for whom")
    picture.locator("img, svg rect, iframe, object").first.wait_for()


def test_what_is_broken_and_what_is_skipped_say_why(page: "Page") -> None:
    says(opened(page, "A clip can be played backwards"), "Undefined step: When somebody plays it backwards")
    page.go_back()
    says(opened(page, "The list is there without a database"), "the target 'here' does not grant: faults")


def test_a_run_has_one_duration_and_no_gates(page: "Page") -> None:
    says(page, "Took")
    assert not page.get_by_test_id("report-data").is_visible()
    assert not page.get_by_test_id("nav-tab-qualityGate").is_visible()


def test_what_was_checked_is_found_from_the_front_page(page: "Page") -> None:
    says(page, "Agreed behaviours shown: 3 of")
    page.get_by_role("link", name="One by one").click()
    titles = page.get_by_test_id("test-result-attachment-header").all_inner_texts()
    assert [next(line for line in title.splitlines() if "What was" in line) for title in titles] == [
        "What was checked: in short",
        "What was checked: agreed behaviours",
        "What was checked: who may do what",
        "What was checked: what was broken on purpose",
        "What was checked: operations and answers of the API",
    ]
    short = unfolded(page, "in short")
    assert not page.get_by_text("Can we release").is_visible() and not page.locator("#verdict").is_visible()
    height = short.locator("iframe").bounding_box()
    assert height and height["height"] > 400, "it can be read without scrolling in a slit"
    says(rendered(short), "This run was a part of the suite: 7 of 8 scenarios.")
    agreed = unfolded(page, "agreed behaviours")
    says(rendered(agreed), "The list is paged, newest first, filtered by status")
    state, frame = rendered(agreed).get_by_text("shown").first.bounding_box(), agreed.locator("iframe").bounding_box()
    assert state and frame and state["x"] + state["width"] < frame["x"] + frame["width"], "it can be seen at once"
    says(rendered(unfolded(page, "operations and answers of the API")), "GET /api/shows")
