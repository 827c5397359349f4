"""`vardkase worker`."""

from __future__ import annotations

from vardkase.cli.installation import DataDir, opened


def worker(data_dir: DataDir = None, concurrency: int = 2) -> None:
    """Run background jobs until stopped. `serve` starts one by itself."""
    with opened(data_dir):
        from procrastinate.contrib.django import app

        # The worker's own asynchronous connections; SIGTERM and Ctrl-C let running jobs finish first.
        with app.replace_connector(app.connector.get_worker_connector()) as worker_app:  # type: ignore[attr-defined]
            worker_app.run_worker(concurrency=concurrency, shutdown_graceful_timeout=10)
