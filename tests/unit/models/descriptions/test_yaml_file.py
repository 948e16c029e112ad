"""The strict loader, with libyaml's parser and with PyYAML's own, which stands in where libyaml is missing."""

import pytest
import yaml

from models.descriptions import yaml_file
from models.descriptions.yaml_file import InvalidYaml, RepeatedKey, load_yaml


@pytest.fixture(params=["libyaml", "pyyaml"], autouse=True)
def _parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "pyyaml":
        monkeypatch.setattr(yaml_file, "_LOADER", yaml.SafeLoader)
        monkeypatch.setattr(yaml_file, "_TEXT_LOADER", yaml.BaseLoader)
        monkeypatch.setattr(yaml, "__with_libyaml__", False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3 repeats the key 'a' of line 1"),
        ("a: {x: 1}\nb:\n  c:\n  - d: 1\n    d: 1\n", "line 5 repeats the key 'd' of line 4"),
        ("{a: 1, b: 2,\n a: 1}", "line 2 repeats the key 'a' of line 1"),
        ('a: 1\n"a": 2\n', "line 2 repeats the key 'a' of line 1"),
        ("1: a\n0x1: b\n", "line 2 repeats the key '0x1' of line 1"),
        ("true: a\non: b\n", "line 2 repeats the key 'on' of line 1"),
        ("~: a\nnull: b\n", "line 2 repeats the key 'null' of line 1"),
        ("1: a\n1.0: b\n", "line 2 repeats the key '1.0' of line 1"),
        ("&k a: 1\n? *k\n: 2\n", "repeats the key 'a' of line 1"),
        ("? [{x: 1, x: 2}]\n: 1\n", "line 1 repeats the key 'x' of line 1"),
        ("=: 1\n'=': 2\n", "line 2 repeats the key '=' of line 1"),
        ("a: &a {x: 1}\nb: &b {y: 1}\nc:\n  <<: *a\n  <<: *b\n", "line 5 repeats the key '<<' of line 4"),
        ("a:\n  <<: {x: 1, x: 2}\n", "line 2 repeats the key 'x' of line 2"),
        ("a: &a\n  x: 1\n  x: 2\nb: {<<: *a}\n", "line 3 repeats the key 'x' of line 2"),
        ('"a\\nb": 1\n"a\\nb": 2\n', r"line 2 repeats the key 'a\nb' of line 1"),
    ],
)
def test_a_repeated_key_names_both_lines(text: str, message: str) -> None:
    for content in (text, text.encode()):
        with pytest.raises(RepeatedKey) as caught:
            load_yaml(content)
        assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("# nothing\n", None),
        ("a: {x: 1}\nb: {x: 1}\n", {"a": {"x": 1}, "b": {"x": 1}}),
        ("- x: 1\n- x: 1\n", [{"x": 1}, {"x": 1}]),
        ('1: a\n"1": b\n', {1: "a", "1": "b"}),
        ("a: &a {x: 1, y: 2}\nb: *a\n", {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 2}}),
        ("a: &a {x: 1, y: 2}\nb: {<<: *a, x: 3}\n", {"a": {"x": 1, "y": 2}, "b": {"x": 3, "y": 2}}),
        ("a: &a {x: 1, y: 2}\nb: {x: 3, <<: *a}\n", {"a": {"x": 1, "y": 2}, "b": {"x": 3, "y": 2}}),
        (
            "a: &a {x: 1}\nb: &b {<<: *a, x: 2}\nc: {<<: [*b, *a], z: 0}\n",
            {"a": {"x": 1}, "b": {"x": 2}, "c": {"x": 2, "z": 0}},
        ),
        ("a: &a {x: 1}\nb: {<<: *a, '<<': 2}\n", {"a": {"x": 1}, "b": {"x": 1, "<<": 2}}),
        ("=: 1\n", {"=": 1}),
    ],
)
def test_everything_else_is_read_as_before(text: str, expected: object) -> None:
    assert load_yaml(text) == load_yaml(text.encode()) == yaml.safe_load(text) == expected


def test_a_mapping_may_hold_itself() -> None:
    loaded = load_yaml("&a {x: *a}")
    assert isinstance(loaded, dict)
    assert loaded["x"] is loaded


def test_only_text_keeps_what_looks_like_a_number() -> None:
    assert load_yaml("a: 0123\n1: 0x1\n0x1: null\n", only_text=True) == {"a": "0123", "1": "0x1", "0x1": "null"}
    with pytest.raises(RepeatedKey, match="line 2 repeats the key 'a' of line 1"):
        load_yaml("a: x\n'a': y\n", only_text=True)


@pytest.mark.parametrize(
    "text",
    [
        "a: [s3cret\n",
        "a: {b: s3cret\n",
        "a: 's3cret\n",
        "a: @s3cret\n",
        "a: %s3cret\n",
        "a: *s3cret\n",
        "a: !s3cret x\n",
        "a: !s3cret!x y\n",
        "a: &s3cret 1\nb: &s3cret 2\n",
        "a: s3cret: b\n",
        "a: s3cret\n--- {}\n",
        "a: !!python/name:s3cret\n",
        "a: s3cret\0\n",
        "[s3cret]: 1\n",
        "{s3cret: 1}: 1\n",
        "a: !!int s3cret\n",
        "s3cret: 2026-13-99\n",
        "\ud800: s3cret",
        "a: !!timestamp s3cret\n",
        "a: !!bool s3cret\n",
        "a: !!int ''\n",
        "a: !!float '-'\n",
        "? !!timestamp s3cret\n: 1\n",
    ],
)
def test_what_is_not_yaml_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(InvalidYaml) as caught:
        load_yaml(text)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__suppress_context__  # a traceback would quote the line


def test_bytes_that_are_not_text_are_refused() -> None:
    with pytest.raises(InvalidYaml, match="not valid YAML"):
        load_yaml(b"a: \xff\xfe\n")


def test_a_mistake_names_its_line() -> None:
    with pytest.raises(InvalidYaml, match="is not valid YAML near line 2"):
        load_yaml("a: 1\nb: c: d\n")


LAUGHS = "a0: &a0 {x: 1, y: 2}\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 9)
)
MERGED_LAUGHS = "a0: &a0 {x: 1, y: 2}\n" + "".join(
    f"a{level}: &a{level} {{<<: [{', '.join([f'*a{level - 1}'] * 10)}]}}\n" for level in range(1, 9)
)
CHAIN = "a0: &a0 [1]\n" + "".join(f"a{level}: &a{level} [*a{level - 1}]\n" for level in range(1, 200))


@pytest.mark.parametrize("text", ["[" * 200_000 + "]" * 200_000, "[" * 200_000, "- " * 200_000, CHAIN])
def test_deep_nesting_is_refused_before_it_can_crash_the_parser(text: str) -> None:
    with pytest.raises(InvalidYaml, match="nested deeper than 100 levels"):
        load_yaml(text)


@pytest.mark.parametrize("text", [LAUGHS, MERGED_LAUGHS], ids=["aliases", "merge keys"])
def test_aliases_do_not_multiply_a_small_file_into_a_large_one(text: str) -> None:
    with pytest.raises(InvalidYaml, match="more than 1000000 values"):
        load_yaml(text)


def test_a_document_of_the_greatest_depth_is_read() -> None:
    loaded: object = load_yaml("[" * 100 + "1" + "]" * 100)
    for _ in range(100):
        assert isinstance(loaded, list)
        (loaded,) = loaded
    assert loaded == 1
