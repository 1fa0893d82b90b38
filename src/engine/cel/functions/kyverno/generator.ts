import type { CelValue } from "../../values/cel-value.ts";
import type { CallContext, Library } from "../function-spec.ts";

const source = "Kyverno, generator library";
type List = readonly CelValue[];

const spellings = ["Apply", "apply"];

/** Hands over objects to be made, in the namespace that is named. */
export const clusterGeneratorLibrary: Library = {
  name: "generator",
  functions: [
    {
      name: "generator.Apply",
      source,
      overloads: spellings.map((name) => ({
        signature: `generator.${name}(string, list(map(string, any))): bool`,
        call: (namespace: string, objects: List, context: CallContext) => {
          context.generate(namespace, objects);
          return true;
        },
        cost: (_namespace: string, objects: List) => objects.length + 1,
      })),
      examples: [
        ["generator.Apply('shop', [{'kind': dyn('ConfigMap')}])", "true"],
        ["generator.apply('shop', dyn(1))", { error: "no such overload: generator.apply(string, int)" }],
      ],
    },
  ],
};

/** Hands over objects to be made in the policy's own namespace. */
export const namespacedGeneratorLibrary: Library = {
  name: "generator of a namespace",
  functions: [
    {
      name: "generator.Apply",
      source,
      overloads: spellings.map((name) => ({
        signature: `generator.${name}(list(map(string, any))): bool`,
        call: (objects: List, context: CallContext) => {
          context.generate(undefined, objects);
          return true;
        },
        cost: (objects: List) => objects.length + 1,
      })),
      examples: [
        ["generator.Apply([{'kind': dyn('ConfigMap')}])", "true"],
        ["generator.apply(dyn(1))", { error: "no such overload: generator.apply(int)" }],
      ],
    },
  ],
};
