"""Waits in a page whose Content-Security-Policy forbids the browser's own way, which runs text as a script."""

from playwright.sync_api import Page

PATIENCE_SECONDS = 60
STEP_MILLISECONDS = 40


def wait_until(page: Page, expression: str) -> None:
    """Wait until a script's expression is true.

    Raises:
        TimeoutError: it does not become true.
    """
    for _ in range(PATIENCE_SECONDS * 1000 // STEP_MILLISECONDS):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(STEP_MILLISECONDS)
    raise TimeoutError(expression)
