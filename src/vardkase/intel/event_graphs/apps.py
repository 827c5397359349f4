from django.apps import AppConfig


class EventGraphsConfig(AppConfig):
    name = "vardkase.intel.event_graphs"
    label = "event_graphs"

    def ready(self) -> None:
        from vardkase.intel import hooks  # noqa: PLC0415 - models load after apps
        from vardkase.intel.event_graphs.services import forget_of_removed  # noqa: PLC0415 - the same

        hooks.attributes_removed.register(forget_of_removed)
