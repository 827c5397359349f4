"""Cross-step validation of the form: the terms must be accepted by the signatory, or the form explains why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from vardkase.hub.membership.applications.form.fields import value_at


def between_steps(answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """Errors across steps, by path: the person accepting the terms must be the signatory, or the form must
    say why not."""
    if not accepted_by_another(answers) or value_at(answers, "terms.why_not_signatory"):
        return {}
    told = gettext("The signatory in step 2 is %(name)s. Say why somebody else accepts the terms.")
    return {"terms.why_not_signatory": [told % {"name": value_at(answers, "contacts.signatory.name")}]}


def accepted_by_another(answers: Mapping[str, Any]) -> bool:
    named, accepting = (
        " ".join(str(value_at(answers, path) or "").casefold().split())
        for path in ("contacts.signatory.name", "terms.name")
    )
    return bool(named and accepting) and named != accepting
