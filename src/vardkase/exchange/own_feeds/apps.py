from django.apps import AppConfig


class OwnFeedsConfig(AppConfig):
    name = "vardkase.exchange.own_feeds"
    label = "own_feeds"

    def ready(self) -> None:
        from vardkase.core.schedules import register  # noqa: PLC0415 - models load after apps
        from vardkase.exchange.own_feeds.schedules import SCHEDULES  # noqa: PLC0415 - the same
        from vardkase.exchange.own_feeds.tasks import promise, take_out  # noqa: PLC0415 - the same
        from vardkase.intel import hooks  # noqa: PLC0415 - the same

        hooks.event_published.register(promise)
        hooks.event_withdrawn.register(take_out)
        for schedule in SCHEDULES:
            register(schedule)
