"""The base classes of the configuration's schema, and the error of a wrong configuration."""

from pydantic import BaseModel, ConfigDict, PositiveFloat, PositiveInt


class ConfigurationError(Exception):
    """The configuration cannot be used.

    The message is for the operator: it names the file or variable, the full path of the key, and what to write instead.
    """


class Section(BaseModel):
    """A part of the configuration. Unknown keys are refused, and values cannot change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False)


class CallerLimitSettings(Section):
    """Limits of one key; None for no limit. Without keys, all callers share one set of limits."""

    requests_per_second: PositiveFloat | None = None
    concurrent_requests: PositiveInt | None = None
    pages_per_minute: PositiveInt | None = None
