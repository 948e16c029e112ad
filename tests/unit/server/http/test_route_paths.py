from litestar import Litestar, get, post
from litestar.params import FromPath

from server.http.route_paths import RoutePaths


@get("/same", opt={"open": True})
async def read() -> None: ...


@post("/same", opt={"open": True})
async def write() -> None: ...


@get("/one/{name:str}/file", opt={"open": True})
async def below(name: FromPath[str]) -> None: ...


@get("/other")
async def other() -> None: ...


PATHS = RoutePaths(Litestar([read, write, below, other], openapi_config=None, logging_config=None).routes, "open")


def test_a_path_has_the_methods_of_its_routes() -> None:
    assert PATHS.methods("/same") == PATHS.methods("/same/") == ("GET", "POST")


def test_a_path_with_parameters_is_known_by_its_beginning() -> None:
    assert PATHS.methods("/one/a/file") == ("GET",)


def test_other_paths_have_none() -> None:
    assert [PATHS.methods(path) for path in ("/other", "/same/x", "/onex", "/", "", "/nothing")] == [()] * 6
