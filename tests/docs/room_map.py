"""The picture of the rooms in `docs/architecture.md`, drawn from the imports of the code.

``python -m tests.docs.room_map`` draws it anew. A room is a folder of `server` or `models`, or a file beside the
folders that `FILES` names. An arrow means that a file of one room imports a file of the other. Arrows that follow from
others are left out: if A imports B and B imports C, the arrow from A to C is not drawn.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.docs.markdown import ROOT

PACKAGES = ("server", "models")
DOCUMENT = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- rooms: python -m tests.docs.room_map -->", "<!-- rooms: end -->"

FILES = {
    "server": {
        "app.py, lifespan.py": ("app", "lifespan"),
        "runtime.py": ("runtime",),
        "service.py": ("service",),
        "page_reader.py": ("page_reader",),
    },
    "models": {
        "loader.py": ("loader", "auto_choices"),
        "pipeline.py": ("pipeline", "recognisers", "optional_stage", "unused_models"),
        "batching.py": ("batching",),
    },
}
"""The files beside the folders that are rooms of their own, by the name of the room."""

NOT_DRAWN = {
    "server": ("errors", "lifecycle", "threads", "steady_clock", "printable", "version"),
    "models": (
        "characters", "config", "document", "errors", "machine", "modules", "options", "page_cost",
        "reading_aids", "tasks",
    ),
}  # fmt: skip
"""Small files with errors, data types and helpers. Nearly every room imports them."""

Arrows = Mapping[str, frozenset[str]]
Files = Mapping[str, str]
"""Source text by dotted module name."""


def code() -> Files:
    """Every file of both packages."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text(encoding="utf-8")
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
    }


def room_of(module: str) -> str | None:
    """The room that a dotted module lies in; None for a file that is not drawn.

    Raises:
        ValueError: a file beside the folders that nobody has put into a room.
    """
    package, name, *_ = [*module.split("."), "__init__", "__init__"]
    if (ROOT / package / name).is_dir():
        return f"{package}/{name}"
    if name == "__init__" or name in NOT_DRAWN[package]:
        return None
    for room, files in FILES[package].items():
        if name in files:
            return f"{package}/{room}"
    raise ValueError(f"{package}/{name}.py is in no room: put it into FILES or NOT_DRAWN of tests/docs/room_map.py")


def imports(source: str) -> Iterator[str]:
    """The modules of ours that a file names in its imports."""
    for node in ast.walk(ast.parse(source)):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        yield from (name for name in names if name.startswith(tuple(f"{package}." for package in PACKAGES)))


def arrows(files: Files) -> Arrows:
    """Return which room imports which others."""
    found: dict[str, set[str]] = defaultdict(set)
    for module, source in files.items():
        here = room_of(module)
        others = {room_of(name) for name in imports(source)} - {here, None}
        if here is not None:
            found[here] |= {other for other in others if other}
    return {room: frozenset(others) for room, others in found.items()}


def reachable(room: str, graph: Arrows) -> frozenset[str]:
    """Every room that a room imports, directly or through others."""
    seen: set[str] = set()
    waiting = [room]
    while waiting:
        new = graph.get(waiting.pop(), frozenset()) - seen
        seen |= new
        waiting += new
    return frozenset(seen)


def without_shortcuts(graph: Arrows) -> Arrows:
    """The arrows that do not follow from others. Those between rooms that import each other all stay."""
    beyond = {room: reachable(room, graph) for room in graph}

    def follows(room: str, other: str) -> bool:
        between = (step for step in graph[room] - {other} if room not in beyond.get(step, ()))
        return any(other in beyond.get(step, ()) and step not in beyond.get(other, ()) for step in between)

    return {
        room: frozenset(other for other in others if room in beyond.get(other, ()) or not follows(room, other))
        for room, others in graph.items()
    }


def drawing(graph: Arrows) -> str:
    """The picture as Mermaid, the package of the server above."""
    rooms = sorted({*graph, *(other for others in graph.values() for other in others)})
    numbers = {room: f"r{number}" for number, room in enumerate(rooms)}
    lines = ["```mermaid", "flowchart TD"]
    for package in PACKAGES:
        lines.append(f"    subgraph {package}")
        lines += [
            f'        {numbers[room]}["{room.partition("/")[2]}"]' for room in rooms if room.startswith(f"{package}/")
        ]
        lines.append("    end")
    for room in rooms:
        for other in sorted(graph.get(room, ())):
            both = room in graph.get(other, ())
            if not both or room < other:
                lines.append(f"    {numbers[room]} {'<-->' if both else '-->'} {numbers[other]}")
    return "\n".join([*lines, "```"])


def drawn(text: str) -> str:
    """The picture as a document has it."""
    return text.partition(BEGIN)[2].partition(END)[0].strip()


def redrawn(text: str) -> str:
    """A document with the picture of the code as it is."""
    before, _, rest = text.partition(BEGIN)
    picture = drawing(without_shortcuts(arrows(code())))
    return f"{before}{BEGIN}\n{picture}\n{END}{rest.partition(END)[2]}"


def write(document: Path = DOCUMENT) -> None:
    """Draw the picture anew."""
    document.write_text(redrawn(document.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write()
