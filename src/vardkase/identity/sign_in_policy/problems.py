"""Why an organisation's sign-in policy cannot be changed, and why somebody is not admitted by it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class SignInPolicyProblem(ProblemCode):
    CERTIFICATE_NOT_FOUND = _("Certificate not found.")
    CERTIFICATE_UNKNOWN = _("Certificate not found."), "Invalid certificate"
    DOMAIN_NOT_FOUND = _("Domain not found.")
    DOMAIN_UNKNOWN = _("Domain not found."), "Invalid domain"
    HAS_PRIVATE_KEY = _(
        "This contains a private key, which nobody else may see. Create a new key pair, and "
        "send only the certificate."
    )
    NOT_ONE_CERTIFICATE = _("This is not a single certificate in PEM format.")
    CERTIFICATE_EXPIRED = _("This certificate has expired.")
    NOT_A_FINGERPRINT = _("A SHA-256 fingerprint has 64 hexadecimal digits.")
    TOO_MANY_CERTIFICATES = _("At most %(count)s certificates can be registered.")
    CERTIFICATE_REGISTERED = _("This certificate is already registered.")
    UNKNOWN_PIN = _("Choose the certificate or its public key.")
    LOCKS_OUT = _("This would lock you out. %(refusal)s")
    NO_SOURCE_LEFT = _("The hub owner requires a registered network or client certificate: keep one of them.")
    NO_NETWORKS = _("Register a network first.")
    NO_CERTIFICATES = _("Register a client certificate first.")
    NO_DOMAINS = _("Verify an e-mail domain first.")
    MAILED_A_MOMENT_AGO = _("An e-mail was sent a moment ago. Wait five minutes before you ask for another.")
    TOO_MANY_MAILS = _("You have sent many messages recently. Please try again in an hour.")
    LINK_GONE = _("The link has been used or has expired.")
    VERIFIED_BY_MAIL = _("This domain is verified by e-mail.")
    NO_NAME_SERVER = _("DNS is not responding for this domain. Try again later.")
    NEWER_VERIFICATION = _("A newer verification has been requested. Reload the page.")
    NOT_A_DOMAIN = _("Enter an e-mail domain such as kommun.example.")
    DOMAIN_RESEMBLES = _("The domain looks like %(other)s, which another organisation has verified.")
    UNKNOWN_METHOD = _("Choose mail or dns.")
    NO_MAIL = _("This hub cannot send e-mail. Verify the domain by DNS.")
    TOO_MANY_DOMAINS = _("At most %(count)s domains can be registered.")
    UNKNOWN_MODE = _("Choose off, report or enforce.")
    REQUIRED_BY_HUB = _("The hub owner requires this of your organisation.")
    TOO_MANY_NETWORKS = _("At most %(count)s networks can be registered.")
    TOO_WIDE = _("Networks this large restrict nothing.")
    NOT_A_NETWORK = _("%(network)s is not a network such as 192.0.2.0/24.")
    EVERY_ADDRESS = _("%(network)s covers every address.")
    PROVIDER_UNPROVED = _("Sign in with it once to check that it works. Then require it.")
    NO_PROVIDER = _("No provider is registered.")
    OWN_ADMINISTRATORS_ONLY = _(
        "Only the organisation’s own administrators decide which provider signs its people "
        "in. You can withdraw the requirement, or remove the provider."
    )
    NOT_AN_ISSUER = _(
        "Enter the issuer exactly as the provider states it, such as https://login.kommun.example."
    )
    EMPTY = _("Fill this in.")
    SECRET_MISSING = _("Enter the secret that belongs to this issuer.")
    ALREADY_SUBMITTED = _("The list has already been submitted.")
    OWN_ORGANISATION = _("Nobody can decide on matters concerning their own organisation.")
    NOT_SUBMITTED = _("No list is awaiting a decision.")
    NOTE_MISSING = _("Explain what is missing.")
    UNKNOWN_PROOF = _("Choose a client certificate or a pinned key.")
    ROTATION_TOO_LONG = _("Keys are changed at least once a year: enter 1 to 365 days.")
    LOG_TOO_SHORT = _("Logs are kept for 90 days at least.")


class SignInProblem(ProblemCode):
    """Named as `RefusalReason`, except for the last one."""

    NETWORK = _(
        "Your organisation only admits its own networks, and you are connecting from "
        "%(address)s. Connect from a network of your organisation, or ask its administrator "
        "to add this one."
    )
    NO_CERTIFICATE = _(
        "Your organisation only admits those who present its client certificate, and none "
        "was presented. Choose the certificate in your browser or program, or ask your "
        "administrator for one."
    )
    OTHER_CERTIFICATE = _(
        "The client certificate that was presented (%(subject)s) is not one that your "
        "organisation has registered. Present the right one, or ask your administrator to "
        "register this one."
    )
    CERTIFICATE_NOT_VALID = _(
        "The client certificate that was presented (%(subject)s, until %(day)s) is not "
        "currently valid. Renew it, and ask your administrator to register the new one."
    )
    DOMAIN = _(
        "Your address %(email)s is not in an e-mail domain that your organisation has verified. "
        "Ask your administrator to verify the domain, or to change your address."
    )
    UNBOUND_KEY = _(
        "Your organisation only admits keys of synchronising accounts that are bound to "
        "addresses and have an expiry date. This key lacks one of them: ask your "
        "administrator for a new key."
    )
    SOURCE = _(
        "The hub owner requires that people of your organisation connect from one of its "
        "registered networks, or present its client certificate. You are connecting from "
        "%(address)s. Connect from such a network, or ask your administrator or the hub to "
        "register this one."
    )
    REQUIRED_KEY = _(
        "The hub owner requires that your organisation’s keys are bound to addresses and "
        "have an expiry date. This key lacks one of them: create a new key with both, and "
        "delete this one."
    )
    LONG_KEY = _(
        "This key is valid longer than the hub owner allows for your organisation. Create a "
        "new key with an earlier expiry date, and delete this one."
    )
    PROVIDER_REQUIRED = _(
        "Your organisation requires that you sign in through %(label)s. Choose “Sign in through your organisation” "
        "on the sign-in page."
    )
