"""Chat completions as data: a list of `messages` a line (fine-tuning files), and the Batch API's input and output.

A line is a conversation; there are no times, and who wrote the user's messages is not known (`typed` is null), except
in batch files, which a program sends. A line that repeats all messages of the line before and goes on is the same
session sent again: each message makes its turns once. Two lines that are equal are two sessions, since nothing says
that one is a copy. An output file of the Batch API holds the answers only. Not read: tool definitions, log
probabilities, weights, and the pairs of answers of preference files.
"""

from traces.readers.openai_chat.reader import FORMAT, Ids, text_of

__all__ = ["FORMAT", "Ids", "text_of"]
