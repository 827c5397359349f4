"""What has to agree between the steps of the form, and with what others have told us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from vardkase.hub.membership.applications.form.fields import value_at


def between_steps(answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is wrong between steps, by path: whoever accepts the terms is the signatory, or the form says why not."""
    if not accepted_by_another(answers) or value_at(answers, "terms.why_not_signatory"):
        return {}
    told = gettext("The signatory in step 2 is %(name)s. Say why somebody else accepts the terms.")
    return {"terms.why_not_signatory": [told % {"name": value_at(answers, "contacts.signatory.name")}]}


def accepted_by_another(answers: Mapping[str, Any]) -> bool:
    """Whether the terms are accepted by somebody else than the signatory among the contacts."""
    named, accepting = (
        " ".join(str(value_at(answers, path) or "").casefold().split())
        for path in ("contacts.signatory.name", "terms.name")
    )
    return bool(named and accepting) and named != accepting
