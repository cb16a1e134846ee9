"""ATIF, the Agent Trajectory Interchange Format, versions 1.0 to 1.7: one trajectory a file, or one a line.

Copied context is not typed and its tokens are not counted again. Trajectories of sub-agents that stand inside their
parent become sessions of their own; those that are only referred to are read where their own file is. `extra` is read
as `traces/export.py` writes it. A cost, log-probabilities and token ids are not kept.
"""

from traces.readers.atif.reader import FORMAT, Atif

__all__ = ["FORMAT", "Atif"]
