import re

import pytest

from tests.docs.room_map import (
    DOCUMENT,
    arrows,
    code,
    drawing,
    drawn,
    imports,
    redrawn,
    room_of,
    without_shortcuts,
    write,
)


def test_the_picture_shows_the_imports_of_the_code() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert redrawn(text) == text, "draw it anew: python -m tests.docs.room_map"


def test_the_picture_is_drawn_into_its_place(tmp_path) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    copy = tmp_path / "architecture.md"
    copy.write_text(text.replace(drawn(text), "nothing"), encoding="utf-8")
    write(copy)
    assert copy.read_text(encoding="utf-8") == text


def test_rooms_that_import_each_other_have_their_reason_written_down() -> None:
    graph = arrows(code())
    pairs = {(room, other) for room in graph for other in graph[room] if room < other and room in graph.get(other, ())}
    text = DOCUMENT.read_text(encoding="utf-8")
    assert set(re.findall(r"^- `([^`]+)` and `([^`]+)`: ", text, re.MULTILINE)) == pairs


def test_an_import_is_an_arrow_between_rooms() -> None:
    files = {
        "server.service": "from server.decode.decoder import Decoder\nimport models.pipeline\nimport json",
        "server.decode.decoder": "from server.decode.document import Document\nfrom server.errors import RequestError",
    }
    assert list(imports(files["server.service"])) == ["server.decode.decoder", "models.pipeline"]
    assert arrows(files) == {
        "server/service.py": {"server/decode", "models/pipeline.py"},
        "server/decode": frozenset(),
    }


def test_models_imports_nothing_of_the_server() -> None:
    assert not [
        other for room, others in arrows(code()).items() for other in others if room < "server/" and other > "server/"
    ]


def test_an_arrow_that_follows_from_others_is_left_out() -> None:
    graph = {"a": frozenset("bc"), "b": frozenset("c"), "c": frozenset()}
    assert without_shortcuts(graph) == {"a": {"b"}, "b": {"c"}, "c": frozenset()}


def test_rooms_that_import_each_other_keep_their_arrows() -> None:
    graph = {"a": frozenset("bc"), "b": frozenset("ac"), "c": frozenset()}
    assert without_shortcuts(graph)["a"] >= {"b"}
    assert without_shortcuts(graph)["b"] >= {"a"}
    reached = without_shortcuts(graph)["a"] | without_shortcuts(graph)["b"]
    assert "c" in reached


def test_a_pair_is_one_arrow_with_two_heads() -> None:
    graph = {"server/a": frozenset({"server/b"}), "server/b": frozenset({"server/a", "models/c"})}
    picture = drawing(graph)
    assert picture.splitlines()[-3:-1] == ["    r1 <--> r2", "    r2 --> r0"]
    assert 'r0["c"]' in picture.partition("subgraph models")[2]


def test_a_file_that_is_in_no_room_is_found_out() -> None:
    with pytest.raises(ValueError, match=r"server/nowhere\.py is in no room"):
        room_of("server.nowhere")
