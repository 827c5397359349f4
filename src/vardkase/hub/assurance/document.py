"""The evidence as PDF, in either language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import NotFound
from vardkase.core.mail.kinds import LANGUAGES
from vardkase.core.mail.settings import SENDER_NAME
from vardkase.core.typeset import pdf, records
from vardkase.hub.assurance.evidence import HubEvidence, to_be_done
from vardkase.hub.assurance.residue import counts, open_requirements
from vardkase.hub.assurance.sections import of_this_hub
from vardkase.hub.assurance.tables import (
    ANNEX_A,
    ASVS_LEVEL,
    ASVS_VERSION,
    LEVELS,
    Chapter,
    Mapped,
    State,
    chapters,
    exercises,
    mapping,
    questions,
    risks,
)
from vardkase.hub.assurance.typeset_parts import Part, Section, part, section
from vardkase.hub.instance.findings import worded
from vardkase.hub.instance.health import HealthState
from vardkase.hub.signatures.signing import signed

TEMPLATE = Path(__file__).with_name("report.typ")
STATES = {
    State.MET: _("Met"),
    State.PARTLY: _("Partly met"),
    State.NOT_MET: _("Not met"),
    State.NOT_APPLICABLE: _("Does not apply"),
    State.NOT_ASSESSED: _("Not assessed yet"),
}
KINDS = {
    "chaos": _("Faults under load"),
    "failover": _("Failover"),
    "restore": pgettext_lazy("noun", "Restore"),
    "penetration": _("Penetration test"),
}


def report_pdf(evidence: HubEvidence, language: str) -> bytes:
    """Raises NotFound for another language than "sv" and "en"."""
    if language not in LANGUAGES:
        raise NotFound
    with override(language):
        data = {
            "title": gettext("Evidence of security"),
            "sender": SENDER_NAME.value or "Vårdkase",
            "meta": [
                [gettext("Version"), evidence.product],
                [gettext("Source code"), evidence.source or gettext("Unknown")],
                [gettext("Written"), date_format(localtime(evidence.at), "j F Y H:i")],
            ],
            "intro": gettext(
                "This document is for auditors and others who examine the hub %(hub)s (%(address)s). It contains "
                "nothing that members share. The same facts are in assurance.json, and the components in bom.cdx.json. "
                "assurance.json has the digests of the other files, and is signed with the key of the hub’s audit log. "
                "How requirements are met is the developers’ own assessment. Tests are named so that it can be "
                "examined: they exist in the source code named above. Their results are not part of the package. "
                "Where none is named, the answer was read in the code."
            )
            % {"hub": evidence.hub, "address": evidence.address or "–"},
            "sections": [
                _summary(),
                _residual(evidence, language),
                *of_this_hub(evidence, language),
                _exercises(language),
                _asvs(language),
                _mapping(gettext("ISO/IEC 27001:2022, Annex A"), "iso27001", language, text=_selection()),
                _mapping(gettext("Article 21 of the NIS2 directive (EU) 2022/2555"), "nis2", language),
                _questions(language),
            ],
        }
    return signed(pdf(TEMPLATE, data, language=language, pool=records))


def _summary() -> Section:
    found = counts()
    rows = [[str(STATES[state]), *map(_number, each.values())] for state, each in found.items()]
    text = gettext(
        "OWASP ASVS %(version)s, level %(level)s: every requirement of levels 1 and 2. Of level 3 %(chosen)s are "
        "included; the other %(others)s have not been assessed. The requirements are paraphrased; the wording of the "
        "standard applies."
    )
    chosen = sum(each[3] for each in found.values())
    numbers = {"chosen": _number(chosen), "others": _number(LEVELS[3] - chosen)}
    levels = [gettext("Level %(level)s") % {"level": level} for level in LEVELS]
    return section(
        gettext("Requirements in numbers"),
        part(columns=[gettext("State"), *levels], rows=rows, widths=(3, 1, 1, 1)),
        text=[text % {"version": ASVS_VERSION, "level": ASVS_LEVEL, **numbers}],
    )


def _exercises(language: str) -> Section:
    rows = [
        [
            date_format(each.day, "j F Y"),
            f"{KINDS[each.kind]}: {each.title.in_language(language)}",
            each.result.in_language(language),
            each.limits.in_language(language),
        ]
        for each in sorted(exercises(), key=lambda each: each.day, reverse=True)
    ]
    columns = [gettext("Day"), gettext("What"), gettext("Result"), gettext("What it does not show")]
    return section(gettext("Exercises and tests"), part(columns=columns, rows=rows, widths=(2, 4, 5, 4)))


def _residual(evidence: HubEvidence, language: str) -> Section:
    known = [
        [getattr(each, name).in_language(language) for name in ("title", "why", "treatment")]
        for each in risks()
    ]
    unmet = [
        [
            f"{', '.join(each.ids)} {each.asks.in_language(language)}",
            str(STATES[each.state]),
            each.how.in_language(language),
        ]
        for _chapter, each in open_requirements()
    ]
    deviating = [
        [str(each["id"]).removeprefix("vardkase."), str(each["message"])] for each in evidence.deviations
    ]
    deviating += [["–", each] for each in to_be_done()]
    deviating += [
        [words.title, words.said]
        for check in evidence.health
        if check.state is not HealthState.OK and check.name != "settings"
        for words in [worded(check)]
    ]
    return section(
        gettext("Residual risks"),
        part(
            gettext("Known limits"),
            columns=[gettext("Risk"), gettext("Why it remains"), gettext("What is done about it")],
            rows=known,
            widths=(3, 5, 5),
        ),
        part(
            gettext("Requirements that are not fully met"),
            columns=[gettext("Requirement"), gettext("State"), gettext("What is missing")],
            rows=unmet,
            widths=(4, 2, 7),
        ),
        part(
            gettext("Deviations on this hub"),
            text=[] if deviating else [gettext("None was found.")],
            columns=[gettext("Setting"), gettext("What")],
            rows=deviating,
            widths=(5, 7),
        ),
    )


def _asvs(language: str) -> Section:
    return section(
        gettext("OWASP ASVS %(version)s") % {"version": ASVS_VERSION},
        *(_chapter(each, language) for each in chapters()),
    )


def _chapter(chapter: Chapter, language: str) -> Part:
    rows = [
        [
            f"{', '.join(each.ids)} (L{each.level})",
            each.asks.in_language(language),
            str(STATES[each.state]),
            " ".join([each.how.in_language(language), *_tests(each.tests)]),
        ]
        for each in chapter.requirements
    ]
    return part(
        f"{chapter.id} {chapter.title.in_language(language)}",
        columns=[
            gettext("Requirement"),
            gettext("What it asks"),
            gettext("State"),
            gettext("How, and the test"),
        ],
        rows=rows,
        widths=(2, 4, 2, 7),
    )


def _mapping(heading: str, name: str, language: str, *, text: Sequence[str] = ()) -> Section:
    rows = list(_controls(mapping(name), language))
    return section(heading, part(columns=_columns(), rows=rows, widths=(4, 6, 4)), text=text)


def _selection() -> list[str]:
    listed = sum(len(each.id.split(", ")) for each in mapping("iso27001"))
    said = gettext(
        "A selection: %(listed)s of the %(all)s controls, those to which the software contributes. The others are the "
        "hub owner’s. This is no statement of applicability, and a row does not say that a control is met."
    )
    return [said % {"listed": _number(listed), "all": _number(ANNEX_A)}]


def _questions(language: str) -> Section:
    rows = [[each.in_language(language)] for each in questions()]
    return section(
        gettext("What this document does not answer"),
        part(columns=[gettext("Questions to ask in another way")], rows=rows, widths=(1,)),
    )


def _columns() -> list[str]:
    return [gettext("Control"), gettext("What the software does"), gettext("What the hub owner does")]


def _controls(controls: Sequence[Mapped], language: str) -> Iterator[list[str]]:
    for each in controls:
        told = [each.how.in_language(language), *each.documents, *_tests(each.tests)]
        yield [
            f"{each.id} {each.title.in_language(language)}",
            " ".join(told),
            each.by_owner.in_language(language) or "–",
        ]


def _tests(tests: Sequence[str]) -> list[str]:
    return [f"[{test}]" for test in tests]


def _number(number: int) -> str:
    return number_format(number, 0, force_grouping=True)
