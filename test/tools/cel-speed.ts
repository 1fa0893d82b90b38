import { policyEnvironment } from "#engine/cel/policy-environment.ts";
import { compileCel } from "#engine/cel/program.ts";
import type { CelValue } from "#engine/cel/values/cel-value.ts";
import { isList, isObject, own } from "#engine/values/json.ts";
import type { Json, JsonObject } from "#engine/values/json.ts";

/**
 * CEL against the same checks in JavaScript by hand. Both sides are given foreign JSON of several shapes, as a scan is, so
 * both look at own fields only and trust no type; nothing can be folded because one pod never comes twice in a row.
 */
interface Check {
  readonly name: string;
  readonly cel: string;
  readonly byHand: (pod: JsonObject) => boolean;
}

function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let node = value;
  for (const key of path) {
    if (!isObject(node)) return undefined;
    node = own(node, key);
  }
  return node;
}

function listAt(pod: JsonObject, field: string): readonly Json[] {
  const list = at(pod, "spec", field);
  return isList(list) ? list : [];
}

const checks: readonly Check[] = [
  {
    name: "a field",
    cel: "object.spec.hostNetwork == false",
    byHand: (pod) => at(pod, "spec", "hostNetwork") === false,
  },
  {
    name: "all containers",
    cel: "object.spec.containers.all(c, has(c.securityContext) && has(c.securityContext.privileged) && c.securityContext.privileged == false)",
    byHand: (pod) => listAt(pod, "containers").every((c) => at(c, "securityContext", "privileged") === false),
  },
  {
    name: "texts",
    cel: "object.spec.containers.all(c, c.image.startsWith('ghcr.io/') && !c.image.endsWith(':latest'))",
    byHand: (pod) =>
      listAt(pod, "containers").every((c) => {
        const image = at(c, "image");
        return typeof image === "string" && image.startsWith("ghcr.io/") && !image.endsWith(":latest");
      }),
  },
  {
    name: "optionals",
    cel: "(object.spec.containers + object.spec.?initContainers.orValue([])).all(c, c.?securityContext.?allowPrivilegeEscalation.orValue(true) == false)",
    byHand: (pod) =>
      [...listAt(pod, "containers"), ...listAt(pod, "initContainers")].every(
        (c) => at(c, "securityContext", "allowPrivilegeEscalation") === false,
      ),
  },
  {
    name: "labels",
    cel: "has(object.metadata.labels) && 'app' in object.metadata.labels && object.metadata.labels['app'] != ''",
    byHand: (pod) => {
      const app = at(pod, "metadata", "labels", "app");
      return app !== undefined && app !== "";
    },
  },
];

const shapes = 16;
const rounds = 9;
const repetitions = 20_000;
const maxRatio = 10;

/** Pods of two containers that differ in which other fields they have. */
function podOf(shape: number): JsonObject {
  const extra = (name: string): JsonObject =>
    Object.fromEntries(
      ["x", "y", "z", "w"].flatMap((key, bit) => ((shape >> bit) & 1 ? [[`${name}-${key}`, 1]] : [])),
    );
  const container = (name: string): JsonObject => ({
    ...extra("c"),
    name,
    image: `ghcr.io/shop/${name}:1.${shape}`,
    securityContext: { ...extra("s"), privileged: false, allowPrivilegeEscalation: false },
  });
  return {
    ...extra("o"),
    metadata: { ...extra("m"), name: `web-${shape}`, labels: { ...extra("l"), app: "web" } },
    spec: { ...extra("p"), hostNetwork: false, containers: [container("web"), container("proxy")] },
  };
}

const pods = Array.from({ length: shapes }, (_, shape) => podOf(shape));

/** The shortest of several rounds, in microseconds per call. */
function timeOf(call: (pod: JsonObject) => boolean): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    for (let index = 0; index < repetitions; index++) {
      const pod = pods[index % shapes];
      if (pod === undefined || !call(pod)) throw new Error("a check does not hold");
    }
    best = Math.min(best, performance.now() - start);
  }
  return (best * 1000) / repetitions;
}

const clock = { nowMs: 0, seed: 1 };

function celOf(text: string): (pod: JsonObject) => boolean {
  const compiled = compileCel(text, policyEnvironment);
  if (compiled.kind === "failed") throw new Error(compiled.issue.message);
  const { program } = compiled;
  return (pod) => {
    const activation = { get: (name: string): CelValue | undefined => (name === "object" ? pod : undefined) };
    const result = program.evaluate(activation, clock);
    return result.kind === "value" && result.value === true;
  };
}

let totalCel = 0;
let totalByHand = 0;
for (const { name, cel, byHand } of checks) {
  const celTime = timeOf(celOf(cel));
  const handTime = timeOf(byHand);
  totalCel += celTime;
  totalByHand += handTime;
  const ratio = (celTime / handTime).toFixed(1);
  console.log(
    `${name.padEnd(16)} CEL ${celTime.toFixed(2)} µs, by hand ${handTime.toFixed(2)} µs, ratio ${ratio}`,
  );
}
const ratio = totalCel / totalByHand;
console.log(`${"all".padEnd(16)} ratio ${ratio.toFixed(1)}, at most ${maxRatio}`);
if (ratio > maxRatio) process.exitCode = 1;
