import type { CelProgram, CelResult } from "../cel/program.ts";
import { maxExpressionCost } from "../cel/program.ts";
import { CelError } from "../cel/values/cel-error.ts";
import type { CelValue } from "../cel/values/cel-value.ts";
import { LazyMap } from "../cel/values/lazy-map.ts";
import { ask } from "../context/outside.ts";
import { QueryError } from "../errors.ts";
import type { EvaluationInput } from "../input.ts";
import type { JsonObject } from "../values/json.ts";
import type { RuleRun } from "./compiled-rule.ts";

/** The variables of one evaluation, and the budget that all its expressions share. */
export interface CelActivation {
  /** Throws `BudgetExceeded`, `Suspension`, or a `QueryError` for a Namespace that cannot be read. */
  evaluate(program: CelProgram): CelResult;
}

/** What the expressions of a rule share. */
export interface CelRule {
  readonly variables: ReadonlyMap<string, CelProgram>;
  /** True where they read more of `namespaceObject` than its name, which is known without asking. */
  readonly readsNamespace: boolean;
  /** What all of them together may cost. */
  readonly maxTotalCost: number;
}

/** The variables of the API server's admission expressions for an object. Each is computed where it is first asked for. */
export function celActivation(
  run: RuleRun,
  { variables, readsNamespace, maxTotalCost }: CelRule,
  params: JsonObject | null = null,
): CelActivation {
  const { input } = run;
  const clock = { nowMs: input.nowMs, seed: input.seed };
  let left = maxTotalCost;
  const values = new Map<string, CelValue | CelError>();
  const evaluate = (program: CelProgram): CelResult => {
    const result = program.evaluate({ get: lookUp }, clock, Math.min(left, maxExpressionCost));
    left -= result.cost;
    return result;
  };
  const variable = (name: string): CelValue | undefined => {
    const program = variables.get(name);
    if (program === undefined) return undefined;
    const value = values.get(name) ?? computed(name, evaluate(program));
    values.set(name, value);
    if (value instanceof CelError) throw value;
    return value;
  };
  const lazyVariables = new LazyMap(variable);
  const fixed = once(() => admissionVariables(input));
  const namespaceObject = once(() => readNamespace(run, readsNamespace));
  const lookUp = (name: string): CelValue | undefined => {
    if (name === "variables") return lazyVariables;
    if (name === "params") return params;
    return name === "namespaceObject" ? namespaceObject() : fixed().get(name);
  };
  return { evaluate };
}

function computed(name: string, result: CelResult): CelValue | CelError {
  if (result.kind === "value") return result.value;
  return new CelError(`composited variable ${JSON.stringify(name)} fails to evaluate: ${result.message}`);
}

function once<T>(compute: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => (known ??= { value: compute() }).value;
}

/** What the API server's admission expressions see of a request, without its Namespace. */
export function admissionVariables(input: EvaluationInput): ReadonlyMap<string, CelValue> {
  const isDelete = input.operation === "DELETE";
  return new Map<string, CelValue>([
    ["object", isDelete ? null : input.resource],
    ["oldObject", input.oldResource ?? null],
    ["params", null],
    ["request", requestOf(input)],
  ]);
}

function requestOf(input: EvaluationInput): JsonObject {
  const { group, version, kind } = input.gvk;
  const object = input.operation === "DELETE" ? input.oldResource : input.resource;
  const metadata = object?.["metadata"];
  const name = typeof metadata === "object" && metadata !== null ? (metadata as JsonObject)["name"] : "";
  const noResource = { group: "", version: "", resource: "" };
  return {
    kind: { group, version, kind },
    resource: noResource,
    subResource: input.subresource,
    requestKind: { group, version, kind },
    requestResource: noResource,
    requestSubResource: input.subresource,
    name: name ?? "",
    namespace: input.namespace,
    operation: input.operation,
    userInfo: {
      username: input.user?.username ?? "",
      uid: input.user?.uid ?? "",
      groups: input.user?.groups ?? [],
    },
    dryRun: false,
  };
}

/** The object's Namespace, null where it has none; without a cluster nothing but its name is known. */
function readNamespace({ input, context }: RuleRun, readsNamespace: boolean): CelValue {
  if (input.namespace === "" || input.gvk.kind === "Namespace") return null;
  const nameOnly = { metadata: { name: input.namespace } };
  if (!readsNamespace) return nameOnly;
  try {
    const value = ask(context, {
      kind: "apiCall",
      method: "GET",
      urlPath: `/api/v1/namespaces/${encodeURIComponent(input.namespace)}`,
    });
    return value ?? nameOnly;
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw new QueryError(error.code, `Error getting the resource's namespace: ${error.message}`);
  }
}
