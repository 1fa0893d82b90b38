import { visible, wrapText } from "../output/columns.ts";
import { ruleLines, unconcernedLines } from "./explanation-lines.ts";
import type { ExplainedResource, Explanation, RuleExplanation } from "./explanation.ts";
import type { TextLine } from "./text-line.ts";

/** How an explanation is shown to people. */
export interface ExplanationLayout {
  readonly width?: number;
  readonly color: boolean;
  /** All clauses also of rules that do not apply. */
  readonly detailed: boolean;
}

const order = ["fail", "error", "warn", "skip", "pass"] as const;
const colors: Readonly<Record<NonNullable<TextLine["word"]>, number>> = {
  pass: 32,
  yes: 32,
  fail: 31,
  no: 31,
  warn: 33,
  error: 35,
  skip: 90,
  none: 90,
  "?": 33,
};
const bold = 1;
const minTextWidth = 30;

/** An explanation as text that fits the width. */
export function renderExplanation({ resource, rules }: Explanation, layout: ExplanationLayout): string {
  const applying = order.flatMap((verdict) => rules.filter((rule) => rule.verdict === verdict));
  const rest = rules.filter(({ verdict }) => verdict === "none");
  const unconcerned = layout.detailed ? rest : rest.filter((rule) => !hasGenerated(rule, rules));
  const render = (line: TextLine): string => renderLine(line, layout);
  const parts = [
    [paint(titleOf(resource), bold, layout), `${countsOf(rules, unconcerned.length)}\n`].join("\n"),
    ...applying.map((rule) => ruleLines(rule).map(render).join("")),
    ...(unconcerned.length === 0
      ? []
      : layout.detailed
        ? unconcerned.map((rule) => ruleLines(rule).map(render).join(""))
        : [
            [
              `${paint("Rules that do not apply", bold, layout)}\n`,
              ...unconcernedLines(unconcerned).map(render),
            ].join(""),
          ]),
  ];
  return parts.join("\n");
}

function titleOf({ kind, namespace, name, place }: ExplainedResource): string {
  const where = namespace === undefined ? "" : ` in namespace ${namespace}`;
  return visible(`${kind} ${name}${where}${place === undefined ? "" : ` (${place})`}`);
}

function countsOf(rules: readonly RuleExplanation[], unconcerned: number): string {
  const counts = order.flatMap((verdict) => {
    const count = rules.filter((rule) => rule.verdict === verdict).length;
    return count === 0 ? [] : [`${verdict}: ${count}`];
  });
  const all = [...counts, ...(unconcerned === 0 ? [] : [`do not apply: ${unconcerned}`])];
  return all.length === 0 ? "no rule has to do with the object" : all.join(", ");
}

/** A rule for pods stands for the ones made from it, of which one is there for this kind. */
function hasGenerated({ policy, rule }: RuleExplanation, rules: readonly RuleExplanation[]): boolean {
  return rules.some(
    (other) => other.policy === policy && [`autogen-${rule}`, `autogen-cronjob-${rule}`].includes(other.rule),
  );
}

function renderLine({ indent, text, word }: TextLine, layout: ExplanationLayout): string {
  const shown = word === "none" ? "does not apply" : word;
  const prefix = shown === undefined ? "" : `${shown.padEnd(indent === 0 ? shown.length : 3)} `;
  const lead = "  ".repeat(indent);
  const hanging = " ".repeat(
    lead.length + (indent === 0 ? 0 : prefix.length) + (prefix === "" || indent === 0 ? 2 : 0),
  );
  const used = Math.max(lead.length + prefix.length, hanging.length);
  const room = layout.width === undefined ? undefined : Math.max(minTextWidth, layout.width - used);
  const [first = "", ...more] = room === undefined ? [visible(text)] : wrapText(visible(text), room);
  const painted =
    word === undefined || shown === undefined
      ? prefix
      : prefix.replace(shown, paint(shown, colors[word], layout));
  return [`${lead}${painted}${first}`, ...more.map((part) => `${hanging}${part}`)]
    .map((part) => `${part}\n`)
    .join("");
}

function paint(text: string, code: number, { color }: ExplanationLayout): string {
  return color ? `\u001b[${code}m${text}\u001b[0m` : text;
}
