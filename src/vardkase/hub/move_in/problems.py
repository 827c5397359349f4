"""Reasons for which nothing can be taken over."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class DumpProblem(ProblemCode):
    UNREADABLE = _(
        "The dump cannot be read: it ends in the middle, or is not one of mysqldump, near “%(place)s”."
    )
    UNPACKING = _("The dump cannot be unpacked: %(reason)s")
    INCOMPLETE = _(
        "The dump is not complete: its last line, “-- Dump completed”, is missing. Dump again and see that "
        "mysqldump ends without an error. If it was written with --skip-comments, give that option here too."
    )
    ROW_TOO_LONG = _("The dump cannot be read: one of its rows is longer than 64 MB.")
    TABLE_TWICE = _("The table “%(table)s” is in the dump twice. Dump the database of MISP only.")
    ROWS_WITHOUT_TABLE = _(
        "The dump has rows of “%(table)s” but not its columns. Dump with table definitions."
    )
    ENCODING = _("The dump is encoded as %(encoding)s. Write it again with --default-character-set=utf8mb4.")
    NOT_MISP = _("This is not a database of MISP: the table “%(table)s” is missing.")
    TOO_OLD = _("This is the database of a MISP that is too old: update it to 2.4.160 or later first.")
    FILES_UNREADABLE = _("The files cannot be read: %(reason)s")
    EXCHANGED = _("“%(name)s” was exchanged while it was read: nothing of it was taken over.")
    DATABASE_ADDRESS = _("The address of the database is mysql://user:password@host:port/name.")
    DATABASE_UNREADABLE = _("MISP’s database cannot be read: %(reason)s")
    SETTINGS_UNREADABLE = _("The settings cannot be read as JSON.")
    SETTINGS_OF_NO_MISP = _(
        "These are not the settings of a MISP: nothing in them begins with “Security.”. Give all of config.php as "
        "JSON: it says which keys MISP accepts."
    )


class MoveInProblem(ProblemCode):
    NOT_FRESH = _(
        "This hub already has %(what)s of its own. Move in to a fresh hub (a data folder that was never used), "
        "or one that was moved into before."
    )
    OTHER_MISP = _("This hub was moved into from another MISP (%(base_url)s).")
    OTHER_WAY = _(
        "This hub was moved into from a dump or a database of MISP. Give one again: over the API, MISP tells neither "
        "passwords nor keys, and what is missing would be removed here."
    )
    NO_SHA256 = _("Enter the SHA-256 of the file: 64 digits and letters from a to f.")
    ONLY_DUMPS_IN_USE = _(
        "This hub is in use: a later run takes the approval of two officers, and they approve a dump. Give a dump "
        "(--dump) with its settings (--settings)."
    )
    NOT_APPROVED = _(
        "This hub is in use: two officers have to approve this run. One proposes it at %(path)s, another approves it. "
        "SHA-256 of the dump: %(dump)s. SHA-256 of the settings: %(settings)s. SHA-256 of the files: %(attachments)s."
    )
    TABLES_MISSING = _(
        "Nothing was moved: these tables came with the dump of the last run and are not in this one: %(tables)s. "
        "Dump the whole database of MISP."
    )
    INTERRUPTED = _(
        "A move from MISP into this hub was interrupted. Run the same “vardkase move-in” again to finish it; "
        "then the hub can start."
    )
    RUNNING = _("A move is under way already.")
    NO_SUCH_KIND = _("There is no such kind: %(unknown)s. Kinds: %(known)s.")
    NOTHING_MOVED = _("Nothing has been moved into this hub yet.")
    STEP_FAILED = _(
        "The step “%(step)s” failed, and changed nothing: %(reason)s Run the same command again to continue."
    )
    MISP_UNREACHABLE = _("MISP does not answer “%(path)s” as it should, and nothing was changed: %(reason)s")
    MISP_REFUSED = _(
        "MISP refused “%(path)s” with status %(status)s. The key must be that of a site administrator there."
    )
    NOT_STAGED = _("What was read does not fit MISP’s tables, and nothing was changed: %(reason)s")
