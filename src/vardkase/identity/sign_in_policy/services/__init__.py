"""Services for sign-in policies."""

from vardkase.identity.sign_in_policy.services.certificates import (
    add_certificate,
    add_fingerprint,
    remove_certificate,
)
from vardkase.identity.sign_in_policy.services.domains import (
    check_record,
    confirm_by_link,
    find_by_link,
    remove_domain,
    start_domain_check,
)
from vardkase.identity.sign_in_policy.services.enforcement_modes import set_modes
from vardkase.identity.sign_in_policy.services.networks import set_networks
from vardkase.identity.sign_in_policy.services.providers import (
    SHOWN_OF_PROVIDER,
    Registration,
    changed_registration,
    check_provider,
    provider_of,
    remove_provider,
    save_provider,
)
from vardkase.identity.sign_in_policy.services.requirements import (
    decide_requirements,
    requirements_of,
    save_requirements,
    submit_requirements,
)
from vardkase.identity.sign_in_policy.services.state import security_state

__all__ = [
    "SHOWN_OF_PROVIDER",
    "Registration",
    "add_certificate",
    "add_fingerprint",
    "changed_registration",
    "check_provider",
    "check_record",
    "confirm_by_link",
    "decide_requirements",
    "find_by_link",
    "provider_of",
    "remove_certificate",
    "remove_domain",
    "remove_provider",
    "requirements_of",
    "save_provider",
    "save_requirements",
    "security_state",
    "set_modes",
    "set_networks",
    "start_domain_check",
    "submit_requirements",
]
