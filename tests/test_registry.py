"""Traces fetched from MLflow stores: real ones, made here with MLflow itself."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from small_models import place_in

from models.registry import trace_documents
from traces.reading import read


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A store with two traces of one session in the experiment `desk`, and one trace in `other`."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    import mlflow
    from mlflow.entities import SpanType

    tmp_path = tmp_path_factory.mktemp("mlflow")
    uri = place_in(tmp_path).uri
    before = mlflow.get_tracking_uri()
    named = os.environ.get("MLFLOW_TRACKING_URI")
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient(uri)

    def chat(messages: list[dict[str, Any]], answer: str, **metadata: str) -> None:
        with mlflow.start_span("chat", span_type=SpanType.CHAT_MODEL) as span:
            mlflow.update_current_trace(metadata=metadata)
            span.set_inputs({"messages": messages})
            span.set_outputs({"choices": [{"message": {"role": "assistant", "content": answer}}]})
            span.set_attribute("mlflow.chat.tokenUsage", {"input_tokens": 9, "output_tokens": 2, "total_tokens": 11})

    talk = {"mlflow.trace.session": "talk-1", "mlflow.trace.user": "u-1"}
    asked = {"role": "user", "content": "Ebb or flood?"}
    for name in ("desk", "other"):
        artifacts = (tmp_path / "artifacts").as_uri()
        mlflow.set_experiment(experiment_id=client.create_experiment(name, artifact_location=artifacts))
        chat([asked], "Ebb.", **(talk if name == "desk" else {}))
        if name == "desk":
            more = [asked, {"role": "assistant", "content": "Ebb."}, {"role": "user", "content": "Until when?"}]
            chat(more, "Until six.", **talk)
    mlflow.flush_trace_async_logging()
    yield uri
    mlflow.set_tracking_uri(before)
    if named is None:  # MLflow has put it there
        os.environ.pop("MLFLOW_TRACKING_URI", None)


def test_all_traces_of_a_store_are_fetched_and_read(store: str, tmp_path: Path) -> None:
    path = tmp_path / "traces.jsonl"
    path.write_bytes(b"".join(document + b"\n" for document in trace_documents(store)))
    sessions, refused = read(path)
    assert refused == []
    assert len(sessions) == 2
    (talk,) = [session for session in sessions if session.session_id == "talk-1"]
    assert [turn.text for turn in talk.turns] == ["Ebb or flood?", "Ebb.", "Until when?", "Until six."]
    assert [(turn.input_tokens, turn.output_tokens) for turn in talk.turns[1::2]] == [(9, 2)] * 2
    assert (talk.user_id, talk.format) == ("u-1", "mlflow-traces")


def test_pages_follow_one_another_without_gaps_or_repeats(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.registry.traces._PAGE", 1)
    ids = [json.loads(document)["info"]["trace_id"] for document in trace_documents(store)]
    assert len(ids) == len(set(ids)) == 3


def test_only_named_experiments_are_fetched(store: str) -> None:
    assert len(list(trace_documents(store, ["desk"]))) == 2
    assert len(list(trace_documents(store, ["other"]))) == 1


def test_a_missing_experiment_is_an_error_that_names_it_and_the_store(store: str) -> None:
    with pytest.raises(ValueError, match=r"has no experiment 'dusk'; it has .*desk") as error:
        trace_documents(store, ["desk", "dusk"])
    assert store in str(error.value)


def test_a_store_that_is_not_there_is_an_error_and_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    with pytest.raises(ValueError, match=r"there is no MLflow store at sqlite:///.*none\.db"):
        trace_documents(f"sqlite:///{path}")
    assert not path.exists()


def test_a_database_of_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    path.write_bytes(b"")
    with pytest.raises(ValueError, match="there is no MLflow store at"):
        trace_documents(f"sqlite:///{path}")
    assert path.read_bytes() == b""


def test_a_server_that_cannot_be_reached_is_an_error_that_names_it_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(ValueError, match=r"store at http://me:\*\*\*@127\.0\.0\.1:9 cannot be read") as error:
        trace_documents("http://me:secret@127.0.0.1:9")
    assert "secret" not in str(error.value)
