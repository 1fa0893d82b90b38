import { decodeValidatingPolicy } from "#api/policies/validating-policy.ts";
import { validatingPolicyType } from "../cluster/resource-types.ts";
import { cohortLabel } from "../pods/build-pod.ts";
import { loadPolicies } from "../scan/load-policies.ts";
import type { ScanPolicies } from "../scan/scan-policies.ts";

/** The same controls as ValidatingPolicies. */
export const celPolicies: ScanPolicies = {
  name: "scan-cel",
  type: validatingPolicyType,
  load: (corpus) => loadPolicies(corpus, { folder: "pod-security-vpol", files: 8 }),
  decode: decodeValidatingPolicy,
  cohortPolicy: ({ name, namespaces, allowed }) => ({
    apiVersion: "policies.kyverno.io/v1alpha1",
    kind: "ValidatingPolicy",
    metadata: { name },
    spec: {
      validationActions: ["Audit"],
      evaluation: { background: { enabled: true } },
      autogen: { podControllers: { controllers: [] } },
      matchConstraints: {
        namespaceSelector: {
          matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: [...namespaces] }],
        },
        resourceRules: [
          { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["pods"] },
        ],
      },
      validations: [
        {
          expression: `object.metadata.labels[${JSON.stringify(cohortLabel)}] in ${JSON.stringify(allowed)}`,
          message: "The cohort is not allowed here.",
        },
      ],
    },
  }),
  namesNamespaces: false,
  maxCpuMsPerPod: 3,
};
