"""Says at the head of a report how these tests watch the network."""

from tests.privacy import namespace


def pytest_report_header() -> str:
    how = "a network namespace without a route" if namespace.available() else "nothing: no namespaces for users here"
    return f"privacy: the server's way out is watched by {how}"
