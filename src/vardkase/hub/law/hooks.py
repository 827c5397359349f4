"""Hooks on legal rules for sibling packages, called in the transaction of the change."""

from __future__ import annotations

from vardkase.core.hooks import Hook
from vardkase.hub.law.models import LegalRuleVersion

rule_changed: Hook[LegalRuleVersion] = Hook("rule_changed")
"""A new version of a legal rule is in force."""
