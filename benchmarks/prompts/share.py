"""Count what is understood of 200 backgrounds in sellers' words: `python -m benchmarks prompts`.

Prints the share of content words that change the scene, for 140 prompts by which the vocabulary was extended and for
60 that were held out, and the words that say nothing to it, each with the number of prompts that ask for it. Small
words ("with", "nice") and those for the goods themselves, which the photo brings, don't count.
"""

import argparse
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from processing.engine.prompts.lexicon import Mark, ReadTerm, lexicon, plain_form

PROMPTS = Path(__file__).with_name("sellers.txt")
HELD_OUT = (3, 6, 9)


@dataclass(frozen=True, slots=True)
class Counted:
    """Content words of some prompts: how many, how many understood, and the others with the number of
    prompts that have them; `whole` prompts say nothing that is not understood."""

    words: int
    understood: int
    others: Counter[str]
    prompts: int
    whole: int


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--held-out", action="store_true", help="name their words too")
    shows_held_out = parser.parse_args().held_out
    prompts = [line for line in PROMPTS.read_text().splitlines() if not line.startswith("#")]
    held_out = [prompt for at, prompt in enumerate(prompts, 1) if at % 10 in HELD_OUT]
    tuned = [prompt for at, prompt in enumerate(prompts, 1) if at % 10 not in HELD_OUT]
    for name, some in (("extended by", tuned), ("held out", held_out)):
        found = counted(some)
        print(
            f"{name:<12}{found.prompts:>4} prompts: {found.understood} of {found.words} words "
            f"({found.understood / found.words:.1%}), {found.whole} prompts wholly"
        )
        if some is tuned or shows_held_out:
            for word, times in found.others.most_common():
                print(f"{times:>6}  {word}")


def counted(prompts: list[str]) -> Counted:
    """Count the content words of prompts."""
    words = understood = whole = 0
    others: Counter[str] = Counter()
    for prompt in prompts:
        content = [read for read in lexicon().read(prompt) if _is_content(read)]
        unknown = [read for read in content if not _is_understood(read)]
        words += sum(len(read.text.split()) for read in content)
        understood += sum(len(read.text.split()) for read in content if _is_understood(read))
        whole += not unknown
        others.update({plain_form(read.text) for read in unknown})
    return Counted(words, understood, others, len(prompts), whole)


def _is_content(read: ReadTerm) -> bool:
    return not isinstance(read.term, Mark) or read.term.kind == "absent"


def _is_understood(read: ReadTerm) -> bool:
    return read.term is not None and not isinstance(read.term, Mark)


if __name__ == "__main__":
    main()
