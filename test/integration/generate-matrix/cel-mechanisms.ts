import type { ResourceType } from "#api/meta/resource-type.ts";
import { generatingPolicyType, namespacedGeneratingPolicyType, places } from "./matrix-cluster.ts";
import type { Cell, Mechanism, PolicyChange } from "./matrix-cell.ts";

/** The expression whose value is the list of what is made. */
type Objects = (cell: Cell, change: PolicyChange) => string;

interface CelParts {
  readonly column: string;
  readonly synchronize: boolean;
  readonly objects: Objects;
  readonly copies?: boolean;
  readonly policyType?: ResourceType;
}

const sourceName = (cell: Cell): string => `${cell.id}-s1`;

const cel = ({
  column,
  synchronize,
  objects,
  copies = false,
  policyType = generatingPolicyType,
}: CelParts): Mechanism => ({
  column,
  synchronize,
  copies,
  policyType,
  sources: (cell) => (copies ? [sourceName(cell)] : []),
  expected: (cell, trigger) => [
    copies
      ? { name: sourceName(cell), value: cell.value }
      : { name: `${trigger}-d${cell.change.suffix ?? ""}`, value: cell.value },
  ],
  spec: (cell, change) => {
    const list = objects(cell, change);
    const namespace = change.namespace ?? places.downstreams;
    return {
      ...(change.serverSideApply === true ? { useServerSideApply: true } : {}),
      evaluation: {
        synchronize: { enabled: change.synchronize ?? synchronize },
        generateExisting: { enabled: change.existing === true },
        orphanDownstreamOnPolicyDelete: { enabled: change.orphan === true },
      },
      matchConstraints: {
        objectSelector: { matchLabels: { cell: cell.id } },
        resourceRules: [
          {
            apiGroups: [""],
            apiVersions: ["v1"],
            operations: change.operations ?? ["CREATE", "UPDATE"],
            resources: ["configmaps"],
          },
        ],
      },
      generate: [
        {
          expression: policyType.namespaced
            ? `generator.Apply([${list}])`
            : `generator.Apply("${namespace}", [${list}])`,
        },
      ],
    };
  },
});

const dataObject: Objects = (_cell, { suffix = "", fixed }) => {
  const more = fixed === undefined ? "" : `, "fixed": "${Buffer.from(fixed).toString("base64")}"`;
  // A DELETE has no object but the one that was.
  const trigger = `(request.operation == "DELETE" ? oldObject : object)`;
  const text = `${trigger}.data.value`;
  // Texts of the suite, already encoded: expressions have no function for it.
  const value = `{"one": "b25l", "two": "dHdv"}[${text}]`;
  return `{"apiVersion": dyn("v1"), "kind": dyn("Secret"), "metadata": dyn({"name": ${trigger}.metadata.name + "-d${suffix}"}), "data": dyn({"value": ${value}${more}})}`;
};

const copyObject: Objects = (cell) =>
  `resource.Get("v1", "secrets", "${places.sources}", "${sourceName(cell)}")`;

export const celSync = cel({ column: "data, synchronized", synchronize: true, objects: dataObject });
export const celOnce = cel({ column: "data", synchronize: false, objects: dataObject });
export const celCopySync = cel({
  column: "copy, synchronized",
  synchronize: true,
  objects: copyObject,
  copies: true,
});
export const celCopyOnce = cel({ column: "copy", synchronize: false, objects: copyObject, copies: true });
export const celNamespacedSync = cel({
  column: "data, synchronized, of a namespace",
  synchronize: true,
  objects: dataObject,
  policyType: namespacedGeneratingPolicyType,
});
