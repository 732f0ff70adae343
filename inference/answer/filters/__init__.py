"""What no completion should hold, each judged line by line while it is still being generated.

Every filter is a cut, as `inference.answer.cuts` has them: from the lines that have come
to their end, of which it judges the last, and the hole, it tells at which offset the text
should end, or None to go on.
"""
