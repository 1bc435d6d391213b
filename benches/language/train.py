#!/usr/bin/env python3
"""Trains the language model of src/engine/entropy.rs and writes src/engine/language.txt.

    benches/language/train.py FOLDER... > src/engine/language.txt

Reads the names and words (3 to 48 characters, seen twice or more) of the .rs, .md and .py files below the folders and
counts which letter follows which two, and which class of character (lower case, upper case, digit, other) follows
which two classes. The checked-in table comes from the sources of this project's dependencies (MIT or Apache-2.0) and
of CPython 3.12's standard library (PSF-2.0); it holds frequencies only, none of the text.

Lines 1 to 729: one for each pair of symbols (a to z and "no letter", the second one running fastest), with one
character for each next letter: log2((1/26) / P) in steps of a fifth bit, `0` for -4.6 bits and below, `o` for +8 and
above. Lines 730 to 754: the same for classes, one line for each pair of previous classes (the fifth is the start),
with log2(1 / P) from `0` for 0 bits.
"""
import collections
import math
import os
import re
import sys

WORD = re.compile(rb"[A-Za-z][A-Za-z0-9]*(?:[_\-./:][A-Za-z0-9]+)*")
# Generated tables are no language.
SKIP = {"test", "tests", "testdata", "lib2to3", "unicode", "tables", "data"}
STEPS = 5
LOWEST = -4.6
NONE = 26


def words(folders):
    counts = collections.Counter()
    for folder in folders:
        for base, folders_below, files in os.walk(folder):
            folders_below[:] = sorted(set(folders_below) - SKIP)
            for file in sorted(files):
                path = os.path.join(base, file)
                if file.endswith((".rs", ".md", ".py")) and os.path.getsize(path) < 300_000:
                    with open(path, "rb") as text:
                        counts.update(word for word in WORD.findall(text.read()) if 3 <= len(word) <= 48)
    return {word.decode(): count for word, count in counts.items() if count >= 2}


def steps(word):
    """For each character: the two letters and the two classes before it, and its own."""
    first, second, a, b = NONE, NONE, 4, 4
    for c in word:
        kind = 0 if c.islower() else 1 if c.isupper() else 2 if c.isdigit() else 3
        if kind == 1 and b == 0:  # a hump begins a word
            first = second = NONE
        letter = ord(c.lower()) - 97 if kind < 2 else NONE
        yield first, second, letter, a, b, kind
        first, second = (NONE, NONE) if letter == NONE else (second, letter)
        a, b = b, kind


def smooth(row, back, weight):
    total = sum(row)
    return [(count + weight * share) / (total + weight) for count, share in zip(row, back)]


def main():
    letters = [[[0.02] * 26 for _ in range(27)] for _ in range(27)]
    classes = [[1.0] * 4 for _ in range(25)]
    for word, count in sorted(words(sys.argv[1:]).items()):
        weight = 1 + math.log(count)
        for first, second, letter, a, b, kind in steps(word):
            if letter != NONE:
                letters[first][second][letter] += weight
            classes[a * 5 + b][kind] += weight
    pairs = [[0.5 + sum(letters[first][second][letter] for first in range(27)) for letter in range(26)] for second in range(27)]
    single = [sum(row[letter] for row in pairs) for letter in range(26)]
    single = [count / sum(single) for count in single]
    pairs = [smooth(row, single, 20) for row in pairs]
    digit = lambda bits, lowest: chr(48 + max(0, min(63, round((bits - lowest) * STEPS))))
    for first in range(27):
        for second in range(27):
            row = smooth(letters[first][second], pairs[second], 15)
            print("".join(digit(math.log2(1 / 26 / share), LOWEST) for share in row))
    for row in classes:
        print("".join(digit(math.log2(sum(row) / count), 0) for count in row))


main()
