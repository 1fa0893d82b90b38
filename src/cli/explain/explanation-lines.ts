import type { Json } from "#engine/values/json.ts";

import { checkLines } from "./check-lines.ts";
import type {
  ConditionsExplanation,
  CriterionExplanation,
  FilterBlockExplanation,
  RuleExplanation,
} from "./explanation.ts";
import { conditionLines, line, pathWithin, shortText, yesOrNo } from "./text-line.ts";
import type { TextLine } from "./text-line.ts";

/** One rule that applies, with all its clauses. */
export function ruleLines(rule: RuleExplanation): readonly TextLine[] {
  const { verdict, message, note, match, exclude, preconditions, exceptions = [], conditions, check } = rule;
  return [
    { indent: 0, text: nameOf(rule), word: verdict === "none" ? "none" : verdict },
    ...(message === "" || verdict === "pass" ? [] : [line(1, message)]),
    ...(note === undefined ? [] : [line(1, note)]),
    ...(match === undefined ? [] : blockLines("match", match)),
    ...(exclude === undefined || exclude.filters.length === 0 ? [] : blockLines("exclude", exclude)),
    ...(preconditions === undefined ? [] : preconditionLines(preconditions)),
    ...exceptions.map(({ exception, covers, controls }) => {
      const what = controls.length === 0 ? "the rule" : `the controls ${controls.join(", ")}`;
      return line(
        1,
        `exception ${exception} for ${what}: ${covers ? "covers" : "does not cover"} the object`,
      );
    }),
    ...(conditions === undefined ? [] : checkLines(conditions, 1)),
    ...(check === undefined ? [] : checkLines(check, 1)),
  ];
}

/** A policy that judges as a whole has no rules. */
function nameOf({ policy, rule }: RuleExplanation): string {
  return rule === "" ? policy : `${policy}: ${rule}`;
}

/** Why rules do not apply: those for other kinds, which are many, in one line, and one line for each of the others. */
export function unconcernedLines(rules: readonly RuleExplanation[]): readonly TextLine[] {
  const others = rules.flatMap((rule) => {
    const kinds = otherKinds(rule);
    return kinds === undefined ? [] : [`${nameOf(rule)} (${kinds.join(", ")})`];
  });
  return [
    ...(others.length === 0 ? [] : [line(1, `for other kinds: ${others.join("; ")}`)]),
    ...rules
      .filter((rule) => otherKinds(rule) === undefined)
      .map((rule) => line(1, `${nameOf(rule)}: ${reasonOf(rule)}`)),
  ];
}

/** The kinds that a rule is for, where they alone keep it from the object. */
function otherKinds({ note, match }: RuleExplanation): readonly string[] | undefined {
  if (note !== undefined || match === undefined || match.holds) return undefined;
  const refusing = match.filters.map(({ criteria }) => criteria.find(({ holds }) => !holds));
  const isKinds = refusing.every((criterion) => criterion?.name === "kinds");
  if (!isKinds) return undefined;
  return [...new Set(refusing.flatMap((criterion) => texts(criterion?.wanted ?? null)))];
}

function texts(value: Json): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function reasonOf({ note, match, exclude }: RuleExplanation): string {
  if (note !== undefined) return note;
  if (match !== undefined && !match.holds) {
    const reasons = match.filters.flatMap(({ path, note: why, criteria }) => {
      if (why !== undefined) return [`${path}: ${why}`];
      const refusing = criteria.find((criterion) => !criterion.holds);
      return refusing === undefined ? [] : [`${path}.${criterionText(refusing)}`];
    });
    return reasons.join("; ");
  }
  if (exclude?.holds === true) {
    const holding = exclude.filters.find(({ holds }) => holds);
    const why = (holding?.criteria ?? []).map(criterionText).join("; ");
    return `left out by ${holding?.path ?? "exclude"}: ${why}`;
  }
  return "it has nothing to say of the object";
}

function blockLines(name: "match" | "exclude", block: FilterBlockExplanation): readonly TextLine[] {
  const says = block.holds
    ? name === "match"
      ? "it is for the object"
      : "it leaves the object out"
    : name === "match"
      ? "it is not for the object"
      : "it does not leave the object out";
  const within = (path: string): string => pathWithin(path, name);
  return [
    line(1, `${name}: ${says}`),
    ...block.filters.flatMap(({ path, holds, criteria, note }) => [
      ...(criteria.length === 1 && note === undefined
        ? []
        : [yesOrNo(2, holds, note === undefined ? within(path) : `${within(path)}: ${note}`)]),
      ...criteria.map((criterion) =>
        criteria.length === 1
          ? yesOrNo(
              2,
              criterion.holds,
              [...(path === name ? [] : [within(path)]), criterionText(criterion)].join(" "),
            )
          : yesOrNo(3, criterion.holds, criterionText(criterion)),
      ),
    ]),
  ];
}

function criterionText({ name, wanted, found, note }: CriterionExplanation): string {
  const text = `${name}: wanted ${listText(wanted)}, found ${listText(found)}`;
  return note === undefined ? text : `${text} (${note})`;
}

/** A list of names without quotes; nothing is told as such. */
function listText(value: Json): string {
  if (typeof value === "string") return value === "" ? "nothing" : value;
  const isPlain = Array.isArray(value) && value.every((item) => typeof item === "string");
  return isPlain ? value.join(", ") || "nothing" : shortText(value);
}

function preconditionLines(preconditions: ConditionsExplanation): readonly TextLine[] {
  const { holds } = preconditions;
  const says = holds === undefined ? "they cannot be evaluated" : holds ? "they hold" : "they do not hold";
  return [line(1, `preconditions: ${says}`), ...conditionLines(preconditions, "preconditions", 2)];
}
