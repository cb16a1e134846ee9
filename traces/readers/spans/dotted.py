"""Attributes whose names are paths (`llm.input_messages.0.message.role`), to values and back."""

from typing import Any


def flattened(attributes: dict[str, Any]) -> dict[str, Any]:
    """Attributes with every nested value under its whole path, however much of it was nested."""
    flat: dict[str, Any] = {}
    left = list(reversed(attributes.items()))
    while left:
        key, value = left.pop()
        if isinstance(value, dict):
            left.extend((f"{key}.{inner}", item) for inner, item in reversed(value.items()))
        elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            left.extend((f"{key}.{number}", value[number]) for number in reversed(range(len(value))))
        elif value is not None:
            flat[key] = value
    return flat


def numbered(flat: dict[str, Any], prefix: str) -> list[Any]:
    """The list whose items stand under `prefix.0`, `prefix.1` and so on."""
    tree: dict[str, Any] = {}
    for key, value in flat.items():
        if key.startswith(prefix) and key[len(prefix) : len(prefix) + 1] == ".":
            *path, name = key[len(prefix) + 1 :].split(".")
            branch = tree
            for part in path:
                inner = branch.setdefault(part, {})
                branch = inner if isinstance(inner, dict) else {}
            branch[name] = value
    found = _listed(tree)
    return found if isinstance(found, list) else []


def _listed(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    values = {key: _listed(value) for key, value in tree.items()}
    if values and all(key.isdecimal() for key in values):
        return [values[key] for key in sorted(values, key=int)]
    return values
