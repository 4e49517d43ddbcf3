"""A matrix as text: rows with a name each, and blocks of columns that stand beside or below each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

GAP, WIDER_GAP = 2, 4
"""In characters: between two columns, and before a block."""


class Block(msgspec.Struct, frozen=True):
    """Columns that belong together: their title in lines, the head of each, and rows of texts."""

    titles: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def widths(self) -> list[int]:
        """How wide its columns are, the gap before each included; its title has room above them."""
        columns = zip(self.heads, *self.rows, strict=True)
        found = [GAP + max(map(len, column)) for column in columns]
        found[0] += WIDER_GAP - GAP
        found[0] += max(0, WIDER_GAP + max(map(len, self.titles)) - sum(found))
        return found


def have_room(blocks: Sequence[Block], names: Sequence[str], width: int) -> bool:
    """Whether all blocks have room beside each other, and beside the names of the rows."""
    return max(map(len, names)) + sum(sum(one.widths) for one in blocks) <= width


def narrowed(block: Block, names: Sequence[str], width: int) -> Block:
    """Return a block without its last columns, as far as it has no room alone; the first one stays."""
    while len(block.heads) > 1 and not have_room([block], names, width):
        block = Block(block.titles, block.heads[:-1], tuple(row[:-1] for row in block.rows))
    return block


def draw_blocks(blocks: Sequence[Block], names: Sequence[str], head: str, width: int) -> list[str]:
    """Return the lines of a matrix: as many blocks beside each other as have room, the others below.

    `names` are those of the rows, `head` is above them.
    """
    rows, lines = [head, *names], list[str]()
    for some in _beside_each_other(blocks, rows, width):
        lines += [""] if lines else []
        lines += _drawn(some, rows)
    return lines


def _beside_each_other(blocks: Sequence[Block], names: Sequence[str], width: int) -> Iterator[list[Block]]:
    """Yield as many blocks at a time as have room, one at least."""
    some = list[Block]()
    for block in blocks:
        if some and not have_room([*some, block], names, width):
            yield some
            some = []
        some.append(block)
    yield some


def _drawn(blocks: Sequence[Block], names: Sequence[str]) -> list[str]:
    """Return the lines of blocks that stand beside each other; empty lines of titles are left out."""
    room = max(map(len, names))
    lines = []
    for titles in zip(*(one.titles for one in blocks), strict=True):
        if any(titles):
            widths = [sum(one.widths) - WIDER_GAP for one in blocks]
            parts = [f"{title:<{wide}}" for title, wide in zip(titles, widths, strict=True)]
            lines.append((" " * WIDER_GAP).join([" " * room, *parts]).rstrip())
    for at, name in enumerate(names):
        cells = "".join(
            f"{text:>{wide}}"
            for block in blocks
            for text, wide in zip((block.heads, *block.rows)[at], block.widths, strict=True)
        )
        lines.append(f"{name:<{room}}{cells}".rstrip())
    return lines
