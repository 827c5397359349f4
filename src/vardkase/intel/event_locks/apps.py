from django.apps import AppConfig


class EventLocksConfig(AppConfig):
    name = "vardkase.intel.event_locks"
    label = "event_locks"
