"""Which few of many are shown: even steps, none by eye."""


def evenly(count: int, among: int, phase: float = 0.5) -> list[int]:
    """`count` indices at even steps through range(among), some of them twice if there are fewer.

    `phase` in [0, 1) moves the steps along, so that several choices from one range (one for each style)
    meet different items.
    """
    return [int((index + phase) * among / count) for index in range(count)]
