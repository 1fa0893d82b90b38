import type { MatchResources, ResourceFilter } from "#api/kyverno/match.ts";
import type { ForEachMutation, Mutation } from "#api/kyverno/mutate.ts";
import type { Rule } from "#api/kyverno/rule.ts";
import type { Validation } from "#api/kyverno/validate.ts";

import { controllerSelector, namesPod, podControllers } from "./pod-controllers.ts";
import { rewriteForTemplate } from "./rewrite-text.ts";
import { shiftReferences } from "./shift-references.ts";

/** The rules generated from one declared rule. */
export interface GeneratedRules {
  /** For controllers other than CronJob. */
  readonly controller?: Rule;
  readonly cronJob?: Rule;
}

const prefix = "autogen-";
const maxNameBytes = 63;

/** True for a name that only generated rules should have. */
export function isGeneratedName(name: string): boolean {
  return name.startsWith(prefix);
}

/**
 * Extends a rule for pods to controllers of pods. Gives nothing for a rule that is not for pods or has no body that can
 * be extended. `imageExtractors`, mutate targets and nested foreach blocks of mutate do not survive, as in Kyverno.
 */
export function generateRules(rule: Rule, controllers: readonly string[]): GeneratedRules {
  if (isGeneratedName(rule.name) || controllers.length === 0 || !isForPods(rule)) return {};
  const kinds = templateControllers(controllers);
  const controller = kinds.length === 0 ? undefined : controllerRule(rule, kinds);
  const cronJob = controllers.includes("CronJob") ? cronJobRule(rule) : undefined;
  return {
    ...(controller === undefined ? {} : { controller }),
    ...(cronJob === undefined ? {} : { cronJob }),
  };
}

/** The controllers other than CronJob, sorted. Unknown names count only where there is no known one. */
function templateControllers(controllers: readonly string[]): readonly string[] {
  const others = controllers.filter((kind) => kind !== "CronJob" && kind !== "").toSorted();
  const known = others.filter((kind) => podControllers.includes(kind));
  return known.length > 0 ? known : others;
}

function controllerRule(rule: Rule, kinds: readonly string[]): Rule | undefined {
  const wrapped = wrap(rule, kinds.map(controllerSelector), "template", "spec/template", namesPodFilter);
  return wrapped === undefined ? undefined : finish(rule, wrapped, `${prefix}${rule.name}`, "controller");
}

function cronJobRule(rule: Rule): Rule | undefined {
  const kinds = [controllerSelector("CronJob")];
  const inner = wrap(rule, kinds, "template", "spec/template", namesPodFilter);
  const wrapped =
    inner === undefined
      ? undefined
      : wrap(inner, kinds, "jobTemplate", "spec/jobTemplate/spec/template", everyFilter);
  return wrapped === undefined
    ? undefined
    : finish(rule, wrapped, `${prefix}cronjob-${rule.name}`, "cronjob");
}

function isForPods(rule: Rule): boolean {
  const excluded = rule.exclude === undefined ? [] : kindsOf(rule.exclude);
  return namesPod(kindsOf(rule.match)) && (excluded.length === 0 || namesPod(excluded));
}

function kindsOf(block: MatchResources): readonly string[] {
  return [block, ...(block.any ?? []), ...(block.all ?? [])].flatMap(
    (filter) => filter.resources?.kinds ?? [],
  );
}

type FilterChoice = (filter: ResourceFilter) => boolean;
const namesPodFilter: FilterChoice = (filter) => namesPod(filter.resources?.kinds ?? []);
const everyFilter: FilterChoice = () => true;

/** The rule one level further down: `field` of the object's spec holds what the rule looks at. */
function wrap(
  rule: Rule,
  kinds: readonly string[],
  field: string,
  path: string,
  replaces: FilterChoice,
): Rule | undefined {
  const body = wrapBody(rule, field, path);
  if (body === undefined) return undefined;
  const exclude = rule.exclude === undefined ? undefined : withKinds(rule.exclude, kinds, replaces, false);
  return {
    ...rule,
    ...body,
    match: withKinds(rule.match, kinds, replaces, true),
    ...(exclude === undefined ? {} : { exclude }),
  };
}

function withKinds(
  block: MatchResources,
  kinds: readonly string[],
  replaces: FilterChoice,
  always: boolean,
): MatchResources {
  const replaceIn = (filters: readonly ResourceFilter[]) =>
    filters.map((filter) =>
      replaces(filter) ? { ...filter, resources: { ...filter.resources, kinds } } : filter,
    );
  if (block.any !== undefined && block.any.length > 0) return { ...block, any: replaceIn(block.any) };
  if (block.all !== undefined && block.all.length > 0) return { ...block, all: replaceIn(block.all) };
  if (!always && (block.resources?.kinds ?? []).length === 0) return block;
  return { ...block, resources: { ...block.resources, kinds } };
}

function wrapBody(rule: Rule, field: string, path: string): Partial<Rule> | undefined {
  const mutate = rule.mutate === undefined ? undefined : wrapMutation(rule.mutate, field);
  if (mutate !== undefined) return { mutate };
  const validate = rule.validate === undefined ? undefined : wrapValidation(rule.validate, field, path);
  if (validate !== undefined) return { validate };
  return rule.verifyImages === undefined ? undefined : {};
}

function inTemplate(value: unknown, field: string): unknown {
  return { spec: { [field]: value } };
}

function wrapMutation(mutate: Mutation, field: string): Mutation | undefined {
  if (isPresent(mutate.patchStrategicMerge)) {
    return { patchStrategicMerge: inTemplate(mutate.patchStrategicMerge, field) };
  }
  const entries = mutate.foreach ?? [];
  if (entries.length === 0) return undefined;
  return {
    foreach: entries.map(({ list, context, preconditions, patchStrategicMerge }): ForEachMutation => ({
      ...(list === undefined ? {} : { list }),
      ...(context === undefined ? {} : { context }),
      ...(preconditions === undefined ? {} : { preconditions }),
      patchStrategicMerge: inTemplate(patchStrategicMerge ?? null, field),
    })),
  };
}

function wrapValidation(validate: Validation, field: string, path: string): Validation | undefined {
  const { allowExistingViolations, failureAction, failureActionOverrides } = validate;
  const kept = (body: string): Validation => ({
    ...(validate.message === undefined ? {} : { message: shiftReferences(validate.message, path, body) }),
    ...(allowExistingViolations === undefined ? {} : { allowExistingViolations }),
    ...(failureAction === undefined ? {} : { failureAction }),
    ...(failureActionOverrides === undefined ? {} : { failureActionOverrides }),
  });
  if (isPresent(validate.pattern)) {
    return { ...kept("pattern"), pattern: inTemplate(validate.pattern, field) };
  }
  if (validate.deny !== undefined) return { ...kept("deny"), deny: validate.deny };
  if (validate.podSecurity !== undefined) {
    return { ...kept("podSecurity"), podSecurity: validate.podSecurity };
  }
  if (isPresent(validate.anyPattern)) {
    const patterns = Array.isArray(validate.anyPattern) ? validate.anyPattern : [];
    return { ...kept("anyPattern"), anyPattern: patterns.map((pattern) => inTemplate(pattern, field)) };
  }
  const foreach = validate.foreach ?? [];
  if (foreach.length > 0) return { ...kept("pattern"), foreach };
  return validate.cel === undefined ? undefined : validate;
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Keeps the fields that generated rules have, names the rule and rewrites its texts. */
function finish(declared: Rule, wrapped: Rule, name: string, kind: "controller" | "cronjob"): Rule {
  const { match, exclude, context, preconditions, celPreconditions, mutate, validate, verifyImages } =
    wrapped;
  const { skipBackgroundRequests, reportProperties } = wrapped;
  const generated: Rule = {
    name: cutName(name),
    match,
    ...(exclude === undefined ? {} : { exclude }),
    ...(context === undefined ? {} : { context }),
    ...(preconditions === undefined ? {} : { preconditions }),
    ...(celPreconditions === undefined ? {} : { celPreconditions }),
    ...(mutate === undefined ? {} : { mutate }),
    ...(validate === undefined ? {} : { validate }),
    ...(verifyImages === undefined ? {} : { verifyImages }),
    ...(skipBackgroundRequests === undefined ? {} : { skipBackgroundRequests }),
    ...(reportProperties === undefined ? {} : { reportProperties }),
  };
  return rewriteForTemplate(generated, kind, declared.validate?.cel !== undefined);
}

/** Rule names are ASCII by their schema's use as label values; a cut inside a longer character drops it whole. */
function cutName(name: string): string {
  let bytes = 0;
  let end = 0;
  for (const character of name) {
    bytes += utf8Length(character.codePointAt(0) ?? 0);
    if (bytes > maxNameBytes) break;
    end += character.length;
  }
  return name.slice(0, end);
}

function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x1_0000 ? 3 : 4;
}
