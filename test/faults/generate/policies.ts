import type { ResourceType } from "#api/meta/resource-type.ts";
import { kinds } from "../world/kinds.ts";
import type { ObjectPlace } from "../world/persistent-client.ts";

export const secretType: ResourceType = { ...kinds.configMap, kind: "Secret", resource: "secrets" };

const celType = (kind: string, resource: string): ResourceType => ({
  ...kinds.clusterPolicy,
  group: "policies.kyverno.io",
  version: "v1",
  kind,
  resource,
});

/** Where things are: triggers, the source of all copies, objects that are changed. */
export const places = { triggers: "in", sources: "source", targets: "targets" } as const;
/** What is made goes into the one that the trigger names. */
export const outputs = ["out-1", "out-2", "out-3"] as const;
export const sourcePlace: ObjectPlace = { type: secretType, namespace: places.sources, name: "source" };
export const stamperPlace: ObjectPlace = {
  type: kinds.configMap,
  namespace: places.triggers,
  name: "stamper",
};

export const triggerPlace = (name: string): ObjectPlace => ({
  type: kinds.configMap,
  namespace: places.triggers,
  name,
});

export const encode = (text: string): string => Buffer.from(text).toString("base64");

const matching = (role: string): object => ({
  any: [
    {
      resources: {
        kinds: ["ConfigMap"],
        namespaces: [places.triggers],
        selector: { matchLabels: { role } },
      },
    },
  ],
});

const secretFor = (suffix: string): object => ({
  apiVersion: "v1",
  kind: "Secret",
  name: `{{ request.object.metadata.name }}-${suffix}`,
  namespace: "{{ request.object.data.ns }}",
});

const valueData = { data: { data: { value: "{{ base64_encode(request.object.data.value) }}" } } };

const generating = (name: string, role: string, generate: object): Policy => ({
  place: { type: kinds.clusterPolicy, name },
  spec: { rules: [{ name: "make", match: matching(role), generate }] },
});

/** A policy of the world that seeds happen in. */
interface Policy {
  readonly place: ObjectPlace;
  readonly spec: object;
}

const copiesRule = (generateExisting: boolean): Policy =>
  generating("copies", "maker", {
    ...secretFor("c"),
    synchronize: true,
    generateExisting,
    clone: { namespace: places.sources, name: "source" },
  });

const zones: Policy = {
  place: { type: celType("GeneratingPolicy", "generatingpolicies"), name: "zones" },
  spec: {
    evaluation: { synchronize: { enabled: true } },
    matchConstraints: {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": places.triggers } },
      objectSelector: { matchLabels: { role: "maker" } },
      resourceRules: [
        { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["configmaps"] },
      ],
    },
    generate: [
      {
        expression:
          'generator.Apply(object.data.ns, [{"apiVersion": dyn("v1"), "kind": dyn("Secret"), ' +
          '"metadata": dyn({"name": object.metadata.name + "-g"}), "data": dyn({"value": object.data.encoded})}])',
      },
    ],
  },
};

const stamps: Policy = {
  place: { type: kinds.clusterPolicy, name: "stamps" },
  spec: {
    rules: [
      {
        name: "stamp",
        match: matching("stamper"),
        mutate: {
          targets: [
            {
              apiVersion: "v1",
              kind: "ConfigMap",
              namespace: places.targets,
              name: "*",
              selector: { matchLabels: { target: "yes" } },
            },
          ],
          patchStrategicMerge: { data: { stamp: "{{ request.object.data.stamp }}" } },
        },
      },
    ],
  },
};

/** All policies: copies, content of their own (kept so, and made once), a GeneratingPolicy, changes of what exists. */
export const policiesOf = (generateExisting: boolean): readonly Policy[] => [
  copiesRule(generateExisting),
  generating("contents", "maker", { ...secretFor("d"), synchronize: true, ...valueData }),
  generating("once", "maker", { ...secretFor("o"), synchronize: false, ...valueData }),
  generating("flood", "flood", { ...secretFor("f"), synchronize: true, ...valueData }),
  zones,
  stamps,
];

/** What each policy that makes something calls it, and whether it is kept as it should be. */
export const makers = [
  { policy: "copies", suffix: "c", role: "maker", content: "source" },
  { policy: "contents", suffix: "d", role: "maker", content: "trigger" },
  { policy: "zones", suffix: "g", role: "maker", content: "trigger" },
  { policy: "once", suffix: "o", role: "maker", content: "any" },
  { policy: "flood", suffix: "f", role: "flood", content: "trigger" },
] as const;
