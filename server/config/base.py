"""What every part of the configuration's schema is made of, and the one error of everything that is wrong with it."""

from pydantic import BaseModel, ConfigDict, PositiveFloat, PositiveInt


class ConfigurationError(Exception):
    """The configuration cannot be used.

    The message is for the operator: it names the file or variable, the full path of the key, and what to write instead.
    """


class Section(BaseModel):
    """A part of the configuration: unknown keys are refused, values cannot change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False)


class CallerLimitSettings(Section):
    """How much one key may send; None for no limit. Without keys all callers share it."""

    requests_per_second: PositiveFloat | None = None
    concurrent_requests: PositiveInt | None = None
    pages_per_minute: PositiveInt | None = None
