"""In which period an organisation may process personal data on offences; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from vardkase.hub.law.kinds import YesNo
from vardkase.hub.membership.sectors import AUTHORITIES, Sector
from vardkase.identity.organisations.standing import ALWAYS, NEVER

OFFENCE_DATA = "offence_data"
"""The legal precondition for private organisations (`phases/defaults.toml`)."""
PRIVATE = (Sector.PRIVATE_COMPANY, Sector.OTHER)
NOT_A_MEMBER = ""
QUESTION_OF: Mapping[str, str] = {
    **dict.fromkeys(AUTHORITIES, "offence_data_authority"),
    Sector.PUBLIC_COMPANY: "offence_data_public_company",
    NOT_A_MEMBER: "offence_data_foreign",
}
"""By legal form, the question whose answer "yes" is the ground. Private forms have the precondition instead."""


def offence_period(
    legal_form: str,
    answers: Mapping[str, str],
    in_force_since: date | None,
    permitted: Iterable[tuple[date, date | None]],
    today: date,
) -> DateTimeTZRange:
    """The period that holds today, or else the next to come; `permitted`: first and last days."""
    if legal_form in QUESTION_OF and answers.get(QUESTION_OF[legal_form]) == YesNo.YES:
        return ALWAYS
    days = list(permitted)
    if legal_form in PRIVATE and in_force_since is not None:
        days.append((in_force_since, None))
    coming = sorted((each for each in days if each[1] is None or each[1] >= today), key=lambda each: each[0])
    if not coming:
        return NEVER
    first, last = coming[0]
    for begins, ends in coming[1:]:
        if last is not None and begins <= last + timedelta(days=1):
            last = None if ends is None else max(last, ends)
    return DateTimeTZRange(_midnight(first), _midnight(last + timedelta(days=1)) if last else None)


def _midnight(day: date) -> datetime:
    # Of the hub's time zone, in which days begin and end.
    return timezone.make_aware(datetime.combine(day, time.min))
