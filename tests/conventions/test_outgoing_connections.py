"""Only the gateway in `exchange` opens connections to other hosts."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "src" / "vardkase"
OPENERS = {
    "aiohttp", "asyncio", "confluent_kafka", "dns", "ftplib", "http.client", "httpx", "imaplib", "niquests", "pycurl",
    "requests", "smtplib", "socket", "ssl", "telnetlib", "urllib.request", "urllib3", "websockets", "xmlrpc", "zmq",
}  # fmt: skip
ALLOWED = {
    "exchange/checked_sockets.py": {"socket", "ssl", "urllib3"},
    "exchange/http.py": {"http.client", "urllib3"},
    "exchange/socket_link.py": {"socket", "ssl"},
    "exchange/servers/connection_test.py": {"socket", "ssl"},
    "exchange/streams/senders/kafka.py": {"confluent_kafka"},
    "exchange/streams/senders/zeromq.py": {"zmq"},
    "exchange/tls.py": {"ssl"},
    "cli/job_loop.py": {"asyncio"},
    "cli/serve.py": {"http.client", "socket"},
    "config/gateway/application.py": {"asyncio"},
    "config/gateway/health.py": {"asyncio"},
    "config/gateway/listening.py": {"asyncio", "socket"},
    "config/gateway/response_body.py": {"asyncio"},
    "config/gateway/protocol.py": {"asyncio"},
    "config/metrics_listener.py": {"socket"},
    "config/server.py": {"socket"},
    "core/sandbox/__init__.py": {"socket"},
    "core/sandbox/forkserver.py": {"socket"},
    "core/stalled_jobs.py": {"asyncio"},
    "core/mail/smtp.py": {"smtplib", "ssl"},
    "identity/sign_in_policy/dns.py": {"dns"},
}
"""The door itself; what tells its errors apart; Kafka's client, whose brokers are judged, and a publisher that only
listens; the command that looks whether its own server answers; the web server, which only listens; the loop that jobs
run in; what a process
says to its children; the mail server, which the operator names and nobody else can; the name server, which the
operator names too. `core/stalled_jobs.py` only waits."""


def network_modules_in(source: str) -> set[str]:
    """The modules imported in `source` that can open a connection."""
    named: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {opener for opener in OPENERS for name in named if f"{name}.".startswith(f"{opener}.")}


def test_only_gateway_opens_connections() -> None:
    """A connection opened anywhere else would skip the address checks."""
    found = {
        str(path.relative_to(PACKAGE)): openers
        for path in PACKAGE.rglob("*.py")
        if (openers := network_modules_in(path.read_text(encoding="utf-8")))
    }
    assert found == ALLOWED


def test_check_finds_planted_imports() -> None:
    for bad in (
        "import requests",
        "from urllib import request",
        "import urllib3.util",
        "from http.client import X",
    ):
        assert network_modules_in(bad), bad
    for good in (
        "from urllib.parse import urlsplit",
        "from http import HTTPStatus",
        "import vardkase.exchange.http",
    ):
        assert not network_modules_in(good), good
