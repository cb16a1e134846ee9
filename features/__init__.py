"""A session becomes numbers: one file per kind of evidence, one feature table.

This room may import `traces`, and nothing else of ours. It never sees `models` or `audit`.
"""
