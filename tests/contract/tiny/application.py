"""The application that the servers of the shared suites run, in this process and around a stub pipeline."""

from litestar import Litestar

from server.contracts.registry import CONTRACTS, Builder
from tests.contract.tiny.contract import build_tiny
from tests.contract.tiny.server import NAME, settings_with_tiny
from tests.unit.server import apps
from tests.unit.server.stub_pipeline import StubPipeline


def application(pipeline: StubPipeline | None = None, build: Builder = build_tiny, **sections: object) -> Litestar:
    """Make the application.

    Args:
        pipeline: see `tests.unit.server.apps.application`.
        build: builds the tests' own contract.
        sections: of the settings.
    """
    contracts = settings_with_tiny().model_validate(sections.pop("contracts", {}))
    CONTRACTS[NAME] = build
    try:
        return apps.application(pipeline, contracts=contracts, **sections)
    finally:
        del CONTRACTS[NAME]
