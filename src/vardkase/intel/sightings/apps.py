from django.apps import AppConfig


class SightingsConfig(AppConfig):
    name = "vardkase.intel.sightings"
    label = "sightings"
