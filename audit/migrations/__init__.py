"""How the ledger's database came to its present shape, one step a file; run by the ledger itself when it opens."""
