"""What the review page shows, worked out without the web framework: words, drawings, differences, windows."""
