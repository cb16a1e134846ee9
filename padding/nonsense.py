"""Nonsense: random characters, keys hit at random, word salad. Press and engineers report scripts that send these."""

import json
from collections.abc import Callable, Iterator

from msgspec.structs import replace
from numpy.random import Generator

from padding.asks import an_ask, looks
from padding.clock import Clock
from padding.effort import Effort
from padding.envelope import shown, typed
from padding.grammar import nonsense, salad, signs
from padding.long_texts import room, whole
from padding.material import Material
from padding.mixing import mixed, spun
from padding.parts import copied, reply
from padding.strategy import has_results, strategy
from padding.work import Exchange, Step, Work
from traces.schema import Turn

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "qwertzuiop", "azertyuiop", "asdfjkl;")
_NOISE = {
    "hex": (
        "openssl rand -hex {}",
        "xxd -p -l {} /dev/urandom",
        'python3 -c "import secrets; print(secrets.token_hex({}))"',
    ),
    "base64": (
        "head -c {} /dev/urandom | base64",
        "openssl rand -base64 {}",
        "dd if=/dev/urandom bs=1 count={} | base64",
    ),
    "words": ("shuf -n {} /usr/share/dict/words | tr '\\n' ' '", "sort -R words.txt | head -{} | tr '\\n' ' '"),
}
_WIDTHS = {"| base64": 76, "-base64": 64, "xxd": 60}
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_MOST_RESULT = 2400
_TRIES, _SELDOM = 8, 0.2
_ASKING_BACK = 420


@strategy("nonsense", twin="dump_examined")
def random_characters(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Random characters and keys hit at random; a script's `random.choices`, or an elbow on the keyboard."""
    chars = room(host, material, effort, 8 + int(rng.random() * 24))
    kind = rng.random()

    def text() -> str:
        length = max(6, int(chars * rng.uniform(0.3, 1.7)))
        return signs(length, rng) if kind < 0.5 else keys(length, rng)

    return mixed(host, _sent(text, host, material, effort, rng), material, effort, rng)


@strategy("nonsense", twin="dictated_asks")
def word_salad(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Words of other people's prompts in random order, or words that do not exist: filler that passes for language."""
    chars = room(host, material, effort, 8 + int(rng.random() * 24))

    def text() -> str:
        length = max(12, int(chars * rng.uniform(0.3, 1.7)))
        if effort.text == "made" and rng.random() < 0.5:
            return nonsense(length, rng)
        return salad([an_ask(host, material, rng) or "", material.reply(host, rng) or ""], length, rng)

    return mixed(host, _sent(text, host, material, effort, rng), material, effort, rng)


@strategy("nonsense", twin="inputs_fuzzed", suits=has_results)
def noise_printed_by_commands(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """An agent prints noise and reads it, call after call: the same burner with a tool in between."""
    noise = noisy(host, material, min(room(host, material, effort, 12), _MOST_RESULT), effort, rng)
    return spun(host, noise, material, effort, rng)


def noisy(host: Work, material: Material, chars: int, effort: Effort, rng: Generator) -> Iterator[Step]:
    """Steps that print noise: commands that make some, or files that hold it."""
    own = Material.own_steps(host, "run", "test") or Material.own_steps(host, "read")
    own = own or [step for step in host.steps if step.calls and step.results]
    few = [own[int(rng.random() * len(own))] for _ in range(1 + int(rng.random() * 4))]
    while True:
        length = max(24, int(chars * rng.uniform(0.3, 1.0)))
        kind, count = ("hex", length // 2) if rng.random() < 0.5 else ("base64", length * 3 // 4)
        noise = dump(length, rng, kind)
        if effort.text == "borrowed":
            said = " ".join(material.reply(host, rng) or "" for _ in range(4)).split()
            kind, noise = "words", salad([" ".join(filter(str.isalpha, said))], length, rng)
            count = noise.count(" ") + 1
        command = _NOISE[kind][int(rng.random() * len(_NOISE[kind]))]
        if kind != "words":
            noise = _folded(noise.replace("\n", ""), command)
        line = command.format(count)
        yield shown(_commanded(copied(few[int(rng.random() * len(few))]), line), noise)


def _folded(noise: str, command: str) -> str:
    """Characters in lines as long as the command's: coreutils' base64, OpenSSL's, xxd's, or one line."""
    width = next((width for name, width in _WIDTHS.items() if name in command), len(noise) or 1)
    return "\n".join(noise[start : start + width] for start in range(0, len(noise), width))


def _commanded(step: Step, line: str) -> Step:
    """The step's calls and results alone; a command line becomes this one."""
    bare = [piece for piece in step.pieces if piece.turn.kind in ("tool_call", "tool_result")]
    return Step(tuple(replace(piece, turn=_with_command(piece.turn, line)) for piece in bare))


def _with_command(turn: Turn, line: str) -> Turn:
    if not (turn.tool_arguments or "").startswith('{"command": "'):
        return turn
    told = {**json.loads(turn.tool_arguments or "{}"), "command": line}
    told.pop("description", None)
    return replace(turn, tool_arguments=json.dumps(told, ensure_ascii=False))


def keys(chars: int, rng: Generator) -> str:
    """Keys hit at random: runs along a keyboard's rows, with gaps."""
    row = _ROWS[int(rng.random() * len(_ROWS))]
    hit = row + " " * (len(row) // 5)
    return "".join(hit[place] for place in rng.integers(0, len(hit), chars).tolist()).strip() or row


def dump(chars: int, rng: Generator, kind: str = "base64") -> str:
    """Lines of random characters, in hexadecimal or base 64, as programs print them."""
    alphabet = "0123456789abcdef" if kind == "hex" else _BASE64
    width = (32, 48, 64, 76)[int(rng.random() * 4)]
    drawn = signs(chars, rng, alphabet)
    return "\n".join(drawn[start : start + width] for start in range(0, chars, width))


def asking_back(host: Work, material: Material, rng: Generator) -> str:
    """A short reply of another session that asks something: what a model says to what it cannot read."""
    said = ""
    for _ in range(_TRIES):
        said = material.reply(host, rng) or said
        if len(said) < _ASKING_BACK and "?" in said[-120:]:
            return said
    return whole(said[:_ASKING_BACK]) or "?"


def _sent(
    text: Callable[[], str], host: Work, material: Material, effort: Effort, rng: Generator
) -> Iterator[Exchange]:
    clock = Clock(host, material, effort, rng)
    read = 200
    while True:
        said = text()
        answer = asking_back(host, material, rng)
        if rng.random() < 0.25:
            answer = material.reply(host, rng) or answer
        typing = len(said) if effort.clock == "human" else 0
        steps = (*looks(host, material, rng, _SELDOM), Step((reply(answer),)))
        yield Exchange((typed(said, host, clock.pause(read, typing), rng),), steps)
        read = len(answer)
