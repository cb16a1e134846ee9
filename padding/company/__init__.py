"""A simulated company, for people who have no traces yet: who works there, what they do, and the traces they leave.

It proves plumbing, not detection quality: everything in it is invented.
"""

from padding.company.account import Account
from padding.company.simulation import simulate

__all__ = ["Account", "simulate"]
