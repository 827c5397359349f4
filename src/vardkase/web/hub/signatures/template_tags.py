"""Template tags for the results of checks of electronic signatures. `{% load signatures %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from vardkase.hub.case_files.models import SignatureCheck
from vardkase.hub.signatures.verdicts import EXPLANATIONS, VALID, Revocation, SignatureVerdict, verdict_words
from vardkase.web.hub.signatures.presenters import PILLS
from vardkase.web.ui import chips

register = template.Library()


@register.simple_tag
def signature_pill(check: SignatureCheck) -> SafeString:
    return _pill(check.verdict, check.signatures)


@register.simple_tag
def one_signature_pill(signature: dict[str, Any]) -> SafeString:
    return _pill(signature["verdict"], [signature])


@register.simple_tag
def signature_remark(report: dict[str, Any]) -> SafeString | str:
    if not report or report["verdict"] == SignatureVerdict.NONE:
        return ""
    names = ", ".join(each["name"] for each in report["signatures"])
    return _pill(report["verdict"], report["signatures"], names)


@register.simple_tag
def signature_explanation(verdict: str) -> str:
    return str(EXPLANATIONS[SignatureVerdict(verdict)])


@register.simple_tag
def revocation_explanation(signature: dict[str, Any]) -> str:
    kept = signature.get("revocation") or (Revocation.NOT_ASKED if signature["verdict"] in VALID else "")
    return str(Revocation(kept).label) if kept else ""


def _pill(verdict: str, signatures: list[dict[str, Any]], names: str = "") -> SafeString:
    words = verdict_words(verdict, signatures)
    return chips.pill(PILLS[SignatureVerdict(verdict)], f"{words}: {names}" if names else words)
