"""What tests share: the examples that are always there, and the real traces that may not be."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("busy", deadline=None)  # a slow machine is no failure
settings.load_profile("busy")

# Before LightGBM is imported, which reads it then. The models of tests are small: threads wait for each other more than
# they work, and where the cores are busy a test takes three times as long.
os.environ.setdefault("OMP_NUM_THREADS", "1")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Started in the background by a shell, this process and all that it starts would never hear Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)

EXAMPLES = Path(__file__).parent.parent / "data" / "examples"
SHARED = Path(__file__).parent.parent.parent / "shared" / "traces"


@pytest.fixture
def examples() -> Path:
    """The folder of small traces, named by phenomenon."""
    return EXAMPLES


@pytest.fixture
def raw() -> Path:
    """The folder of real raw traces; the test is skipped where it is absent."""
    if not (SHARED / "raw").is_dir():
        pytest.skip("the real traces (../shared/traces/raw) are not here")
    return SHARED / "raw"


@pytest.fixture
def dev() -> Path:
    """The folder of real sessions as ATIF; the test is skipped where it is absent."""
    if not (SHARED / "dev").is_dir():
        pytest.skip("the real sessions (../shared/traces/dev) are not here")
    return SHARED / "dev"
