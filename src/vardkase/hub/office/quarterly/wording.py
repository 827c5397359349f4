"""What the tables, lines and columns of the quarterly report are called."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.hub.data_protection.requests.models import DataSubjectRight
from vardkase.hub.membership.sectors import Connection, Nis2Status, Sector
from vardkase.hub.office.quarterly.sharing import FEWEST_CONTRIBUTORS, FEWEST_MEMBERS, TOGETHER

type Labels = Mapping[str, str | Promise]

TABLES: Labels = {
    "members_sector": _("Members by legal form"),
    "members_connection": _("Members by connection"),
    "members_nis2": _("Members by status under the Cybersecurity Act"),
    "cases": _("Cases and handling times"),
    "sharing": _("Sharing by legal form"),
    "public_records": _("Requests for public records"),
    "data_subject": _("Requests from data subjects"),
    "appeals": pgettext_lazy("count", "Appeals"),
    "incidents": _("Incidents and suspected spills"),
    "letters": _("Letters and mail"),
}
COLUMNS: Labels = {
    "at_start": _("At the start"),
    "joined": pgettext_lazy("count", "Joined"),
    "left": pgettext_lazy("count", "Left"),
    "at_end": _("At the end"),
    "suspended": pgettext_lazy("count", "Suspended"),
    "registered": pgettext_lazy("count", "Registered"),
    "concluded": pgettext_lazy("count", "Concluded"),
    "open": pgettext_lazy("count", "Open"),
    "overdue": pgettext_lazy("count", "Overdue"),
    "median_days": _("Median, days"),
    "p90_days": _("90th percentile, days"),
    "events": pgettext_lazy("count", "Events"),
    "updates": pgettext_lazy("count", "Updates"),
    "values": pgettext_lazy("count", "Values"),
    "proposals": pgettext_lazy("count", "Proposals"),
    "feedback": pgettext_lazy("count", "Sightings etc."),
    "own": _("The hub owner"),
    "all": _("All authorities"),
    "count": _("How many"),
    "items_met": _("Items, met"),
    "items_refused": _("Items, refused"),
}
_TOTAL: Labels = {"total": pgettext_lazy("table", "Total")}
LINES: Mapping[str, Labels] = {
    "members_sector": {**dict(Sector.choices), **_TOTAL},
    "members_connection": {**dict(Connection.choices), **_TOTAL},
    "members_nis2": {**dict(Nis2Status.choices), **_TOTAL},
    "cases": {
        "application": _("Applications for membership"),
        "membership_change": _("Changes of members’ data"),
        "statement": _("Security statements"),
        "hearing": _("Hearings before a decision"),
        "public_records": _("Requests for public records, to the hub owner"),
        "data_subject": _("Requests from data subjects"),
        "support_request": _("Support requests"),
        "spill": _("Suspected spills"),
        "breach": _("Personal data breaches"),
    },
    "public_records": {
        "registered": pgettext_lazy("count", "Registered"),
        "released": pgettext_lazy("count", "Released in full"),
        "partly": pgettext_lazy("count", "Released in part"),
        "withheld": pgettext_lazy("count", "Withheld"),
        "not_held": pgettext_lazy("count", "No such record"),
        "referred": pgettext_lazy("count", "Referred to another authority"),
        "withdrawn": pgettext_lazy("count", "Withdrawn by the requester"),
    },
    "data_subject": dict(DataSubjectRight.choices),
    "appeals": {
        "appeals": pgettext_lazy("count", "Registered"),
        "appeals_dismissed": _("Of these dismissed as too late"),
        "appeals_forwarded": _("Of these forwarded to the court"),
        "appeals_changed": _("Of these changed or returned by the court"),
    },
    "incidents": {
        "spills": _("Suspected spills declared"),
        "spills_released": _("Suspected spills released as false alarms"),
        "spills_deleted": _("Spills deleted on the hub"),
        "spills_reported": _("Suspected spills reported to the Security Service"),
        "breaches": _("Personal data breaches found"),
        "breaches_reported": _("Personal data breaches reported to IMY"),
        "breaches_late": _("Of these reported after 72 hours"),
        "interruptions": _("Incidents in operation announced"),
    },
    "letters": {
        "letters": _("Letters written"),
        "letters_undelivered": _("Of these not known to be delivered"),
        "mails": _("Mails in cases and to members"),
        "mails_failed": _("Of these not sent"),
    },
    "sharing": {**dict(Sector.choices), **_TOTAL},
}
NOTES: Labels = {
    "cases": _(
        "Registered and concluded in the quarter; open at its end. Handling times are of the cases that were "
        "concluded. Overdue are those that were concluded too late, and those still open whose time has passed. Days "
        "on which an application waits for a phase or for the applicant do not count towards its deadline."
    ),
    "sharing": _(
        "Events and updates are those published, values those in new events, proposals those to other organisations; "
        "notes and opinions count with sightings. Only what every member may read is counted: nothing that was shared "
        "with a group or kept within an organisation, and sightings only if the settings show them to everybody with "
        "their organisation. A line stands for at least %(members)s members, and each of its figures for at least "
        "%(contributors)s organisations, or none; legal forms with fewer are one line together."
    ),
    "sharing_withheld": _(
        "Not shown: fewer than %(contributors)s organisations, or of fewer than %(members)s members, are behind a "
        "figure, and it would tell what a single member did."
    ),
    "public_records": _(
        "Requests that arrived in the quarter, with what has come of them so far. Those of all authorities together "
        "are shown when at least three besides the hub owner have any."
    ),
    "data_subject": _(
        "Requests that arrived in the quarter, by the rights asked for. Items are those of requests that were answered "
        "in the quarter, all controllers together."
    ),
    "appeals": _("Appeals against the hub owner’s decisions other than on public records."),
    "letters": _("Delivery and sending as they stood when the figures were calculated."),
}


def line_in_words(table: str, name: str) -> str:
    """The name of a line; that of several sectors together names them."""
    labels = LINES[table]
    if TOGETHER not in name:
        return str(labels.get(name, name))
    names = ", ".join(str(labels.get(each, each)) for each in name.split(TOGETHER))
    return gettext("Combined: %(names)s") % {"names": names}


def note_in_words(name: str) -> str:
    facts = {"members": FEWEST_MEMBERS, "contributors": FEWEST_CONTRIBUTORS}
    return str(NOTES[name]) % facts if name else ""
