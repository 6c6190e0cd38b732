"""Figures and verdicts as a reader meets them: numbers, counts, and sentences."""

import math

from limner.report.results import CEILING, MODEL, Means, ModelResult, Scored

FLOORS = {
    "copy": "the input itself",
    "mean": "the mean training picture, whatever the input",
    "linear": "one linear filter of the input",
    "nearest": "the training picture whose input is most like the given one",
}
"""What the floors do; a method that is not named here stands for itself."""
MOST_ALARMS = 4
"""Figures that one sentence names."""
NEIGHBOUR = "the truth held against its own neighbour in time: as near as two moments of one face are"
"""What the ceiling is."""


def figure(value: float, decimals: int) -> str:
    """A number of a table; a dash where there is none."""
    return "–" if math.isnan(value) else f"{value:.{decimals}f}".replace("-", "−")


def interval(low: float, high: float, decimals: int) -> str:
    """`0.81 to 0.85`; nothing where there is none."""
    return "" if math.isnan(low) or math.isnan(high) else f"{figure(low, decimals)} to {figure(high, decimals)}"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 face`, `2 faces`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def share(part: int, whole: int) -> str:
    """`12 of 300 (4%)`."""
    return f"{part:,} of {whole:,} ({100 * part / max(whole, 1):.0f}%)"


def standing(means: Means, name: str) -> tuple[str, str]:
    """Whether the model beats its floors in one figure: better, worse, even or unknown, and that in words."""
    said = {floor: means.verdicts.get(floor, {}).get(name, "") for floor in means.floors}
    worse, even = ([floor for floor, verdict in said.items() if verdict == what] for what in ("worse", "even"))
    if worse:
        return "worse", f"worse than {listed(worse)}"
    if even:
        return "even", f"not surely better than {listed(even)}"
    if any(said.values()):
        return "better", "better than every floor"
    return "unknown", "not decided" if best_floor(means, name, True) else "no floor to compare with"


def at_ceiling(means: Means, name: str, higher: bool) -> bool:
    """The model's mean is at least that of the truth's own neighbour, and the two are compared: a figure that falls
    short of it by no more than chance has not reached it."""
    return bool(means.verdicts.get(CEILING, {}).get(name)) and beats(means, name, CEILING, higher)


def beats(means: Means, name: str, other: str, higher: bool) -> bool:
    """Whether the model's mean is at least as good as that of another, be it by chance."""
    own, theirs = (_merit(means, method, name, higher) for method in (MODEL, other))
    return own >= theirs


def best_floor(means: Means, name: str, higher: bool) -> str | None:
    """The floor with the best figure; None if there is none."""
    merits = {floor: _merit(means, floor, name, higher) for floor in means.floors}
    known = {floor: merit for floor, merit in merits.items() if not math.isnan(merit)}
    return max(known, key=known.__getitem__, default=None)


def _merit(means: Means, method: str, name: str, higher: bool) -> float:
    """A mean figure, turned so that the greater one is the better one; nan if it is not known."""
    value = means.cell(method, name).value
    return value if higher else -value


def over_seeds(means: Means, name: str, decimals: int) -> str:
    """`0.81 to 0.83`, the range over trainings; nothing where there was one."""
    values = [value for value in means.seeds.get(name, {}).values() if not math.isnan(value)]
    return interval(min(values), max(values), decimals) if len(values) > 1 else ""


def summary(model: ModelResult, means: Means) -> str:
    """How many of the first figures beat every floor, in a sentence."""
    verdicts = {one.name: standing(means, one.name)[0] for one in model.first if one.name in means.cells[MODEL]}
    known = [one for one in model.first if verdicts.get(one.name, "unknown") != "unknown"]
    if not known:
        return "There is no floor to compare it with."
    surely, worse = (list(verdicts.values()).count(what) for what in ("better", "worse"))
    if surely == len(known):
        return f"Better than every floor in all {len(known)} figures that are read first."
    rivals = [(one, best_floor(means, one.name, one.higher)) for one in known]
    ahead = sum(beats(means, one.name, floor, one.higher) for one, floor in rivals if floor)
    sure = f", in {surely or 'none'} by more than chance" if ahead else ""
    lost = f", worse than one in {worse}" if worse else ""
    return f"Better than every floor in {ahead or 'none'} of the {len(known)} figures that are read first{sure}{lost}."


def alarm(model: ModelResult, means: Means) -> str:
    """Where a floor beats the model among the figures that are not read first, by the most first; else nothing.

    Of each metric the one figure that falls short by the most, in shares of the floor's.
    """
    short: dict[str, tuple[float, str]] = {}
    for one in model.figures:
        floor = best_floor(means, one.name, one.higher)
        if one in model.first or floor is None or standing(means, one.name)[0] != "worse":
            continue
        own, rival = (means.cell(method, one.name).value for method in (MODEL, floor))
        by = abs(own - rival) / max(abs(rival), 1e-9)
        shown = [figure(value, model.digits[one.name]) for value in (own, rival)]
        told = f"{one.label} ({shown[0]}; {floor} {shown[1]})"
        short[one.metric] = max(short.get(one.metric, (0.0, "")), (by, told))
    if not short:
        return ""
    said = [told for _, told in sorted(short.values(), reverse=True)]
    more = [f"{len(said) - MOST_ALARMS} more"] if len(said) > MOST_ALARMS else []
    return f"Worse than a floor also in {listed([*said[:MOST_ALARMS], *more])}."


def memory(pictures: list[Scored]) -> str:
    """How many outputs look remembered rather than made, in a sentence."""
    known = [picture for picture in pictures if picture.closest]
    if not known:
        return ""
    count = sum(picture.memorised for picture in known)
    if not count:
        return f"None of {plural(len(known), 'output')} is more like a training picture than like its own truth."
    verb = "is" if count == 1 else "are"
    return f"{share(count, len(known))} outputs {verb} more like a training picture than like their own truth."


def listed(names: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
