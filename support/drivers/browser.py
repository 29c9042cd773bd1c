"""A real browser without a window: pages as a person sees them, with what they say and a picture as evidence."""

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
    "this machine has no browser to drive: install chromium, and the project with its extra `browser` "
    "(pip install -e '.[browser]')"
)


@cache
def find_browser() -> str | None:
    """Return the program of a browser that can be driven; None where it, or what drives it, is missing."""
    if importlib.util.find_spec("playwright") is None:
        return None
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One browser with one page and no memory of other scenarios. It starts at its first use."""

    def __init__(self, url: str, limits: Limits, evidence: Recorder) -> None:
        # Slow to load, and only few scenarios need it.
        from playwright.sync_api import sync_playwright

        program = find_browser()
        if program is None:
            raise AssertionError(NO_BROWSER)
        self._url = url
        self._evidence = evidence
        self._driver = sync_playwright().start()
        self._browser = self._driver.chromium.launch(
            executable_path=program,
            # Chromium refuses its sandbox to root, and /dev/shm is small in containers.
            args=["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])],
        )
        self.complaints: list[str] = []
        self.page: Page = self._browser.new_page()
        self.page.set_default_timeout(limits.answer * 1000)
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, kind: str, text: str) -> None:
        # That a page was refused is the scenario's business, not a fault of the page.
        if kind == "error" and "the server responded with a status of 40" not in text:
            self.complaints.append(text)

    def open(self, path: str) -> int:
        """Open a page; return the status it was answered with."""
        answer = self.page.goto(self._url + path)
        self.look()
        return answer.status if answer else 0

    def fill_and_send(self, fields: dict[str, str], button: str) -> None:
        """Fill a form by the labels of its fields, and press a button."""
        for label, value in fields.items():
            self.page.get_by_label(label).fill(value)
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button).click()
        self.look()

    def text(self, selector: str) -> str:
        """Return what an element says; it is waited for. AssertionError where it does not come."""
        from playwright.sync_api import TimeoutError as TookTooLong

        try:
            return self.page.locator(selector).inner_text()
        except TookTooLong:
            title = self.page.title()
            raise AssertionError(f'the page "{title}" should have an element {selector}, but has none') from None

    def table(self, selector: str) -> list[list[str]]:
        """Return the rows of a table's body, as it is at one moment."""
        from playwright.sync_api import Error

        try:
            return self._rows(selector)
        except Error:  # the page was renewing itself at that moment
            self.page.wait_for_load_state()
            return self._rows(selector)

    def _rows(self, selector: str) -> list[list[str]]:
        script = "table => [...table.tBodies[0].rows].map(row => [...row.cells].map(cell => cell.innerText))"
        rows: list[list[str]] = self.page.locator(selector).evaluate(script)
        return rows

    def look(self) -> None:
        """Keep a picture of the page as evidence."""
        self._evidence.attach("the page in the browser", self.page.screenshot(full_page=True), "image/png")

    def close(self) -> None:
        """End the browser."""
        self._browser.close()
        self._driver.stop()
