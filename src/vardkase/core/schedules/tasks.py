"""Scheduler: queues due jobs once a minute."""

from __future__ import annotations

from procrastinate.contrib.django import app

from vardkase.core.schedules import services


@app.periodic(cron="* * * * *")
@app.task(name="schedules.order_due", queueing_lock="schedules.order_due", aliases=["schedules.look"])
def order_due(timestamp: int) -> None:
    services.order_due()


@app.task(name=services.RUN)
def run(name: str, user_id: int = 0) -> None:
    services.run(name)
