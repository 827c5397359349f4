"""The TAXII 2.1 server over HTTP (OASIS, TAXII Version 2.1): one API root with all collections visible to the
caller.
"""
