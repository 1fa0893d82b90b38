import type { AuditCounts } from "#test/support/control-plane/audit-log.ts";
import type { ControlPlane } from "#test/support/control-plane/test-cluster.ts";

/** Requests of the operator, as the API server logged them. */
export interface Traffic {
  readonly reportWrites: number;
  readonly eventWrites: number;
  /** Reports that were stored for the first time. */
  readonly reportsCreated: number;
  /** Single objects and pages of lists, discovery included. */
  readonly reads: number;
  /** Every verb and resource with its count, for people. */
  readonly requests: string;
}

const writeVerbs = new Set(["create", "update", "patch", "delete", "deletecollection"]);
const reportResources = new Set(["policyreports", "clusterpolicyreports"]);
const readVerbs = new Set(["get", "list"]);

/** Leases are renewed every other second, whatever there is to do: they are not counted. */
const countTraffic = ({ rows }: AuditCounts): Traffic => {
  const traffic = { reportWrites: 0, eventWrites: 0, reportsCreated: 0, reads: 0 };
  const requests = new Map<string, number>();
  for (const { verb, resource, subresource, code, count } of rows) {
    if (resource === "leases") continue;
    const target =
      resource === "" ? "discovery" : subresource === "" ? resource : `${resource}/${subresource}`;
    const request = `${verb} ${target}`;
    requests.set(request, (requests.get(request) ?? 0) + count);
    if (readVerbs.has(verb)) traffic.reads += count;
    if (!writeVerbs.has(verb)) continue;
    if (resource === "events") traffic.eventWrites += count;
    if (!reportResources.has(resource)) continue;
    traffic.reportWrites += count;
    if (verb === "create" && code === 201) traffic.reportsCreated += count;
  }
  return { ...traffic, requests: listByCount(requests) };
};

const listByCount = (requests: ReadonlyMap<string, number>): string =>
  [...requests]
    .toSorted(([, a], [, b]) => b - a)
    .map(([request, count]) => `${count} ${request}`)
    .join(", ");

export interface TrafficMeter {
  /** Since the last `restart`. */
  read(): Promise<Traffic>;
  restart(): Promise<void>;
}

/** Counts requests whose user agent begins with `userAgent`. */
export const createTrafficMeter = (cluster: ControlPlane, userAgent: string): TrafficMeter => {
  let since: AuditCounts | undefined;
  return {
    read: async () =>
      countTraffic(await cluster.auditCounts({ userAgent, ...(since === undefined ? {} : { since }) })),
    restart: async () => {
      since = await cluster.auditCounts();
    },
  };
};
