from django.apps import AppConfig


class StreamsConfig(AppConfig):
    name = "vardkase.exchange.streams"
    label = "streams"

    def ready(self) -> None:
        from vardkase.audit import hooks as audit  # noqa: PLC0415 - models load after apps
        from vardkase.core import settings  # noqa: PLC0415 - the same
        from vardkase.core.schedules import register  # noqa: PLC0415 - the same
        from vardkase.exchange.streams import stream_events  # noqa: PLC0415 - the same
        from vardkase.exchange.streams.cleaning import CLEAN  # noqa: PLC0415 - the same
        from vardkase.exchange.streams.misp_settings import setting_changed  # noqa: PLC0415 - the same
        from vardkase.intel import hooks  # noqa: PLC0415 - the same
        from vardkase.intel.sightings.hooks import sightings_stored  # noqa: PLC0415 - the same

        audit.recorded.register(stream_events.from_trail)
        hooks.attributes_stored.register(stream_events.new_attributes)
        hooks.attributes_edited.register(stream_events.edited_attributes)
        hooks.attributes_removed.register(stream_events.removed_attributes)
        hooks.objects_stored.register(stream_events.new_objects)
        hooks.references_stored.register(stream_events.new_references)
        sightings_stored.register(stream_events.new_sightings)
        settings.changed.register(setting_changed)
        register(CLEAN)
