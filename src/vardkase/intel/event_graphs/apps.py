from django.apps import AppConfig


class EventGraphsConfig(AppConfig):
    name = "vardkase.intel.event_graphs"
    label = "event_graphs"
