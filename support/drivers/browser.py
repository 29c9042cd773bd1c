"""A headless browser; screenshots of its pages are recorded as evidence."""

from __future__ import annotations

import importlib.util
import os
import shutil
from functools import cache
from typing import TYPE_CHECKING

from support.evidence.recorder import Recorder
from support.targets.settings import Limits

if TYPE_CHECKING:
    from playwright.sync_api import Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = (
    "no browser was found on this machine: install chromium, and the project with its extra `browser` "
    "(pip install -e '.[browser]')"
)


@cache
def find_browser() -> str | None:
    """Return the path of a supported browser; None if the browser or playwright is missing."""
    if importlib.util.find_spec("playwright") is None:
        return None
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One browser with one page and a profile of its own."""

    def __init__(self, url: str, limits: Limits, evidence: Recorder) -> None:
        # Slow to import, and only few scenarios need it.
        from playwright.sync_api import sync_playwright

        program = find_browser()
        if program is None:
            raise AssertionError(NO_BROWSER)
        self._url = url
        self._evidence = evidence
        self._driver = sync_playwright().start()
        self._browser = self._driver.chromium.launch(
            executable_path=program,
            # Chromium cannot sandbox for root, and /dev/shm is small in containers.
            args=["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])],
        )
        self.console_errors: list[str] = []
        self.page: Page = self._browser.new_page()
        self.page.set_default_timeout(limits.response * 1000)
        self.page.on("console", lambda message: self._add_message(message.type, message.text))
        self.page.on("pageerror", lambda error: self.console_errors.append(str(error)))

    def _add_message(self, level: str, text: str) -> None:
        # A rejected page is checked by the scenario; it is not a fault of the page.
        if level == "error" and "the server responded with a status of 40" not in text:
            self.console_errors.append(text)

    def open(self, path: str) -> int:
        """Open a page; return the status of its response."""
        response = self.page.goto(self._url + path)
        self.take_screenshot()
        return response.status if response else 0

    def submit_form(self, fields: dict[str, str], button: str) -> None:
        """Fill the fields of a form by their labels, and click a button by its name."""
        for label, value in fields.items():
            self.page.get_by_label(label).fill(value)
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button).click()
        self.take_screenshot()

    def text(self, selector: str) -> str:
        """Return the text of an element; wait for it. AssertionError when it does not appear within the limit."""
        from playwright.sync_api import TimeoutError as BrowserTimeout

        try:
            return self.page.locator(selector).inner_text()
        except BrowserTimeout:
            raise self._missing(selector) from None

    def table(self, selector: str) -> list[list[str]]:
        """Return the rows of a table's body at one time. AssertionError when the page has no such table."""
        from playwright.sync_api import Error
        from playwright.sync_api import TimeoutError as BrowserTimeout

        try:
            return self._rows(selector)
        except BrowserTimeout:
            raise self._missing(selector) from None
        except Error:  # the page was reloading at that time
            self.page.wait_for_load_state()
        try:
            return self._rows(selector)
        except Error:
            raise self._missing(selector) from None

    def _missing(self, selector: str) -> AssertionError:
        title, url = self.page.title(), self.page.url
        return AssertionError(f'element {selector} of the page "{title}" ({url}): expected one, got none')

    def _rows(self, selector: str) -> list[list[str]]:
        script = "table => [...table.tBodies[0].rows].map(row => [...row.cells].map(cell => cell.innerText))"
        rows: list[list[str]] = self.page.locator(selector).evaluate(script)
        return rows

    def take_screenshot(self) -> None:
        """Attach a screenshot of the page to the evidence."""
        self._evidence.attach("the page in the browser", self.page.screenshot(full_page=True), "image/png")

    def close(self) -> None:
        """End the browser."""
        self._browser.close()
        self._driver.stop()
