"""What families of texts claim beyond the shared test: loops, fillers, pastes, capped answers, and their honest twins.

Claims are about what a strategy's exchanges and steps say; shares, marks and form are tested in
`test_padding_strategies.py`.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from numpy.random import default_rng

from padding.asks import asked_about, names
from padding.assembly import Made
from padding.documents import read_back, ways, written
from padding.effort import Effort
from padding.envelope import ask_of, bare, typed
from padding.languages import MORE
from padding.long_texts import parted, whole
from padding.material import Material
from padding.strategy import load, pad
from padding.versions import Draft, sentences, varied
from padding.work import take_apart
from traces.schema import Session, Turn

TOPICS = ("parser", "ledger", "queue", "registry", "scheduler", "quarantine", "calibration", "splitter")
WORDS = ("splits", "keeps", "drops", "reads", "merges", "counts", "checks", "orders", "names", "holds", "moves", "adds")


def said_of(topic: str, number: int) -> str:
    """A reply on a topic, of sentences that no other reply has."""
    lines = [
        f"The {topic} {WORDS[(number + n) % 12]} row {number * 100 + n} in {topic}_{n}.py first." for n in range(9)
    ]
    return " ".join(lines)


def session(number: int, french: bool = False) -> Session:
    """A session in which somebody asks five things of an agent that reads and writes files."""
    topic, time = TOPICS[number % len(TOPICS)], datetime(2026, 3, 2, 9, number % 60, tzinfo=UTC)
    turns: list[Turn] = []

    def add(**fields: object) -> None:
        nonlocal time
        time += timedelta(seconds=11 + len(turns) % 7)
        turns.append(Turn(len(turns), time=time, **fields))  # type: ignore[arg-type]

    for ask in range(5):
        asked = f"est-ce que {topic}_{ask}.py garde les lignes ?" if french else f"why does {topic}_{ask}.py drop rows?"
        add(role="user", kind="message", text=asked, typed=True)
        path = f"/home/me/{topic}/{topic}_{ask}.py"
        tool, told = (
            ("Write", {"file_path": path, "content": f"x = {ask}\n"}) if ask == 3 else ("Read", {"file_path": path})
        )
        call = f"call-{number}-{ask}"
        add(role="assistant", kind="tool_call", tool_name=tool, tool_arguments=json.dumps(told), call_id=call)
        shown = (
            f"File created successfully at: {path}" if ask == 3 else f"     1→import os\n     2→x = {number * 7 + ask}"
        )
        add(role="tool", kind="tool_result", text=shown, tool_name=tool, call_id=call)
        add(role="assistant", kind="message", text=said_of(topic, number * 5 + ask))
    return Session(
        session_id=f"s-{number:04}", agent="claude-code", format="claude-code", file=f"s-{number:04}.jsonl",
        source="test", started=turns[0].time, turns=tuple(turns),
    )  # fmt: skip


SESSIONS = [session(number) for number in range(24)]
MATERIAL = Material(SESSIONS)


def made(name: str, seed: int = 1, **knobs: object) -> Made:
    effort = Effort(
        **{"clock": "human", "wording": "reworded", "text": "borrowed", "length": 0.9, "share": 1.0, **knobs}
    )
    return pad(SESSIONS[3], load()[name], MATERIAL, effort, default_rng(seed))


def asks(found: Made) -> list[str]:
    return [bare(turn.text or "") for turn in found.session.turns if turn.role == "user"]


def answers(found: Made) -> list[str]:
    spoken = (turn for turn in found.session.turns if turn.role == "assistant" and turn.kind == "message")
    return [turn.text or "" for turn in spoken]


def grams(text: str, size: int) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return set(zip(*(words[start:] for start in range(size)), strict=False))


def exchanges(found: Made) -> Iterator[tuple[str, str]]:
    work = take_apart(found.session)
    return ((ask_of(exchange), exchange.reply) for exchange in work.exchanges if exchange.asked)


def test_paraphrases_ask_of_one_thing_in_many_words() -> None:
    found = asks(made("same_ask_in_other_words", wording="borrowed"))
    assert len(set(found)) > len(found) / 2
    topics = [set(re.findall("|".join(TOPICS), text)) for text in found]
    assert sum(len(topic) <= 1 for topic in topics) > 0.8 * len(topics)


def test_a_rotation_comes_round_to_few_asks() -> None:
    found = [asks(made("few_asks_in_rotation", seed, wording="shuffled")) for seed in range(6)]
    kinds = [{frozenset(re.findall(r"\w+_\d", text)) for text in one} for one in found]
    assert all(len(kind) <= 5 for kind in kinds)
    assert sum(map(len, found)) > 1.5 * sum(map(len, kinds))


def test_what_a_loop_changes_comes_back_and_what_a_draft_changes_does_not() -> None:
    def come_back(name: str) -> int:
        count = 0
        for seed in range(12):
            said = [{part.strip() for part in sentences(text)} for text in answers(made(name, seed))[:-1]]
            gone: set[str] = set()
            for before, now in pairwise(said):
                count += len(gone & now)
                gone |= before - now
        return count

    assert come_back("last_answer_rephrased") > 40
    assert come_back("converging_rewrites") < 10


def test_a_draft_ends_as_the_text_that_it_was_brought_to() -> None:
    final = said_of("parser", 1)
    draft = Draft(final, default_rng(3), sentences(said_of("queue", 9)))
    assert draft.text != final
    changed = [draft.touched(2) for _ in range(8)]
    assert draft.done
    assert changed[-1] == final


def test_one_block_stands_beside_every_prompt_and_another_one_each_time() -> None:
    same = [grams(text, 6) for text in asks(made("one_block_with_each_prompt", wording="verbatim", share=1.0))]
    other = [grams(text, 6) for text in asks(made("another_block_with_each_prompt", text="made"))]
    assert set.intersection(*same)
    assert not set.intersection(*other)


def test_filler_in_results_leaves_the_calls_as_they_were() -> None:
    found = made("block_in_each_result", wording="verbatim")
    results = [turn.text or "" for turn in found.session.turns if turn.kind == "tool_result"]
    calls = {turn.tool_arguments for turn in found.session.turns if turn.kind == "tool_call"}
    assert set.intersection(*(grams(text, 5) for text in results))
    assert calls <= {turn.tool_arguments for turn in SESSIONS[3].turns}


def test_random_characters_have_no_words_of_the_corpus() -> None:
    corpus = {word for text in (said_of(topic, 0) for topic in TOPICS) for word in re.findall(r"[a-z]{4,}", text)}
    found = " ".join(asks(made("random_characters", share=1.0)))
    assert len(found) > 200
    assert sum(word in corpus for word in re.findall(r"[a-z]{4,}", found)) < 3


def test_word_salad_has_the_words_of_prompts_but_not_their_order() -> None:
    genuine = {gram for one in SESSIONS for turn in one.turns if turn.text for gram in grams(turn.text, 4)}
    found = " ".join(asks(made("word_salad", text="borrowed")))
    assert set(re.findall(r"\w+", found)) & set(TOPICS)
    assert len(grams(found, 4) & genuine) < 0.2 * len(grams(found, 4))


def test_noise_follows_the_command_that_prints_it() -> None:
    """A result in hexadecimal comes after a command that prints hexadecimal."""
    shell = [
        Turn(0, "user", "message", "draw some", typed=True),
        Turn(1, "assistant", "tool_call", tool_name="Bash", tool_arguments='{"command": "ls"}', call_id="a"),
        Turn(2, "tool", "tool_result", "x.py", tool_name="Bash", call_id="a"),
        Turn(3, "assistant", "message", "done " * 400),
    ]
    host = Session(session_id="shell", format="claude-code", file="shell.jsonl", turns=tuple(shell))
    effort = Effort("even", "verbatim", "made", 0.9, 1.0)
    found = pad(host, load()["noise_printed_by_commands"], Material([host]), effort, default_rng(2)).session
    for call, shown in pairwise(found.turns):
        if call.kind == "tool_call":
            is_hex = re.fullmatch(r"[0-9a-f\n]+", shown.text or "") is not None
            assert is_hex == any(word in (call.tool_arguments or "") for word in ("-hex", "xxd", "token_hex"))


def test_one_collection_stands_in_sessions_of_different_people() -> None:
    """Two hosts, two generators: among some pairs of sessions, whole stretches are the same."""
    effort = Effort("even", "verbatim", "borrowed", 0.9, 1.0)
    chosen = load()["one_collection_in_many_sessions"]
    texts = [
        grams(" ".join(asks(pad(SESSIONS[place], chosen, MATERIAL, effort, default_rng([place, 5])))), 12)
        for place in range(24)
    ]
    shared = sum(bool(a & b) for n, a in enumerate(texts) for b in texts[n + 1 :])
    alone = [
        grams(" ".join(asks(pad(SESSIONS[place], load()["word_salad"], MATERIAL, effort, default_rng([place, 5])))), 12)
        for place in range(24)
    ]
    assert shared > 5 * (1 + sum(bool(a & b) for n, a in enumerate(alone) for b in alone[n + 1 :]))


def test_parts_of_a_chat_log_join_to_the_log() -> None:
    log = "\n\n".join(f"User: {n} why\nAssistant: {said_of('queue', n)}" for n in range(5))
    parts = parted(log, 300)
    assert len(parts) > 4
    assert re.sub(r"\s+", "", "".join(parts)) == re.sub(r"\s+", "", log)


def test_template_texts_share_a_skeleton_and_differ_in_their_nouns() -> None:
    found = [text for text in asks(made("template_filled_in", wording="verbatim", text="made")) if len(text) > 80]
    plain = [re.sub(r"\w+_\d\.py", "_", text) for text in found]
    shared = [len(grams(a, 4) & grams(b, 4)) for n, a in enumerate(plain) for b in plain[n + 1 :]]
    assert len({frozenset(names(text)) for text in found}) > 1
    assert max(shared) > 20


def test_documents_nobody_opens_are_not_read_and_those_of_the_twin_are() -> None:
    def opened(name: str) -> tuple[int, int]:
        calls = [turn for turn in made(name, seed=4).session.turns if turn.kind == "tool_call"]
        paths = {json.loads(turn.tool_arguments or "{}")["file_path"] for turn in calls if turn.tool_name == "Write"}
        read = [turn for turn in calls if turn.tool_name == "Read" and any(p in turn.tool_arguments for p in paths)]
        return len(paths), len(read)

    written_only, never = opened("documents_nobody_opens")
    both, again = opened("documents_read_back")
    assert written_only > 2
    assert never == 0
    assert both > 1
    assert again >= both


def test_a_file_is_read_back_at_the_path_where_it_was_written() -> None:
    host, rng = MATERIAL.work(SESSIONS[3]), default_rng(0)
    step = written(said_of("queue", 2), ways(host, MATERIAL, rng), rng, "notes.md")
    look = Material.own_steps(host, "read")[0]
    back = read_back(look, step, "one\ntwo")
    assert "/notes.md" in (back.calls[0].tool_arguments or "")
    assert back.results[0].text == "     1→one\n     2→two"
    assert "notes.md" in (step.results[0].text or "")


def test_capped_answers_have_one_length_and_break_off() -> None:
    found = answers(made("more_and_more", wording="verbatim", text="made"))
    lengths = sorted(map(len, found))
    assert len(found) > 3
    assert lengths[-1] < 1.2 * lengths[len(lengths) // 2]
    assert sum(not text.endswith((".", "!", "?")) for text in found) > len(found) / 2


def test_after_the_first_ask_only_more_is_asked_for() -> None:
    found = asks(made("more_and_more", text="made"))
    stock = {text.lower().rstrip(".?!") for text in MORE["en"]}
    known = [sorted(text.lower().rstrip(".?!")) in [sorted(word) for word in stock] for text in found[1:]]
    assert all(known)


def test_trivia_is_answered_and_never_come_back_to() -> None:
    """A question names something in its own answer; in the honest twin, in the answer before as well."""

    def followed(name: str) -> tuple[float, float]:
        told, before = [], []
        for seed in range(6):
            pairs = list(exchanges(made(name, seed, text="made", wording="reworded")))
            told += [any(term in answer for term in names(ask)) for ask, answer in pairs if names(ask)]
            before += [
                any(term in last for term in names(ask)) for (_, last), (ask, _) in pairwise(pairs) if names(ask)
            ]
        return sum(told) / len(told), sum(before) / len(before)

    answered, returned = followed("answerable_in_a_row")
    _, taken_up = followed("beginner_who_progresses")
    assert answered > 0.8
    assert taken_up > returned + 0.3


def test_questions_on_a_paste_name_something_in_the_paste() -> None:
    found = asks(made("long_pastes_with_questions", text="made"))
    pastes = [text for text in found if len(text) > 200]
    assert pastes
    for text in pastes:
        first, last = text.split("\n\n")[0], text.split("\n\n")[-1]
        question = min(first, last, key=len)
        assert any(text.count(term) > 1 for term in [*names(question), *question.split()])


def test_every_item_of_a_batch_is_another_one_and_the_output_is_used() -> None:
    found = made("instructions_with_each_item", seed=2)
    items = [frozenset(grams(text, 5)) for text in asks(found)]
    assert len(set(items)) == len(items)
    calls = [turn.tool_name for turn in found.session.turns if turn.kind == "tool_call"]
    last = asks(found)[-1]
    assert "Write" in calls or any(grams(text, 5) & grams(last, 5) for text in answers(found)[:-1])


def test_terse_asks_are_short_and_their_answers_are_the_donors_own() -> None:
    found = made("terse_expert")
    assert sorted(map(len, asks(found)))[len(asks(found)) // 2] < 60
    assert set(answers(found)) <= {turn.text for one in SESSIONS for turn in one.turns}


@pytest.mark.parametrize("name", ["results_narrowed_down", "banner_before_each_result", "inputs_fuzzed"])
def test_reading_that_is_honest_ends_in_a_change(name: str) -> None:
    calls = [turn.tool_name for turn in made(name).session.turns if turn.kind == "tool_call"]
    assert "Write" in calls[-3:]


def test_made_asks_stand_in_the_envelope_that_the_host_has() -> None:
    text = "# Context from my IDE setup:\n\n## Active file: a.py\n\n## My request for Codex:\nwhy?\n"
    turns = (Turn(0, "user", "message", text, typed=True), Turn(1, "assistant", "message", "so"))
    host = take_apart(Session(session_id="c", format="codex", file="c.jsonl", turns=turns))
    made_ask = typed("and then", host, None, default_rng(0)).turn.text or ""
    assert made_ask == text.replace("why?", "and then")
    assert bare(made_ask).strip() == "and then"


def test_questions_are_in_the_language_of_the_host() -> None:
    french = [session(number, french=True) for number in range(40, 46)]
    material = Material(french)
    host = material.work(french[0])
    found = [
        asked_about("le cache", ask_of(host.exchanges[0]), host, material, default_rng(n), made=True) for n in range(9)
    ]
    assert all(re.search(r"Qu'est|Expliq|fonctionne|Parle|Résume", text) for text in found)


def test_a_text_said_differently_keeps_its_fenced_blocks_whole() -> None:
    block = "```python\nif a:\n    b = 1. \n    c\n```"
    text = f"First this. Then that. Look here:\n\n{block}\n\nAnd so on. And more. The end."
    kept = [varied(text, default_rng(seed)) for seed in range(20)]
    assert any(block in one for one in kept)
    assert all(block in one or "```" not in one for one in kept)


def test_a_text_cut_by_its_source_ends_with_a_whole_line_or_sentence() -> None:
    assert (
        whole("One line is here.\nAnother one is here.\nThis one is cut in the mid")
        == "One line is here.\nAnother one is here."
    )
    assert whole("It is whole. So is this.") == "It is whole. So is this."
