"""PostgreSQL settings tuned to this machine."""

from __future__ import annotations

import os

MEGABYTE = 1024 * 1024


def server_settings(*, durable: bool) -> dict[str, str]:
    """Server settings, tuned for large ingests and many small reads.

    `durable=False` trades safety for speed and is for tests only.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEGABYTE
    cores = os.cpu_count() or 1
    settings = {
        "listen_addresses": "",
        "max_connections": "200",
        "shared_buffers": f"{max(128, min(memory // 4, 2048))}MB",
        "effective_cache_size": f"{max(256, memory * 6 // 10)}MB",
        "work_mem": "32MB",
        "maintenance_work_mem": f"{max(64, min(memory // 16, 512))}MB",
        # Every query here is short or streams; compiling costs more than it saves.
        "jit": "off",
        # On an SSD, a page elsewhere costs hardly more than the next one.
        "random_page_cost": "1.1",
        # With few cores the web workers need them more than one query does.
        "max_parallel_workers_per_gather": "0" if cores <= 2 else str(min(4, cores // 2)),
        # A large event writes much log in a burst: checkpoints by time, not in the middle of it.
        # The log is not compressed, because the wheel has no lz4 or zstd and pglz costs more than it saves.
        "max_wal_size": "4GB",
        # The log is as large as what was written since the last checkpoint, and given back after it: kept and written
        # again, it would take gigabytes from then on, and writing it is not measurably faster (docs/measurements.md).
        "min_wal_size": "32MB",
        "wal_recycle": "off",
        "checkpoint_timeout": "15min",
        # The trigram index is the cost of ingest: it collects 64 MB and a job flushes it.
        "gin_pending_list_limit": "64MB",
        # Without statistics the planner reads a large event's rows again for every page of it: analyse soon.
        "autovacuum_naptime": "5s",
        # Correlations read the index alone, but only on pages that were vacuumed since rows came: soon, too.
        "autovacuum_vacuum_insert_scale_factor": "0.02",
        # What changed since the last backup, for incremental ones; kept for ten days.
        "summarize_wal": "on",
        # A backup that is never fetched must not fill the disk: the next one is a full one then.
        "max_slot_wal_keep_size": "8GB",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] ",
        # A statement holds what is searched for and stored, and may be as long as what was sent.
        "log_min_error_statement": "panic",
        "log_parameter_max_length_on_error": "0",
        "cluster_name": "vardkase",
    }
    return settings if durable else settings | _FOR_TESTS


_FOR_TESTS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    # This level is refused as long as there may be WAL senders.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "summarize_wal": "off",
    "shared_buffers": "128MB",
    # Tables are small: planning anew for other values costs more than the best plan saves.
    "plan_cache_mode": "force_generic_plan",
}
