"""Actions on accounts, organisations and signing in, as the audit log records them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import AuditAction


class IdentityAction(AuditAction):
    APPROVAL_REQUEST_APPROVED = (
        "approval_request.approved",
        _("A second person approved a proposal, and it was carried out"),
    )
    APPROVAL_REQUEST_DECLINED = (
        "approval_request.declined",
        _("A second person declined or returned a proposal"),
    )
    APPROVAL_REQUEST_DONE_ALONE = (
        "approval_request.done_alone",
        _("One person did what has required two since the hub’s second officer was appointed"),
    )
    APPROVAL_REQUEST_DROPPED = (
        "approval_request.dropped",
        _("A proposal no longer counts because the proposer declared a conflict of interest"),
    )
    APPROVAL_REQUEST_PROPOSED = (
        "approval_request.proposed",
        _("A proposal is waiting for a second person’s approval"),
    )
    APPROVAL_REQUEST_WITHDRAWN = "approval_request.withdrawn", _("A proposal was withdrawn")
    AUTH_KEY_CREATED = "auth_key.created", _("The API key was created")
    AUTH_KEY_DELETED = "auth_key.deleted", _("The API key was revoked")
    AUTH_KEY_EDITED = "auth_key.edited", _("The API key was changed")
    AUTH_KEY_ENDED = "auth_key.ended", _("The API keys of synchronising accounts were revoked")
    AUTH_KEY_RESET = "auth_key.reset", _("The API key was replaced")
    BOOKMARK_ADDED = "bookmark.added", _("The bookmark was added")
    BOOKMARK_DELETED = "bookmark.deleted", _("The bookmark was deleted")
    BOOKMARK_EDITED = "bookmark.edited", _("The bookmark was changed")
    NEWS_ADDED = "news.added", _("The news item was published")
    NEWS_DELETED = "news.deleted", _("The news item was deleted")
    NEWS_EDITED = "news.edited", _("The news item was changed")
    ORGANISATION_ACCESS_REVIEW_OPENED = (
        "organisation.access_review_opened",
        _("A review of the accounts was opened"),
    )
    ORGANISATION_ACCOUNTS_REVIEWED = (
        "organisation.accounts_reviewed",
        _("Accounts were reviewed in the access review"),
    )
    ORGANISATION_API_REQUIREMENTS_APPROVED = (
        "organisation.api_requirements_approved",
        _("The organisation’s API requirements were approved"),
    )
    ORGANISATION_API_REQUIREMENTS_EDITED = (
        "organisation.api_requirements_edited",
        _("The organisation’s API requirements were changed"),
    )
    ORGANISATION_API_REQUIREMENTS_RETURNED = (
        "organisation.api_requirements_returned",
        _("The organisation’s API requirements were returned"),
    )
    ORGANISATION_API_REQUIREMENTS_SUBMITTED = (
        "organisation.api_requirements_submitted",
        _("The organisation’s API requirements were submitted"),
    )
    ORGANISATION_CERTIFICATE_ADDED = (
        "organisation.certificate_added",
        _("A client certificate was registered for the organisation"),
    )
    ORGANISATION_CERTIFICATE_REMOVED = (
        "organisation.certificate_removed",
        _("A client certificate of the organisation was removed"),
    )
    ORGANISATION_CREATED = "organisation.created", _("The organisation was created")
    ORGANISATION_DELETED = "organisation.deleted", _("The organisation was deleted")
    ORGANISATION_DOMAIN_CLAIMED = (
        "organisation.domain_claimed",
        _("An e-mail domain was claimed for the organisation"),
    )
    ORGANISATION_DOMAIN_LAPSED = (
        "organisation.domain_lapsed",
        _("The verification of an e-mail domain expired"),
    )
    ORGANISATION_DOMAIN_REMOVED = (
        "organisation.domain_removed",
        _("An e-mail domain of the organisation was removed"),
    )
    ORGANISATION_DOMAIN_VERIFIED = (
        "organisation.domain_verified",
        _("An e-mail domain of the organisation was verified"),
    )
    ORGANISATION_EDITED = "organisation.edited", _("The organisation was changed")
    ORGANISATION_ENTRANCE_MODES_SET = (
        "organisation.entrance_modes_set",
        _("The enforcement of the organisation’s rules was changed"),
    )
    ORGANISATION_MERGED = "organisation.merged", _("The organisation was merged into another")
    ORGANISATION_NETWORKS_SET = (
        "organisation.networks_set",
        _("The networks of the organisation were changed"),
    )
    ORGANISATION_PROVIDER_REMOVED = (
        "organisation.provider_removed",
        _("The organisation’s sign-in provider was removed"),
    )
    ORGANISATION_PROVIDER_SET = (
        "organisation.provider_set",
        _("The organisation’s sign-in provider was registered or changed"),
    )
    REGISTRATION_ACCEPTED = "registration.accepted", _("The request for an account was accepted")
    REGISTRATION_DISCARDED = "registration.discarded", _("The request for an account was discarded")
    REGISTRATION_REQUESTED = "registration.requested", _("An account was requested")
    ROLE_CREATED = "role.created", _("The role was created")
    ROLE_DELETED = "role.deleted", _("The role was deleted")
    ROLE_EDITED = "role.edited", _("The role was changed")
    ROLE_MADE_DEFAULT = "role.made_default", _("The role was made the default")
    SECOND_FACTOR_ADDED = "second_factor.added", _("A second factor was added")
    SECOND_FACTOR_REMOVED = "second_factor.removed", _("A second factor was removed")
    SECOND_FACTOR_RENEWED = "second_factor.renewed", _("A second factor was renewed")
    SHARING_GROUP_CREATED = "sharing_group.created", _("The sharing group was created")
    SHARING_GROUP_DELETED = "sharing_group.deleted", _("The sharing group was deleted")
    SHARING_GROUP_EDITED = "sharing_group.edited", _("The sharing group was changed")
    SHARING_GROUP_ORGANISATION_ADDED = (
        "sharing_group.organisation_added",
        _("An organisation was added to the sharing group"),
    )
    SHARING_GROUP_ORGANISATION_REMOVED = (
        "sharing_group.organisation_removed",
        _("An organisation was removed from the sharing group"),
    )
    SHARING_GROUP_REBUILT = "sharing_group.rebuilt", _("The sharing group was updated from its rule")
    SHARING_GROUP_SERVER_ADDED = "sharing_group.server_added", _("A hub was added to the sharing group")
    SHARING_GROUP_SERVER_REMOVED = (
        "sharing_group.server_removed",
        _("A hub was removed from the sharing group"),
    )
    SHARING_GROUP_BLUEPRINT_ADDED = (
        "sharing_group_blueprint.added",
        _("The rule for a sharing group was added"),
    )
    SHARING_GROUP_BLUEPRINT_DELETED = (
        "sharing_group_blueprint.deleted",
        _("The rule for a sharing group was deleted"),
    )
    SHARING_GROUP_BLUEPRINT_DETACHED = (
        "sharing_group_blueprint.detached",
        _("The sharing group was detached from its rule"),
    )
    SHARING_GROUP_BLUEPRINT_EDITED = (
        "sharing_group_blueprint.edited",
        _("The rule for a sharing group was changed"),
    )
    USER_ADDRESS_CANCELLED = (
        "user.address_cancelled",
        _("A change of email address was cancelled from the old address"),
    )
    USER_ADDRESS_REQUESTED = (
        "user.address_requested",
        _("A new email address was requested and awaits confirmation"),
    )
    USER_ALL_ENABLED_AGAIN = (
        "user.all_enabled_again",
        _("The accounts that the termination disabled were enabled again"),
    )
    USER_ALL_SWITCHED_OFF = "user.all_switched_off", _("All accounts of the organisation were disabled")
    USER_APPOINTED = "user.appointed", _("The account’s duties at the hub were changed")
    USER_CREATED = "user.created", _("The account was created")
    USER_DELETED = "user.deleted", _("The account was deleted")
    USER_EDITED = "user.edited", _("The account was changed"), _("The accounts were changed")
    USER_ENTRANCE_REFUSED = "user.entrance_refused", _("A sign-in was refused by the organisation’s rules")
    USER_ENTRANCE_REPORTED = (
        "user.entrance_reported",
        _("A sign-in broke a rule that is only reported"),
    )
    USER_KEY_REFUSED = "user.key_refused", _("An API key that does not exist was used")
    USER_NAME_USED_AT_CONSOLE = (
        "user.name_used_at_console",
        _("Someone at the console acted in the account’s name"),
    )
    USER_PASSWORD_CHANGED = "user.password_changed", _("The password was changed")
    USER_PASSWORD_RESET = "user.password_reset", _("The account was given a one-time password")
    USER_PROVIDER_REFUSED = (
        "user.provider_refused",
        _("A sign-in through the organisation’s provider was refused"),
    )
    USER_SECOND_FACTOR_REFUSED = "user.second_factor_refused", _("A wrong second factor was entered")
    USER_SECOND_FACTOR_RESET = "user.second_factor_reset", _("The second factor was removed")
    USER_SIGN_IN_REFUSED = "user.sign_in_refused", _("A wrong password was entered")
    USER_SESSION_ENDED = "user.session_ended", _("One of the account’s own sessions was ended")
    USER_SIGNATURE_CHANGED = "user.signature_changed", _("The name used in letters was changed")
    USER_SIGNED_IN = "user.signed_in", _("Sign-in succeeded")
    USER_SIGNED_OUT_EVERYWHERE = "user.signed_out_everywhere", _("The account was signed out everywhere")
    USER_SWITCHED_OFF = "user.switched_off", _("The hub disabled accounts")
    USER_WRITTEN_TO = "user.written_to", _("An administrator sent an e-mail to accounts")
    USER_SETTING_CHANGED = "user_setting.changed", _("The personal setting was changed")
    USER_SETTING_DELETED = "user_setting.deleted", _("The personal setting was reset")
