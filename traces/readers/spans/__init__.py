"""What the readers of traced model calls share: from spans and messages to turns, each made once."""
