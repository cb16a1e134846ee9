"""How people pad, as code: one file per family of strategies, each a function from genuine sessions to a padded one.

This room may import `traces`, and nothing else of ours.
"""
