"""Findings as messages for users and the API."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext

from vardkase.hub.guard.findings import Detector, FindingPlace, GuardFinding


def in_words(findings: Sequence[GuardFinding]) -> str:
    sentences = dict.fromkeys(map(sentence, findings))  # each sentence once, in order
    if any(finding.detector is Detector.TLP for finding in findings):
        advice = gettext(
            "Choose a narrower distribution, such as your organisation only or a sharing group of those who"
            " may see it, or correct the label."
        )
        sentences[advice] = None
    return " ".join(sentences)


def sentence(finding: GuardFinding) -> str:
    texts = {"where": where(finding), "text": finding.text}
    if finding.detector is Detector.CLASSIFICATION:
        return (
            gettext(
                "Security-classified information is not allowed on the hub. A marking was found in "
                "%(where)s: %(text)s"
            )
            % texts
        )
    return gettext("%(text)s on %(where)s does not allow sharing this widely.") % texts


def where(finding: GuardFinding) -> str:
    match finding.place:
        case FindingPlace.TITLE:
            return gettext("the title")
        case FindingPlace.TAG:
            return gettext("the tags of the event") if not finding.id else gettext("a tag")
        case FindingPlace.ATTRIBUTE:
            return gettext("attribute %(id)s") % {"id": finding.id}
        case FindingPlace.OBJECT:
            return gettext("object %(id)s") % {"id": finding.id}
        case FindingPlace.REPORT:
            return gettext("report %(id)s") % {"id": finding.id}
        case FindingPlace.TEXT:
            return gettext("the text")
