"""A closed case as a package for an e-archive.

Riksarkivet's FGS Paketstruktur 2.0, which is E-ARK CSIP and SIP 2.1.0: METS describes the package, PREMIS how its
files were kept, and E-ARK ERMS 2.1 (FGS Ärendehantering 2.0) the case and its documents.
"""
