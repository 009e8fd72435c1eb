"""The numbers that scores are made of, each with its unit and why it is what it is.

Whoever changes one changes scores: raise `answering.VERSION`, and measure by `make bench` before and after. Numbers
that say how a language is cut into words stand with its rules in `tokens`, `grams`, `languages` and `readings`; numbers
that say how much a reader is shown, with what shows it.

A weight is a share of one. "Telling terms" is the unit in which topics are counted: one is a term of average rarity
that stands once in a text of no length. A power of two in a formula is part of the formula.
"""

# -- The parts of a score ------------------------------------------------------------------------------------------

# Weights of the parts; they add up to 1, and those whose data a side lacks are left out and the others scaled up.
TOPIC_WEIGHT = 0.60
TEXT_WEIGHT = 0.15
MODE_WEIGHT = 0.10
LANGUAGE_WEIGHT = 0.08
SENIORITY_WEIGHT = 0.07

# The subject's weight is shared by topics and words. Between languages, and for a need of few words, topics carry it;
# the more different words a need says in the expert's language, the more they do: on English texts they rank better.
SUBJECT_WEIGHT = TOPIC_WEIGHT + TEXT_WEIGHT
LEAST_BY_WORDS = TEXT_WEIGHT / SUBJECT_WEIGHT  # share of the subject's weight, up to FEW_WORDS
MOST_BY_WORDS = 0.9  # share of the subject's weight, from MANY_WORDS on; between them it rises evenly
FEW_WORDS, MANY_WORDS = 4, 16  # different words of a need in the language that is compared

SCORE_DIGITS = 9  # decimals of every value: what adding in another order could change lies below

# -- Topics --------------------------------------------------------------------------------------------------------

TOPICS_HALF = 9.0  # squared telling terms: what two sides say of the same topics that is worth one half

# As measured on abstracts in Chinese and Russian; from half to twice of each little changes.
REPEATED = 0.5  # of once: what a term's or a run's repetitions add, by their logarithm
LIKENESS = 15.0  # telling terms: what a text made of all of a topic's names stands for by its runs of letters, at most
CHANCE = 2.0  # times the mean over all topics that a likeness must exceed: any text shares some runs with any topic
STIRRING = 0.5  # of chance: from here on a likeness could come to more than chance once words for other topics go, ...
FEW_RUNS = 40  # ... as it could in a text of fewer runs, of which quotations may be more than half
FULLNESS = 1.4  # of a text's size: what a text of as many different words as a topic has names for adds to it
DRAFTED_TOPICS = 0.7  # of a text: what a draft made by machine counts
DECLARED = 3.0  # telling terms in a short text that declaring a topic stands for
MUST = 2.0  # of a declared topic: what one counts that the need cannot do without
UNTOLD = 0.02  # of what the texts say most of: a topic of which they say less is as good as not in them

# How rare a term of the scheme is: in how many leaves' names its words stand.
RARITY_POWER = 2.0  # measured on abstracts in Chinese and Russian: between 1 and 2 nothing changes
LEAST_RARITY = 0.1  # of the rarest term's: a word of nearly all topics still says a little

# The shares that a topic passes on to its neighbours, to its siblings as many as they are together and no more than so
# much each, as leaves of a wide branch have less in common. As measured on abstracts in Chinese and Russian.
TO_PARENT, TO_RELATED = 0.2, 0.4
TO_SIBLINGS, TO_SIBLING = 0.7, 0.2
NEARNESS_DIGITS = 9  # decimals beyond which nearness may differ between machines

# In a large request, what those alike lend a side. Measured on the same abstracts.
NEAREST = 10  # other sides of its kind, those most alike
FROM_NEAREST = 0.5  # of the mean of what these say

ENOUGH_TEXTS = 100  # sides with a text from which on the request's own texts tell what is rare among them

# -- Words and codes in common -------------------------------------------------------------------------------------

WORDS_HALF = 0.1  # the cosine worth one half: that of two abstracts on one subject
CODES_HALF = 1.0  # rare codes in common worth one half
DRAFTED_WORDS = 0.8  # of what is shared: what it counts where a machine wrote it on either side
ITSELF = 2  # sides that may share a word without its being an everyday one: the need and the expert

# -- Language models -----------------------------------------------------------------------------------------------

ENOUGH_TO_CENTRE = 20  # texts from which on their mean tells what all share, the language among it
LIKENESS_DIGITS = 4  # decimals of a cosine: below lies what the size of a batch could change

# -- Conditions ----------------------------------------------------------------------------------------------------

INTERPRETED = 0.8  # of a language in common: talking through an interpreter takes longer
NO_LANGUAGE = 0.4  # of a language in common: an interpreter may still be found
READINESS_STEPS = 4  # levels short of what is wanted at which the readiness is worth nothing

# -- What a meeting is worth ---------------------------------------------------------------------------------------

FIT_WEIGHT, MUTUAL_WEIGHT = 0.7, 0.3  # of the score, and of the harmonic mean of what the meeting is worth to each side
UNSEEN = 0.8  # times the score: no wish, and the other was never looked at
VIEWED = 0.9  # looked at and left open
LIKE = 1.0
MUST_MEET = 1.5  # lifts even a pair that the texts do not speak for
FLOOR = 0.05  # score: a pair that fits less counts as fitting so much where somebody wishes it

# That two fit, as an organiser says, is a part of the score beside the others: such a pair is worth 90 of a hundred at
# least, which few texts reach by themselves, and of two that the organiser names the one that fits better stays ahead.
CONFIRMED_WEIGHT = 0.9
