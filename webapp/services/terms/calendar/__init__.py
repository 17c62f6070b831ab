"""The dates of a term: its weeks, holidays and make-up days (`dates`), and how they are read (`stored`)."""
