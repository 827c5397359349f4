from django.apps import AppConfig


class IntelConfig(AppConfig):
    name = "vardkase.intel"
    label = "intel"

    def ready(self) -> None:
        from vardkase.core.schedules import register  # noqa: PLC0415 - models load after apps
        from vardkase.intel.unused_files import REMOVE_UNUSED_FILES  # noqa: PLC0415 - the same

        register(REMOVE_UNUSED_FILES)
