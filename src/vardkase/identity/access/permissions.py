"""Permissions of roles, and which kind of credential may use each."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """MISP's permission flags, named as on the wire and in the role table."""

    ADD = "perm_add"
    MODIFY = "perm_modify"
    MODIFY_ORG = "perm_modify_org"
    PUBLISH = "perm_publish"
    DELEGATE = "perm_delegate"
    SYNC = "perm_sync"
    ADMIN = "perm_admin"
    AUDIT = "perm_audit"
    FULL = "perm_full"
    AUTH = "perm_auth"
    SITE_ADMIN = "perm_site_admin"
    REGEXP_ACCESS = "perm_regexp_access"
    TAGGER = "perm_tagger"
    TEMPLATE = "perm_template"
    SHARING_GROUP = "perm_sharing_group"
    TAG_EDITOR = "perm_tag_editor"
    SIGHTING = "perm_sighting"
    OBJECT_TEMPLATE = "perm_object_template"
    GALAXY_EDITOR = "perm_galaxy_editor"
    PUBLISH_ZMQ = "perm_publish_zmq"
    PUBLISH_KAFKA = "perm_publish_kafka"
    DECAYING = "perm_decaying"
    WARNINGLIST = "perm_warninglist"
    VIEW_FEED_CORRELATIONS = "perm_view_feed_correlations"
    ANALYST_DATA = "perm_analyst_data"
    SKIP_OTP = "perm_skip_otp"
    SERVER_SIGN = "perm_server_sign"
    SYNC_INTERNAL = "perm_sync_internal"
    SYNC_AUTHORITATIVE = "perm_sync_authoritative"


class Credential(StrEnum):
    BROWSER = "browser"
    API_KEY = "api_key"
    READ_ONLY_KEY = "read_only_key"
    CONSOLE = "console"
    JOB = "job"
    NOBODY = "nobody"


READING: frozenset[Permission] = frozenset(
    {
        Permission.AUTH,
        Permission.AUDIT,
        Permission.SYNC,
        Permission.ADMIN,
        Permission.SITE_ADMIN,
        Permission.VIEW_FEED_CORRELATIONS,
    }
)
"""Permissions that matter when only reading."""

OF_CONTENT: frozenset[Permission] = frozenset(
    {
        Permission.ADD,
        Permission.MODIFY,
        Permission.MODIFY_ORG,
        Permission.PUBLISH,
        Permission.PUBLISH_ZMQ,
        Permission.PUBLISH_KAFKA,
        Permission.DELEGATE,
        Permission.TAGGER,
        Permission.SIGHTING,
        Permission.ANALYST_DATA,
        Permission.SHARING_GROUP,
        Permission.SERVER_SIGN,
        Permission.SYNC,
    }
)
"""Permissions to write and to send what is shared, and to say with whom."""

CREDENTIAL_PERMISSIONS: dict[Credential, frozenset[Permission]] = {
    Credential.BROWSER: frozenset(Permission),
    Credential.API_KEY: frozenset(Permission),
    Credential.READ_ONLY_KEY: READING,
    Credential.CONSOLE: frozenset(Permission),
    Credential.JOB: frozenset(Permission) - {Permission.ADMIN},
    Credential.NOBODY: frozenset(),
}
"""The table: a permission of the role counts only if the credential may use it. Else it is refused."""

WRITING_CREDENTIALS: frozenset[Credential] = frozenset(Credential) - {
    Credential.READ_ONLY_KEY,
    Credential.NOBODY,
}
"""Credentials that may change anything at all."""
