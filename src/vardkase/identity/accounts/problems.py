"""Why something about accounts, roles or API keys is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class AccountProblem(ProblemCode):
    NOT_FOUND = _("Account not found."), "Invalid user"
    NO_CHANGE_TO_APPROVE = _("This change needs no approval.")
    LINK_GONE = _("The link has been used or has expired. Ask for a new one.")
    NO_MAIL_TO_CONFIRM = _(
        "This hub cannot send e-mail, so it cannot confirm an address. An administrator has to change it."
    )
    DISABLED = _("The account is disabled.")
    DISABLED_OR_DELETED = _("The account is disabled or has been deleted.")
    FIELD_NOT_FOR_MANY = _("This field cannot be changed for many accounts at once.")
    DISABLES_ONESELF = _("You cannot disable your own account.")
    IDS_EXPECTED = _("Enter a list of account IDs.")
    NO_MAIL_FOR_LINKS = _("The hub sends no e-mail at the moment, so nobody would get the link.")
    OWN_PASSWORD_IN_SELECTION = _("Your own account is selected. Change your password on your account page.")
    NONE_OR_TOO_MANY = _("Name at least one account, and not too many.")
    MEMBER_AT_CONSOLE = _(
        "%(organisation)s is a member, and the console cannot act as a member. Its own administrator adds "
        "accounts and issues keys. The first administrator is invited from the member’s checklist."
    )
    UNKNOWN_DUTY = _("Unknown duty. The duties are: %(duties)s.")
    DUTIES_IN_CONFLICT = _(
        "Operators and auditors cannot have any other duty, because they may not read what is shared."
    )
    OFFICER_AND_SITE_ADMIN = _(
        "A site administrator cannot be an officer: those who create accounts must not also decide on members."
    )
    STAFF_OF_ANOTHER = _(
        "Only people of the organisation that runs the hub can be its officers and analysts."
    )
    LAST_SITE_ADMIN = _("The last site administrator can neither be removed nor lose that role.")
    LAST_ADMINISTRATOR = _(
        "This is the last administrator of a member. Make someone else an administrator first. Two officers "
        "can suspend the membership."
    )
    MAIL_TEXT = _("Please enter text of at most %(count)s characters.")
    PASSWORD_TOO_LONG = _("At most 4096 characters are allowed.")
    PASSWORD_TOO_SHORT = _("The password is too short."), "Password length requirement not met."
    NEEDS_OFFICER = _(
        "%(email)s is an officer or auditor, so this change to the account needs another officer’s approval. "
        "Propose it on the page of the account."
    )
    ONLY_SITE_ADMINS_ADD = _("This hub lets only its site administrators add accounts.")
    ONLY_SITE_ADMINS_CHANGE_LOGIN = _(
        "This hub lets only its site administrators change e-mail addresses of accounts."
    )
    ONLY_SITE_ADMINS_CHANGE_PASSWORD = _("This hub lets only its site administrators change passwords.")
    EMAIL_ON_ACCOUNT_PAGE = _(
        "Change your e-mail address on your account page, where you confirm the new one."
    )
    ASKS_ONESELF = _("Change your own password instead of requesting a change for yourself.")
    DOMAIN_NOT_VERIFIED = _("The address is not in an e-mail domain that the organisation has verified.")
    DOMAIN_NOT_ACCEPTED = _("The organisation does not accept addresses in this domain.")
    EMAIL_TAKEN = _("An account with this email address already exists.")
    NOT_A_MOMENT = _("Please enter a date and a time.")


class RoleProblem(ProblemCode):
    NOT_FOUND = _("Role not found."), "Invalid role"
    OF_OFFICERS = _("Officers have this role, so an officer must approve the change.")
    SITE_ADMIN_OF_OFFICERS = _("Officers have this role, and an officer cannot be a site administrator.")
    DEFAULT_NOT_DELETED = _("The default role cannot be deleted.")
    IN_USE = _("The role is in use.")
    DEFAULT_OF_SITE_ADMINS = _("A role of site administrators cannot be the default.")
    NAME_TAKEN = _("A role with this name already exists.")
    UNKNOWN_LEVEL = _("Please enter a level from 0 to 3.")


class KeyProblem(ProblemCode):
    """About API keys."""

    NOT_FOUND = _("API key not found."), "Invalid auth key"
    OWNER_ONLY = _(
        "%(email)s has duties at the hub. Only the account’s owner can create its keys, on their own page."
    )
    NO_ADDRESSES = _("A key of this account must be bound to addresses.")
    TOO_WIDE = _("A network this large does not restrict a key.")
    NOT_REGISTERED = _("The addresses must be among those that the organisation’s API requirements name.")
    NO_EXPIRATION = _("A key of this account must have an expiry date.")
    TOO_LATE = _(
        "Keys of this account are valid for at most %(days)s days from creation. The latest expiry date is %(day)s."
    )
    MORE_ADDRESSES = _("The key cannot work from more addresses than the key that creates it.")
    LONGER = _("The key cannot be valid longer than the key that creates it.")
    LIMITED = _("This cannot be set with a key that is bound to addresses or has an expiry date.")
    OPENS_A_WAY_IN = (
        _("This affects sign-in. Do it on the web, or with a key without bound addresses or an expiry date."),
        "This opens a way to sign in: it takes a key without addresses and last day, or the pages.",
    )
    NOT_A_NETWORK = _("%(address)s is not a valid IP range")
    NOT_A_DATE = _("Please enter a date.")
    TOO_MANY_NETWORKS = _("At most %(count)s networks can be listed.")
