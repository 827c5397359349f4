"""An organisation's sharing policy: what it shares with whom, who decides, and what must never be released."""
