"""What clients notice of PgBouncer and HAProxy."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from contextlib import closing

import psycopg
import pytest

from bench.instance import Instance
from tests.cluster.nodes import HUB, Cluster
from tests.support.processes import without_database_url
from tests.wire.pymisp_suite import Unavailable, run_suite, suite_folder
from tests.wire.test_pymisp_live import LISTED, switch_on_zeromq

pytestmark = pytest.mark.long

# A process of the web: what outlives a transaction stays in one session, and leaves nothing behind in the pool.
OWN_SESSION = """
import django
django.setup()
from threading import Thread
from vardkase.core.database.pool import own_session, use_pool
from vardkase.core.sql import async_commits, cursor
use_pool()

def asked(query):
    return cursor().execute(query).fetchone()[0]

def work():
    with own_session():
        for number in range(20):
            cursor().execute("CREATE TEMPORARY TABLE IF NOT EXISTS kept (number int)")
            cursor().execute("INSERT INTO kept VALUES (1)")
            cursor().execute("SELECT pg_sleep(0.01)")
        assert asked("SELECT count(*) FROM kept") == 20
    for _ in range(20):
        with async_commits():
            assert asked("SHOW synchronous_commit") == "off"
            assert asked("SHOW synchronous_commit") == "off"
        assert asked("SHOW synchronous_commit") == "on"
        assert asked("SELECT to_regclass('pg_temp.kept')") is None
    done.append(True)

done = []
threads = [Thread(target=work) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert len(done) == 6
"""


def test_pymisp_passes_its_own_tests_through_the_pool(cluster: Cluster) -> None:
    # Before the other tests, since it counts what the store holds.
    try:
        suite_folder()
    except Unavailable as reason:
        if os.environ.get("CI"):
            pytest.fail(f"PyMISP's source distribution is unavailable: {reason}")
        pytest.skip(f"PyMISP's source distribution is unavailable: {reason}")
    switch_on_zeromq(Instance(cluster.url, cluster.key))
    before = transactions_pooled(cluster)
    outcome = run_suite(cluster.url, cluster.key)
    listed = set(LISTED.read_text().split())
    assert {name: outcome.failed.get(name, "missing") for name in sorted(listed - outcome.passed)} == {}
    assert transactions_pooled(cluster) > before + 1_000


def test_sessions_of_their_own_leave_nothing_in_the_pool(cluster: Cluster) -> None:
    environment = {**without_database_url(), **cluster.settings(1)}
    environment["DJANGO_SETTINGS_MODULE"] = "vardkase.config.settings"
    environment["VARDKASE_DATA_DIR"] = str(cluster.folder / "console")
    done = subprocess.run(
        [sys.executable, "-c", OWN_SESSION], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_proxy_answers_programs_as_misp_would_and_people_in_words(cluster: Cluster) -> None:
    cluster.until_whole()
    for number in (1, 2):
        cluster.part(f"web{number}").held = True
        cluster.part(f"web{number}").kill()
    deadline = time.monotonic() + 10
    while True:
        status, headers, body = asked(cluster, '/events/view/1"2', Authorization="x" * 40)
        told = json.loads(body)
        assert told["url"] == '/events/view/1"2'
        assert (headers["content-type"], "retry-after" in headers) == ("application/json", True)
        assert told["name"] == told["message"]
        if status == 503 and "Nothing was changed" in told["message"]:
            break
        assert status == 502
        assert time.monotonic() < deadline
    status, headers, body = asked(cluster, "/events/index", Accept="text/html")
    assert (status, headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert "Nothing was saved" in body
    assert "Inget sparades" in body
    cluster.switch_on()
    cluster.until_whole()


def transactions_pooled(cluster: Cluster) -> int:
    address = f"host={cluster.hub(1)} port=6432 user=vardkase_hub password={HUB} dbname=pgbouncer"
    # Its console knows no parameters and no transactions.
    with psycopg.connect(address, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        cursor = connection.execute("SHOW STATS_TOTALS")
        names = [column.name for column in cursor.description or ()]
        return sum(int(row[names.index("xact_count")]) for row in cursor.fetchall())


def asked(cluster: Cluster, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    with closing(http.client.HTTPConnection(cluster.hub(1), 8080, timeout=40)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, told, answer.read().decode()
