const everywhere = ["--enable-policy-exception=true", "--exception-namespace=*"];
const quickLease = ["--lease-duration=12s"];

interface InstallFlags {
  readonly operator: readonly string[];
  readonly apiServer: {
    readonly runtimeConfig?: Readonly<Record<string, string>>;
    readonly featureGates?: Readonly<Record<string, boolean>>;
  };
}

/** Flags of the operator and of the API server for an installation of the corpus. */
export const installFlags = (install: string): InstallFlags => {
  const operator = [...everywhere, ...quickLease];
  if (install === "exclude-result")
    return { operator: [...operator, "--allowed-results=fail"], apiServer: {} };
  if (!install.startsWith("mutating-admission-policy-reports")) return { operator, apiServer: {} };
  const version = install.endsWith("-alpha") ? "v1alpha1" : "v1beta1";
  return {
    operator: [...operator, "--mutating-admission-policy-reports=true"],
    apiServer: install.endsWith("-v1")
      ? {}
      : {
          runtimeConfig: { [`admissionregistration.k8s.io/${version}`]: "true" },
          featureGates: { MutatingAdmissionPolicy: true },
        },
  };
};

const all = ["get", "list", "watch", "create", "update", "patch", "delete"];

const standardRole = {
  metadata: { labels: { "rbac.kyverno.io/aggregate-to-background-controller": "true" } },
  rules: [
    {
      apiGroups: [""],
      resources: ["configmaps", "resourcequotas", "secrets", "limitranges", "namespaces", "nodes", "pods"],
      verbs: all,
    },
    { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: all },
    { apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles", "rolebindings"], verbs: all },
  ],
};

const ttlRole = {
  metadata: { labels: { "rbac.kyverno.io/aggregate-to-cleanup-controller": "true" } },
  rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["list", "delete", "watch"] }],
};

/**
 * ClusterRoles that an installation of the corpus comes with, by name. Our operator has one account: what the background
 * controller may do there must not let the TTL label do it here.
 */
export const installRoles = (install: string): Readonly<Record<string, object>> =>
  install === "ttl" ? { "installed-ttl": ttlRole } : { "installed-standard": standardRole };
