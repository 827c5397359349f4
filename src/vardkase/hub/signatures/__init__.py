"""Electronic signatures in PDF (PAdES): the hub's own certificate, and the checking of signatures from others."""
