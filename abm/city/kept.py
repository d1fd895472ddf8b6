"""Answers of a city worked out once."""

from collections.abc import Callable
from functools import wraps


def kept[**P, R](method: Callable[P, R]) -> Callable[P, R]:
    """A method of City that works out each answer once: tables never change, and every run asks for every year."""

    @wraps(method)
    def answer(*args: P.args, **kwargs: P.kwargs) -> R:
        city, *asked = args
        answers = vars(city).setdefault("_answers", {})
        key = (method.__name__, *asked, *kwargs.items())
        if key not in answers:
            answers[key] = method(*args, **kwargs)
        return answers[key]  # type: ignore[no-any-return]

    return answer
