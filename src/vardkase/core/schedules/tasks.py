"""The minute hand of the hub: what is due becomes a job."""

from __future__ import annotations

from procrastinate.contrib.django import app

from vardkase.core.schedules import services


@app.periodic(cron="* * * * *")
@app.task(name="schedules.look", queueing_lock="schedules.look")
def look(timestamp: int) -> None:
    """Order what is due."""
    services.order_due()


@app.task(name=services.RUN)
def run(name: str, user_id: int = 0) -> None:
    """Do one thing that the hub does by itself, or that `user_id` has it do now."""
    services.run(name)
