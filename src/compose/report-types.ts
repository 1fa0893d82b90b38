import type { ResourceType } from "#api/meta/resource-type.ts";
import { untilAborted } from "#controllers/scan/until-aborted.ts";
import type { Discovery } from "#kube/discovery/create-discovery.ts";
import type { Logger } from "#telemetry/logger.ts";

/** The two kinds that reports are written as. */
export interface ReportTypes {
  readonly namespaced: ResourceType;
  readonly cluster: ResourceType;
}

interface ReportKinds {
  readonly group: string;
  readonly version: string;
  readonly namespaced: string;
  readonly cluster: string;
}

const policyReports: ReportKinds = {
  group: "wgpolicyk8s.io",
  version: "v1alpha2",
  namespaced: "PolicyReport",
  cluster: "ClusterPolicyReport",
};
const openReports: ReportKinds = {
  group: "openreports.io",
  version: "v1alpha1",
  namespaced: "Report",
  cluster: "ClusterReport",
};

function find(types: readonly ResourceType[], { group, version }: ReportKinds, kind: string) {
  return types.find((type) => type.group === group && type.version === version && type.kind === kind);
}

/** The kinds of reports that are served now. */
export function reportTypesIn(types: readonly ResourceType[], openreports: boolean): readonly ResourceType[] {
  const kinds = openreports ? openReports : policyReports;
  return [kinds.namespaced, kinds.cluster].flatMap((kind) => find(types, kinds, kind) ?? []);
}

/** Resolves when the API server serves the kinds of reports; rejects when `signal` aborts. */
export async function servedReportTypes(
  discovery: Pick<Discovery, "types" | "onChange">,
  options: {
    readonly openreports: boolean;
    readonly log: Logger;
    readonly signal: AbortSignal;
    /** Told what is missing, for people; undefined: nothing is. */
    readonly onMissing: (missing: string | undefined) => void;
  },
): Promise<ReportTypes> {
  const kinds = options.openreports ? openReports : policyReports;
  const { promise, resolve } = Promise.withResolvers<ReportTypes>();
  const look = (): boolean => {
    const namespaced = find(discovery.types(), kinds, kinds.namespaced);
    const cluster = find(discovery.types(), kinds, kinds.cluster);
    if (namespaced === undefined || cluster === undefined) return false;
    resolve({ namespaced, cluster });
    return true;
  };
  const unsubscribe = discovery.onChange(look);
  try {
    if (!look()) {
      const { group, version, namespaced, cluster } = kinds;
      const missing = `the API server does not serve ${group}/${version} ${namespaced} and ${cluster}: install the CRDs (crds/)`;
      options.log.warn("waiting for the CRDs of reports", { reason: missing });
      options.onMissing(missing);
    }
    return await untilAborted(promise, options.signal);
  } finally {
    options.onMissing(undefined);
    unsubscribe();
  }
}
