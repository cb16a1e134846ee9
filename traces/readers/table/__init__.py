"""Submission tables: CSV (any delimiter, quoting and common encoding), JSON lines, Parquet; one submission a row.

Such tables are exported by platforms on which people are paid by the token or by the task to write training data. A
session is one person's shift: a pause longer than `Columns.shift_gap_minutes` ends it, midnight alone does not. Each
row is a message that the person typed. The columns are named by `About.columns`, else found by the names listed below,
whatever their case and punctuation; other columns (tasks, answers, durations) are not read.

Rows of one person may lie anywhere, so that shifts are known at the end of the file only. Until then a row costs 24
bytes of memory and a person some 200; the texts wait in a temporary file. Times are read as `traces.times` reads them,
also with slashes or dots, without leading zeros or with ` UTC` behind if the year is first; `3/4/2025` is refused,
since nobody can tell the day from the month.
"""

from traces.readers.table.reader import FORMAT

__all__ = ["FORMAT"]
