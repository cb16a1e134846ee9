"""A score meets a person: the review ledger, the queue, the page, and verdicts turned into labels.

This room may import `traces`, and nothing else of ours. It never sees `features` or `models`.
"""
