import { decodeClusterPolicy } from "#api/kyverno/cluster-policy.ts";
import { clusterPolicyType } from "../cluster/resource-types.ts";
import { cohortLabel } from "../pods/build-pod.ts";
import { loadPolicies } from "./load-policies.ts";
import type { ScanPolicies } from "./scan-policies.ts";

/** Patterns and denials of ClusterPolicies. */
export const classicPolicies: ScanPolicies = {
  name: "scan",
  type: clusterPolicyType,
  load: (corpus) => loadPolicies(corpus, { folder: "pod-security", files: 9 }),
  decode: decodeClusterPolicy,
  cohortPolicy: ({ name, namespaces, allowed }) => ({
    apiVersion: "kyverno.io/v1",
    kind: "ClusterPolicy",
    metadata: { name, annotations: { "pod-policies.kyverno.io/autogen-controllers": "none" } },
    spec: {
      validationFailureAction: "Audit",
      background: true,
      rules: [
        {
          name: "allowed-cohorts",
          match: { any: [{ resources: { kinds: ["Pod"], namespaces } }] },
          validate: {
            message: "The cohort is not allowed here.",
            pattern: { metadata: { labels: { [cohortLabel]: allowed.join(" | ") } } },
          },
        },
      ],
    },
  }),
  namesNamespaces: true,
  maxCpuMsPerPod: 2,
};
