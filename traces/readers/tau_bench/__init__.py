"""Results of tau-bench (an array of runs) and of tau2-bench (one document of simulations, or one simulation a file).

The user is simulated by a language model: nothing is typed, the origin is `automation`, and the simulator's own tokens
are not counted. tau-bench gives neither times nor tokens nor an id: the id is made from the whole conversation, so that
the trials of one task, and the results of two models, are told apart. A tau2 document is cut into its simulations, so
that a bad one costs only itself. Not read: simulations with a voice (`ticks` instead of `messages`).
"""

from traces.readers.tau_bench.reader import FORMAT

__all__ = ["FORMAT"]
