"""The report: an index and a page a model that open from disk, and the README's picture.

dataset, evaluation, training   tables and folders of the pipeline -> plain records (those of a model: results)
versus                          which of two models is better
choose, heat, words             which pictures are shown, how warm a cell is, how a verdict is said: by rule, not by eye
pictures, charts, portraits     thumbnails, inline SVG, the wide sheet
views, page                     records + templates/ -> reports/
"""
