"""All settings, in one file. Each is read from an environment variable with a safe default.

`vardkase check` refuses unsafe combinations by name; docs/settings.md lists the variables for operators.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from vardkase.config.environment import (
    env_absolute_path,
    env_bool,
    env_choice,
    env_files,
    env_int,
    env_list,
    env_listener,
    env_networks,
    env_path,
    env_proxy,
    env_sender,
    env_str,
    env_url,
    former_secrets,
    secret_from,
)
from vardkase.core.database import connection_settings, replica_settings
from vardkase.core.database.replica import CONNECT, REPLICA
from vardkase.web.template_folders import TAG_LIBRARIES, TEMPLATE_FOLDERS

PACKAGE = Path(__file__).resolve().parent.parent
PROJECT = PACKAGE.parent.parent

# Where everything that is kept on disk lives, and how people reach us.
DATA_DIR = env_path("VARDKASE_DATA_DIR", PROJECT / ".data")
FILES_DIR = DATA_DIR / "files"
# Where attachments are kept: a folder that all machines of the hub share, or s3://bucket/prefix. Empty: in FILES_DIR.
VARDKASE_FILES = env_files("VARDKASE_FILES")
# Where they were kept before, besides FILES_DIR: what is still there is read from there.
VARDKASE_FILES_FORMER = env_files("VARDKASE_FILES_FORMER")
# Where backups are kept: a folder on another disk, or s3://bucket/prefix. Empty: none are made.
BACKUP_STORAGE = env_str("VARDKASE_BACKUP_STORAGE")
BASE_URL = env_str("VARDKASE_BASE_URL").rstrip("/")
ALLOWED_HOSTS = env_list(
    "VARDKASE_ALLOWED_HOSTS",
    (urlsplit(BASE_URL).hostname or "*", "localhost", "127.0.0.1") if BASE_URL else ("*",),
)
TRUSTED_PROXIES = env_int("VARDKASE_TRUSTED_PROXIES", 0)
# The header in which the proxy hands on the client certificate that it was shown (docs/deploy.md); none: not believed.
VARDKASE_CLIENT_CERTIFICATE_HEADER = env_str("VARDKASE_CLIENT_CERTIFICATE_HEADER").strip()
# Who is asked for TXT records of e-mail domains, as address[:port]; none: the machine's own resolver.
VARDKASE_DNS_SERVER = env_str("VARDKASE_DNS_SERVER").strip()
DEBUG = False

# What this installation is: a hub with members, or one organisation's own platform that may be connected to a hub.
VARDKASE_PROFILE = env_choice("VARDKASE_PROFILE", ("hub", "member"))

# A folder with newer knowledge than the packages bring, in the layout of the upstream repositories.
VARDKASE_KNOWLEDGE_DIR = env_str("VARDKASE_KNOWLEDGE_DIR")

# Secrets: from the environment, else made once and kept beside the data.
SECRET_KEY = secret_from("VARDKASE_SECRET_KEY", DATA_DIR / "secrets" / "django")
SECRET_KEY_FALLBACKS = [
    *env_list("VARDKASE_SECRET_KEY_FALLBACKS"),
    *former_secrets(DATA_DIR / "secrets" / "django.former"),
]
# Keys that somebody else may know: secrets in the database are read with them, but nothing signed with them counts.
VARDKASE_LEAKED_SECRET_KEYS = [
    *env_list("VARDKASE_LEAKED_SECRET_KEYS"),
    *former_secrets(DATA_DIR / "secrets" / "django.leaked"),
]
CORRELATION_SECRET = secret_from("VARDKASE_CORRELATION_SECRET", DATA_DIR / "secrets" / "correlation")
INSTANCE_UUID_SEED = secret_from("VARDKASE_INSTANCE_SEED", DATA_DIR / "secrets" / "instance")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "vardkase.config.apps.WebConfig",  # Before allauth: our templates stand in for allauth's.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "procrastinate.contrib.django",
    "vardkase.config.apps.CoreConfig",
    "vardkase.config.apps.AuditConfig",
    "vardkase.config.apps.IdentityConfig",
    "vardkase.config.apps.KnowledgeConfig",
    "vardkase.config.apps.IntelConfig",
    "vardkase.config.apps.AnalysisConfig",
    "vardkase.config.apps.ExchangeConfig",
    "vardkase.config.apps.LifecycleConfig",
    "vardkase.config.apps.LawConfig",
    "vardkase.config.apps.SignaturesConfig",
    "vardkase.config.apps.SpillsConfig",
    "vardkase.config.apps.BackupsConfig",
    "vardkase.config.apps.SealedLinksConfig",
    "vardkase.config.apps.AuthorRelayConfig",
    "vardkase.config.apps.RetentionConfig",
    "vardkase.config.apps.CaseFilesConfig",
    "vardkase.config.apps.CorrespondenceConfig",
    "vardkase.config.apps.PublicPagesConfig",
    "vardkase.config.apps.TrainingConfig",
    "vardkase.config.apps.DashboardsConfig",
    "vardkase.config.apps.PolicyConfig",
    "vardkase.config.apps.ContentAccessConfig",
    "vardkase.config.apps.CustomerServiceConfig",
    "vardkase.config.apps.MembershipConfig",
    "vardkase.config.apps.PublicRecordsConfig",
    "vardkase.config.apps.OfficeConfig",
    "vardkase.config.apps.EnrolmentConfig",
    "vardkase.config.apps.DataProtectionConfig",
    "vardkase.config.apps.MoveInConfig",
    "vardkase.config.apps.AnonymousPublicationConfig",
    "vardkase.config.apps.WiringConfig",
]

# The API answers first and skips the browser's layers: it knows neither sessions nor cookies.
MIDDLEWARE = [
    "vardkase.config.middleware.RequestIds",
    "vardkase.config.middleware.TrustedProxies",
    "vardkase.config.middleware.UsualMethods",
    "vardkase.config.middleware.ApiMiddleware",
    "vardkase.web.ui.outages.ReadAgain",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "vardkase.web.ui.middleware.Language",
    "vardkase.web.ui.middleware.SignedIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "vardkase.web.intel.events.last_version.LeadToLastVersion",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "vardkase.config.urls"
WSGI_APPLICATION = "vardkase.config.wsgi.application"
PROCRASTINATE_ON_APP_READY = "vardkase.core.jobs.origin.keep_origins"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True
# E-mail addresses are unique without regard to case, by a constraint that this check does not see.
SILENCED_SYSTEM_CHECKS = [
    "fields.E323",  # A row that the database removes with its owner has nothing that Python would have to do.
    "auth.W004",
    # These follow from VARDKASE_BASE_URL, which config/checks.py looks at; redirecting is the proxy's work, and
    # whether other names of the domain use encryption is not ours to say.
    *("security.W004", "security.W005", "security.W008", "security.W012", "security.W016", "security.W021"),
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": TEMPLATE_FOLDERS,
        "APP_DIRS": True,  # Of allauth and Django, where ours have none of the same name.
        "OPTIONS": {
            "libraries": TAG_LIBRARIES,
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "vardkase.web.ui.context.page",
            ],
        },
    }
]

DATABASES = {
    "default": {
        **connection_settings(DATA_DIR),
        "CONN_MAX_AGE": 600,  # The backend checks connections itself (core/database/postgresql).
    }
}
# Searches, exports and what peers fetch may be read from a replica (core/database/replica.py).
if replica := replica_settings():
    DATABASES[REPLICA] = {
        **replica,
        "OPTIONS": {"connect_timeout": CONNECT, **replica["OPTIONS"]},
        "CONN_MAX_AGE": 600,
        "TEST": {"MIRROR": "default"},
    }
DATABASE_ROUTERS = ["vardkase.core.database.replica.ReplicaRouter"] if replica else []
# A server that is gone without a word (failover, cut cable) is noticed within a minute. DATABASE_URL may say otherwise.
for database in DATABASES.values():
    database["OPTIONS"] = {
        "connect_timeout": 5,
        "keepalives_idle": 20,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
        **database.get("OPTIONS", {}),
        "server_side_binding": True,
        "prepare_threshold": 5,
        "application_name": "vardkase",
    }

# Sign-in: e-mail and password or passkey, and a second factor unless a test installation says otherwise.
AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["vardkase.web.sign_in.backend.AuthenticationBackend"]
# The first one hashes; the others recognise passwords that came with a former system.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "vardkase.identity.accounts.hashers.MispPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "vardkase.identity.accounts.passwords.MixedPassword"},
    {"NAME": "vardkase.identity.accounts.passwords.CommonPassword"},
]
REQUIRE_SECOND_FACTOR = env_bool("VARDKASE_REQUIRE_SECOND_FACTOR", True)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "vardkase.web.sign_in.adapter.AccountAdapter"
MFA_ADAPTER = "vardkase.web.sign_in.adapter.MfaAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600  # As identity.access.actor.STEP_UP_HOLDS.
ACCOUNT_FORMS = {
    "login": "vardkase.web.sign_in.forms.LoginForm",
    "change_password": "vardkase.web.sign_in.forms.ChangePasswordForm",
    "reauthenticate": "vardkase.web.sign_in.forms.ReauthenticateForm",
}
# Attempts are counted in the database, so together over all processes: per address, account ("key") or user.
# The last two are also what a second factor may be guessed by.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "change_password": "5/m/user",
    "login_failed": "10/m/ip,5/5m/key",
    "reauthenticate": "10/m/user",
    "password_confirmation_failed": "5/5m/user",
    "provider_sign_in": "30/m/ip",
    "provider_answer": "30/m/ip",
}
MFA_FORMS = {
    "authenticate": "vardkase.web.sign_in.forms.AuthenticateForm",
    "reauthenticate": "vardkase.web.sign_in.forms.MfaReauthenticateForm",
    "activate_totp": "vardkase.web.sign_in.forms.ActivateTOTPForm",
    "add_webauthn": "vardkase.web.sign_in.forms.AddWebAuthnForm",
    "edit_webauthn": "vardkase.web.sign_in.forms.EditWebAuthnForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Vårdkase"
# A clock may be half a minute off, and a code may change while it is typed (RFC 6238, section 5.2).
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = env_bool("VARDKASE_INSECURE_ORIGIN", False)

# Shared by all processes: counts of attempts, and the one-time codes that have been used.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "attempt",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

SESSION_ENGINE = "vardkase.web.sign_in.session_store"
SESSION_COOKIE_SECURE = BASE_URL.startswith("https://")
# Browsers take a cookie so named over https alone, for this very host: no other name of the domain can plant one.
COOKIE_PREFIX = "__Host-" if SESSION_COOKIE_SECURE else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}vardkase"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL else []
# Behind a proxy that holds the certificate only its word says that the browser's side is encrypted.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if SESSION_COOKIE_SECURE else 0
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}

# Language and time: Swedish first; the wire is in UTC.
LANGUAGE_CODE = env_str("VARDKASE_LANGUAGE", "sv")
LANGUAGES = [("sv", _("Swedish")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}vardkase_language"
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env_str("VARDKASE_TIME_ZONE", "Europe/Stockholm")

STATIC_URL = "/static/"
STATICFILES_DIRS: list[Path] = []
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
# Built files carry a hash of their content in their name, so browsers may keep them for ever.
WHITENOISE_IMMUTABLE_FILE_TEST = r"-[0-9A-Z]{8}\.[a-z0-9]+$"

# Limits. An event of 100,000 attributes is about 45 MB of JSON.
# Of a form without its files; what else is sent has limits of its own (core/body_limits.py).
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
VARDKASE_MAX_BODY = env_int("VARDKASE_MAX_BODY", 512 * 1024 * 1024, minimum=1)
VARDKASE_DISK_RESERVE = env_int("VARDKASE_DISK_RESERVE", 1024 * 1024 * 1024, minimum=0)

# What the hub itself turns to (exchange/http.py): public addresses, and these networks.
VARDKASE_PRIVATE_NETWORKS = env_networks("VARDKASE_PRIVATE_NETWORKS")
VARDKASE_PAGE_NETWORKS = env_networks("VARDKASE_PAGE_NETWORKS")
VARDKASE_SIGN_IN_NETWORKS = env_networks("VARDKASE_SIGN_IN_NETWORKS")
VARDKASE_PROXY = env_proxy("VARDKASE_PROXY")
# Feeds that lie on this machine are read below this folder only (exchange/feeds/local_files.py).
VARDKASE_FEED_FOLDER = env_str("VARDKASE_FEED_FOLDER").strip()
VARDKASE_MODULES_URL = env_str("VARDKASE_MODULES_URL", "http://127.0.0.1:6666")

# The mail server (core/mail); without one the hub sends no mail.
VARDKASE_SMTP_HOST = env_str("VARDKASE_SMTP_HOST").strip()
VARDKASE_SMTP_SECURITY = env_choice("VARDKASE_SMTP_SECURITY", ("starttls", "tls", "none"))
VARDKASE_SMTP_PORT = env_int(
    "VARDKASE_SMTP_PORT", {"starttls": 587, "tls": 465, "none": 25}[VARDKASE_SMTP_SECURITY], minimum=1
)
VARDKASE_SMTP_USER = env_str("VARDKASE_SMTP_USER")
VARDKASE_SMTP_PASSWORD = env_str("VARDKASE_SMTP_PASSWORD")
VARDKASE_MAIL_FROM = env_sender("VARDKASE_MAIL_FROM", required_by="VARDKASE_SMTP_HOST")

# Where signed checkpoints of the audit log are kept outside (docs/audit-log.md).
VARDKASE_AUDIT_FILE = env_absolute_path("VARDKASE_AUDIT_FILE")
VARDKASE_AUDIT_SYSLOG = env_url("VARDKASE_AUDIT_SYSLOG", ("tls", "tcp"))
VARDKASE_AUDIT_MAIL = env_str("VARDKASE_AUDIT_MAIL").strip()
VARDKASE_AUDIT_URL = env_url("VARDKASE_AUDIT_URL", ("https", "http"))
VARDKASE_AUDIT_URL_KEY = env_str("VARDKASE_AUDIT_URL_KEY").strip()
VARDKASE_AUDIT_HUB = env_url("VARDKASE_AUDIT_HUB", ("https", "http"))
VARDKASE_AUDIT_HUB_KEY = env_str("VARDKASE_AUDIT_HUB_KEY").strip()

# What the hub tells of its operation (core/telemetry, docs/operations/observability.md).
VARDKASE_METRICS = env_listener("VARDKASE_METRICS")
VARDKASE_OTLP_ENDPOINT = env_str("VARDKASE_OTLP_ENDPOINT").strip()
VARDKASE_LOG_FORMAT = env_choice("VARDKASE_LOG_FORMAT", ("text", "json"))

# MISP's own settings that have a meaning here, by MISP's default.
VARDKASE_UNPUBLISHED_PRIVATE = env_bool("VARDKASE_UNPUBLISHED_PRIVATE", False)
VARDKASE_DEFAULT_EVENT_DISTRIBUTION = env_int("VARDKASE_DEFAULT_EVENT_DISTRIBUTION", 1)
VARDKASE_DEFAULT_ATTRIBUTE_DISTRIBUTION = env_int("VARDKASE_DEFAULT_ATTRIBUTE_DISTRIBUTION", 5)
VARDKASE_CORRELATION_LIMIT = env_int("VARDKASE_CORRELATION_LIMIT", 100, minimum=1)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "vardkase.config.logs.SecretLogFilter",
            "format": "{asctime} {levelname} {name} {message} [{request_id}]",
            "style": "{",
        },
        "json": {"()": "vardkase.config.logs.JsonFormatter"},
    },
    "filters": {
        "expected": {"()": "vardkase.core.jobs.ExpectedFailures"},
        "routes": {"()": "vardkase.config.logs.RouteLogFilter"},
        "origin": {"()": "vardkase.config.logs.OriginLogFilter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json" if VARDKASE_LOG_FORMAT == "json" else "line",
            "filters": ["expected", "routes", "origin"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
