"""Ways to damage a valid file, by kind: encoding, structure, dates, ranges, sizes, damaged bytes.

A mutation takes the bytes of a file and a source of chance and returns other bytes, or None where the file has no place
for it. ``must_fail`` says that no file is right after it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import yaml

Damage = Callable[[bytes, random.Random], bytes | None]
KINDS = ("encoding", "structure", "dates", "ranges", "sizes", "damage")


@dataclass(frozen=True)
class Mutation:
    """One way to damage a file."""

    kind: str
    name: str
    apply: Damage
    must_fail: bool


# --- bytes of any file -----------------------------------------------------------------------------------------------


def truncated(content: bytes, chance: random.Random) -> bytes:
    """The file as a full disk leaves it."""
    return content[: chance.randrange(len(content))]


def flipped(content: bytes, chance: random.Random) -> bytes:
    """One to eight bits are the other way round."""
    held = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        held[chance.randrange(len(held))] ^= 1 << chance.randrange(8)
    return bytes(held)


def overwritten(content: bytes, chance: random.Random) -> bytes:
    """A run of bytes is of another file."""
    start, count = chance.randrange(len(content)), chance.choice((1, 16, 512))
    return content[:start] + chance.randbytes(count) + content[start + count :]


def zeroed(content: bytes, chance: random.Random) -> bytes:
    """A block is nothing but zeros."""
    start = chance.randrange(len(content))
    return content[:start] + b"\0" * chance.choice((1, 64, 4096)) + content[start + 64 :]


def piece_moved(content: bytes, chance: random.Random) -> bytes:
    """A piece stands elsewhere."""
    ends = sorted(chance.randrange(len(content) + 1) for _ in range(3))
    first, second, third = ends
    return content[:first] + content[second:third] + content[first:second] + content[third:]


def piece_twice(content: bytes, chance: random.Random) -> bytes:
    """A piece stands there twice."""
    first, second = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return content[:second] + content[first:]


def in_encoding(encoding: str) -> Damage:
    """The file as a program saves it that knows another encoding."""

    def saved(content: bytes, chance: random.Random) -> bytes:
        # A letter of Chinese makes sure that the encodings differ.
        return (content.decode("utf-8") + "\n# 遂宁市\n").encode(encoding, errors="replace")

    return saved


def _with_bytes(put: bytes) -> Damage:
    def put_in(content: bytes, chance: random.Random) -> bytes:
        place = chance.randrange(len(content) + 1)
        return content[:place] + put + content[place:]

    return put_in


def _all(content: bytes) -> Damage:
    return lambda _, __: content


def _behind(text: str) -> Damage:
    return lambda content, _: content.rstrip() + b"\n" + text.encode() + b"\n"


def of_any_file() -> Iterator[Mutation]:
    """What can befall any text."""
    yield Mutation("encoding", "UTF-16", in_encoding("utf-16"), True)
    yield Mutation("encoding", "a byte that is no UTF-8", _with_bytes(b"\xff"), True)
    yield Mutation("encoding", "half a letter", _with_bytes("遂".encode()[:2]), True)
    yield Mutation("encoding", "another mark", lambda content, _: b"\xfe\xff" + content, True)
    yield Mutation("structure", "nothing", _all(b""), True)
    yield Mutation("structure", "white space", _all(b"  \n\n  \n"), True)
    yield Mutation("sizes", "three million bytes", lambda c, _: c + b"\n" + b"# x" * 1_000_000, True)
    yield Mutation("damage", "of another kind: PNG", _all(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8), True)
    for name, apply in (
        ("cut", truncated),
        ("bits", flipped),
        ("bytes", overwritten),
        ("zeros", zeroed),
        ("moved", piece_moved),
        ("twice", piece_twice),
    ):
        yield Mutation("damage", name, apply, False)


# --- YAML ------------------------------------------------------------------------------------------------------------

NUMBER_TAGS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
DATE = re.compile(r"\d{4}-\d\d(-\d\d)?")
LAUGHS = "\n".join(
    f"{name}: &{name} [{', '.join(f'*{before}' for _ in range(9))}]" if before else f"{name}: &{name} [x, x, x]"
    for before, name in zip(["", *"abcdefg"], "abcdefgh", strict=True)
)


def leaves(text: str) -> list[yaml.ScalarNode]:
    """Every value of a YAML text that is no list and no mapping."""
    found: list[yaml.ScalarNode] = []
    waiting = [yaml.compose(text, Loader=yaml.SafeLoader)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.ScalarNode):
            found.append(node)
        elif isinstance(node, yaml.MappingNode):
            waiting += [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
    return [node for node in found if node.start_mark.index < node.end_mark.index]


def is_number(node: yaml.ScalarNode) -> bool:
    """True for a number."""
    return node.tag in NUMBER_TAGS


def is_date(node: yaml.ScalarNode) -> bool:
    """True for a month or a day."""
    return DATE.fullmatch(node.value) is not None and node.style is None


def _value(which: Callable[[yaml.ScalarNode], bool], written: str) -> Damage:
    """Another value in the place of one."""

    def other(content: bytes, chance: random.Random) -> bytes | None:
        text = content.decode("utf-8")
        places = [node for node in leaves(text) if which(node)]
        if not places:
            return None
        node = chance.choice(places)
        return (text[: node.start_mark.index] + written + text[node.end_mark.index :]).encode()

    return other


def _line(change: Callable[[str, random.Random], str | None], which: str = r"[\w-]+: \S") -> Damage:
    """Another line in the place of one that stands at the left with a key."""

    def other(content: bytes, chance: random.Random) -> bytes | None:
        lines = content.decode("utf-8").split("\n")
        places = [place for place, line in enumerate(lines) if re.match(which, line)]
        if not places:
            return None
        place = chance.choice(places)
        lines[place] = change(lines[place], chance) or ""
        return "\n".join(lines).encode()

    return other


def of_yaml() -> Iterator[Mutation]:
    """What people write into YAML."""
    yield from of_any_file()
    yield Mutation("encoding", "GBK", in_encoding("gb18030"), True)
    for name, put in (("NUL", b"\0"), ("a control character", b"\x07"), ("a surrogate", b"\xed\xa0\x80")):
        yield Mutation("encoding", name, _with_bytes(put), True)
    for name, escape in (("NUL in quotes", r"\0"), ("a surrogate in quotes", r"\ud800"), ("a bell", r"\a")):
        yield Mutation("encoding", name, _behind(f'zz: "{escape}"'), True)
    structure = {
        "a template": "{{ amount }}: 5",
        "a template as value": "zz: {{ amount }}",
        "a list as key": "? [a, b]\n: 5",
        "not closed": "zz: [1, 2",
        "a quote not closed": 'zz: "abc',
        "no name": "zz: *nobody",
        "itself": "zz: &zz [*zz]",
        "itself in a mapping": "zz: &zz {a: *zz}",
        "a second document": "---\nzz: 1",
        "a type": "zz: !!python/name:os.system",
        "a set": "zz: !!set {a, b}",
        "merged with a number": "<<: 5",
        "a key of true": "yes: 5",
        "a key of nothing": "~: 5",
        "a line alone": "zz",
        "a list behind": "- zz",
        "a second colon": "zz: a: b",
        "an at": "zz: @b",
        "a percent": "zz: %b",
        "base 60": "zz: 1:30",
        "octal": "zz: 0500",
        "octal eight": "zz: 08",
        "an equals": "zz: =",
        "a key nobody knows": "zz: 1",
        "a comma in flow": "zz: {en: One, two, zh: 三}",
        "full width in flow": "zz: {en：One}",
        "a stray escape": r'zz: "\q"',
        "tab": "zz:\n\tyy: 1",
        "an escape too large": r'zz: "\UFFFFFFFF"',
        "a template of lists": "{[a]: 1}: 2",
    }
    for name, text in structure.items():
        yield Mutation("structure", name, _behind(text), True)
    yield Mutation("structure", "a list", lambda c, _: b"- " + c.replace(b"\n", b"\n  "), True)
    yield Mutation("structure", "a full-width colon", _line(lambda line, _: line.replace(":", "：", 1)), True)
    yield Mutation("structure", "a key twice", _line(lambda line, _: f"{line}\n{line}", r"[\w-]+: [^\[{>|]*$"), True)
    yield Mutation("structure", "a line gone", _line(lambda _, __: None), False)
    yield Mutation("structure", "a line farther right", _line(lambda line, c: " " * c.randint(1, 9) + line), False)
    yield Mutation("structure", "a line in tabs", _line(lambda line, _: "\t" + line), False)
    for date in ("2029-02-30", "2029-13-01", "0000-01-01", "2027-01-01T25:00:00", "0001-01-01 00:00:00+23:59"):
        yield Mutation("dates", f"behind: {date}", _behind(f"zz: {date}"), True)
        yield Mutation("dates", date, _value(is_date, date), True)
    for date in (
        "2029-13",
        "2029-00",
        "1850-01",
        "9999-12",
        "2029",
        "20290101",
        "二〇二九年",
        "2029/01",
        "true",
        "[2029-01]",
        "{from: 2029-01}",
        "'2029-1'",
        "12:30",
        ".nan",
        "January 2029",
    ):
        yield Mutation("dates", date, _value(is_date, date), True)
    refused = (
        ".nan", ".inf", "-.inf", "true", "no", "'5'", "800元", "60%", "'８００'", "1,000元", "{a: 1}", "1:30", "007",
        "2029-02-30", "text", "'1e5'", "0x", "1e999", "[.nan]", "3万",
    )  # fmt: skip
    perhaps_meant = (
        "-1", "0", "1e-300", "1e300", "-1e300", "99999999", "[1, 2]", "null", "-0.0", "1_0", "0.5", "1000000000000000",
    )  # fmt: skip
    for number in (*refused, *perhaps_meant):
        yield Mutation("ranges", number, _value(is_number, number), number in refused)
    texts = (
        "5",
        "true",
        "null",
        "[]",
        "{}",
        "''",
        "a/b",
        "../../etc",
        "'*'",
        '"a\\nb"',
        "🦄",
        "self",
        "__class__",
        "-",
        "C:\\x",
    )
    for text in texts:
        yield Mutation("structure", f"text {text}", _value(lambda node: not is_number(node), text), False)
    sizes = {
        "5,000 digits": "zz: " + "9" * 5000,
        "400 digits": "zz: " + "9" * 400,
        "3,000 lists": "zz: " + "[" * 3000,
        "3,000 lists closed": "zz: " + "[" * 3000 + "]" * 3000,
        "mappings in mappings": "zz: " + "{a: " * 500 + "1" + "}" * 500,
        "laughs": LAUGHS,
        "a long key": "z" * 30_000 + ": 1",
        "many keys": "\n".join(f"z{i}: 1" for i in range(3000)),
        "many lists": "zz:\n" + "\n".join(" " * i + "-" for i in range(1, 300)) + " 1",
    }
    for name, text in sizes.items():
        yield Mutation("sizes", name, _behind(text), True)
    yield Mutation("sizes", "a number of 5,000 digits", _value(is_number, "7" * 5000), True)
    yield Mutation("sizes", "a number of 30 digits", _value(is_number, "7" * 30), True)
    yield Mutation("sizes", "a list of 30,000", _value(is_number, f"[{'1,' * 30_000}]"), True)
    yield Mutation("sizes", "a long text", _value(lambda node: not is_number(node), "x" * 30_000), False)
