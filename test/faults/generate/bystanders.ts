import type { PersistentClient } from "../world/persistent-client.ts";
import { encode, outputs, secretType } from "./policies.ts";

/** Objects that are nobody's business, and one that another policy made. */
export interface Bystander {
  readonly namespace: string;
  readonly name: string;
  readonly value: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Those of the namespaces that never went. */
export const bystanders = (namespaces: ReadonlySet<string>): readonly Bystander[] =>
  outputs
    .filter((namespace) => namespaces.has(namespace) && namespace === steadyNamespace)
    .flatMap((namespace) => [
      { namespace, name: "own", value: "mine", labels: {} },
      {
        namespace,
        name: "of-another",
        value: "theirs",
        labels: {
          "app.kubernetes.io/managed-by": "kyverno",
          "generate.kyverno.io/policy-name": "another",
          "generate.kyverno.io/policy-namespace": "",
          "generate.kyverno.io/rule-name": "make",
          "generate.kyverno.io/trigger-uid": "nobody",
        },
      },
    ]);

/** Faults that delete namespaces leave this one. */
export const steadyNamespace = outputs[0];

export const placeBystanders = async (client: PersistentClient): Promise<void> => {
  for (const { namespace, name, value, labels } of bystanders(new Set(outputs))) {
    await client.ensure(
      { type: secretType, namespace, name },
      { metadata: { labels }, data: { value: encode(value) } },
    );
  }
};
