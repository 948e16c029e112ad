import pytest

from benchmarks.compare.errors import WrongPlan
from benchmarks.compare.registry import FOLDER, find_provider, provider_names


@pytest.mark.parametrize("name", provider_names())
def test_every_file_is_a_provider_and_opens_no_package_before_it_is_used(name: str) -> None:
    provider = find_provider(name, "key")
    assert (FOLDER / f"{name}.py").is_file()
    assert provider.settings.__doc__


def test_a_name_that_no_file_has_is_told_with_those_there_are() -> None:
    with pytest.raises(WrongPlan, match=r"key: there is no provider '\.\./x'\. There are aws_textract, azure"):
        find_provider("../x", "key")
