from django.apps import AppConfig


class EventLocksConfig(AppConfig):
    name = "vardkase.intel.event_locks"
    label = "event_locks"

    def ready(self) -> None:
        from vardkase.intel import hooks  # noqa: PLC0415 - models load after apps
        from vardkase.intel.event_locks.services import forget_of_removed  # noqa: PLC0415 - the same

        hooks.attributes_removed.register(forget_of_removed)
