"""The report: one page of pictures and figures that opens from disk, and the README's picture.

dataset, training, results   tables and folders of the pipeline -> plain dataclasses
choose                       which pictures are shown, by rule and not by eye
pictures, charts, portraits  thumbnails, inline SVG, the wide sheet
page                         dataclasses + templates/ -> reports/
"""
