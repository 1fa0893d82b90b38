import type {
  CelExplanation,
  ChangeExplanation,
  CheckExplanation,
  ElementExplanation,
  ExpressionExplanation,
  PatternExplanation,
  PodSecurityExplanation,
} from "./explanation.ts";
import { conditionLines, line, shortText, yesOrNo } from "./text-line.ts";
import type { TextLine } from "./text-line.ts";

/** What a rule checks, and what came of it. */
export function checkLines(check: CheckExplanation, indent: number): readonly TextLine[] {
  switch (check.kind) {
    case "pattern":
      return patternLines(check, indent);
    case "anyPattern":
      return [
        line(indent, `${check.path}: one of these has to match`),
        ...(check.error === undefined ? [] : [line(indent + 1, check.error)]),
        ...check.patterns.flatMap((pattern) => patternLines(pattern, indent + 1)),
      ];
    case "deny": {
      const { holds } = check.conditions;
      const says =
        holds === undefined
          ? "they cannot be evaluated"
          : holds
            ? "they hold, which is a violation"
            : "they do not hold, so nothing is denied";
      return [
        yesOrNo(indent, holds === undefined ? undefined : !holds, `${check.path}: ${says}`),
        ...conditionLines(check.conditions, check.path, indent + 2),
      ];
    }
    case "foreach":
      return check.lists.flatMap(({ path, list, error, elements, left }) => [
        line(indent, `${path}: each of ${list}`),
        ...(error === undefined ? [] : [line(indent + 1, error)]),
        ...(elements.length === 0 && error === undefined ? [line(indent + 1, "there is none")] : []),
        ...elements.flatMap((element) => elementLines(element, indent + 1)),
        ...(left === 0 ? [] : [line(indent + 1, `and ${left} more`)]),
      ]);
    case "podSecurity":
      return podSecurityLines(check, indent);
    case "cel":
      return celLines(check, indent);
    case "mutate":
      return changeLines(check.changes, indent);
    case "generate":
      return [
        ...check.objects.map((object) => line(indent, `makes ${object}`)),
        ...(check.objects.length === 0 ? [line(indent, "makes nothing")] : []),
        ...(check.failure === undefined ? [] : [line(indent, check.failure)]),
      ];
    case "other":
      return [line(indent, `${check.path}: of this check nothing more can be told`)];
    default:
      return check satisfies never;
  }
}

function patternLines(
  { path, pattern, result, misses, error }: PatternExplanation,
  indent: number,
): readonly TextLine[] {
  const says = {
    pass: `the object matches ${shortText(pattern)}`,
    fail: "the object does not match",
    skip: "the pattern does not apply to the object",
    error: "the object does not match, or cannot be compared",
  };
  return [
    yesOrNo(
      indent,
      result === "pass" ? true : result === "skip" ? undefined : false,
      `${path}: ${says[result]}`,
    ),
    ...misses.map(({ path: place, wanted, found }) =>
      line(indent + 2, `${place === "" ? "the object" : place}: wanted ${wanted}, found ${shortText(found)}`),
    ),
    ...(error === undefined ? [] : [line(indent + 2, error)]),
  ];
}

function elementLines(
  { index, element, note, preconditions, check }: ElementExplanation,
  indent: number,
): readonly TextLine[] {
  return [
    line(indent, `[${index}] ${shortText(element)}${note === undefined ? "" : `: ${note}`}`),
    ...(preconditions === undefined
      ? []
      : [
          line(
            indent + 1,
            `preconditions: ${preconditions.holds === true ? "they hold" : "they do not hold"}`,
          ),
          ...conditionLines(preconditions, "preconditions", indent + 2),
        ]),
    ...(check === undefined ? [] : checkLines(check, indent + 1)),
  ];
}

function podSecurityLines(
  { path, level, version, checked, violations, error }: PodSecurityExplanation,
  indent: number,
): readonly TextLine[] {
  const kept = checked - violations.length;
  return [
    yesOrNo(
      indent,
      error === undefined ? violations.every(({ excluded }) => excluded !== undefined) : undefined,
      `${path} ${level}:${version}: ${kept} of ${checked} checks find nothing`,
    ),
    ...(error === undefined ? [] : [line(indent + 1, error)]),
    ...violations.flatMap(({ id, control, reason, fields, excluded }) => [
      yesOrNo(
        indent + 1,
        excluded !== undefined,
        `${control === "" ? id : control} (${id}): ${reason}${excluded === undefined ? "" : `; left out by the ${excluded}`}`,
      ),
      ...fields.map((field) => line(indent + 3, field)),
    ]),
  ];
}

function celLines({ expressions }: CelExplanation, indent: number): readonly TextLine[] {
  return expressions.flatMap((expression) => expressionLines(expression, indent));
}

function expressionLines(
  { path, expression, value, error, parts }: ExpressionExplanation,
  indent: number,
): readonly TextLine[] {
  const says = error ?? shortText(value);
  return [
    yesOrNo(indent, error === undefined ? value === true : undefined, `${path}: ${expression} is ${says}`),
    ...parts.map((part) => line(indent + 2, `${part.expression} is ${part.error ?? shortText(part.value)}`)),
  ];
}

function changeLines(changes: readonly ChangeExplanation[], indent: number): readonly TextLine[] {
  if (changes.length === 0) return [line(indent, "changes nothing")];
  return changes.map(({ path, before, after }) =>
    line(indent, `changes ${path} from ${shortText(before)} to ${shortText(after)}`),
  );
}
