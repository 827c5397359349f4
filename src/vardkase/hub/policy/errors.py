"""Errors of policy rules."""

from __future__ import annotations

from django.utils import translation

from vardkase.hub.policy.evaluation import MatchedRule
from vardkase.hub.policy.wording import refusal
from vardkase.intel.errors import PublicationRefused


class PolicyForbids(PublicationRefused):
    """A rule of an organisation's policy forbids this.

    The message is in English, as the API answers; `in_words` is in the active language.
    """

    def __init__(self, met: MatchedRule, organisation: str, *, own: bool) -> None:
        self.met = met
        self.organisation = organisation
        self.own = own
        with translation.override("en"):
            super().__init__(self.in_words())

    def in_words(self) -> str:
        return refusal(self.met, self.organisation, own=self.own)
