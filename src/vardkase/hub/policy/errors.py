"""Errors of policy rules."""

from __future__ import annotations

from vardkase.hub.policy.evaluation import MatchedRule
from vardkase.hub.policy.wording import refusal
from vardkase.intel.errors import PublicationRefused


class PolicyForbids(PublicationRefused):
    """A rule of an organisation's policy forbids this."""

    def __init__(self, met: MatchedRule, organisation: str, *, own: bool) -> None:
        self.met = met
        self.organisation = organisation
        self.own = own
        super().__init__(refusal(met, organisation, own=own))
