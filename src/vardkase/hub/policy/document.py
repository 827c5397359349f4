"""A policy as a document for reading and signing, independent of the output format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import formats, timezone, translation
from django.utils.translation import gettext

from vardkase.hub.policy.models import PolicyState, PolicyVersion
from vardkase.hub.policy.queries import group_names
from vardkase.hub.policy.rules import (
    DefaultsRule,
    FourEyesRule,
    PersonalDataRule,
    ReachLimitRule,
    RequiredTagRule,
    RetentionRule,
    Rule,
    RuleAudience,
    RuleBase,
    stored_rules,
)
from vardkase.hub.policy.sentences import sentence
from vardkase.hub.policy.wording import listed, title_of


@dataclass(frozen=True, slots=True)
class NumberedRule:
    number: int
    label: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    paragraphs: list[str]
    rules: list[NumberedRule]


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A policy document; `meta` and `signing` are pairs of label and text."""

    language: str
    title: str
    organisation: str
    meta: list[tuple[str, str]]
    sections: list[Section]
    signing: list[tuple[str, str]]


def document_of(version: PolicyVersion, language: str = "sv") -> PolicyDocument:
    with translation.override(language):
        rules = stored_rules(version.rules)
        return PolicyDocument(
            language=language,
            title=gettext("Policy for sharing in MISP"),
            organisation=version.organisation.name,
            meta=list(_meta(version)),
            sections=list(_sections(version, rules)),
            signing=[
                (gettext("Place and date"), ""),
                (gettext("Name and function"), ""),
                (gettext("Signature"), ""),
            ],
        )


def numbered_rules(version: PolicyVersion, language: str = "sv") -> list[NumberedRule]:
    with translation.override(language):
        return _Numbered(stored_rules(version.rules)).of(RuleBase)


def _meta(version: PolicyVersion) -> Iterator[tuple[str, str]]:
    yield gettext("Version"), str(version.number)
    if version.state == PolicyState.DRAFT:
        yield gettext("Status"), gettext("Draft")
    elif version.in_force_from is not None:
        yield gettext("In force from"), _day(version.in_force_from)
        yield gettext("Decided by"), version.decided_by
    if version.replaced_at is not None:
        yield gettext("In force until"), _day(version.replaced_at)


def _sections(version: PolicyVersion, rules: Sequence[Rule]) -> Iterator[Section]:
    numbered = _Numbered(rules)
    name = {"organisation": version.organisation.name}
    yield Section(
        gettext("Purpose"),
        [
            gettext(
                "This policy says how %(organisation)s shares threat information in MISP: what we "
                "share, with whom, and who decides. It applies to everyone who works in MISP for us, "
                "and to our systems that do."
            )
            % name,
            gettext(
                "The numbered rules are also enforced on the hub. Anything that a rule does not allow stays"
                " in our organisation, whether it is published in a browser, over the API or by "
                "synchronisation. The hub then names the rule."
            ),
        ],
        [],
    )
    yield Section(gettext("Roles and responsibilities"), _roles(numbered), numbered.of(RuleAudience))
    yield Section(
        gettext("What we share, and with whom"),
        [
            gettext(
                "How widely information may be shared depends on its marking and its kind. Where several "
                "rules apply to the same information, the strictest prevails."
            )
        ],
        numbered.of(DefaultsRule, RequiredTagRule, ReachLimitRule),
    )
    yield Section(gettext("Two people decide"), _two_people(numbered), numbered.of(FourEyesRule))
    yield Section(
        gettext("Personal data"),
        [
            gettext(
                "We are the controller of the personal data that we publish. We share personal data only "
                "where, and only as far as, it is needed to understand, detect or stop an attack."
            )
        ],
        numbered.of(PersonalDataRule),
    )
    yield Section(gettext("How long we keep information"), _retention(numbered), numbered.of(RetentionRule))
    yield Section(gettext("Training"), _training(rules), [])
    yield Section(
        gettext("Follow-up"),
        [
            gettext(
                "The policy is reviewed at least once a year, and when our work or our obligations "
                "change. Before a new version is decided, we try it out on what we have published "
                "during the last month."
            ),
            gettext("The hub keeps a log of who published what, and who approved it."),
        ],
        [],
    )
    yield Section(gettext("Decision"), [_decision(version)], [])


# Numbered before they are spread over the sections: a rule has the number it has in the policy.
class _Numbered:
    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._groups = group_names(rules)

    def of(self, *kinds: type[RuleBase]) -> list[NumberedRule]:
        return [
            NumberedRule(
                number,
                gettext("Rule %(number)s") % {"number": number},
                title_of(rule),
                sentence(rule, self._groups),
            )
            for number, rule in enumerate(self._rules, 1)
            if isinstance(rule, kinds)
        ]


def _roles(numbered: _Numbered) -> list[str]:
    paragraphs = [
        gettext(
            "Our organisation administrator assigns roles, records training, and is responsible "
            "for making sure that this policy is known and followed."
        ),
        gettext(
            "The creator of an event is responsible for making sure that it is correct, marked, "
            "and no more than needed."
        ),
    ]
    if not numbered.of(RuleAudience):
        paragraphs.append(gettext("Everyone whose role allows it may create, publish and delegate events."))
    return paragraphs


def _two_people(numbered: _Numbered) -> list[str]:
    if not numbered.of(FourEyesRule):
        return [gettext("We do not require a second person before we publish.")]
    return [
        gettext(
            "Some information is published only after a second person has approved it. That person sees "
            "exactly the version that goes out. If the event changes in the meantime, it must be approved "
            "again."
        )
    ]


def _retention(numbered: _Numbered) -> list[str]:
    if numbered.of(RetentionRule):
        return [
            gettext(
                "The hub lists the events that are due. The organisation administrator makes sure they are reviewed."
            )
        ]
    return [gettext("We have not set a time after which our events are reviewed.")]


def _training(rules: Sequence[Rule]) -> list[str]:
    modules = list(
        dict.fromkeys(rule.module for rule in rules if isinstance(rule, RuleAudience) and rule.module)
    )
    paragraphs = [gettext("Everyone who works in MISP for us knows this policy and what TLP means.")]
    if modules:
        quoted = [gettext("“%(name)s”") % {"name": module} for module in modules]
        paragraphs.append(
            gettext("The hub requires the training %(modules)s before people may do what the rules name.")
            % {"modules": listed(quoted)}
        )
    return paragraphs


def _decision(version: PolicyVersion) -> str:
    if version.state == PolicyState.DRAFT or version.in_force_from is None:
        return gettext("This is a draft. It takes effect when it is brought into force.")
    facts = {"number": version.number, "name": version.decided_by, "day": _day(version.in_force_from)}
    return gettext("Version %(number)s was brought into force by %(name)s and applies from %(day)s.") % facts


def _day(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "j F Y")
