"""What can keep a comparison from being made. The message is one sentence or two for the user."""

from server.config.base import ConfigurationError


class WrongPlan(ConfigurationError):
    """The plan, the price table or an option is wrong. The message names the file and the key."""


class NotCompared(ConfigurationError):
    """Something that the comparison needs is not there: a package, a credential, a host, a run folder."""
