"""Makes the copied cluster of another PostgreSQL one of ours, which the embedded server can start.

Its accounts and rules are that server's. In single-user mode PostgreSQL asks for neither, so the role that owns our
clusters is made there, and the hub's database gets our name; what the other server was configured with is left out.
"""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

from psycopg.sql import SQL, Identifier

from vardkase.core.backup.problems import BackupFailed, BackupProblem
from vardkase.core.database import DatabaseUnavailable, binaries, cluster, die_with_parent
from vardkase.core.database.accounts import server_account
from vardkase.core.database.layout import DATABASE, ROLE, Layout

NOT_OURS = ("postgresql.auto.conf", "postgresql.conf")


def adopt(data_dir: Path, database: str) -> None:
    """Replay the log that was fetched, and make role and database ours. Call before the first start.

    `database`: the hub's in that cluster. Raises BackupFailed.
    """
    layout = Layout(data_dir.absolute())
    account = server_account(layout.cluster)
    programs = binaries.install(layout.binaries)
    for name in NOT_OURS:
        (layout.cluster / name).unlink(missing_ok=True)
    cluster.write_configuration(layout.cluster, account)
    cluster.configure(layout.cluster, account, durable=True)
    # A line each: the first fails where the other server has a role of this name.
    statements = [f"CREATE ROLE {ROLE} SUPERUSER LOGIN", f"ALTER ROLE {ROLE} SUPERUSER LOGIN"]
    if database != DATABASE:
        renamed = SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(database), Identifier(DATABASE))
        statements.append(renamed.as_string())
    done = subprocess.run(
        [programs / "postgres", "--single", "-D", layout.cluster, "postgres"],
        env=cluster.environment(layout.cluster), cwd="/", input="".join(f"{each};\n" for each in statements),
        capture_output=True, text=True, errors="replace", check=False,
        preexec_fn=die_with_parent(signal.SIGTERM),
        **account.popen_arguments(),
    )  # fmt: skip
    if done.returncode:
        said = " ".join(done.stderr.split())[-600:]
        raise BackupFailed(BackupProblem.TOOL_FAILED(tool="postgres --single", said=said))


def embedded_major() -> int:
    try:
        programs = binaries.package_folder() / "pginstall" / "bin"
    except DatabaseUnavailable:
        return 0
    return binaries.major_version(programs)
