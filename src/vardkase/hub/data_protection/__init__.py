"""Personal data: who is controller for what, requests from data subjects, the record of processing, and breaches.

Chapter III and articles 30 and 33 of the GDPR. What somebody asks about themselves is personal data as well: it is
stored encrypted, shown to those who handle it, and erased some time after the request is closed.
"""
