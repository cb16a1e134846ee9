"""A Postgres of one's own: made in a temporary folder, reached over a socket there, stopped afterwards."""

import getpass
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest


def emptied(url: str) -> str:
    """The same database with nothing in it."""
    drop = "drop schema public cascade; create schema public; drop function if exists winnow_append_only"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(drop)
    return url


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty database; the test is skipped where there is no Postgres, or no user who may run it."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not places:
        pytest.skip("there is no Postgres (/usr/lib/postgresql/*/bin/initdb)")
    bin, user = places[-1].parent, getpass.getuser()
    before: list[str] = []
    if os.geteuid() == 0:  # Postgres refuses to run as root
        if shutil.which("setpriv") is None or subprocess.run(["id", "-u", "postgres"], capture_output=True).returncode:
            pytest.skip("Postgres does not run as root, and there is no user `postgres` to run it as")
        user, before = "postgres", ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    folder = Path(mkdtemp(prefix="pg-", dir="/tmp"))  # short: a socket's path may have 107 characters
    if before:
        shutil.chown(folder, "postgres", "postgres")
    data, options = folder / "data", f"-k {folder} -c listen_addresses= -c max_connections=60 -c shared_buffers=32MB"

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [*before, str(bin / program), "-D", str(data), *arguments], stdout=subprocess.DEVNULL, check=True
        )

    try:
        run("initdb", "-U", user, "-A", "trust", "-E", "UTF8", "--no-sync")
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://{user}@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
