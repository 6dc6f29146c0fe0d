"""Which drug a sentence holds to have caused which effect, by rules; reasons for giving a drug are not harm."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from nlp.adverse.mention import DRUG, Mention, Relation
from nlp.adverse.terms.headings import Headings
from nlp.adverse.terms.rules import DRUG_SIGN, EFFECT_SIGN, Rule, Rules

FAR = 220  # characters between a drug and an effect of one relation
AHEAD = 10  # mentions that are looked at after each
BEFORE = 90  # characters before the first that a rule may look at
SURE = 0.84  # a score from which a reason for the drug does not count
BRACKETS = re.compile(r" ?\([^()]{1,60}\)(?= )")
REPLACED = re.compile(
    r"(?:switched|changed|transitioned|converted|rotated|cambi\w+|sustitu\w+)\b.{0,60}\b(?:to|by|with|a|por) $"
)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence: `text` is the whole note in small letters (rules.punctuated), of the same offsets."""

    text: str
    start: int
    end: int
    mentions: Sequence[Mention]
    headings: Headings


@dataclass(frozen=True, slots=True)
class Relating:
    """`treats`: whether a drug is given for an effect."""

    rules: Sequence[Rules]
    treats: Callable[[Mention, Mention], bool]

    def within(self, said: Said) -> list[Relation]:
        """Of one sentence; where one drug is surely to blame for an effect, others that are perhaps are not."""
        if len({mention.label for mention in said.mentions}) < 2:
            return []
        found = list(self._pairs(said))
        best: dict[Mention, float] = {}
        for relation in found:
            best[relation.effect] = max(best.get(relation.effect, 0.0), relation.score)
        return [each for each in found if each.score >= min(best[each.effect], SURE) - 0.2]

    def _pairs(self, said: Said) -> Iterator[Relation]:
        mentions = said.mentions
        for at, first in enumerate(mentions):
            between = ""
            for to in range(at + 1, min(at + 1 + AHEAD, len(mentions))):
                second = mentions[to]
                between += said.text[mentions[to - 1].end : second.start]
                if second.start - first.end > FAR:
                    break
                if first.label != second.label and (score := self._score(said, first, second, between)):
                    drug, effect = (first, second) if first.label == DRUG else (second, first)
                    yield Relation(drug, effect, score)
                between += DRUG_SIGN if second.label == DRUG else EFFECT_SIGN

    def _score(self, said: Said, first: Mention, second: Mention, between: str) -> float:
        before = said.text[max(said.start, first.start - BEFORE) : first.start]
        order = "DE" if first.label == DRUG else "ED"
        drug, effect = (first, second) if first.label == DRUG else (second, first)
        best = 0.0
        for rule in (rule for rules in self.rules for rule in rules.of(order)):
            if rule.score > best and self._fits(rule, said, first, (before, between)):
                best = best if self._unsaid(rule, drug, effect) else rule.score
        if best and order == "DE" and REPLACED.search(before):
            return 0.0
        return best

    def _fits(self, rule: Rule, said: Said, first: Mention, around: tuple[str, str]) -> bool:
        """`around`: what stands before the first, and between; what stands there in brackets may be left aside."""
        before, between = around
        if not fits(rule, before, between) and not (rule.order == "ED" and fits(rule, before, aside(between))):
            return False
        return rule.under is None or bool(rule.under.search(said.headings.over(first.start)))

    def _unsaid(self, rule: Rule, drug: Mention, effect: Mention) -> bool:
        return (rule.weak or rule.score < SURE) and self.treats(drug, effect)

    def across(self, last: Said, said: Said) -> list[Relation]:
        """Of a sentence without a drug behind one that names it: "Started on D. Developed E."."""
        drugs = [mention for mention in last.mentions if mention.label == DRUG]
        if not drugs or any(mention.label == DRUG for mention in said.mentions) or not said.mentions:
            return []
        drug = drugs[-1]
        head, before = said.text[said.start : said.mentions[0].start], last.text[last.start : drug.start]
        score = max((self._follows(rules, head, before) for rules in self.rules), default=0.0)
        if not score:
            return []
        near = [effect for effect in said.mentions[:AHEAD] if effect.start - said.start < FAR]
        return [Relation(drug, effect, score) for effect in near if not self.treats(drug, effect)]

    def _follows(self, rules: Rules, head: str, before: str) -> float:
        told = rules.followed
        if told.stopped.match(head) or (told.showed.match(head) and told.begun.search(before)):
            return told.score
        return 0.0


def aside(between: str) -> str:
    """Without brackets: "hypoglycemia (glucose 32) after", not "allergies: penicillin (hives), sulfa"."""
    return BRACKETS.sub(" ", between)


def fits(rule: Rule, before: str, between: str) -> bool:
    return bool(rule.between.fullmatch(between)) and (rule.before is None or bool(rule.before.search(before)))
