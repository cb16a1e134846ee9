"""The pages of the review: each a function from a visit to an answer, without the web framework."""
