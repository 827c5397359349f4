from django.apps import AppConfig


class CorrelationConfig(AppConfig):
    name = "vardkase.analysis.correlation"
    label = "correlation"

    def ready(self) -> None:
        """Import models and subscribe to attribute changes only once every app is loaded."""
        from vardkase.analysis.correlation.store import rebuild_keys, remove_keys, store_keys  # noqa: PLC0415
        from vardkase.intel import hooks  # noqa: PLC0415

        hooks.attributes_stored.register(store_keys)
        hooks.attributes_changed.register(rebuild_keys)
        hooks.attributes_removed.register(remove_keys)
