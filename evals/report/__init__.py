"""Reports of a study: tables, figures, a page, files for other programs."""
