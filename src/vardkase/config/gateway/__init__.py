"""Gateway between HTTP and Django: requests are read completely before they occupy a thread; responses are
buffered on disk for slow clients.
"""
