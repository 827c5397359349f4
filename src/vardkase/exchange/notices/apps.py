from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "vardkase.exchange.notices"
    label = "notices"

    def ready(self) -> None:
        from vardkase.core.mail.hooks import mail_settled  # noqa: PLC0415 - models load after apps
        from vardkase.core.schedules import register  # noqa: PLC0415 - the same
        from vardkase.exchange.notices import proposals, tasks  # noqa: PLC0415 - the same
        from vardkase.exchange.notices.schedules import SCHEDULES  # noqa: PLC0415 - the same
        from vardkase.intel.hooks import event_announced, event_published  # noqa: PLC0415 - the same
        from vardkase.intel.proposals.hooks import proposals_stored  # noqa: PLC0415 - the same

        for schedule in SCHEDULES:
            register(schedule)
        event_published.register(tasks.order_alerts)
        event_announced.register(tasks.order_alerts)
        mail_settled.register(tasks.settle_delivery)
        proposals_stored.register(proposals.tell_owner)
