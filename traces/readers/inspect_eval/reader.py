"""Reads each sample by itself, with what its log says of them all."""

from collections.abc import Iterable
from hashlib import blake2b

import msgspec

from traces.draft import Draft
from traces.format import About, Format, Record, Unreadable
from traces.json_text import decode
from traces.readers.inspect_eval.attachments import Attachments
from traces.readers.inspect_eval.cutting import Piece, is_log, samples
from traces.readers.inspect_eval.events import Events
from traces.readers.inspect_eval.records import Eval, Sample
from traces.readers.inspect_eval.turns import Turns
from traces.schema import Session
from traces.times import time_of

_SAMPLE = msgspec.json.Decoder(Sample)


class InspectEval:
    """Reads one sample a record."""

    def __init__(self, about: About) -> None:
        self._about = about

    def add(self, record: Record) -> Iterable[Session]:
        """The session of one sample."""
        piece = record.context if isinstance(record.context, Piece) else Piece("sample")
        try:
            if piece.broken is not None:
                raise piece.broken
            sample = decode(record.raw, _SAMPLE)
            run = piece.eval or Eval(task="", eval_id=blake2b(record.raw, digest_size=16).hexdigest())
            session = self._session(sample, run)
        except Unreadable as error:
            raise Unreadable(error.reason, f"{piece.name}: {error.detail}") from error
        return (session,) if session.turns else ()

    def finish(self) -> Iterable[Session]:
        """Nothing: each sample is complete by itself."""
        return ()

    def _session(self, sample: Sample, eval: Eval) -> Session:
        attachments = Attachments(sample.attachments)
        events = Events(sample, attachments, self._about.zone)
        run = eval.eval_id or f"{eval.run_id}-{eval.task_id}"
        draft = Draft(sample.uuid or f"{run}:{sample.id}:{sample.epoch}", FORMAT.name, self._about.file)
        draft.header(
            user_id=self._about.user,
            source=self._about.source,
            agent="inspect_ai",
            agent_version=eval.packages.get("inspect_ai"),
            project=eval.task or None,
            origin="automation",
            started=time_of(sample.started_at, self._about.zone) or events.began,
        )
        turns = Turns(draft, events, attachments)
        for message in sample.messages:
            turns.add(message)
        draft.header(model=eval.model)
        return draft.take()


FORMAT = Format(
    name="inspect-eval",
    title="Inspect evaluation logs (.eval archives, .json)",
    matches=is_log,
    records=samples,
    reader=InspectEval,
)
