"""A breach as PDF: what the register has of it, in the order in which IMY's form asks."""

from __future__ import annotations

from pathlib import Path

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, pgettext

from vardkase.core import typeset
from vardkase.core.mail.settings import sender
from vardkase.hub.correspondence.letters.wording import sender_and_address
from vardkase.hub.data_protection.breaches.models import Breach
from vardkase.hub.data_protection.processing.queries import data_protection_officer
from vardkase.hub.signatures.signing import signed

TEMPLATE = Path(__file__).with_name("report.typ")


def facts_of(breach: Breach) -> list[tuple[str, str]]:
    """Label and text, in the active language; what is empty is a dash."""

    def moment(at: object) -> str:
        return date_format(localtime(at), "j F Y H:i") if at else ""  # type: ignore[arg-type]

    rows = [
        (gettext("Became known"), moment(breach.aware_at)),
        (gettext("Report by"), moment(breach.deadline)),
        (gettext("When it happened"), breach.occurred),
        (gettext("What happened to the data"), "; ".join(breach.kind_labels)),
        (gettext("Role"), breach.get_role_display()),
        (gettext("Description"), breach.description),
        (gettext("Approximate number of persons"), "" if breach.persons is None else str(breach.persons)),
        (
            gettext("Approximate number of personal data records"),
            "" if breach.records is None else str(breach.records),
        ),
        (gettext("Categories of persons and data"), breach.categories),
        (gettext("Likely consequences"), breach.consequences),
        (gettext("Measures taken"), breach.measures),
        (gettext("Risk"), breach.get_risk_display()),
        (gettext("Reasons for the assessment"), breach.risk_because),
        (gettext("Reported to IMY"), f"{moment(breach.reported_at)} {breach.reference}".strip()),
        (gettext("Reasons for the delay"), breach.late_because),
        (
            gettext("Persons informed"),
            f"{moment(breach.persons_informed_at)} {breach.persons_informed_how}".strip(),
        ),
        (
            gettext("Controller told"),
            f"{moment(breach.controller_told_at)} {breach.controller_told_how}".strip(),
        ),
        (
            gettext("Contact point"),
            ", ".join(filter(None, (data_protection_officer(), sender_and_address()))),
        ),
        (gettext("Logged by"), f"{breach.created_by}, {moment(breach.created)}"),
        (pgettext("breach", "Closed"), moment(breach.closed_at)),
    ]
    return [(label, text or "–") for label, text in rows]


def report_pdf(breach: Breach) -> bytes:
    language = "sv" if (get_language() or "sv").startswith("sv") else "en"
    data = {
        "title": breach.title,
        "sender": sender(),
        "meta": [[gettext("Personal data breach"), breach.number]],
        "facts": [list(pair) for pair in facts_of(breach)],
    }
    return signed(typeset.pdf(TEMPLATE, data, language=language, pool=typeset.records))
