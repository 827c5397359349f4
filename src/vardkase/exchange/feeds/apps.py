from django.apps import AppConfig


class FeedsConfig(AppConfig):
    name = "vardkase.exchange.feeds"
    label = "feeds"

    def ready(self) -> None:
        from vardkase.core.schedules import register  # noqa: PLC0415 - models load after apps
        from vardkase.exchange.feeds.queries import described  # noqa: PLC0415 - models load after apps
        from vardkase.exchange.feeds.schedules import SCHEDULES  # noqa: PLC0415 - the same
        from vardkase.knowledge.caches import kinds  # noqa: PLC0415 - the same

        kinds.register(kinds.FEED, described)
        for schedule in SCHEDULES:
            register(schedule)
