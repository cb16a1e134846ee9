"""The tool blocks of SpecStory's messages: what was called, with what, and what came of it."""

import re
from dataclasses import dataclass

_NAME = re.compile(r'data-tool-type="([^"]*)" data-tool-name="([^"]*)"|Tool use: \*\*([^*]+)\*\*')
_LABEL = re.compile(r"\s*(?:Tool use: \*\*[^*]*\*\*)?\s*•?\s*")
_RESULTS: dict[str, bool | None] = {"**Result:**": False, "**Error:**": True, "Result:": None, "Output:": None}
_ANSWER = "**Answer:** "


@dataclass(frozen=True, slots=True)
class Call:
    """A tool block."""

    name: str
    arguments: str
    result: str
    is_error: bool | None


def call_of(block: str) -> Call:
    """A tool block's name, what is shown of its arguments (a label, then lines), and its result."""
    found = _NAME.search(block)
    kind, name = (found[1] or "", found[2] or found[3] or "") if found else ("", "")
    if block.startswith("<tool-use"):
        label, _, rest = block.partition("</summary>")
        label = label.rpartition("<summary>")[2]
    else:
        label, _, rest = block.removeprefix("<details><summary>").partition("\n")
    label = _LABEL.sub("", label.removesuffix("</summary>"), count=1).strip()
    for end in ("</tool-use>", "</details>", "</details>"):
        rest = rest.rstrip().removesuffix(end).rstrip()
    shown, result, is_error = _divided(rest.split("\n"), kind, labelled=bool(label))
    text = _unfenced(result)
    if text.startswith("<tool_use_error>"):
        is_error = True
    arguments = "\n".join(part for part in (label, "\n".join(shown).strip()) if part)
    return Call(name, arguments, text, is_error)


def _divided(lines: list[str], kind: str, *, labelled: bool) -> tuple[list[str], list[str], bool | None]:
    """A tool block's lines: what is shown of the arguments, the result, and whether that is an error."""
    at = _written_result(lines) if kind == "write" else None
    if at is not None:
        return lines[:at], lines[at:], None
    named = next((line for line in lines if line), "") == "**Input:**"
    fence, fenced = "", False
    for at, line in enumerate(lines):
        if fence:
            fence = "" if line.startswith(fence) and not line.strip("`") else fence
        elif line in _RESULTS:
            return lines[:at], lines[at + 1 :], _RESULTS[line]
        elif line.startswith(_ANSWER):
            return lines[:at], [line.removeprefix(_ANSWER), *lines[at + 1 :]], None
        elif line.startswith("```"):
            if line.strip("`") in ("", "text") and not named:
                return lines[:at], lines[at:], None
            fence, fenced = line[: len(line) - len(line.lstrip("`"))], True
    if labelled and kind in ("read", "search") and not fenced:
        return [], lines, None
    return lines, [], None


def _written_result(lines: list[str]) -> int | None:
    """Where the result of a tool that writes begins: at its last fence, if the fence of what it wrote comes before."""
    fences = [at for at, line in enumerate(lines) if line.startswith("```")]
    if len(fences) < 3 or fences[-1] != len(lines) - 1 or lines[fences[-2]].strip("`") not in ("", "text"):
        return None
    between = lines[fences[-3] + 1 : fences[-2]]
    return fences[-2] if not lines[fences[-3]].strip("`") and not "".join(between).strip() else None


def _unfenced(lines: list[str]) -> str:
    text = "\n".join(lines).strip("\n")
    if not text.startswith("```"):
        return text
    text = text.partition("\n")[2]
    inner, _, last = text.rpartition("\n")
    return inner if last and not last.strip("`") else "" if text and not text.strip("`") else text
