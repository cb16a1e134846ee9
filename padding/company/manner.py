"""How an agent works: its name and version, its tools' names, and the look of its calls and results."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

FormatName = Literal["claude-code", "codex", "otel"]


@dataclass(frozen=True, slots=True)
class Use:
    """One tool call and what came back."""

    tool: str
    arguments: str
    result: str
    error: bool | None = None
    seconds: float = 0.3


def told(value: object) -> str:
    """JSON as agents write it."""
    return msgspec.json.encode(value).decode()


@dataclass(frozen=True, slots=True)
class Manner:
    """One agent, as installed on somebody's machine."""

    format: FormatName
    agent: str
    version: str
    model: str
    base_tokens: int
    """Tokens of its instructions and tools, before anything was said."""
    thinks: float
    """The share of model calls that show a thought."""

    def run(self, command: str, output: str, why: str = "", failed: bool = False, seconds: float = 1.0) -> Use:
        """A shell command."""
        if self.format == "codex":
            head = f"Exit code: {int(failed)}\nWall time: {seconds:.1f} seconds\nOutput:\n"
            return Use("shell", told({"command": ["bash", "-lc", command]}), head + output, failed, seconds)
        if self.format == "otel":
            return Use("run_command", told({"command": command}), output, True if failed else None, seconds)
        arguments = {"command": command, "description": why or command.split(" ")[0]}
        return Use("Bash", told(arguments), output, failed, seconds)

    def read(self, path: str, text: str, first: int = 1) -> Use:
        """A file, or the part of it from a line on."""
        if self.format == "codex":
            last = first + text.count("\n")
            return self.run(f"sed -n '{first},{last}p' {path}", text, seconds=0.1)
        if self.format == "otel":
            return Use("read_file", told({"path": path}), text, None, 0.2)
        numbered = "\n".join(f"{number:6}→{line}" for number, line in enumerate(text.split("\n"), first))
        arguments: dict[str, Any] = {"file_path": path}
        if first > 1:
            arguments |= {"offset": first, "limit": text.count("\n") + 1}
        return Use("Read", told(arguments), numbered, None, 0.05)

    def search(self, pattern: str, found: str, where: str = ".") -> Use:
        """A search through files; `found` has a line for each hit."""
        if self.format == "codex":
            return self.run(f"rg -n '{pattern}' {where}", found, failed=not found, seconds=0.1)
        if self.format == "otel":
            return Use("search_files", told({"pattern": pattern, "path": where}), found or "no matches", None, 0.3)
        arguments = {"pattern": pattern, "path": where, "output_mode": "content", "-n": True}
        return Use("Grep", told(arguments), found or "No matches found", None, 0.1)

    def edit(self, path: str, old: str, new: str) -> Use:
        """A change of some lines in a file."""
        if self.format == "codex":
            lines = [f"-{line}" for line in old.split("\n")] + [f"+{line}" for line in new.split("\n")]
            patch = "\n".join(["*** Begin Patch", f"*** Update File: {path}", "@@", *lines, "*** End Patch"])
            done = f"Exit code: 0\nWall time: 0.0 seconds\nOutput:\nSuccess. Updated the following files:\nM {path}\n"
            return Use("apply_patch", patch, done, False, 0.1)
        if self.format == "otel":
            return Use("edit_file", told({"path": path, "old": old, "new": new}), f"{path}: 1 replacement", None, 0.2)
        arguments = {"file_path": path, "old_string": old, "new_string": new}
        return Use("Edit", told(arguments), f"The file {path} has been updated.", None, 0.1)

    def write(self, path: str, text: str) -> Use:
        """A new file."""
        if self.format == "codex":
            lines = "\n".join(f"+{line}" for line in text.split("\n"))
            patch = f"*** Begin Patch\n*** Add File: {path}\n{lines}\n*** End Patch"
            done = f"Exit code: 0\nWall time: 0.0 seconds\nOutput:\nSuccess. Updated the following files:\nA {path}\n"
            return Use("apply_patch", patch, done, False, 0.1)
        if self.format == "otel":
            return Use("write_file", told({"path": path, "text": text}), f"{path}: {len(text)} characters", None, 0.2)
        return Use(
            "Write", told({"file_path": path, "content": text}), f"File created successfully at: {path}", None, 0.1
        )

    def ask(self, server: str, tool: str, arguments: Mapping[str, Any], result: str, seconds: float = 0.8) -> Use:
        """A tool of a service inside the company: tickets, warehouse, metrics, documents."""
        if self.format == "claude-code":
            return Use(f"mcp__{server}__{tool}", told(arguments), result, None, seconds)
        name = f"{server}__{tool}" if self.format == "codex" else tool
        return Use(name, told(arguments), result, None, seconds)
