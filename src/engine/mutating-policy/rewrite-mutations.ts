import type { MutatingPolicySpec } from "#api/policies/mutating-policy.ts";

/** Only these fields of a pod are spoken of as those of a template; names of literals change with them. */
const podField = /\b(object|oldObject|Object)\.(spec|metadata\.labels|metadata\.annotations)\b/g;

/**
 * The spec as it is for pod controllers whose template stands under `templatePath`. As in Kyverno only match conditions and
 * apply configurations are rewritten, not variables and not JSON patches; an apply configuration that begins with its root
 * literal is wrapped into literals down to the template.
 */
export function rewriteMutations(spec: MutatingPolicySpec, templatePath: string): MutatingPolicySpec {
  const fields = (text: string): string =>
    text.replaceAll(podField, (_all, root: string, field: string) => `${root}.${templatePath}.${field}`);
  return {
    ...spec,
    ...(spec.matchConditions === undefined
      ? {}
      : {
          matchConditions: spec.matchConditions.map((condition) => ({
            ...condition,
            expression: fields(condition.expression),
          })),
        }),
    ...(spec.mutations === undefined
      ? {}
      : {
          mutations: spec.mutations.map((mutation) => {
            const expression = mutation.applyConfiguration?.expression;
            if (expression === undefined) return mutation;
            return {
              ...mutation,
              applyConfiguration: { expression: wrap(fields(expression), templatePath) },
            };
          }),
        }),
  };
}

const rootLiteral = /^Object\s*\{/;

/** `Object{x}` becomes `Object{spec: Object.spec{template: Object.spec.template{x}}}`. */
function wrap(expression: string, templatePath: string): string {
  const text = expression.trim();
  const start = rootLiteral.exec(text);
  if (start === null || !text.endsWith("}")) return expression;
  const body = text.slice(start[0].length, -1);
  const steps = templatePath.split(".");
  const opening = steps.map((step, index) => `${step}: Object.${steps.slice(0, index + 1).join(".")}{`);
  return `Object{${opening.join("")}${body}${"}".repeat(steps.length)}}`;
}
