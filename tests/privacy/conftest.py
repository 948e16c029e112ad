"""Says at the head of a report how these tests watch the network."""

from tests.privacy import namespace


def pytest_report_header() -> str:
    kernel = "a network namespace without a route, and by " if namespace.available() else ""
    return f"privacy: the server's way out is watched by {kernel}a guard in its Python processes"
