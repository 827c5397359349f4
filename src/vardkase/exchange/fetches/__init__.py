"""What clients have fetched, by whom and when: searches and exports, single events, TAXII, files of own feeds.

A request adds one row with what it returned. A schedule joins those rows into one for each reader and event.
"""
