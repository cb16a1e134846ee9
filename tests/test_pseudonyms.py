"""Pseudonyms: one key for all who ask at once, the same person under the same name, and home folders without names."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from traces.pseudonyms import is_exposed, load_or_make_key, pseudonym, without_home

KEY = bytes(range(32))
ANNA = pseudonym(KEY, "anna")


def test_the_first_call_makes_a_key_that_only_its_owner_may_read(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "pseudonyms.key"
    key = load_or_make_key(path)
    assert len(key) == 32
    assert path.read_text() == key.hex() + "\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert not is_exposed(path)
    assert [file.name for file in path.parent.iterdir()] == ["pseudonyms.key"]


def test_later_calls_give_the_same_key(tmp_path: Path) -> None:
    path = tmp_path / "pseudonyms.key"
    assert load_or_make_key(path) == load_or_make_key(path)


def test_two_files_get_different_keys(tmp_path: Path) -> None:
    assert load_or_make_key(tmp_path / "one.key") != load_or_make_key(tmp_path / "other.key")


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    path = tmp_path / "pseudonyms.key"
    code = (
        "import pathlib, sys\n"
        "from traces.pseudonyms import load_or_make_key\n"
        "print('ready', flush=True)\n"
        "sys.stdin.readline()\n"
        "print(load_or_make_key(pathlib.Path(sys.argv[1])).hex(), flush=True)\n"
    )
    command = [sys.executable, "-c", code, str(path)]
    pipe = subprocess.PIPE
    root = Path(__file__).parent.parent
    processes = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=root) for _ in range(8)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:  # all wait for this line, and then race
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    keys = {process.communicate(timeout=60)[0].strip() for process in processes}
    assert keys == {path.read_text().strip()}
    assert [file.name for file in tmp_path.iterdir()] == ["pseudonyms.key"]


@pytest.mark.parametrize("content", ["", "abc", "g" * 64, "a" * 63, "a" * 65, "a" * 64 + "\nmore"])
def test_a_file_that_holds_no_key_is_refused_by_name_and_kept(tmp_path: Path, content: str) -> None:
    path = tmp_path / "pseudonyms.key"
    path.write_text(content)
    with pytest.raises(ValueError, match=f"pseudonyms.key holds no key: .* not {len(content)} bytes") as refusal:
        load_or_make_key(path)
    assert not content or content not in str(refusal.value)
    assert path.read_text() == content


def test_a_key_that_others_may_read_is_used_and_said_to_be_exposed(tmp_path: Path) -> None:
    path = tmp_path / "pseudonyms.key"
    key = load_or_make_key(path)
    path.chmod(0o644)
    assert is_exposed(path)
    assert load_or_make_key(path) == key


def test_a_key_that_was_written_by_hand_is_read(tmp_path: Path) -> None:
    path = tmp_path / "pseudonyms.key"
    path.write_text(KEY.hex().upper() + "\r\n")
    assert load_or_make_key(path) == KEY


def test_a_pseudonym_is_u_and_sixteen_hexadecimal_digits() -> None:
    assert re.fullmatch("u-[0-9a-f]{16}", ANNA)


def test_pseudonyms_stay_the_same_from_version_to_version() -> None:
    assert ANNA == "u-60581e837e8be353"


def test_one_person_has_one_pseudonym_and_another_person_another() -> None:
    assert pseudonym(KEY, "anna") == ANNA
    assert pseudonym(KEY, "Anna") != ANNA
    assert len({pseudonym(KEY, f"user-{number}") for number in range(1000)}) == 1000


def test_another_key_gives_another_pseudonym() -> None:
    assert pseudonym(bytes(32), "anna") != ANNA


def test_ids_that_are_not_ascii_or_not_even_unicode_have_pseudonyms() -> None:
    assert pseudonym(KEY, "jürgen") != pseudonym(KEY, "jurgen")
    assert pseudonym(KEY, "\ud800").startswith("u-")


@pytest.mark.parametrize("key", [b"", b"short", bytes(64)])
def test_a_key_of_the_wrong_length_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match=f"32 bytes, not {len(key)}"):
        pseudonym(key, "anna")


@pytest.mark.parametrize(
    "text",
    [
        "/Users/@/code/app.py",
        "/home/@/code",
        "/home/@",
        "cd /home/@; ls",
        "It is in /home/@.",
        "file:///Users/@/notes.md",
        "/mnt/c/Users/@/x",
        "/c/Users/@/x",
        "/var/home/@/x",
        "C:\\Users\\@\\Desktop",
        "c:\\users\\@\\Desktop",
        "C:/Users/@/Desktop",
        "C:\\Users\\@",
        "Is C:\\Users\\@ here, or on D:\\?",
        '{"cwd": "C:\\\\Users\\\\@\\\\code"}',
        '{"cwd": "\\/Users\\/@\\/code"}',
        '{"out": "first\\n/Users/@/code\\nC:\\\\Users\\\\@\\\\code"}',
        "/Users/@/.claude/projects/-Users-@-code-app/1.jsonl",
        "-home-@-code",
        "C--Users-@-code",
    ],
)
def test_the_name_of_a_home_folder_gives_way_to_that_persons_pseudonym(text: str) -> None:
    assert without_home(KEY, text.replace("@", "anna")) == text.replace("@", ANNA)


def test_names_with_dots_letters_of_any_script_and_spaces_are_whole() -> None:
    assert without_home(KEY, "/home/anna.k-2/x") == f"/home/{pseudonym(KEY, 'anna.k-2')}/x"
    assert without_home(KEY, "/home/jürgen/x") == f"/home/{pseudonym(KEY, 'jürgen')}/x"
    assert without_home(KEY, "C:\\Users\\Anna Maria\\x") == f"C:\\Users\\{pseudonym(KEY, 'Anna Maria')}\\x"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "src/app.py",
        "/etc/hosts",
        "https://example.com/home/news/today",
        "GET /api/users/42",
        "src/home/page.tsx",
        "my-home-page-two",
        "/Users/Shared/fonts",
        "C:\\Users\\Public\\Desktop",
        "/home/$USER/code",
        "/home/<name>/code",
        "C:\\Users\\%USERNAME%\\code",
        "~/code",
        "/home/",
    ],
)
def test_what_is_nobodys_home_stays(text: str) -> None:
    assert without_home(KEY, text) == text


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", ["/" * 200_000, "\\" * 200_000, "C:\\Users\\" * 50_000, "/home/" + "a." * 200_000])
def test_no_text_takes_long(text: str) -> None:
    assert without_home(KEY, text + " home users").endswith(" home users")
