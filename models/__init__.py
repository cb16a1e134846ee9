"""Numbers become a calibrated probability, reasons, and a promoted version; `registry.py` is the one home of MLflow.

This room may import nothing of ours: it knows tables, not sessions.
"""
