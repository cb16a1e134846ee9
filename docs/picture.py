"""Draws what a command printed as a picture of a terminal: `command | python docs/picture.py TITLE FILE.svg`."""

import re
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text


def draw(printed: str, title: str, picture: Path) -> None:
    """Writes the picture; it uses the reader's own fonts and fetches none."""
    lines = Text.from_ansi(printed.rstrip()).split()
    for line in lines:
        line.rstrip()
    console = Console(record=True, file=StringIO(), width=max(len(line) for line in lines) + 1)
    console.print(Text("\n").join(lines), soft_wrap=True)
    svg = console.export_svg(title=title, theme=DIMMED_MONOKAI, unique_id="tour")
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_text(re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL), encoding="utf-8")


if __name__ == "__main__":
    draw(sys.stdin.read(), sys.argv[1], Path(sys.argv[2]))
