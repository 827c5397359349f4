"""Content access for operators ("break-glass"): requested, approved by an officer, time-limited, recorded."""
