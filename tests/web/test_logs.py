"""Server logs contain routes instead of paths, whatever the method and refusal."""

from __future__ import annotations

import http.client
import logging
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils.log import log_response

from tests.support.web_server import WebServer, running_web_server
from vardkase.config.logs import RouteLogFilter, SecretLogFilter

SECRET = "Rk3vXq81-sTn0Zu_wLmB72cYdEfGhJpA"
WORD = "nobodysbusiness"
METHODS = ("GET", "POST", "PUT", "DELETE")
PATHS = (
    *("/welcome/password/{}/", "/welcome/key/{}/", "/apply/link/{}/", "/apply/invited/{}/"),
    *("/support/follow/{}/", "/terms/answer/{}/", "/entrance/domain/{}/"),
    *("/account/confirm-email/{}/", "/account/password/reset/key/3-{}/"),
    *("/mail/{}/sv/", "/applications/{}/", "/apply/{}/", "/apply/letters/{}/"),
    *("/events/view/{}", "/auth_keys/view/{}", "/users/login/{}", "/feed/{}/manifest.json", "/taxii2/{}/"),
    *("/servers/serverSettingsEdit/{}", "/attributes/restSearch/value:{}", "/static/{}", "/{}"),
)


def ask(server: WebServer, method: str, path: str, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request(method, path, b"secret=" + SECRET.encode() if method != "GET" else None, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_refused_requests_log_no_path(transactional_db: None, tmp_path: Path) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    statuses = set()
    with running_web_server(tmp_path) as server:
        for path in PATHS:
            for method in METHODS:
                for headers in (form, form | {"Accept": "application/json", "Authorization": "x" * 40}):
                    statuses.add(ask(server, method, path.format(SECRET), headers))
            statuses.add(ask(server, "GET", path.format(WORD) + f"?q={WORD}", form))
        log = server.log.read_text()
    assert {403, 404} <= statuses
    assert SECRET not in log
    assert WORD not in log
    assert "django.request Not Found: (no page)" in log, "the log contains the expected refusals"


@pytest.mark.parametrize("status", [403, 404, 405, 500])
def test_django_logs_route_instead_of_path(db: None, status: int) -> None:
    response = Client().get(f"/support/follow/?{WORD}")
    request = response.wsgi_request
    request.resolver_match = response.resolver_match
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(RouteLogFilter())
    handler.setFormatter(SecretLogFilter("{message}", style="{"))
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        refused = response.__class__(status=status)
        try:
            raise ValueError(f"row\nDETAIL:  Key (value)=({WORD}) exists.\n{SECRET}")
        except ValueError as error:
            log_response(
                "%s: %s",
                "Refused",
                request.get_full_path(),
                response=refused,
                request=request,
                exception=error,
            )
    finally:
        logger.removeHandler(handler)
    log = written.getvalue()
    assert log.startswith("Refused: /support/follow/")
    assert WORD not in log
    assert SECRET not in log


def test_logging_uses_route_filter_and_formatter() -> None:
    handler = settings.LOGGING["handlers"]["stderr"]
    assert "routes" in handler["filters"]
    assert settings.LOGGING["formatters"][handler["formatter"]]["()"].endswith("SecretLogFilter")
