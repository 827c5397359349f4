"""Settings for the validity of domain proofs and other sign-in policy entries."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.problems import Problem
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem


def days_problem(number: int) -> Problem | None:
    return None if 1 <= number <= 3650 else SettingProblem.NOT_DAYS(least=1, most=3650)


DOMAIN_PROOF = Setting(
    "Vardkase.domain_proof_days",
    365,
    _("For how many days an e-mail domain stays verified by a mail; it is asked anew thirty days before."),
    check=days_problem,
    changed_by=ChangedBy.OFFICERS,
    opens_way_in=True,
)
DOMAIN_GRACE = Setting(
    "Vardkase.domain_grace_days",
    14,
    _("For how many days an e-mail domain stays verified after its TXT record was seen last."),
    check=days_problem,
    changed_by=ChangedBy.OFFICERS,
    opens_way_in=True,
)
