"""Refuses the requests that web pages of others make a browser send to this server.

A server on a loopback address without tokens is open to every program of the machine, and a browser is one. A web page
can send it requests from the browser. If the page's own host name is pointed to the loopback address, it can read the
answers too (DNS rebinding). Two checks stop both, before a body is read:

- The request must name one of this server's own host names.
- A request that the browser marks as another site's must be a navigation or the download of a signed link. Pages of the
  origins that CORS allows may use its routes.

What is no browser sends none of the marks. Without a Host header a request passes: every browser sends one.
"""

from collections.abc import Callable, Collection
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from server.config.host_names import origin as origin_of
from server.config.host_names import read_authority
from server.errors import CrossSiteRequest, RequestError, WrongHost
from server.http.cors import Cors
from server.http.route_paths import RoutePaths

AnyRequest = Request[Any, Any, Any]
Refuse = Callable[[AnyRequest, RequestError], ASGIApp]
"""Makes the application that answers a refused request."""

_OWN = ("same-origin", "none")
"""Values of Sec-Fetch-Site: the page is this server's own, or there is none and the user typed the address."""


class HostNames:
    """The host names that a server answers to, with any port.

    Args:
        names: in addition to the loopback names: names, ``*.domain`` or addresses.
    """

    def __init__(self, names: Collection[str]) -> None:
        self._names = frozenset(name for name in names if not name.startswith("*."))
        self._domains = tuple(name[1:] for name in names if name.startswith("*."))

    def has(self, host: str) -> bool:
        """Whether a host is one of them.

        Args:
            host: as `read_authority` gives it.
        """
        return host in self._names or host.endswith((".localhost", *self._domains)) or _is_loopback(host)


class WebPageGuard:
    """Wraps an ASGI application.

    Args:
        app: handles the requests that pass.
        holds: whether the checks hold now.
        hosts: the names of this server.
        own_url: gives the address under which a request reached this server.
        downloads: paths that every page may link to.
        cors: allows pages of other origins.
        refuse: answers the others.
    """

    def __init__(
        self,
        app: ASGIApp,
        holds: Callable[[], bool],
        hosts: HostNames,
        own_url: Callable[[AnyRequest], str],
        downloads: RoutePaths,
        cors: Cors,
        refuse: Refuse,
    ) -> None:
        self._app = app
        self._holds = holds
        self._hosts = hosts
        self._own_url = own_url
        self._downloads = downloads
        self._cors = cors
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one HTTP request; other scopes pass through."""
        if scope["type"] == ScopeType.HTTP and self._holds():
            request = AnyRequest(scope, receive, send)
            try:
                self._check(request)
            except RequestError as error:
                await self._refuse(request, error)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _check(self, request: AnyRequest) -> None:
        """Let a request pass, or refuse it.

        Raises:
            WrongHost: it names another host, or several.
            CrossSiteRequest: a page of another site sent it.
        """
        named = request.headers.getall("host", [])
        if named and not self._is_own(named):
            raise WrongHost
        if self._is_cross_site(request) and not self._is_harmless(request):
            raise CrossSiteRequest

    def _is_own(self, named: Collection[str]) -> bool:
        parts = [read_authority(each) for each in named]
        return len(parts) == 1 and parts[0] is not None and self._hosts.has(parts[0][0])

    def _is_cross_site(self, request: AnyRequest) -> bool:
        """Whether a page of another origin sent this. Old browsers, and all without TLS, only send the origin."""
        origins = request.headers.getall("origin", [])
        if origins and all(self._cors.allows(request.scope["path"], each) for each in origins):
            return False
        sites = request.headers.getall("sec-fetch-site", [])
        if sites:
            return any(site.strip().lower() not in _OWN for site in sites)
        return bool(origins) and any(each != self._own_origin(request) for each in origins)

    def _own_origin(self, request: AnyRequest) -> str | None:
        parts = urlsplit(self._own_url(request))
        try:
            return origin_of(f"{parts.scheme}://{parts.netloc}")
        except ValueError:
            return None

    def _is_harmless(self, request: AnyRequest) -> bool:
        """Whether this only opens a page or loads a picture: the other site cannot read it."""
        if request.method not in ("GET", "HEAD"):
            return False
        return _navigates(request.headers) or bool(self._downloads.methods(request.scope["path"]))


def _navigates(headers: Headers) -> bool:
    return headers.get("sec-fetch-mode", "").strip().lower() == "navigate"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
