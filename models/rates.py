"""The two rates that whoever scores decides; these are what is assumed where nobody says another."""

PREVALENCE = 0.02
"""The share of padded sessions that is assumed."""
BUDGET = 0.01
"""The share of genuine sessions that may be flagged."""
