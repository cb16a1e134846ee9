"""Files as they lie on disk: found in folders, opened through gzip, zstd and zip, never expanding without bound."""

import gzip
import io
import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from traces.format import Content, Unreadable

HEAD = 64 * 1024
"""How many bytes of a file are looked at to recognise its format."""

EXPANSION = 512 * 1024 * 1024
"""How far one archive may expand, whatever its size."""

EXPANSION_RATIO = 100
"""How many times its own size one archive may expand, when that is more than `EXPANSION`."""

_ZSTD_METHOD = 93
_STEP = 16 * 1024  # what comes before a break is kept up to the last step
_GZIP, _ZSTD, _ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"
_BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class Found:
    """What a walk over the given paths met."""

    path: Path
    skipped: str | None = None
    """Why it is not read, where it is not: `link`, `special`, `unreadable-folder`."""


def walk(paths: list[Path]) -> Iterator[Found]:
    """Every file under the given paths, in a fixed order; not what git keeps in `.git`.

    Links inside folders are not followed, and said so.
    """
    for path in paths:
        if not path.is_dir():
            yield Found(path) if path.is_file() else Found(path, "special")
            continue
        unreadable: list[OSError] = []
        for folder, folders, names in os.walk(path, onerror=unreadable.append):
            folders[:] = sorted(name for name in folders if name != ".git")
            here = Path(folder)
            for name in sorted([*names, *(name for name in folders if (here / name).is_symlink())]):
                file = here / name
                if file.is_symlink():
                    yield Found(file, "link")
                else:
                    yield Found(file) if file.is_file() else Found(file, "special")
        for error in unreadable:
            yield Found(Path(error.filename), "unreadable-folder")


class _Bounded(io.RawIOBase):
    """A decompressed stream that refuses to give more than it may, and says plainly when it is broken."""

    def __init__(self, stream: BinaryIO, most: int) -> None:
        self._stream = stream
        self._read = getattr(stream, "read1", stream.read)
        self._left = most
        self._most = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        try:
            data = self._read(min(len(buffer), _STEP))
        except _BROKEN as error:
            raise Unreadable("broken-archive", f"the compressed data breaks off or is damaged: {error}") from error
        self._left -= len(data)
        if self._left < 0:
            raise Unreadable("expands-too-far", f"it expands to more than {self._most:,} bytes")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _bounded(stream: BinaryIO, most: int) -> BinaryIO:
    return io.BufferedReader(_Bounded(stream, most), 1024 * 1024)


@dataclass(frozen=True, slots=True)
class Plain:
    """A file by itself, decompressed when its first bytes say so."""

    path: Path

    def open(self) -> BinaryIO:
        """A fresh stream of its (decompressed) bytes."""
        stream = self.path.open("rb", buffering=1024 * 1024)
        magic = stream.read(4)
        stream.seek(0)
        if magic.startswith(_GZIP):
            stream.close()
            return _bounded(gzip.open(self.path), allowance(self.path))  # type: ignore[arg-type]
        if magic == _ZSTD:
            return _bounded(_unzstd(stream), allowance(self.path))
        return stream

    @property
    def is_zip(self) -> bool:
        """Whether it is a zip archive."""
        with self.path.open("rb") as stream:
            return stream.read(4) == _ZIP


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a zip archive; of those, zstd ones (method 93) are read too."""

    archive: Path
    place: int
    """Its place in the archive, since two members may have one name."""
    name: str
    """Its name; numbered from the second of its name on."""
    too_far: bool = False
    """Whether the archive has expanded as far as it may before it."""

    def open(self) -> BinaryIO:
        """A fresh stream of the member's bytes, whatever its compression; a gzip inside is not unpacked again."""
        if self.too_far:
            raise Unreadable("expands-too-far", f"the archive expands to more than {allowance(self.archive):,} bytes")
        with members(self.archive) as archive:
            return open_member(archive, archive.infolist()[self.place])


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes that are at hand, read like a file."""

    raw: bytes

    def open(self) -> BinaryIO:
        """A fresh stream of the bytes."""
        return io.BytesIO(self.raw)


def members_of(path: Path) -> Iterator[Member]:
    """The members of an archive that are files, within what the archive may expand to in all."""
    expanded = 0
    names: dict[str, int] = {}
    with members(path) as archive:
        for place, info in enumerate(archive.infolist()):
            if info.is_dir():
                continue
            expanded += info.file_size
            times = names[info.filename] = names.get(info.filename, 0) + 1
            name = info.filename if times == 1 else f"{info.filename}#{times}"
            yield Member(path, place, name, expanded > allowance(path))


def allowance(archive: Path) -> int:
    """How far an archive may expand."""
    return max(EXPANSION, EXPANSION_RATIO * archive.stat().st_size)


def members(archive: Path) -> zipfile.ZipFile:
    """The opened zip archive; `Unreadable` when it is damaged."""
    try:
        return zipfile.ZipFile(archive)
    except _BROKEN as error:
        raise Unreadable("broken-archive", f"the zip archive is cut off or damaged: {error}") from error


def open_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    """A stream of one member's bytes, of which there may be as many as it says itself."""
    if info.compress_type != _ZSTD_METHOD:
        try:
            return _bounded(archive.open(info), info.file_size)  # type: ignore[arg-type]
        except (*_BROKEN, NotImplementedError, RuntimeError) as error:
            raise Unreadable("broken-archive", f"member {info.filename!r}: {error}") from error
    stream = Path(str(archive.filename)).open("rb")
    try:
        stream.seek(info.header_offset + 26)
        name_length, extra_length = struct.unpack("<HH", stream.read(4))
        stream.seek(name_length + extra_length, io.SEEK_CUR)
    except (OSError, struct.error) as error:
        stream.close()
        raise Unreadable("broken-archive", f"member {info.filename!r}: its place in the archive is wrong") from error
    return _bounded(_unzstd(_Slice(stream, info.compress_size)), info.file_size)


class _Slice(io.RawIOBase):
    """The next so many bytes of a stream."""

    def __init__(self, stream: BinaryIO, length: int) -> None:
        self._stream = stream
        self._left = length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        data = self._stream.read(min(len(buffer), self._left))
        self._left -= len(data)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _unzstd(stream: "BinaryIO | io.RawIOBase") -> BinaryIO:
    # pyarrow's decompressor, because zstandard's takes a file that breaks off for one that ends
    return cast(BinaryIO, pa.CompressedInputStream(pa.PythonFile(stream, "r"), "zstd"))


def head_of(content: Content) -> bytes:
    """A file's first bytes, as many as are looked at."""
    data = b""
    with content.open() as stream:
        while len(data) < HEAD:
            try:
                more = stream.read(min(_STEP, HEAD - len(data)))
            except Unreadable:
                if not data:
                    raise
                break
            if not more:
                break
            data += more
    return data
