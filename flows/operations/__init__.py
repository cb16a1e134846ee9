"""What an operator does, a file each: functions of plain values, which a command calls and a program may import.

`flows/deployed.py` makes Prefect's flows of these very functions; here Prefect is not needed. `nightly` and `retrain`,
which are put together of Prefect's tasks, have files of their own.
"""
