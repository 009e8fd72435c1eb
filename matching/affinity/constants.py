"""Constants of the score, each with its unit and its reason.

A change of a constant changes scores: raise `answering.VERSION`, and run `make bench` before and after.
Constants of tokenising a language are in `tokens`, `grams`, `languages` and `readings`; constants of how much a
reader is shown are in the modules that show it.
A weight is a share of 1. Topics are counted in telling terms: one telling term is a term of average rarity that
occurs once in a text of length 0. A power of two in a formula is part of the formula.
"""

# -- The parts of a score ------------------------------------------------------------------------------------------

# Weights of the parts; their sum is 1. A part without data is left out, and the others are scaled up. Similar passages
# have no weight of their own: they take from topics and words what they lift.
TOPIC_WEIGHT = 0.60
TEXT_WEIGHT = 0.15
MODE_WEIGHT = 0.10
LANGUAGE_WEIGHT = 0.08
SENIORITY_WEIGHT = 0.07

# Topics and words share the subject's weight. Topics have most of it between languages and for a need of few words;
# words have more the more different words the need has in the expert's language: on English texts they rank better.
SUBJECT_WEIGHT = TOPIC_WEIGHT + TEXT_WEIGHT
LEAST_BY_WORDS = TEXT_WEIGHT / SUBJECT_WEIGHT  # share of the subject's weight that words have up to FEW_WORDS
MOST_BY_WORDS = 0.9  # the same from MANY_WORDS on; linear between them
FEW_WORDS, MANY_WORDS = 4, 16  # different words of a need in the language that is compared

SCORE_DIGITS = 9  # decimals of every value; another order of summation changes later decimals only

# -- Topics --------------------------------------------------------------------------------------------------------

TOPICS_HALF = 9.0  # squared telling terms: shared amount that gives the value one half

# Measured on abstracts in Chinese and Russian; half or twice each constant changes little.
REPEATED = 0.5  # weight of the logarithm of a term's or n-gram's repetitions, relative to its first occurrence
LIKENESS = 15.0  # telling terms: most that n-grams count for, reached by a text made of all names of a topic
CHANCE = 2.0  # likeness counts above this multiple of its mean over all topics: any text shares some n-grams
STIRRING = 0.5  # share of chance above which a likeness could exceed chance if words for other topics were removed
FEW_RUNS = 40  # the same in a text with fewer n-grams than this, of which quotations may be more than half
FULLNESS = 1.4  # what a text with as many different words as a topic's names adds to its size
DRAFTED_TOPICS = 0.7  # weight of a machine draft relative to a text
DECLARED = 3.0  # telling terms in a short text that a declared topic counts for
MUST = 2.0  # weight of a required topic relative to a declared one
UNTOLD = 0.02  # share of a text's main topic; a topic below it counts as not mentioned

# Rarity of a term of the scheme: in the names of how many leaves its words occur.
RARITY_POWER = 2.0  # power of the rarity; measured: between 1 and 2 nothing changes
LEAST_RARITY = 0.1  # share of the rarest term's weight; a word of nearly all topics still says a little

# Shares that a topic passes on: to its parent and children, to each related topic, to all siblings together, and at
# most to each sibling, as leaves of a wide branch have less in common. Measured on abstracts in Chinese and Russian.
TO_PARENT, TO_RELATED = 0.2, 0.4
TO_SIBLINGS, TO_SIBLING = 0.7, 0.2
NEARNESS_DIGITS = 9  # decimals; later ones may differ between machines

# What the most similar other sides contribute to a side in a large request. Measured on the same abstracts.
NEAREST = 10  # number of the most similar sides of the same kind
FROM_NEAREST = 0.5  # weight of the mean of what they say

ENOUGH_TEXTS = 100  # number of sides with texts from which rarity is measured in the request

# -- Words and codes in common -------------------------------------------------------------------------------------

WORDS_HALF = 0.1  # cosine that gives the value one half: that of two abstracts on one subject
CODES_HALF = 1.0  # number of shared rare codes that gives the value one half
DRAFTED_WORDS = 0.8  # weight of shared words if either side is a machine draft
ITSELF = 2  # sides that may share a word before it counts as an everyday word: the need and the expert

# -- Sentence encoders ---------------------------------------------------------------------------------------------

# Chosen on every second need of the gold set and on the abstracts; matching/README.md tells what the others say.
LIKENESS_GAIN = 4.0  # what a likeness of 1 adds to the log odds of the value of topics and words
LEAST_ODDS = 0.01  # keeps the log odds of the values 0 and 1 finite; a likeness alone says little
BY_TEXTS = 0.5  # share of whole texts in a likeness; the rest is that of the nearest passages
LABELS_WEIGHT = 20  # number of texts that the labels of a language count for in its mean
SIMILAR_PASSAGE = 0.35  # least cosine of passages that are quoted; of unrelated pairs one in three hundred has it
LIKENESS_DIGITS = 4  # decimals of a cosine; other products of the same matrices change later ones

# -- Conditions ----------------------------------------------------------------------------------------------------

INTERPRETED = 0.8  # relative to a common language: talking through an interpreter takes longer
NO_LANGUAGE = 0.4  # relative to a common language: an interpreter may still be found
READINESS_STEPS = 4  # missing levels at which readiness is worth 0

# -- What a meeting is worth ---------------------------------------------------------------------------------------

FIT_WEIGHT, MUTUAL_WEIGHT = 0.7, 0.3  # weights of the score, and of the harmonic mean of both sides' values
UNSEEN = 0.8  # factor of the score: no wish, and the other side was never looked at
VIEWED = 0.9  # looked at without a decision
LIKE = 1.0
MUST_MEET = 1.5  # raises even a pair without matching texts
FLOOR = 0.05  # least score of a pair that somebody wishes

# Weight of the part "good match", set by the organiser. Such a pair scores at least 90 of 100, which few texts reach
# by themselves; of two such pairs the one with the better texts stays ahead.
CONFIRMED_WEIGHT = 0.9
