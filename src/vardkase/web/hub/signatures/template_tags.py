"""Template tags for the results of checks of electronic signatures. `{% load signatures %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from vardkase.hub.signatures.verdicts import EXPLANATIONS, SignatureVerdict
from vardkase.web.hub.signatures.presenters import PILLS
from vardkase.web.ui import chips

register = template.Library()


@register.simple_tag
def signature_pill(verdict: str) -> SafeString:
    found = SignatureVerdict(verdict)
    return chips.pill(PILLS[found], str(found.label))


@register.simple_tag
def signature_remark(report: dict[str, Any]) -> SafeString | str:
    if not report or report["verdict"] == SignatureVerdict.NONE:
        return ""
    names = ", ".join(each["name"] for each in report["signatures"])
    found = SignatureVerdict(report["verdict"])
    return chips.pill(PILLS[found], f"{found.label}: {names}" if names else str(found.label))


@register.simple_tag
def signature_explanation(verdict: str) -> str:
    return str(EXPLANATIONS[SignatureVerdict(verdict)])
