"""Parsers are tried with the same inputs in every run, and with as many of each kind."""

from hypothesis import given, settings

from tests.contract.adapters import Parser

settings.register_profile("parsers", max_examples=150, deadline=None, derandomize=True, database=None)
settings.load_profile("parsers")


def check_parser(parser: Parser) -> None:
    """Give a parser what nobody would send."""
    for each in parser.examples:
        parser.check(each)

    @given(parser.inputs)
    def check(one: object) -> None:
        parser.check(one)

    check()
