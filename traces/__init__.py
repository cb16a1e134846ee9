"""What a session is: the canonical schema, one reader per trace format, the Parquet store, the quarantine.

This room may import nothing of ours. Everything above it (`padding`, `features`, `audit`, `flows`) speaks of
sessions and turns in the words defined here.
"""
