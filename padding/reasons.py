"""Reasons that agents give for commands, and the programs that run a file."""

from collections.abc import Sequence

from numpy.random import Generator

DELETING = ("Remove {}", "Delete {}", "Clean up {}", "Remove temporary {}", "Delete generated {}", "Drop {}")
MAKING = ("Create {}", "Generate {}", "Write {}", "Set up {}", "Build {}")
RUNNING = ("Run {}", "Try {}", "Run {} again", "Check that {} works")
READING = ("Read {}", "Show {}", "View {}", "Check {}", "Look at {}")
RUNNERS = {"py": "python3 {}", "sh": "bash {}", "js": "node {}", "ts": "npx tsx {}", "go": "go run {}"}


def reason(reasons: Sequence[str], path: str, rng: Generator) -> str:
    """One of these reasons, for this file; for a folder always the first."""
    name = path.rstrip("/").rpartition("/")[2]
    return reasons[int(rng.random() * len(reasons)) if "." in name else 0].format(name)


def running(path: str) -> str:
    """The command that runs the file."""
    return RUNNERS.get(path.rpartition(".")[2], "make check INPUT={}").format(path)
