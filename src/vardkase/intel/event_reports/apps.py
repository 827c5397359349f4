from django.apps import AppConfig


class EventReportsConfig(AppConfig):
    name = "vardkase.intel.event_reports"
    label = "event_reports"
