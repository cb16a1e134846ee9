"""Fuller steps: words, thoughts and parallel looks come as often as the host's source has them, and change no call."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import chain, count

from conversation import asked, called, said, session, thought
from msgspec.structs import replace
from numpy.random import default_rng

from padding.assembly import put_together
from padding.effort import Effort
from padding.fuller import Fuller
from padding.habits import habits, lead
from padding.material import Material
from padding.mixing import spun
from padding.parallel import at_once, split
from padding.parts import copied, prompt, reply
from padding.work import Exchange, Step, Work, take_apart
from traces.schema import Session, Turn


def told(*parts: list[Turn]) -> list[Turn]:
    """A model call's turns: calls first, results after, ids that tie them, tokens on the first."""
    turns = list(chain.from_iterable(parts))
    calls, backs = count(), count()
    named = [
        replace(t, call_id=f"c{next(calls if t.kind == 'tool_call' else backs)}") if t.kind.startswith("tool") else t
        for t in turns
    ]
    ordered = sorted(named, key=lambda turn: turn.role == "tool")
    return [replace(ordered[0], input_tokens=9), *ordered[1:]]


def look(name: str) -> list[Turn]:
    return called("Read", f"text of {name}", file_path=f"/work/{name}.py")


def talking(name: str) -> Session:
    """An agent that thinks and speaks before each call, looks at two files at once, and at something for each ask."""
    steps = [told(thought(f"why {name} {n}"), said(f"{name}.py, {n}"), look(name)) for n in range(6)]
    pairs = [told(thought(f"both {name} {n}"), said(f"two, {name} {n}"), look("one"), look("two")) for n in range(6)]
    return session(asked("go"), *steps, *pairs, told(thought(f"so {name}"), said(f"{name} done")), name=name)


def silent(name: str) -> Session:
    """An agent that never says anything before a call, and makes one call at a time."""
    return session(asked("go"), *(told(look(f"{name}{n}")) for n in range(8)), told(said("done")), name=name)


@cache
def corpus(kind: str) -> tuple[Work, Material]:
    make = {"talking": talking, "silent": silent}[kind]
    sessions = [make(f"{kind}{n}") for n in range(8)]
    material = Material(sessions)
    return material.work(sessions[0]), material


def bare(names: Sequence[str]) -> list[Step]:
    """Looks without any words, as steps that are done again have."""
    return [copied(step) for name in names for step in take_apart(session(told(look(name)))).steps]


def through(kind: str, steps: list[Step], seed: int = 0) -> list[Step]:
    return list(Fuller(*corpus(kind), default_rng(seed)).steps(steps))


def calls_of(steps: Sequence[Step]) -> Counter[str | None]:
    return Counter(turn.tool_arguments for step in steps for turn in step.calls)


FILES = [f"file{n}" for n in range(24)]


def test_habits_are_counted_by_steps() -> None:
    found = habits([take_apart(talking("a"))])
    assert (found.said, found.thought, found.at_once, found.pondered) == (1.0, 1.0, 0.5, 1.0)
    assert habits([take_apart(silent("a"))]).said == 0.0
    assert habits([]).thought == 0.0


def test_bare_calls_get_thoughts_and_words_where_the_source_has_them() -> None:
    made = through("talking", bare(FILES))
    assert all(lead(step) == ["thinking", "message"] for step in made)
    assert calls_of(made) == calls_of(bare(FILES))


def test_nothing_is_said_where_the_source_is_silent() -> None:
    made = through("silent", bare(FILES))
    assert made == bare(FILES)


def test_what_is_said_is_borrowed_is_about_the_steps_own_file_and_is_said_once() -> None:
    made = through("talking", bare(FILES))
    pieces = [piece for step in made for piece in step.pieces if piece.turn.kind in ("message", "thinking")]
    texts = [piece.turn.text or "" for piece in pieces]
    assert len(set(texts)) == len(texts)
    assert {piece.owner for piece in pieces} <= {f"talking{n}" for n in range(1, 8)}
    files = [found for found in map(named, made) if found]
    assert files
    assert all(file in (call.tool_arguments or "") for file, call in files)


def named(step: Step) -> tuple[str, Turn] | None:
    """The file that the step's words name, and its call."""
    texts = (piece.turn.text or "" for piece in step.pieces if piece.turn.kind == "message")
    found = [text.partition(",")[0] for text in texts if ".py" in text]
    return (found[0], step.calls[0]) if found else None


def test_looks_are_taken_together_as_often_as_in_the_source_and_in_its_order() -> None:
    made = through("talking", bare(FILES))
    several = [step for step in made if len(step.calls) > 1]
    assert 0.25 < len(several) / len(made) < 0.75
    for step in several:
        rest = step.pieces[len(lead(step)) :]
        assert [piece.turn.kind for piece in rest] == ["tool_call"] * 2 + ["tool_result"] * 2
        assert [turn.call_id for turn in step.calls] == [turn.call_id for turn in step.results]
        told_of = {turn.call_id: turn.text for turn in step.results}
        for call in step.calls:
            name = (call.tool_arguments or "").split("/")[-1].split(".")[0]
            assert told_of[call.call_id] == f"text of {name}"


def test_the_same_look_twice_is_never_one_model_call() -> None:
    assert all(len(step.calls) == 1 for step in through("talking", bare(["same"] * 20)))


def test_edits_are_never_taken_together() -> None:
    edits = [
        copied(step)
        for n in range(20)
        for step in take_apart(session(told(called("Edit", "edited", file_path=f"/work/{n}.py")))).steps
    ]
    assert all(len(step.calls) == 1 for step in through("talking", edits))


def test_calls_are_taken_apart_where_the_agent_makes_one_at_a_time() -> None:
    several = [copied(step) for step in take_apart(talking("x")).steps if len(step.calls) > 1]
    made = through("silent", several)
    assert [len(step.calls) for step in made] == [1] * 2 * len(several)
    assert calls_of(made) == calls_of(several)
    assert all(step.calls[0].call_id == step.results[0].call_id for step in made)
    assert split(several[0])[0].pieces[:2] == several[0].pieces[:2]


def test_what_is_said_goes_with_the_call_that_follows_and_answers_stay_apart() -> None:
    talk = Step((reply("let me see"),))
    [first, last] = through("silent", [talk, *bare(["one"]), Step((reply("done"),))])
    assert [piece.turn.kind for piece in first.pieces] == ["message", "tool_call", "tool_result"]
    assert last == Step((reply("done"),))


def test_a_step_of_the_hosts_own_is_left_as_it_is() -> None:
    own = list(take_apart(silent("own")).steps)
    assert through("talking", own) == own


def test_thoughts_come_before_answers_where_the_source_has_them_and_nothing_else_does() -> None:
    answers = [Step((reply(f"answer {n}"),)) for n in range(6)]
    asked = [Exchange((prompt("why?"),), (answer,)) for answer in answers]
    made = list(map(Fuller(*corpus("talking"), default_rng(0)).exchange, asked))
    assert all(exchange.opening == (prompt("why?"),) for exchange in made)
    assert [[piece.turn.kind for piece in exchange.steps[0].pieces] for exchange in made] == [
        ["thinking", "message"]
    ] * 6
    assert [exchange.steps[0].pieces[-1].turn.text for exchange in made] == [f"answer {n}" for n in range(6)]
    assert through("silent", answers) == answers


def test_a_gap_before_a_step_stays_the_gap_before_it() -> None:
    waited = [Step((replace(step.pieces[0], gap=77.0), *step.pieces[1:])) for step in bare(FILES)]
    assert all(step.pieces[0].gap == 77.0 for step in through("talking", waited))


def test_a_call_without_its_result_is_not_taken_with_others() -> None:
    like = next(step for step in take_apart(talking("x")).steps if len(step.calls) > 1)
    one, two = bare(["one", "two"])
    assert [p.turn.kind for p in at_once([one, two], like).pieces] == ["tool_call"] * 2 + ["tool_result"] * 2
    asks = [Step(step.pieces[:1]) for step in bare(FILES)]
    assert all(len(step.calls) == 1 for step in through("talking", asks))


def test_added_words_are_padding_where_the_step_is() -> None:
    host, material = corpus("talking")
    steps = chain.from_iterable(bare([f"more{n}", f"other{n}"]) for n in count())
    made = put_together(
        spun(host, steps, material, Effort(share=0.5), default_rng(1)), material.form(host), default_rng(1)
    )
    own = {turn.text for turn in talking("talking0").turns}
    added = [turn for turn in made.session.turns if turn.kind in ("message", "thinking") and turn.text not in own]
    assert added
    assert {turn.index for turn in added} <= set(made.padding)
    assert [step for step in take_apart(made.session).steps if len(step.calls) > 1]
