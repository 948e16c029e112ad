"""The one error of everything that is wrong with a configuration."""


class ConfigurationError(Exception):
    """The configuration cannot be used.

    The message is for the operator: it names the file or variable, the full path of the key, and what to write instead.
    """
