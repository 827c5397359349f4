"""What a supervisor and Prometheus ask, and the id that follows a request through answers, jobs and the log."""

from __future__ import annotations

import gzip
import http.client
import io
import json
import logging
import threading
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.db import connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from tests.support.ports import free_port
from tests.support.web_server import running_web_server
from vardkase.config.logs import JsonFormatter, OriginLogFilter, SecretLogFilter
from vardkase.core.jobs.models import JobOrigin
from vardkase.core.mail.tasks import deliver
from vardkase.core.telemetry import traces
from vardkase.core.telemetry.request_ids import request_id
from vardkase.hub.instance.readiness import Heartbeats, readiness


def asked(port: int, path: str, headers: dict[str, str] | None = None) -> tuple[int, Message, str]:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        client.request("GET", path, headers=headers or {})
        answer = client.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        client.close()


def test_supervisor_and_prometheus_learn_how_the_hub_does(transactional_db: None, tmp_path: Path) -> None:
    metrics = free_port()
    environment = {"VARDKASE_METRICS": f"127.0.0.1:{metrics}", "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    with running_web_server(tmp_path, **environment) as server:
        assert asked(server.port, "/healthz")[::2] == (200, '{"process": "ok"}\n')
        status, _, body = asked(server.port, "/readyz")
        # No worker runs here; nothing else is said to strangers.
        assert (status, json.loads(body)) == (
            503,
            {"database": "ok", "migrations": "ok", "storage": "ok", "worker": "fault"},
        )
        assert asked(server.port, "/readyz?without=worker")[0] == 200, (
            "for load balancers: pages need no worker"
        )
        assert asked(server.port, "/readyz?without=database")[0] == 503
        status, headers, _ = asked(server.port, "/account/login/", {"X-Request-ID": "chosen-by-a-stranger"})
        assert status == 200
        assert len(headers["X-Request-ID"]) == 32
        assert asked(server.port, "/no/such/page")[0] == 404
        assert asked(server.port, "/metrics")[0] == 404, "not over the hub's own address"
        assert asked(metrics, "/")[0] == 404
        status, _, text = asked(metrics, "/metrics")
    assert status == 200
    families = {family.name: family for family in text_string_to_metric_families(text)}
    counts = {
        (sample.labels["kind"], sample.labels["status"]): sample.value
        for sample in families["vardkase_request_seconds"].samples
        if sample.name.endswith("_count")
    }
    assert counts[("pages", "2xx")] >= 1
    assert counts[("pages", "4xx")] >= 1
    ready = {sample.labels["part"]: sample.value for sample in families["vardkase_ready"].samples}
    assert ready == {"database": 1, "migrations": 1, "storage": 1, "worker": 0}
    assert families["vardkase_database_connections_limit"].samples[0].value >= 100


def test_faults_of_each_part_are_told(
    db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
        monkeypatch.setattr("vardkase.hub.instance.readiness._heartbeats", Heartbeats())
        assert set(readiness().values()) == {"ok"}
        moved = "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat + %s::interval"
        for jump in ("-40 days", "80 days"):
            cursor.execute(moved, [jump])
            assert readiness()["worker"] == "ok", "it beats, whatever the clock says"
        monkeypatch.setattr("vardkase.hub.instance.readiness._heartbeats", Heartbeats())
        cursor.execute("DELETE FROM django_migrations WHERE app = 'core' AND name = '0003_job_origin'")
    (tmp_path / "file").touch()
    settings.FILES_DIR = tmp_path / "file" / "below"
    assert readiness() == {"database": "ok", "migrations": "fault", "storage": "fault", "worker": "fault"}


def test_id_of_a_trusted_proxy_follows_into_answer_and_job(db: None, settings: Any) -> None:
    proxied = {"X-Request-ID": "edge-1234", "X-Forwarded-For": "192.0.2.1"}
    assert Client(headers=proxied).get("/account/login/")["X-Request-ID"] != "edge-1234"
    settings.TRUSTED_PROXIES = 1
    assert Client(headers=proxied).get("/account/login/")["X-Request-ID"] == "edge-1234"
    forged = proxied | {"X-Request-ID": "two words\r\nERROR forged"}
    assert len(Client(headers=forged).get("/account/login/")["X-Request-ID"]) == 32
    assert len(Client(headers={"X-Request-ID": "edge-1234"}).get("/account/login/")["X-Request-ID"]) == 32
    token = request_id.set("edge-1234")
    try:
        number = deliver.defer(mail_id=0)
    finally:
        request_id.reset(token)
    assert JobOrigin.objects.get(job_id=number).request_id == "edge-1234"


def test_json_log_names_origin_and_no_content() -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(OriginLogFilter())
    logger = logging.getLogger("vardkase.tried")
    job = logging.getLogger("procrastinate.tried")
    logger.addHandler(handler)
    job.addHandler(handler)
    token = request_id.set("edge-1234")
    try:
        try:
            raise ValueError("secret.example is in the message")
        except ValueError as error:
            logger.exception("event %s could not be sent: %s", 7, error)
        job.error("Job tried[1](value='secret.example') failed", extra={"action": "job_error"})
    finally:
        request_id.reset(token)
        logger.removeHandler(handler)
        job.removeHandler(handler)
    first, second = map(json.loads, written.getvalue().splitlines())
    assert "secret.example" not in written.getvalue()
    assert (first["message"], first["request_id"]) == ("event 7 could not be sent: ValueError", "edge-1234")
    assert first["exception"] == ["builtins.ValueError"]
    assert first["frames"][0].endswith("test_json_log_names_origin_and_no_content")
    assert second["message"] == "job_error"


@pytest.mark.parametrize("formatter", [JsonFormatter(), SecretLogFilter()])
def test_no_record_looks_like_two_or_tells_what_was_sent(formatter: logging.Formatter) -> None:
    sent = ValueError("secret.example")
    for said, given in (
        ("x\nERROR forged\u2028\x85\r%s", (sent,)),
        ("%(fault)s", ({"fault": sent},)),
        (sent, ()),
    ):
        record = logging.LogRecord("x", logging.ERROR, "x", 1, said, given, (ValueError, sent, None))
        record.exc_text = "secret.example"
        text = formatter.format(record)
        assert "secret.example" not in text
        assert "ValueError" in text
        assert len(text.splitlines()) == (1 if isinstance(formatter, JsonFormatter) else 2)
        assert "\\u000aERROR" in text or "\\nERROR" in text or "forged" not in text


def fail_in_a_span() -> None:
    with traces.span("job", {"task": "feeds.fetch", "job": 7}):
        assert traces.outgoing_headers()["traceparent"].startswith("00-")
        raise ValueError("content that nobody may read")


class _Collector(BaseHTTPRequestHandler):
    received: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append(gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


def test_traces_go_to_the_collector_without_content(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with traces.span("job", {"task": "untold"}):
        assert traces.outgoing_headers() == {}
    server = HTTPServer(("127.0.0.1", 0), _Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.VARDKASE_OTLP_ENDPOINT = f"http://127.0.0.1:{server.server_port}/v1/traces"
    monkeypatch.setattr(traces, "_tracer", None)
    try:
        with pytest.raises(ValueError, match="content"):
            fail_in_a_span()
        traces._provider.force_flush()
    finally:
        server.shutdown()
        server.server_close()
    sent = b"".join(_Collector.received)
    assert b"feeds.fetch" in sent
    assert b"ValueError" in sent
    assert b"nobody may read" not in sent
    assert b"untold" not in sent
