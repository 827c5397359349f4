from django.apps import AppConfig


class BookmarksConfig(AppConfig):
    name = "vardkase.identity.bookmarks"
    label = "bookmarks"
