import type { ContextEntry } from "#api/kyverno/context.ts";
import type { MatchResources } from "#api/kyverno/match.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import type { PolicyRules } from "../autogen/policy-rules.ts";
import { contextEntriesOf } from "../compile/context-entries-of.ts";
import type { Json } from "../values/json.ts";
import { matchesWildcard } from "../values/wildcard.ts";
import { listVariables } from "../variables/variable-uses.ts";
import { allFilters } from "./filters.ts";
import type { Report } from "./report.ts";
import { syntaxProblem } from "./syntax.ts";

/** Variables that are always there, and calls of functions; Kyverno looks for them anywhere in the expression. */
const allowed = {
  admission:
    /request|serviceAccountName|serviceAccountNamespace|element|elementIndex|@|images|image|[a-z_0-9]\([^{}]/,
  background: /request\.|element|elementIndex|@|images|images\.|image\.|[a-z_0-9]\([^{}]/,
  target:
    /request\.|serviceAccountName|serviceAccountNamespace|element|elementIndex|@|images|images\.|image\.|target\.|[a-z_0-9]\([^{}]/,
  backgroundTarget: /request\.|element|elementIndex|@|images|images\.|image\.|target\.|[a-z_0-9]\([^{}]/,
} as const;
const ofUsers =
  /(?:^|[^.])\b(serviceAccountName|serviceAccountNamespace|request.userInfo|request.roles|request.clusterRoles)\b/;
const needsRequest =
  "only select variables are allowed in background mode. Set spec.background=false to disable background mode for this policy rule:";

/** Reports variables where there may be none, and those that have no value. */
export function reportVariables(rules: PolicyRules, background: boolean, report: Report): void {
  const mutatesExisting = rules.declared.some(({ mutate }) => mutate?.targets !== undefined);
  let found = false;
  const note: Report = (path, message) => {
    found = true;
    report(path, message);
  };
  for (const [index, rule] of rules.declared.entries()) {
    reportRule(rule, `spec.rules[${index}]`, background, mutatesExisting, note);
  }
  // Rewriting repeats each problem in the generated rules; only what it brings about itself is told.
  if (found) return;
  for (const rule of rules.generated) {
    reportRule(rule, `autogen rule ${rule.name}`, background, mutatesExisting, report);
  }
}

function reportRule(
  rule: Rule,
  path: string,
  background: boolean,
  mutatesExisting: boolean,
  report: Report,
): void {
  if (background) {
    reportUsers(rule.match, `${path}.match`, report);
    reportUsers(rule.exclude ?? {}, `${path}.exclude`, report);
  }
  reportForbiddenPlaces(rule, path, report);
  reportTargetNames(rule, path, background, report);
  const known = knownVariables(rule, background);
  for (const { expression, path: at } of listVariables(withoutAttestations(rule) as unknown as Json)) {
    const place = `${path}${at.replaceAll(/\/(\d+)(?=\/|$)/g, "[$1]").replaceAll("/", ".")}`;
    reportElement(expression, at, place, report);
    const user = background && !mutatesExisting ? ofUsers.exec(expression)?.[1] : undefined;
    if (user !== undefined) report(place, `${needsRequest} variable {{${expression}}} is not allowed`);
    else if (!known.isKnown(expression)) report(place, unknownVariable(rule.name, expression, known));
    const problem = expression === "" ? "it is empty" : syntaxProblem(expression);
    if (problem !== undefined) {
      report(place, `policy contains invalid variables: invalid JMESPath query ${expression}: ${problem}`);
    }
  }
}

function reportUsers(block: MatchResources, path: string, report: Report): void {
  for (const [filter, at] of allFilters(block, path)) {
    for (const part of ["roles", "clusterRoles", "subjects"] as const) {
      if ((filter[part] ?? []).length === 0) continue;
      report(`${at}.${part}`, `${needsRequest} invalid variable used at path: ${at}.${part}`);
    }
  }
}

function reportForbiddenPlaces(rule: Rule, path: string, report: Report): void {
  const forbid = (value: unknown, section: string, at: string) => {
    if (listVariables((value ?? null) as Json).length === 0) return;
    report(`${path}.${at}`, `rule "${rule.name}" should not have variables in ${section} section`);
  };
  forbid(rule.match, "match", "match");
  forbid(rule.exclude, "exclude", "exclude");
  for (const [index, { imageReferences, image }] of (rule.verifyImages ?? []).entries()) {
    forbid(imageReferences ?? image, "image reference", `verifyImages[${index}].imageReferences`);
  }
  const paths = (rule.mutate?.patchesJson6902 ?? "").matchAll(/^[ \t-]*"?path"?[ \t]*:(.*)$/gm);
  for (const found of paths) forbid(found[1], "patchesJSON6902 path", "mutate.patchesJson6902");
}

/** The names of targets are resolved before there is a target. */
function reportTargetNames(rule: Rule, path: string, background: boolean, report: Report): void {
  const fixed = allowed[background ? "background" : "admission"];
  const patterns = contextPatterns(rule.context ?? []);
  for (const [index, target] of (rule.mutate?.targets ?? []).entries()) {
    for (const field of ["apiVersion", "kind", "name", "namespace", "uid"] as const) {
      for (const { expression } of listVariables(target[field] ?? "")) {
        if (isKnown(expression, fixed, patterns)) continue;
        const reason = `variable ${expression} must match regex "${fixed.source}" or patterns [${patterns.join(" ")}]`;
        report(
          `${path}.mutate.targets[${index}].${field}`,
          `policy contains invalid variables: invalid variables defined at mutate.targets[${index}]: ${reason}`,
        );
      }
    }
  }
}

function reportElement(expression: string, at: string, place: string, report: Report): void {
  if (!expression.startsWith("element") || `${at}/`.includes("/foreach/")) return;
  report(place, `variable '${expression}' present outside of foreach at path ${at}`);
}

interface KnownVariables {
  readonly fixed: RegExp;
  readonly patterns: readonly string[];
  isKnown(expression: string): boolean;
}

function knownVariables(rule: Rule, background: boolean): KnownVariables {
  const targets = rule.mutate?.targets !== undefined;
  const fixed = targets
    ? allowed[background ? "backgroundTarget" : "target"]
    : allowed[background ? "background" : "admission"];
  const verifies = (rule.verifyImages ?? []).some((image) => image.validate !== undefined);
  const patterns = [
    ...contextPatterns(contextEntriesOf(rule)),
    ...(verifies ? (rule.verifyImages ?? []) : []).flatMap(({ attestations = [] }) =>
      attestations.map(({ name }) => `${name ?? ""}*`),
    ),
  ];
  return {
    fixed,
    patterns,
    isKnown: (expression) => isKnown(expression, fixed, patterns),
  };
}

function contextPatterns(entries: readonly ContextEntry[]): readonly string[] {
  return entries.flatMap(({ name, configMap }) =>
    configMap === undefined
      ? [`${name}*`]
      : [`${name}.data`, `${name}.metadata`, `${name}.data.*`, `${name}.metadata.*`],
  );
}

function isKnown(expression: string, fixed: RegExp, patterns: readonly string[]): boolean {
  const text = expression.replaceAll('"', "");
  return fixed.test(text) || patterns.some((pattern) => matchesWildcard(pattern, text));
}

function unknownVariable(rule: string, expression: string, { fixed, patterns }: KnownVariables): string {
  return `policy contains invalid variables: variable substitution failed for rule ${rule}: variable ${expression} must match regex "${fixed.source}" or patterns [${patterns.join(" ")}]`;
}

/** Conditions of attestations see what is attested, which nobody knows before. */
function withoutAttestations(rule: Rule): Rule {
  const { verifyImages } = rule;
  if (verifyImages === undefined) return rule;
  return {
    ...rule,
    verifyImages: verifyImages.map((image) => {
      if (image.attestations === undefined) return image;
      return {
        ...image,
        attestations: image.attestations.map(({ conditions: _conditions, ...attestation }) => attestation),
      };
    }),
  };
}
