"""What is asked of the hub itself: its configuration, components, audit log, privileged accounts and backups."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version

from django.conf import settings
from django.db.models import Count
from django.utils import timezone
from django.utils.timezone import localtime

from vardkase.audit.chain.documents import verify_database
from vardkase.audit.chain.installed import altered
from vardkase.audit.chain.problems import ChainProblem
from vardkase.audit.chain.verification import Record, Verification
from vardkase.audit.models import AuditEntry
from vardkase.core.instance import instance_uuid
from vardkase.core.problems import Problem
from vardkase.core.settings import AnySetting, declared_settings, settings_of_families
from vardkase.core.settings.models import SettingValue
from vardkase.hub.assurance.advisories import Advisories, known_vulnerabilities
from vardkase.hub.assurance.components import Package, packages
from vardkase.hub.assurance.source import source
from vardkase.hub.audit_log.oversight import DAYS, Oversight, oversight_for
from vardkase.hub.audit_log.state import last_verdict
from vardkase.hub.backups.queries import BackupStatus, status
from vardkase.hub.backups.queries import warnings as backup_warnings
from vardkase.hub.instance.health import Check, checks
from vardkase.hub.instance.problems import InstanceProblem
from vardkase.hub.instance.starts import Start, last_starts, running_unsafe
from vardkase.hub.instance.unsafe_settings import unsafe_settings
from vardkase.hub.office.readiness import to_be_done as office_to_be_done
from vardkase.hub.vulnerability_reports.queries import missing as missing_contact
from vardkase.identity.access.actor import Actor

LONGEST_VALUE = 200
EVERY_ACCOUNT = 10_000
"""Rows of each list; a page shows fewer."""
SHOWN = frozenset(
    f"VARDKASE_{name}"
    for name in (
        *(
            "ALLOWED_HOSTS",
            "BASE_URL",
            "CLIENT_CERTIFICATE_HEADER",
            "DATA_DIR",
            "DEFAULT_ATTRIBUTE_DISTRIBUTION",
        ),
        *(
            "DEFAULT_EVENT_DISTRIBUTION",
            "DNS_SERVER",
            "FEED_FOLDER",
            "HOST",
            "INSECURE_ORIGIN",
        ),
        *("LANGUAGE", "LOG_FORMAT", "MAIL_FROM", "MAX_BODY", "METRICS", "PAGE_NETWORKS", "PRIVATE_NETWORKS"),
        *("PROFILE", "REQUIRE_SECOND_FACTOR", "SIGN_IN_NETWORKS", "SMTP_HOST", "SMTP_SECURITY", "TIME_ZONE"),
        *("TRUSTED_PROXIES", "UNPUBLISHED_PRIVATE"),
    )
)
"""Variables whose values hold no secret; of the others it is said only that they are set."""

type Finding = dict[str, str | Problem]
type Uses = dict[int, list[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class HubEvidence:
    """`deviations`: those of the environment of this process, and those that the hub's processes found when they
    started (`starts`); `uses`: account → what it did in the last days, and how often; `verdict`: of the last nightly
    verification of the log, empty before the first; `outside`: checkpoints kept elsewhere that it was compared with."""

    at: datetime
    product: str
    source: str
    hub: str
    address: str
    deviations: list[Finding]
    starts: list[Start]
    health: list[Check]
    changed_settings: list[tuple[AnySetting, str]]
    packages: list[Package]
    advisories: Advisories
    log: Verification
    verdict: str
    outside: int
    oversight: Oversight
    uses: Uses
    backups: BackupStatus


def collect(actor: Actor, advisories_from: str = "", outside: Iterable[Record] = ()) -> HubEvidence:
    """Everything, without content of what members share. `outside`: checkpoints of the audit log that were kept
    elsewhere. Raises Forbidden for who may not see how the hub is run."""
    actor.require_oversight()
    kept = tuple(outside)
    found, oversight = packages(), oversight_for(actor, EVERY_ACCOUNT)
    return HubEvidence(
        at=timezone.now(),
        product=version("vardkase"),
        source=source(),
        hub=instance_uuid(),
        address=settings.BASE_URL,
        deviations=_deviations(),
        starts=last_starts(),
        health=checks(actor),
        changed_settings=_changed_settings(),
        packages=found,
        advisories=known_vulnerabilities(found, advisories_from),
        log=_verified(kept),
        verdict=last_verdict(),
        outside=len(kept),
        oversight=oversight,
        uses=_uses(each.user_id for each in oversight.privileged),
        backups=status(),
    )


def _deviations() -> list[Finding]:
    here = unsafe_settings()
    known = {each["id"] for each in here}
    return here + [
        {
            "id": id,
            "message": InstanceProblem.UNSAFE_AT_START(
                process=start.process, machine=start.machine, moment=f"{localtime(start.at):%Y-%m-%d %H:%M}"
            ),
            "hint": InstanceProblem.START_AGAIN(),
        }
        for id, start in running_unsafe().items()
        if id not in known
    ]


def _changed_settings() -> list[tuple[AnySetting, str]]:
    """Those that are not as delivered, with the beginning of their value; of a secret only that it is set."""
    stored = set(SettingValue.objects.values_list("name", flat=True))
    return [
        (setting, "•••" if setting.secret else str(setting.value)[:LONGEST_VALUE])
        for setting in (*declared_settings().values(), *settings_of_families())
        if setting.name in stored and (setting.secret or setting.value != setting.default)
    ]


def environment() -> dict[str, str]:
    """Variables of the command that wrote this, with the values of those that are never secret."""
    return {
        name: value[:LONGEST_VALUE] if name in SHOWN else "•••"
        for name, value in sorted(os.environ.items())
        if name.startswith("VARDKASE_") or name in {"DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_POOL_URL"}
    }


def to_be_done() -> list[str]:
    """What `vardkase check` says that officers and the operator have to do, in the language in use."""
    return [*missing_contact(), *office_to_be_done(), *backup_warnings()]


def _verified(outside: tuple[Record, ...]) -> Verification:
    result = verify_database(outside=outside)
    for name in altered():
        result.add(ChainProblem.GUARD_ALTERED(name=name))
    return result


def _uses(accounts: Iterable[int]) -> Uses:
    since = timezone.now() - timedelta(days=DAYS)
    counted = (
        AuditEntry.objects.filter(actor_id__in=list(accounts), created__gt=since)
        .values_list("actor_id", "action")
        .annotate(count=Count("pk"))
        .order_by("actor_id", "-count", "action")
    )
    found: Uses = {}
    for account, action, count in counted:
        found.setdefault(account, []).append((action, count))
    return found
