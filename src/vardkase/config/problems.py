"""What is unsafe about the settings of an installation, and what to do about it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class UnsafeSettingProblem(ProblemCode):
    NO_ADDRESS = _(
        "Links in mail and letters have no host: nobody can follow them. Cookies and keys may travel unencrypted."
    )
    UNENCRYPTED_PAGES = _("Session cookies and API keys may travel unencrypted.")
    ANY_HOST = _("Any host name is accepted, so a forged one may end up in links.")
    PASSWORD_ALONE = _("A password alone opens the web pages.")
    UNENCRYPTED_PASSKEYS = _("Passkeys are accepted from unencrypted pages.")
    ERRORS_SHOWN = _("Error pages show code and settings to everybody.")
    SHORT_SECRET = _("A secret of under %(least)s characters can be guessed.")
    OPEN_FOLDER = _("Other accounts can look into %(folder)s.")
    OPEN_FILE = _("Other accounts can read %(file)s.")
    UNENCRYPTED_DATABASE = _("The connection to %(host)s may be unencrypted.")
    NO_MAIL = _(
        "The hub sends no mail: no applicant, administrator or officer gets a link, and decisions go by post."
    )
    UNENCRYPTED_MAIL = _("Mail, and the password for the mail server, travel unencrypted.")


class UnsafeSettingRemedy(ProblemCode):
    SET_ADDRESS = _("Set it to the https address that people use; a reverse proxy holds the certificate.")
    SET_HOSTS = _("Set it to the host names that people use, separated by commas.")
    REMOVE_OR_TRUE = _("Remove it, or set it to true.")
    REMOVE = _("Remove it.")
    NO_DEBUG = _("Set DEBUG to False in the settings.")
    REMOVE_SECRET = _("Remove it to have one made.")
    CLOSE_FOLDER = _("Run chmod 700 %(folder)s, or start the hub, which does so.")
    CLOSE_FILE = _("Run chmod 600 %(file)s.")
    VERIFY_DATABASE = _("Add ?sslmode=verify-full to it.")
    SET_MAIL_SERVER = _("Set it to the mail server, and VARDKASE_MAIL_FROM to the sender.")
    ENCRYPT_MAIL = _("Set it to starttls or tls.")
