from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "vardkase.exchange.sync"
    label = "sync"

    def ready(self) -> None:
        from vardkase.core.schedules import register  # noqa: PLC0415 - models load after apps
        from vardkase.exchange.sync import tasks  # noqa: PLC0415 - the same
        from vardkase.exchange.sync.schedules import SCHEDULES  # noqa: PLC0415 - the same
        from vardkase.identity.organisations.hooks import standing_changed  # noqa: PLC0415 - the same
        from vardkase.intel import hooks  # noqa: PLC0415 - the same
        from vardkase.intel.sightings.hooks import sightings_published  # noqa: PLC0415 - the same
        from vardkase.knowledge.galaxies.hooks import cluster_published  # noqa: PLC0415 - the same

        standing_changed.register(tasks.send_what_waited)
        hooks.event_published.register(tasks.send_published)
        sightings_published.register(tasks.send_sightings)
        cluster_published.register(tasks.send_cluster)
        for schedule in SCHEDULES:
            register(schedule)
