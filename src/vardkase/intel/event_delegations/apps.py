from django.apps import AppConfig


class EventDelegationsConfig(AppConfig):
    name = "vardkase.intel.event_delegations"
    label = "event_delegations"
