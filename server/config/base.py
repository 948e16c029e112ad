"""The base classes of the configuration's schema, and the error of a wrong configuration."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from server.config.values import Count, Real
from server.printable import printable


class ConfigurationError(Exception):
    """The configuration cannot be used.

    The message is for the operator: it names the file or variable, the full path of the key, and what to write instead.
    Nothing in it controls a terminal.

    Args:
        problems: one line each.
    """

    def __init__(self, *problems: str) -> None:
        self.problems = tuple(map(printable, problems))
        super().__init__("\n".join(self.problems))


class Section(BaseModel):
    """A part of the configuration. Unknown keys are refused, and values cannot change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False)


class CallerLimitSettings(Section):
    """Limits of one key; None for no limit. Without keys, all callers share one set of limits."""

    requests_per_second: Annotated[Real, Field(ge=0.001, le=1_000_000)] | None = None
    concurrent_requests: Count | None = None
    pages_per_minute: Count | None = None
