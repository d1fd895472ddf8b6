"""Chance: every random number is a pure function of (seed, person id, month, decision).

The generator is Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3").
There is no stream and no state, so the order in which people are visited, the number of workers and what a policy did
to somebody else never change the number that a person draws.

    counter = (id low word, id high word, month, decision)        key = (seed low word, seed high word)

A decision that needs several numbers in a month takes several decision constants, or `uniform_pair`. Draws that are not
tied to a month (founding) use the month argument as an ordinal.

All words are held in 64 bits and masked to 32. Nothing ever overflows, so the same code runs uncompiled
(NUMBA_DISABLE_JIT=1) without a warning to silence.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numba import njit

from abm.core.compiled import compiled

Integer = int | np.integer
Word = np.uint64  # holds a 32-bit word

# --- decisions -------------------------------------------------------------------------------------------------------
# One constant for each question that chance answers. A number, once used, is never given to another question: saved
# results would change meaning. Add new ones at the end of a group; gaps are free.

DEATH = 1
MOVE = 2
MOVE_KIND = 3
LEAVE_RETURN = 4
RETURN = 5
NEWCOMER = 6
LEFT_BEHIND = 7
MOVE_PLACE = 8
DEATH_ACCEPT = 9
TOWN_MOVE = 10
ARRIVAL = 11
ARRIVAL_TRAITS = 12
ARRIVAL_KIN = 13
REUNION = 14
REUNION_PLACE = 15
ARRIVAL_WEDDING = 16
ARRIVAL_BIRTH = 17

SCHOOLING = 20
WORK = 21
WORK_KIND = 22
PLACE = 23
EARNINGS = 24
INSURED = 25
WORK_ACCEPT = 26

MARRIAGE = 40
MATCH_RING = 41
MATCH_WALK = 42
MATCH_ACCEPT = 43
OUTSIDE_PARTNER = 44
SEPARATION = 45
PREMARITAL = 46
REMARRIAGE = 47
CUSTODY = 48
MARRIAGE_ACCEPT = 49
SEPARATION_ACCEPT = 50
MARRIAGE_HOME = 51

HOUSING = 60
HOUSING_KIND = 61
HOUSING_PLACE = 62
HOUSING_ACCEPT = 63

PLAN = 80
PLAN_KIND = 81
CONCEPTION = 82
LOSS = 83
FECUNDITY = 84
STERILITY = 85
SEX = 86
TWIN = 87
CONTRACEPTION = 88
ASSISTED = 89
IDEAL = 90
POSTPARTUM = 91
PLAN_STOP = 92

CARE = 100
CARE_PLACE = 101
CARE_KIND = 102
CARE_REACH = 103
TRAITS = 110
TRAITS_RANK = 111
TRAITS_TASTE = 112
NORMS = 120

FOUNDING_SAMPLE = 200
FOUNDING_ROUNDING = 201
FOUNDING_AGE = 202
FOUNDING_TOWN = 203
FOUNDING_HUKOU = 204
FOUNDING_SCHOOLING = 205
FOUNDING_MARITAL = 206
FOUNDING_COUPLE = 207
FOUNDING_MARRIAGE = 208
FOUNDING_BIRTHS = 209
FOUNDING_LINK = 210
FOUNDING_HOUSEHOLD = 211
FOUNDING_COLLECTIVE = 212
FOUNDING_TENURE = 213
FOUNDING_AREA = 214
FOUNDING_MONEY = 215
FOUNDING_WORK = 216
FOUNDING_ONLY_CHILD = 217
FOUNDING_PREGNANCY = 218
FOUNDING_CARE = 219
FOUNDING_STERILITY = 220

FIT_PROPOSAL = 300
FIT_NOISE = 301
FIT_DRAW = 302
FIT_RESIDUAL = 303

# The table for people and tests; it reads the constants above, so a new one needs no second entry.
DECISIONS: dict[str, int] = {
    name: number for name, number in list(globals().items()) if name.isupper() and type(number) is int
}

LONG_WAIT = 1_000_000  # months; answered by `months_until` when the event cannot happen

# --- the generator ---------------------------------------------------------------------------------------------------

_LOW = np.uint64(0xFFFFFFFF)
_LOW_SIGNED = np.int64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_DROP = np.uint64(6)  # 32 - 6 = 26 bits kept of each of two words
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)  # golden ratio
_WEYL_1 = np.uint64(0xBB67AE85)  # square root of 3, less one

# Keys of the two id hashes: letters, so that no seed that a person would type meets them.
_CHILD_KEY = np.uint64(0x6368696C64206964)
_NEWCOMER_KEY = np.uint64(0x6E6577636F6D6572)


@njit(cache=True, error_model="numpy", inline="always")
def _philox(c0: Word, c1: Word, c2: Word, c3: Word, k0: Word, k1: Word) -> tuple[Word, Word, Word, Word]:
    """Ten Philox rounds on six words below 2**32 held as uint64; four such words."""
    for _ in range(10):
        product_0 = c0 * _MULTIPLIER_0
        product_1 = c2 * _MULTIPLIER_1
        c0 = (product_1 >> _SHIFT) ^ c1 ^ k0
        c1 = product_1 & _LOW
        c2 = (product_0 >> _SHIFT) ^ c3 ^ k1
        c3 = product_0 & _LOW
        k0 = (k0 + _WEYL_0) & _LOW
        k1 = (k1 + _WEYL_1) & _LOW
    return c0, c1, c2, c3


@njit(cache=True, error_model="numpy", inline="always")
def _word(number: Integer) -> Word:
    """A signed integer (month, decision, ordinal) as one 32-bit word, two's complement."""
    return np.uint64(np.int64(number) & _LOW_SIGNED)


@njit(cache=True, error_model="numpy", inline="always")
def _fraction(high: Word, low: Word) -> float:
    """A float64 strictly between 0 and 1 from the upper 26 bits of two words: (52-bit integer + 1/2) / 2**52, exact."""
    upper = np.float64(np.int32(high >> _DROP))
    lower = np.float64(np.int32(low >> _DROP))
    return (upper * 67108864.0 + (lower + 0.5)) * 2.220446049250313e-16


@njit(cache=True, error_model="numpy", inline="always")
def _words(seed: Integer, person_id: Integer, month: Integer, decision: int) -> tuple[Word, Word, Word, Word]:
    """The four Philox words of one question."""
    key = np.uint64(seed)
    identity = np.uint64(person_id)
    return _philox(identity & _LOW, identity >> _SHIFT, _word(month), _word(decision), key & _LOW, key >> _SHIFT)


@compiled
def philox4x32(
    c0: Integer, c1: Integer, c2: Integer, c3: Integer, k0: Integer, k1: Integer
) -> tuple[np.uint32, np.uint32, np.uint32, np.uint32]:
    """Philox4x32-10: a counter of four 32-bit words and a key of two -> four uint32 words (Salmon et al. 2011)."""
    w0, w1, w2, w3 = _philox(np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3), np.uint64(k0), np.uint64(k1))
    return np.uint32(w0), np.uint32(w1), np.uint32(w2), np.uint32(w3)


# --- draws of one person ---------------------------------------------------------------------------------------------


@compiled
def uniform(seed: Integer, person_id: Integer, month: Integer, decision: int) -> float:
    """A uniform number strictly between 0 and 1, with 52 random bits."""
    w0, w1, _, _ = _words(seed, person_id, month, decision)
    return _fraction(w0, w1)


@compiled
def uniform_pair(seed: Integer, person_id: Integer, month: Integer, decision: int) -> tuple[float, float]:
    """Two independent uniform numbers for the price of one; the first equals `uniform` of the same arguments."""
    w0, w1, w2, w3 = _words(seed, person_id, month, decision)
    return _fraction(w0, w1), _fraction(w2, w3)


@compiled
def normal_quantile(u: float) -> float:
    """The standard normal value below which a share u (0 < u < 1) lies; Wichura (1988), AS 241, error about 1e-15."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        above = 2.5090809287301226727e3
        above = above * r + 3.3430575583588128105e4
        above = above * r + 6.7265770927008700853e4
        above = above * r + 4.5921953931549871457e4
        above = above * r + 1.3731693765509461125e4
        above = above * r + 1.9715909503065514427e3
        above = above * r + 1.3314166789178437745e2
        above = above * r + 3.3871328727963666080e0
        below = 5.2264952788528545610e3
        below = below * r + 2.8729085735721942674e4
        below = below * r + 3.9307895800092710610e4
        below = below * r + 2.1213794301586595867e4
        below = below * r + 5.3941960214247511077e3
        below = below * r + 6.8718700749205790830e2
        below = below * r + 4.2313330701600911252e1
        below = below * r + 1.0
        return q * above / below
    tail = u if q < 0.0 else 1.0 - u
    r = math.sqrt(-math.log(tail))
    if r <= 5.0:
        r -= 1.6
        above = 7.74545014278341407640e-4
        above = above * r + 2.27238449892691845833e-2
        above = above * r + 2.41780725177450611770e-1
        above = above * r + 1.27045825245236838258e0
        above = above * r + 3.64784832476320460504e0
        above = above * r + 5.76949722146069140550e0
        above = above * r + 4.63033784615654529590e0
        above = above * r + 1.42343711074968357734e0
        below = 1.05075007164441684324e-9
        below = below * r + 5.47593808499534494600e-4
        below = below * r + 1.51986665636164571966e-2
        below = below * r + 1.48103976427480074590e-1
        below = below * r + 6.89767334985100004550e-1
        below = below * r + 1.67638483018380384940e0
        below = below * r + 2.05319162663775882187e0
        below = below * r + 1.0
    else:
        r -= 5.0
        above = 2.01033439929228813265e-7
        above = above * r + 2.71155556874348757815e-5
        above = above * r + 1.24266094738807843860e-3
        above = above * r + 2.65321895265761230930e-2
        above = above * r + 2.96560571828504891230e-1
        above = above * r + 1.78482653991729133580e0
        above = above * r + 5.46378491116411436990e0
        above = above * r + 6.65790464350110377720e0
        below = 2.04426310338993978564e-15
        below = below * r + 1.42151175831644588870e-7
        below = below * r + 1.84631831751005468180e-5
        below = below * r + 7.86869131145613259100e-4
        below = below * r + 1.48753612908506148525e-2
        below = below * r + 1.36929880922735805310e-1
        below = below * r + 5.99832206555887937690e-1
        below = below * r + 1.0
    value = above / below
    return -value if q < 0.0 else value


@compiled
def normal(seed: Integer, person_id: Integer, month: Integer, decision: int) -> float:
    """A standard normal number, rising with `uniform` of the same arguments."""
    return normal_quantile(uniform(seed, person_id, month, decision))


@compiled
def months_until(u: float, monthly_bound: float) -> int:
    """Months (1, 2, ...) until an event of constant monthly probability: P(more than k months) = (1 - bound)**k.

    u is a uniform number. A bound of 0 or less answers LONG_WAIT, a bound of 1 or more answers 1.
    """
    if monthly_bound <= 0.0:
        return LONG_WAIT
    if monthly_bound >= 1.0:
        return 1
    return int(min(1.0 + math.floor(math.log(u) / math.log1p(-monthly_bound)), float(LONG_WAIT)))


# --- identities ------------------------------------------------------------------------------------------------------


@compiled
def child_id(mother_id: Integer, birth_order: Integer) -> np.uint64:
    """The lasting 64-bit id of a mother's child of that order (1, 2, ...; the second of twins takes the next order)."""
    mother = np.uint64(mother_id)
    low, high, _, _ = _philox(
        mother & _LOW, mother >> _SHIFT, _word(birth_order), np.uint64(0), _CHILD_KEY & _LOW, _CHILD_KEY >> _SHIFT
    )
    return low | (high << _SHIFT)


@compiled
def newcomer_id(month: Integer, cell: Integer, ordinal: Integer) -> np.uint64:
    """The lasting 64-bit id of the ordinal-th (0, 1, ...) arrival of a month in a cell of place, age and sex."""
    low, high, _, _ = _philox(
        _word(ordinal), _word(cell), _word(month), np.uint64(0), _NEWCOMER_KEY & _LOW, _NEWCOMER_KEY >> _SHIFT
    )
    return low | (high << _SHIFT)


# --- draws of many people --------------------------------------------------------------------------------------------
# These loops hold the rounds themselves, which lets the compiler draw for several people at once: about 2 ns a draw,
# against 12 for calling `uniform` in a loop of one's own. So: gather the ids, draw for all, then decide.


@compiled
def fill_uniforms(drawn: np.ndarray, seed: Integer, ids: np.ndarray, month: Integer, decision: int) -> None:
    """Write `uniform` of every id into the float64 array `drawn`, at least as long as `ids`."""
    for i in range(ids.size):
        w0, w1, _, _ = _words(seed, ids[i], month, decision)
        drawn[i] = _fraction(w0, w1)


@compiled
def uniforms(seed: Integer, ids: np.ndarray, month: Integer, decision: int) -> np.ndarray:
    """`uniform` for every id; float64 of the same length."""
    drawn = np.empty(ids.size, np.float64)
    for i in range(ids.size):
        w0, w1, _, _ = _words(seed, ids[i], month, decision)
        drawn[i] = _fraction(w0, w1)
    return drawn


@compiled
def normals(seed: Integer, ids: np.ndarray, month: Integer, decision: int) -> np.ndarray:
    """`normal` for every id; float64 of the same length."""
    drawn = uniforms(seed, ids, month, decision)
    for i in range(ids.size):
        drawn[i] = normal_quantile(drawn[i])
    return drawn


@contextmanager
def global_generators(seed: Integer, group: Integer, ordinal: Integer, decision: int) -> Iterator[None]:
    """NumPy's and Python's global generators as a function of these numbers, for libraries that draw from them.

    What is drawn inside does not depend on what was drawn before, and what comes after not on what is drawn inside.
    """
    high, low, _, _ = _words(seed, ordinal, group, decision)
    kept = (np.random.get_state(), random.getstate())  # noqa: NPY002
    np.random.seed(np.array([high, low], np.uint64).astype(np.uint32))  # noqa: NPY002
    random.seed((int(high) << 32) | int(low))
    try:
        yield
    finally:
        np.random.set_state(kept[0])  # noqa: NPY002
        random.setstate(kept[1])
