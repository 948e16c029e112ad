"""Says whether a path belongs to routes with a certain option. Layers around the routes need it before routing."""

from collections.abc import Mapping, Sequence

from litestar.routes import BaseRoute, HTTPRoute


class RoutePaths:
    """The paths of all routes with an option.

    Args:
        routes: of the application.
        option: its name.
    """

    def __init__(self, routes: Sequence[BaseRoute], option: str) -> None:
        exact, below = dict[str, list[str]](), dict[str, list[str]]()
        for route in routes:
            if isinstance(route, HTTPRoute) and any(handler.opt.get(option) for handler in route.route_handlers):
                begin, parameter, _ = route.path_format.partition("{")
                paths = below if parameter else exact
                paths.setdefault(begin, []).extend(method for method in route.methods if method != "OPTIONS")
        self._exact: Mapping[str, list[str]] = exact
        self._below: Mapping[str, list[str]] = below

    def methods(self, path: str) -> tuple[str, ...]:
        """The methods of the routes at a path, sorted; none if no route with the option is there."""
        found = set(self._exact.get(path.rstrip("/") or "/", ()))
        for begin, methods in self._below.items():
            if path.startswith(begin):
                found.update(methods)
        return tuple(sorted(found))
