"""Pages: one self-contained HTML file each, with its style, its script and the chart library inside."""
