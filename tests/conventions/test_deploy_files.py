"""The files under deploy/: what they name exists, and the tools that read them accept them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from vardkase.config.gateway.application import API_SECONDS, DOCUMENT_SECONDS, PAGE_SECONDS
from vardkase.core.database.pool import dedicated
from vardkase.core.telemetry import metrics
from vardkase.hub.instance import gauges

DEPLOY = Path(__file__).parents[2] / "deploy"
DOCUMENT = DEPLOY.parent / "docs" / "operations" / "observability.md"
METRIC = re.compile(r"\bvardkase_[a-z_]+")
SUFFIXES = ("_bucket", "_count", "_sum", "_total")
SETTING = re.compile(r"\bVARDKASE_[A-Z_]+")


def exported() -> set[str]:
    counted = {
        f"{each._name}{'_total' if each._type == 'counter' else ''}"
        for each in vars(metrics).values()
        if isinstance(each, MetricWrapperBase)
    }
    return counted | gauges.names()


def named_in(text: str) -> set[str]:
    known = exported()
    found = set()
    for name in METRIC.findall(text):
        base = next((name.removesuffix(end) for end in SUFFIXES if name.removesuffix(end) in known), name)
        found.add(base)
    return found


def expressions() -> Iterator[str]:
    rules: Any = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
    for rule in rules["groups"][0]["rules"]:
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in ("page", "ticket")
        yield rule["expr"]
    board = json.loads((DEPLOY / "grafana" / "vardkase.json").read_text(encoding="utf-8"))
    for panel in board["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def test_dashboards_and_alerts_name_metrics_that_exist() -> None:
    used = set().union(*map(named_in, expressions()))
    assert used - exported() == set()
    assert exported() - used == set(), "each metric is on the dashboard"
    assert named_in(DOCUMENT.read_text(encoding="utf-8")) == exported(), "each metric is described"


def test_settings_named_in_deploy_files_exist() -> None:
    described = set(SETTING.findall((DEPLOY.parent / "docs" / "settings.md").read_text(encoding="utf-8")))
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            assert set(SETTING.findall(path.read_text(encoding="utf-8"))) <= described, path


@pytest.mark.long
def test_prometheus_accepts_its_files() -> None:
    promtool = installed("promtool")
    for kind, name in (("rules", "alerts.yml"), ("config", "prometheus.yml")):
        done = subprocess.run(
            [promtool, "check", kind, DEPLOY / "prometheus" / name],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


CERTIFICATES = """
rule_files: [{rules}]
tests:
  - interval: 1h
    input_series:
      - {{series: 'vardkase_certificate_ends_timestamp_seconds{{use="address"}}', values: '{end}x40'}}
      - {{series: 'vardkase_certificate_ends_timestamp_seconds{{use="member"}}', values: '{later}x40'}}
    alert_rule_test:
      - {{eval_time: 2h, alertname: VardkaseCertificateEnded}}
      - eval_time: 30h
        alertname: VardkaseCertificateEnded
        exp_alerts:
          - exp_labels: {{use: address, severity: page}}
            exp_annotations:
              summary: A certificate that the hub needs (address) ends within two days or has ended.
"""


REPLICAS = """
rule_files: [{rules}]
tests:
  - interval: 1m
    input_series:
      - {{series: 'vardkase_ready{{part="database"}}', values: '1x200'}}
      - {{series: 'vardkase_database_replica_behind_bytes{{replica="db2"}}', values: '0x59 _x40 20000000x60'}}
      - {{series: 'vardkase_database_replica_behind_bytes{{replica="db3"}}', values: '0x200'}}
    alert_rule_test:
      - {{eval_time: 50m, alertname: VardkaseReplicaMissing}}
      - eval_time: 75m
        alertname: VardkaseReplicaMissing
        exp_alerts:
          - exp_labels: {{severity: ticket}}
            exp_annotations:
              summary: Fewer replicas follow the database than before. Run vardkase doctor, and look at patronictl list.
      - {{eval_time: 115m, alertname: VardkaseReplicaMissing}}
      - {{eval_time: 99m, alertname: VardkaseReplicaBehind}}
      - eval_time: 115m
        alertname: VardkaseReplicaBehind
        exp_alerts:
          - exp_labels: {{severity: ticket, replica: db2}}
            exp_annotations:
              summary: >-
                The replica db2 is more than 16 MB behind, and answers no searches. Check its disk and network.
"""


@pytest.mark.long
# Prometheus counts from 0: the one certificate ends after three days, the other after a month.
@pytest.mark.parametrize("case", [CERTIFICATES, REPLICAS], ids=["certificates", "replicas"])
def test_alerts_are_raised_in_time(case: str, tmp_path: Path) -> None:
    file = tmp_path / "test.yml"
    rules = DEPLOY / "prometheus" / "alerts.yml"
    file.write_text(case.format(rules=rules, end=3 * 86400, later=30 * 86400), encoding="utf-8")
    done = subprocess.run(
        [installed("promtool"), "test", "rules", file], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def installed(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{program} is missing: make tools-long")
        pytest.skip(f"{program} is missing: make tools-long")
    return found


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is missing")
    for unit in (DEPLOY / "systemd").glob("*.service"):
        # The program is not installed here.
        text = unit.read_text(encoding="utf-8").replace("/opt/vardkase/bin/vardkase", "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
        done = subprocess.run(
            [analyze, "verify", "--man=no", tmp_path / unit.name], capture_output=True, text=True, check=False
        )
        assert (done.returncode, unit.name in done.stderr) == (0, False), done.stderr


def test_container_files_fit_each_other() -> None:
    compose: Any = yaml.safe_load((DEPLOY / "container" / "compose.yml").read_text(encoding="utf-8"))
    hub = compose["services"]["hub"]
    assert (DEPLOY / "container" / hub["build"]["context"] / hub["build"]["dockerfile"]).resolve().exists()
    assert "ports" not in hub, "nothing but the proxy reaches the hub"
    assert hub["environment"]["VARDKASE_TRUSTED_PROXIES"] == "1"
    for volume in compose["services"]["proxy"]["volumes"]:
        source = volume.partition(":")[0]
        assert source == "./tls" or (DEPLOY / "container" / source).exists()


def test_cluster_files_agree_on_addresses_and_pools() -> None:
    """What is not run together anywhere: containers. And the pools, by the time limits of requests."""
    folder = DEPLOY / "cluster"
    compose: Any = yaml.safe_load((folder / "compose.yml").read_text(encoding="utf-8"))
    addresses = {
        each["networks"]["inside"]["ipv4_address"]: name
        for name, each in compose["services"].items()
        if "networks" in each
    }
    named = set(re.findall(r"10\.20\.0\.\d+(?=:)", (folder / "haproxy.cfg").read_text(encoding="utf-8")))
    assert named <= addresses.keys()
    for service in compose["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source in compose["volumes"] or source == "./tls" or (folder / source).exists(), source
        if "build" in service:
            assert (DEPLOY.parent / service["build"]["dockerfile"]).exists()
    pools = (folder / "pgbouncer.ini").read_text(encoding="utf-8")
    for seconds in (PAGE_SECONDS, API_SECONDS, DOCUMENT_SECONDS):
        limit = f"SET statement_timeout = {seconds * 1000}'"
        assert re.search(rf"^{dedicated('vardkase', seconds)} = .*{limit}", pools, re.MULTILINE)
