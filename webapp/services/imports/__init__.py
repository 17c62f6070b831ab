"""The exchange format: tables with codes, as a folder of CSV files, a ZIP of it, or one workbook.

One descriptor per table (`tables.py`) drives reading, checking, comparing, storing, writing, the empty
template and docs/data-format.md.
"""
