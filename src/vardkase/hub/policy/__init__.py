"""The policy that an organisation sets itself: what it shares with whom, who decides, and what nobody lets out."""
