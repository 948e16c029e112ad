"""HTML that cannot be broken by what it holds: every text is escaped where it is put in."""

from html import escape


class Markup(str):
    """HTML that is finished."""

    __slots__ = ()


Child = Markup | str | int | None
NO_END = frozenset({"br", "img", "input", "meta", "hr", "col", "line", "circle", "rect", "path"})


def tag(name: str, /, *children: Child, **attributes: str | float | bool | None) -> Markup:
    """An element. Underscores of attributes become hyphens, and one at the end falls away; None leaves one out."""
    told = "".join(
        _attribute(key, value) for key, value in attributes.items() if value is not None and value is not False
    )
    if name in NO_END:
        return Markup(f"<{name}{told}>") if name in HTML_NO_END else Markup(f"<{name}{told}/>")
    return Markup(f"<{name}{told}>{join(*children)}</{name}>")


def join(*children: Child) -> Markup:
    """Several pieces in a row."""
    return Markup(
        "".join(child if isinstance(child, Markup) else escape(str(child)) for child in children if child is not None)
    )


HTML_NO_END = frozenset({"br", "img", "input", "meta", "hr", "col"})


def _attribute(key: str, value: str | float | bool) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
