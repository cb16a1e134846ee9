"""The order of things: the flows and the `winnow` command. Wiring only; the work is in the other rooms.

This room may import all the others.
"""
