"""The findings about the hub in words: what was found, and what to do. For the page and for `vardkase doctor`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.defaultfilters import date, filesizeformat
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.schedules import find
from vardkase.hub.instance.health import Check, HealthState

type Facts = Mapping[str, Any]

TITLES: dict[str, str | Promise] = {
    "versions": _("Versions"),
    "schema": _("Tables of the database"),
    "database": _("Database"),
    "clock": _("Time"),
    "disk": _("Disk"),
    "files": _("Stored files"),
    "worker": _("Worker process"),
    "queue": _("Job queue"),
    "schedules": _("Scheduled tasks"),
    "mail": _("E-mail"),
    "feeds": _("Feeds"),
    "connections": _("Connected hubs"),
    "certificates": _("Certificates"),
    "replicas": _("Replicas of the database"),
    "audit_log": _("Audit log"),
    "backups": _("Backups"),
    "sealed_links": _("Keys for sealed links"),
    "settings": _("Settings of the installation"),
}


@dataclass(frozen=True, slots=True)
class Worded:
    """A check in words; `advice` is empty when nothing is wrong."""

    title: str
    said: str
    advice: str


def worded(check: Check) -> Worded:
    advice = "" if check.state is HealthState.OK else " ".join(ADVICE[check.name](check.facts))
    return Worded(str(TITLES[check.name]), SAID[check.name](check.facts), advice)


def _grouped(number: float) -> str:
    return number_format(number, force_grouping=True)


def versions_text(facts: Facts) -> str:
    return gettext(
        "Vårdkase %(vardkase)s, API of MISP %(misp)s, Python %(python)s, Django %(django)s, PostgreSQL %(postgresql)s."
    ) % dict(facts)


def schema_text(facts: Facts) -> str:
    if not (facts["missing"] or facts["tables"]):
        return gettext("The tables are those that this version expects.")
    return gettext("%(missing)s migrations are missing, and tables differ: %(tables)s.") % {
        "missing": facts["missing"],
        "tables": ", ".join(facts["tables"]) or "–",
    }


def database_text(facts: Facts) -> str:
    return gettext(
        "%(size)s. %(used)s of %(most)s connections are in use. The longest transaction has run for %(seconds)s s."
    ) % {
        "size": filesizeformat(facts["bytes"]),
        "used": facts["used"],
        "most": facts["most"],
        "seconds": _grouped(facts["longest"]),
    }


def clock_text(facts: Facts) -> str:
    words = gettext("The clocks of the hub and the database differ by %(seconds)s s.")
    return words % {"seconds": number_format(facts["seconds"])}


def disk_text(facts: Facts) -> str:
    return gettext("%(free)s of %(total)s are free (%(percent)s %%).") % {
        "free": filesizeformat(facts["free"]),
        "total": filesizeformat(facts["total"]),
        "percent": facts["percent"],
    }


def files_text(facts: Facts) -> str:
    if facts["fault"]:
        words = gettext("Attachments cannot be stored in %(place)s: %(fault)s.")
        return words % {"place": facts["place"], "fault": str(facts["fault"]).rstrip(".")}
    if facts["other"]:
        words = gettext("The hub was started with files kept in %(other)s; the settings here say %(place)s.")
        return words % {"place": facts["place"], "other": facts["other"]}
    if facts.get("missing"):
        words = gettext(
            "Stored files are missing from %(place)s. They may have been moved, or their disk is not mounted."
        )
        return words % {"place": facts["place"]}
    return gettext("Attachments are stored in %(place)s.") % {"place": facts["place"]}


def worker_text(facts: Facts) -> str:
    running: int = facts["running"]
    if not running:
        return gettext("No worker is running.")
    return ngettext("%(n)s worker is running.", "%(n)s workers are running.", running) % {"n": running}


def queue_text(facts: Facts) -> str:
    return gettext(
        "%(waiting)s jobs are waiting and %(running)s are running. %(failed)s failed in the last day."
    ) % {name: _grouped(facts[name]) for name in ("waiting", "running", "failed")}


def schedules_text(facts: Facts) -> str:
    if not (facts["failed"] or facts["late"]):
        return gettext("%(n)s tasks run on schedule.") % {"n": facts["active"]}
    found = [find(name) for name in facts["failed"]]
    return gettext("%(late)s tasks are late. Failed at their last run: %(failed)s.") % {
        "late": facts["late"],
        "failed": ", ".join(str(each.title) for each in found if each) or "–",
    }


def mail_text(facts: Facts) -> str:
    if not facts["configured"]:
        return gettext("No mail server is configured: the hub sends no e-mail.")
    return gettext("%(waiting)s messages are waiting. %(failed)s could not be sent in the last day.") % {
        name: _grouped(facts[name]) for name in ("waiting", "failed")
    }


def feeds_text(facts: Facts) -> str:
    if facts["failed"]:
        return gettext("The last fetch failed: %(names)s.") % {"names": ", ".join(facts["failed"])}
    return gettext("%(n)s feeds are in use, and no fetch failed.") % {"n": facts["used"]}


def connections_text(facts: Facts) -> str:
    if facts["failed"]:
        return gettext("Not working: %(names)s.") % {"names": ", ".join(facts["failed"])}
    return gettext("%(n)s connections are in use, and none is known to fail.") % {"n": facts["used"]}


def certificates_text(facts: Facts) -> str:
    if not facts["known"]:
        return gettext("No certificate with an end is in use.")
    if facts["ended"]:
        return gettext("Ended: %(names)s.") % {"names": ", ".join(facts["ended"])}
    if facts["soon"]:
        return gettext("Ending soon: %(names)s.") % {"names": ", ".join(facts["soon"])}
    return gettext("%(n)s certificates are valid; the first ends on %(day)s.") % {
        "n": facts["known"],
        "day": date(facts["first"], "SHORT_DATE_FORMAT"),
    }


def replicas_text(facts: Facts) -> str:
    if facts["gone"]:
        names = ", ".join(facts["gone"])
        return gettext("Nobody fetches what the database keeps for these replicas: %(names)s.") % {
            "names": names
        }
    if not facts["following"]:
        return gettext("The database has no replica.")
    size = filesizeformat(facts["most"])
    if facts["behind"]:
        names = ", ".join(facts["behind"])
        return gettext("Behind the database by up to %(size)s: %(names)s.") % {"size": size, "names": names}
    said = ngettext(
        "%(n)s replica follows the database, at most %(size)s behind.",
        "%(n)s replicas follow the database, at most %(size)s behind.",
        facts["following"],
    )
    return said % {"n": facts["following"], "size": size}


def backups_text(facts: Facts) -> str:
    if facts["last"] is None:
        return gettext("There is no backup yet.")
    said = gettext("The last backup ended %(moment)s. All together take %(size)s.") % {
        "moment": _moment(facts["last"]),
        "size": filesizeformat(facts["size"]),
    }
    if facts["verified"] is None:
        return f"{said} {gettext('None has been verified.')}"
    verified = gettext("The last that was verified was so %(moment)s.") % {
        "moment": _moment(facts["verified"])
    }
    return f"{said} {verified}"


def _moment(at: datetime) -> str:
    return date(timezone.localtime(at), "SHORT_DATETIME_FORMAT")


def audit_log_text(facts: Facts) -> str:
    said = []
    if facts["verdict"] == "intact":
        said.append(gettext("The last verification found it intact."))
    elif facts["verdict"] == "not proved":
        said.append(gettext("The last verification found that nothing signed proves it."))
    elif facts["verdict"]:
        said.append(gettext("The last verification found that it is not intact."))
    else:
        said.append(gettext("It has not been verified yet."))
    if facts["unlinked"]:
        said.append(gettext("Entries older than an hour are not in the chain."))
    if facts["late"]:
        said.append(gettext("Checkpoints do not arrive: %(places)s.") % {"places": ", ".join(facts["late"])})
    elif not facts["outside"]:
        said.append(gettext("No checkpoint is kept outside the hub."))
    return " ".join(said)


def sealed_links_text(facts: Facts) -> str:
    if not facts["valid"] and not facts["links"]:
        return gettext("No officer has registered a key, so nothing can be published anonymously.")
    said = ngettext("%(n)s officer has a valid key.", "%(n)s officers have a valid key.", facts["valid"]) % {
        "n": facts["valid"]
    }
    opened = gettext("%(openable)s of %(links)s sealed links can be opened.") % {
        "openable": facts["openable"],
        "links": facts["links"],
    }
    if not facts["altered"]:
        return f"{said} {opened}"
    altered = ngettext(
        "%(n)s of them is not as the hub stored it.",
        "%(n)s of them are not as the hub stored them.",
        facts["altered"],
    ) % {"n": facts["altered"]}
    return f"{said} {opened} {altered}"


def settings_text(facts: Facts) -> str:
    found = len(facts["found"])
    if not found:
        return gettext("No unsafe setting was found.")
    return ngettext("%(n)s unsafe setting was found.", "%(n)s unsafe settings were found.", found) % {
        "n": found
    }


def database_advice(facts: Facts) -> Iterator[str]:
    yield gettext(
        "Find what holds connections or a long transaction, and end it; restart the hub if it is its own."
    )


def queue_advice(facts: Facts) -> Iterator[str]:
    if facts["late"]:
        yield gettext("The oldest job has waited for more than 15 minutes: check that a worker is running.")
    if facts["failed"]:
        yield gettext("Read why the jobs failed, and run them again.")


def schedules_advice(facts: Facts) -> Iterator[str]:
    yield gettext("Read the last result of each, and run it again. Late tasks need a running worker.")


def mail_advice(facts: Facts) -> Iterator[str]:
    if not facts["configured"]:
        yield gettext("Set VARDKASE_SMTP_HOST (docs/settings.md).")
    elif facts["late"] or facts["failed"]:
        yield gettext(
            "Check that the mail server answers and accepts the sender, and that a worker is running."
        )


def replicas_advice(facts: Facts) -> Iterator[str]:
    if facts["gone"]:
        yield gettext(
            "Start PostgreSQL or Patroni there; of a machine that does not come back, drop the replication slot: it "
            "fills the disk of the database."
        )
    if facts["behind"]:
        yield gettext("Check the disk and the network of each; meanwhile they answer no searches.")


def backups_advice(facts: Facts) -> Iterator[str]:
    if facts["last"] is None or facts["old"]:
        if not facts["configured"]:
            yield gettext("Set VARDKASE_BACKUP_STORAGE (docs/operations/backup-and-restore.md).")
        elif not facts["recipients"]:
            yield gettext("Two persons decide on the page Backups who can read them; then they are made.")
        else:
            yield gettext("Run vardkase backup run, and read what it says.")
    elif facts["unverified"]:
        yield gettext(
            "Make a full backup, which is verified at once, or run vardkase backup verify with a private key."
        )


def audit_log_advice(facts: Facts) -> Iterator[str]:
    if facts["verdict"] not in {"", "intact"}:
        yield gettext(
            "Run vardkase audit verify, and compare with the checkpoints that are kept outside (docs/audit-log.md)."
        )
    if facts["unlinked"]:
        yield gettext("Check that a worker is running and that the hub has its secret key (secrets/django).")
    if facts["late"]:
        yield gettext("Check each place, and that a worker is running.")
    elif not facts["outside"]:
        yield gettext("Name a place, such as another hub: VARDKASE_AUDIT_HUB (docs/audit-log.md).")


def sealed_links_advice(facts: Facts) -> Iterator[str]:
    if facts["altered"]:
        yield gettext(
            "Somebody has altered or exchanged a sealed link in the database. The hub does not open it: treat it as an "
            "incident, and take the link from a backup."
        )
    if facts["forged"]:
        yield gettext(
            "Somebody has written an officer’s key into the database. The hub seals nothing to it: treat it as an "
            "incident."
        )
    if facts["lasting"] < 2:
        yield gettext("Let at least two officers register a key that is valid for another month.")
    if facts["unopenable"]:
        yield gettext(
            "Links to which fewer than two keys are left can never be opened; no new key changes that."
        )
    elif facts["frail"]:
        yield gettext(
            "Some links have only two keys left: keep those officers’ keys until the links are forgotten."
        )


def _advises(words: str | Promise) -> Callable[[Facts], Iterator[str]]:
    return lambda _facts: iter([str(words)])


SAID: dict[str, Callable[[Facts], str]] = {
    "versions": versions_text,
    "schema": schema_text,
    "database": database_text,
    "clock": clock_text,
    "disk": disk_text,
    "files": files_text,
    "worker": worker_text,
    "queue": queue_text,
    "schedules": schedules_text,
    "mail": mail_text,
    "feeds": feeds_text,
    "connections": connections_text,
    "certificates": certificates_text,
    "replicas": replicas_text,
    "audit_log": audit_log_text,
    "backups": backups_text,
    "sealed_links": sealed_links_text,
    "settings": settings_text,
}
ADVICE: dict[str, Callable[[Facts], Iterator[str]]] = {
    "schema": _advises(
        _("Start the hub with this version once, which migrates the database (docs/deploy.md).")
    ),
    "database": database_advice,
    "clock": _advises(_("Synchronise the clocks of both machines with a time server.")),
    "disk": _advises(_("Make room or enlarge the disk. Without room the database stops.")),
    "files": _advises(
        _(
            "Check that the folder or the server answers, has the files, and that the hub may write there "
            "(VARDKASE_FILES and VARDKASE_FILES_FORMER, docs/deploy.md)."
        )
    ),
    "worker": _advises(
        _("Start vardkase serve or vardkase worker; without a worker nothing is fetched or sent.")
    ),
    "queue": queue_advice,
    "schedules": schedules_advice,
    "mail": mail_advice,
    "feeds": _advises(_("Open each feed to read why, and fetch it again.")),
    "connections": _advises(_("Open each connection and test it.")),
    "certificates": _advises(_("Renew each before it ends: docs/operations/tasks.md says how.")),
    "replicas": replicas_advice,
    "audit_log": audit_log_advice,
    "backups": backups_advice,
    "sealed_links": sealed_links_advice,
    "settings": _advises(_("Change them and restart the hub.")),
}
