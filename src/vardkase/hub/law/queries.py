"""Queries for legal rules: the newest version of each, or the packaged one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from vardkase.core.errors import NotFound
from vardkase.hub.law.kinds import Deadline, LegalContent, LegalQuestion, LegalRuleKind, Provision, packaged
from vardkase.hub.law.models import LegalRuleVersion
from vardkase.hub.law.problems import LawProblem


@dataclass(frozen=True, slots=True)
class LegalRule:
    """A rule in one of its versions. Version 0 is packaged: nobody at this authority has approved it."""

    kind: LegalRuleKind
    key: str
    content: LegalContent
    version: int = 0
    is_retired: bool = False
    reason: str = ""
    proposed_by: str = ""
    approved_by: str = ""
    at: datetime | None = None

    @property
    def is_unanswered(self) -> bool:
        return isinstance(self.content, LegalQuestion) and not self.content.answer


def rules(kind: LegalRuleKind) -> list[LegalRule]:
    """All rules of a kind in their newest version, retired ones last."""
    found = {key: LegalRule(kind, key, content) for key, content in packaged(kind).items()}
    newest = LegalRuleVersion.objects.filter(kind=kind).order_by("key", "-version").distinct("key")
    found |= {row.key: _rule(row) for row in newest}
    return sorted(found.values(), key=lambda rule: rule.is_retired)


def find_rule(kind: LegalRuleKind, key: str) -> LegalRule:
    row = LegalRuleVersion.objects.filter(kind=kind, key=key.replace("\0", "")).order_by("-version").first()
    if row is not None:
        return _rule(row)
    if key not in packaged(kind):
        raise NotFound(LawProblem.NO_SUCH_RULE())
    return LegalRule(kind, key, packaged(kind)[key])


def history(kind: LegalRuleKind, key: str) -> list[LegalRule]:
    """Every version of a rule, newest first, the packaged one last."""
    found = [_rule(row) for row in LegalRuleVersion.objects.filter(kind=kind, key=key).order_by("-version")]
    if content := packaged(kind).get(key):
        found.append(LegalRule(kind, key, content))
    return found


def find_deadline(key: str) -> Deadline:
    return cast(Deadline, find_rule(LegalRuleKind.DEADLINE, key).content)


def answer(key: str) -> str:
    """The authority's answer to a question; empty if there is none yet."""
    return cast(LegalQuestion, find_rule(LegalRuleKind.QUESTION, key).content).answer


def unanswered(keys: Iterable[str]) -> list[str]:
    """The questions among `keys` that wait for an answer, in words."""
    wanted = set(keys)
    return [
        rule.content.title
        for rule in rules(LegalRuleKind.QUESTION)
        if rule.key in wanted and rule.is_unanswered
    ]


def provisions() -> dict[str, Provision]:
    """The provisions that can be cited, by key."""
    found = rules(LegalRuleKind.PROVISION)
    return {
        rule.key: rule.content
        for rule in found
        if not rule.is_retired and isinstance(rule.content, Provision)
    }


def citation(key: str) -> str:
    """How a provision is cited, in the active language."""
    return find_rule(LegalRuleKind.PROVISION, key).content.title


def _rule(row: LegalRuleVersion) -> LegalRule:
    kind = LegalRuleKind(row.kind)
    content = {
        **row.content,
        **({"answers": tuple(row.content["answers"])} if "answers" in row.content else {}),
    }
    return LegalRule(
        kind,
        row.key,
        kind.shape(**content),
        row.version,
        row.is_retired,
        row.reason,
        row.proposed_by,
        row.approved_by,
        row.at,
    )
