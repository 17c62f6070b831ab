"""The search on weeks of many small slots: classes with times and rooms of their own, pair and set rules, students."""
