"""A statistical model of one repository that completes the rest of a line.

    text -> lexer -> base (indexed stream) -> sources
    cursor -> situation -> evidence -> features -> scorer -> search -> rank -> answer

`lexer`, `base` and `stores` make a repository searchable for contexts of any
length; `evidence` collects what followed contexts like the cursor's, from the
buffer, its folder and the repository; `scorer` weighs it; `search` strings the
likeliest tokens together to whole lines, and `complete` judges those. All of
it is pure; `persist`, `worker` and `refresh` touch disks and processes.

The idea of nested, cached n-gram models of source code is Hellendoorn and
Devanbu's ("Are deep neural networks the best choice for modeling source code?",
2017); contexts without a longest length are looked up as by Liu et al.
("Infini-gram", 2024); weighing all of them by a small network instead of
backing off is what compressors of Mahoney's PAQ family do.
"""
