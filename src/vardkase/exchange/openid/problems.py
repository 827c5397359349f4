"""Problems of registering an identity provider."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class IdentityProviderProblem(ProblemCode):
    NO_ANSWER = _("No OpenID Connect provider responds at this address: %(why)s")
    """`why` is in the provider's or the network's own words."""
