import type { ListenAddress } from "#telemetry/listen-address.ts";
import { logFormats, logLevels } from "#telemetry/logger.ts";
import { defaultBucketBoundaries } from "#telemetry/metrics-config.ts";
import { bucketBoundaries, metricsExposure, metricsNamespaces } from "./metrics-settings.ts";
import { resourceFilters } from "./resource-filters.ts";
import {
  bool,
  bytes,
  cron,
  duration,
  integer,
  list,
  listenAddress,
  listOf,
  networks,
  oneOf,
  timeZone,
  shard,
  text,
  type SettingType,
} from "./setting-type.ts";

/** The ConfigMaps that settings are read from. */
export type ConfigMapRole = "kyverno" | "metrics";

export interface SettingRow<T> {
  readonly type: SettingType<T>;
  readonly default: T;
  readonly doc: string;
  /** A change takes effect in the running process; the others say that a restart is needed. */
  readonly live: boolean;
  /** Environment variables that existing manifests set, besides `REARGUARD_…`. */
  readonly env?: readonly string[];
  /** Flags of Kyverno's controllers with the same meaning, besides our own. */
  readonly kyvernoFlags?: readonly string[];
  readonly configMap?: { readonly role: ConfigMapRole; readonly key: string };
  /** Set by flags and environment only: it says where the other sources are. */
  readonly startOnly?: boolean;
}

const row = <T>(
  type: SettingType<T>,
  value: T,
  options: Omit<SettingRow<T>, "type" | "default">,
): SettingRow<T> => ({
  type,
  default: value,
  ...options,
});
const inKyverno = (key: string) => ({ configMap: { role: "kyverno" as const, key } });
const inMetrics = (key: string) => ({ configMap: { role: "metrics" as const, key } });

const capabilities = ["scan", "generate", "mutate-existing", "cleanup", "ttl"] as const;
const ruleTypes = ["validate", "mutate", "mutateExisting", "generate", "imageVerify"] as const;
const results = ["pass", "fail", "error", "warn", "skip"] as const;
const second = 1_000;
const anyPort = (port: number): ListenAddress => ({ port });

/**
 * Every setting there is. The name is the key in the settings file; the flag is the name in kebab case; the variable is
 * `REARGUARD_` and the name in upper case. `docs/settings.md` is made from this table.
 */
const settingTable = {
  config: row(text, "", { doc: "Settings file (YAML).", live: false, startOnly: true }),
  kubeconfig: row(text, "", {
    doc: "Kubeconfig file. Empty: `KUBECONFIG`, the service account of the pod, or `~/.kube/config`.",
    live: false,
    startOnly: true,
  }),
  context: row(text, "", {
    doc: "Context of the kubeconfig. Empty: its current one.",
    live: false,
    startOnly: true,
  }),
  namespace: row(text, "kyverno", {
    doc: "Kyverno's namespace: Leases, ConfigMaps and our own state live there.",
    live: false,
    startOnly: true,
    env: ["KYVERNO_NAMESPACE"],
  }),
  podName: row(text, "", {
    doc: "Name of this process in Leases and Events. Empty: the host name.",
    live: false,
    startOnly: true,
    env: ["KYVERNO_POD_NAME", "POD_NAME", "HOSTNAME"],
  }),
  configMapName: row(text, "kyverno", {
    doc: "ConfigMap with Kyverno's dynamic configuration.",
    live: false,
    startOnly: true,
    env: ["INIT_CONFIG"],
  }),
  metricsConfigMapName: row(text, "kyverno-metrics", {
    doc: "ConfigMap with Kyverno's metrics configuration.",
    live: false,
    startOnly: true,
    env: ["METRICS_CONFIG"],
  }),
  only: row(listOf(capabilities), capabilities, {
    doc: "What this process does. It holds the whole Lease of each.",
    live: false,
  }),
  shard: row(
    shard,
    { index: 0, count: 1 },
    { doc: "Which part of the objects, by uid, this process owns.", live: false },
  ),
  policyStatus: row(oneOf(["auto", "always", "never"]), "auto", {
    doc: "Who writes the status of policies: we, where Kyverno's admission controller is absent (`auto`), or as told.",
    live: false,
  }),

  backgroundScan: row(bool, true, {
    doc: "Judge what already runs.",
    live: false,
    kyvernoFlags: ["backgroundScan"],
  }),
  backgroundScanInterval: row(duration({ minMs: 10 * second }), 3_600 * second, {
    doc: "Each object is judged again once in this time, even if nothing changed.",
    live: true,
    env: ["BACKGROUND_SCAN_INTERVAL"],
    kyvernoFlags: ["backgroundScanInterval"],
  }),
  rescanSchedule: row(cron, "", {
    doc: "Cron expression at which everything is judged again, besides the interval. Empty: never.",
    live: true,
  }),
  backgroundScanWorkers: row(integer({ min: 1, max: 64 }), 2, {
    doc: "Passes over kinds that go on at once.",
    live: false,
    kyvernoFlags: ["backgroundScanWorkers"],
  }),
  pageSize: row(integer({ min: 10, max: 5_000 }), 500, {
    doc: "Objects asked for in one page of a list.",
    live: false,
  }),
  watchSilentAfter: row(duration({ minMs: second, maxMs: 3_600 * second }), 100 * second, {
    doc: "A watch on which nothing came for so long is opened again. API servers say something each minute.",
    live: false,
  }),
  skipResourceFilters: row(bool, true, {
    doc: "Judge also what `resourceFilters` leave out of admission.",
    live: true,
    kyvernoFlags: ["skipResourceFilters"],
  }),
  resourceFilters: row(resourceFilters, [], {
    doc: "Objects that are not judged, as `[kind,namespace,name]` groups; only with `skipResourceFilters` false.",
    live: true,
    ...inKyverno("resourceFilters"),
  }),
  enableReporting: row(listOf(ruleTypes), ruleTypes, {
    doc: "Rule types whose results reach reports.",
    live: true,
    kyvernoFlags: ["enableReporting"],
  }),
  allowedResults: row(listOf(results), results, {
    doc: "Results that reach reports.",
    live: true,
    kyvernoFlags: ["allowedResults"],
  }),
  policyReports: row(bool, true, {
    doc: "Write reports. Without, objects are judged and events are sent all the same.",
    live: false,
    kyvernoFlags: ["policyReports"],
  }),
  openreportsEnabled: row(bool, false, {
    doc: "Write `openreports.io` reports instead of `wgpolicyk8s.io` ones.",
    live: false,
    kyvernoFlags: ["openreportsEnabled"],
  }),
  validatingAdmissionPolicyReports: row(bool, true, {
    doc: "Judge ValidatingAdmissionPolicies.",
    live: false,
    kyvernoFlags: ["validatingAdmissionPolicyReports"],
  }),
  mutatingAdmissionPolicyReports: row(bool, false, {
    doc: "Judge MutatingAdmissionPolicies.",
    live: false,
    kyvernoFlags: ["mutatingAdmissionPolicyReports"],
  }),
  forceFailurePolicyIgnore: row(bool, false, {
    doc: "Match conditions of ValidatingPolicies and ImageValidatingPolicies that cannot be evaluated do not match, whatever `failurePolicy` says.",
    live: false,
    kyvernoFlags: ["forceFailurePolicyIgnore"],
  }),
  reportWriteConcurrency: row(integer({ min: 1, max: 100 }), 8, {
    doc: "Reports written at once.",
    live: false,
  }),
  enablePolicyException: row(bool, false, {
    doc: "Honour PolicyExceptions.",
    live: false,
    kyvernoFlags: ["enablePolicyException"],
  }),
  exceptionNamespace: row(text, "", {
    doc: "The namespace whose PolicyExceptions count; `*`: every namespace. Empty: none.",
    live: false,
    kyvernoFlags: ["exceptionNamespace"],
  }),
  updateRequestThreshold: row(integer({ min: 1, max: 1_000_000 }), 1_000, {
    doc: "UpdateRequests of one policy that may wait.",
    live: true,
    ...inKyverno("updateRequestThreshold"),
  }),

  maxContextSize: row(bytes({ min: 1_024, max: 1_073_741_824 }), 2 * 1_024 * 1_024, {
    doc: "Data that the context entries of one rule may add.",
    live: true,
    ...inKyverno("maxContextSize"),
  }),
  maxGlobalContextEntrySize: row(bytes({ min: 1_048_576, max: 1_073_741_824 }), 64 * 1_024 * 1_024, {
    doc: "About how much memory the data of one GlobalContextEntry may take.",
    live: false,
  }),
  maxGlobalContextSize: row(bytes({ min: 1_048_576, max: 4_294_967_296 }), 128 * 1_024 * 1_024, {
    doc: "The same of all GlobalContextEntries together.",
    live: false,
  }),
  maxAPICallResponseLength: row(bytes({ min: 1_024, max: 1_073_741_824 }), 2_000_000, {
    doc: "Longest answer to a call that a policy causes.",
    live: true,
    kyvernoFlags: ["maxAPICallResponseLength"],
  }),
  apiCallTimeout: row(duration({ minMs: 100, maxMs: 300 * second }), 30 * second, {
    doc: "Longest time of a call that a policy causes.",
    live: true,
    kyvernoFlags: ["apiCallTimeout"],
  }),
  httpAllowlist: row(list, [], {
    doc: "Hosts that service calls of policies may reach: `name`, `name:port`, `*.suffix`. Empty: none.",
    live: true,
    kyvernoFlags: ["httpAllowlist"],
  }),
  httpBlocklist: row(list, [], {
    doc: "Hosts that they may not reach although they are allowed.",
    live: true,
    kyvernoFlags: ["httpBlocklist"],
  }),
  httpPrivateNetworks: row(networks, [], {
    doc: "Private networks (CIDR) that allowed hosts may resolve to, such as the cluster's service network.",
    live: true,
  }),
  defaultRegistry: row(text, "docker.io", {
    doc: "Registry of images that name none.",
    live: true,
    ...inKyverno("defaultRegistry"),
  }),
  enableDefaultRegistryMutation: row(bool, true, {
    doc: "Show images that name no registry with the default one.",
    live: true,
    ...inKyverno("enableDefaultRegistryMutation"),
  }),

  imageVerifyCacheEnabled: row(bool, true, {
    doc: "Believe what was found out about an image for a while. Off: registries are asked each time.",
    live: true,
    kyvernoFlags: ["imageVerifyCacheEnabled"],
  }),
  imageVerifyCacheTTLDuration: row(duration({ minMs: second, maxMs: 86_400 * second }), 3_600 * second, {
    doc: "How long that is; a verdict against an image is believed for ten minutes at most.",
    live: true,
    kyvernoFlags: ["imageVerifyCacheTTLDuration"],
  }),
  imageVerifyCacheMaxSize: row(integer({ min: 1, max: 100_000 }), 1_000, {
    doc: "Verdicts about images that are kept.",
    live: true,
    kyvernoFlags: ["imageVerifyCacheMaxSize"],
  }),
  imageTrustedRoot: row(text, "", {
    doc: "File with the Sigstore trusted root (JSON) for policies that name none. Empty: none.",
    live: false,
  }),
  imageDockerConfig: row(text, "", {
    doc: "File with registry logins (`config.json` of docker) for policies of the whole cluster. Empty: none.",
    live: false,
  }),
  imageTimeout: row(duration({ minMs: second, maxMs: 600 * second }), 60 * second, {
    doc: "Longest time that one question about an image may take.",
    live: false,
  }),

  omitEvents: row(listOf(["PolicyViolation", "PolicyApplied", "PolicyError", "PolicySkipped"]), [], {
    doc: "Reasons of Events that are not sent.",
    live: true,
    kyvernoFlags: ["omitEvents"],
  }),
  generateSuccessEvents: row(bool, false, {
    doc: "Send Events of success, too.",
    live: true,
    ...inKyverno("generateSuccessEvents"),
  }),
  successEventActions: row(list, [], {
    doc: "Actions whose Events of success are sent. Empty: all.",
    live: true,
    ...inKyverno("successEventActions"),
  }),
  maxQueuedEvents: row(integer({ min: 0, max: 100_000 }), 1_000, {
    doc: "Events that may wait to be sent; 0: none are sent.",
    live: true,
    kyvernoFlags: ["maxQueuedEvents"],
  }),

  cleanupMaxDeletions: row(integer({ min: 0, max: 10_000_000 }), 0, {
    doc: "Objects that one run of a cleanup or deleting policy may delete; beyond it the run is held. 0: no limit.",
    live: true,
  }),
  cleanupMaxPercent: row(integer({ min: 0, max: 100 }), 50, {
    doc: "Share, of 100, of the objects looked at that one run may delete; beyond it the run is held. 100: no limit.",
    live: true,
  }),
  cleanupMaxPercentFrom: row(integer({ min: 0, max: 10_000_000 }), 100, {
    doc: "Runs that select at most this many objects are not measured by `cleanupMaxPercent`.",
    live: true,
  }),
  cleanupTimeZone: row(timeZone, "UTC", {
    doc: "Time zone of schedules whose policy names none.",
    live: true,
  }),
  cleanupWorkers: row(integer({ min: 1, max: 100 }), 3, {
    doc: "Cleanup and deleting policies that run at the same time.",
    live: false,
  }),
  cleanupConcurrency: row(integer({ min: 1, max: 200 }), 16, {
    doc: "Deletes of one run, or of the TTL label, that are under way at once.",
    live: false,
  }),
  ttlKinds: row(list, [], {
    doc: "Kinds, as `Kind` or `group/Kind`, on which the label `cleanup.kyverno.io/ttl` works. Empty: all that may be deleted.",
    live: false,
  }),
  ttlNamespaces: row(list, [], {
    doc: "Namespaces in which that label works. Empty: all.",
    live: true,
  }),

  journal: row(oneOf(["none", "volume", "configmaps"]), "none", {
    doc: "Where objects are written down before cleanup, deleting policies or the TTL label delete them, for `rearguard restore`: a folder, or ConfigMaps in Kyverno's namespace. What cannot be written down is not deleted.",
    live: false,
  }),
  journalPath: row(text, "/journal", { doc: "The folder of a journal on a volume.", live: false }),
  journalMaxSize: row(bytes({ min: 65_536, max: 1_099_511_627_776 }), 64 * 1_024 * 1_024, {
    doc: "Size of the journal, compressed. Where it is full, nothing is deleted.",
    live: false,
  }),
  journalRetention: row(duration({ minMs: 3_600 * second }), 7 * 86_400 * second, {
    doc: "Entries are kept for so long, and go then.",
    live: false,
  }),
  journalSecretData: row(bool, false, {
    doc: "Write down the data of Secrets, too. Without, they cannot be restored whole.",
    live: false,
  }),

  reportsLease: row(text, "kyverno-reports-controller", { doc: "Lease of scan and reports.", live: false }),
  backgroundLease: row(text, "kyverno-background-controller", {
    doc: "Lease of generate and mutate-existing.",
    live: false,
  }),
  cleanupLease: row(text, "kyverno-cleanup-controller", { doc: "Lease of cleanup and TTL.", live: false }),
  leaseDuration: row(duration({ minMs: second, maxMs: 600 * second }), 12 * second, {
    doc: "How long a Lease that is not renewed is respected.",
    live: false,
  }),
  leaseRenewDeadline: row(duration({ minMs: 500, maxMs: 600 * second }), 10 * second, {
    doc: "The process ends when it could not renew its Lease for this long.",
    live: false,
  }),
  leaseRetryPeriod: row(duration({ minMs: 100, maxMs: 600 * second }), 2 * second, {
    doc: "Pause between tries to get or renew a Lease.",
    live: false,
    kyvernoFlags: ["leaderElectionRetryPeriod"],
  }),

  metricsAddress: row(listenAddress, anyPort(8_000), { doc: "Where `/metrics` is served.", live: false }),
  healthAddress: row(listenAddress, anyPort(8_081), {
    doc: "Where `/livez` and `/readyz` are served.",
    live: false,
  }),
  tlsCertFile: row(text, "", {
    doc: "Certificate (PEM) with which metrics and health are served; read again when it changes. Empty: plain HTTP.",
    live: false,
  }),
  tlsKeyFile: row(text, "", { doc: "Its private key.", live: false }),
  disableMetrics: row(bool, false, {
    doc: "Serve no metrics.",
    live: false,
    kyvernoFlags: ["disableMetrics"],
  }),
  metricsMaxSeries: row(integer({ min: 10, max: 1_000_000 }), 5_000, {
    doc: "Series of one metric; samples beyond are counted under the label value `other`.",
    live: false,
  }),
  metricsNamespaces: row(
    metricsNamespaces,
    { include: [], exclude: [] },
    {
      doc: "Namespaces that metrics of policies count; exclusion wins.",
      live: true,
      ...inMetrics("namespaces"),
    },
  ),
  metricsRefreshInterval: row(duration({ minMs: 0 }), 0, {
    doc: "Metrics start from nothing once in this time, which drops series of deleted policies. 0: never.",
    live: true,
    ...inMetrics("metricsRefreshInterval"),
  }),
  metricsBucketBoundaries: row(bucketBoundaries, defaultBucketBoundaries, {
    doc: "Buckets of histograms, in seconds.",
    live: true,
    ...inMetrics("bucketBoundaries"),
  }),
  metricsExposure: row(metricsExposure, new Map(), {
    doc: "Per metric: `enabled`, `disabledLabelDimensions`, `bucketBoundaries`.",
    live: true,
    ...inMetrics("metricsExposure"),
  }),
  logFormat: row(oneOf(logFormats), "text", {
    doc: "Log lines as JSON documents or as text.",
    live: false,
    kyvernoFlags: ["loggingFormat"],
  }),
  logLevel: row(oneOf(logLevels), "info", { doc: "The least important lines that are logged.", live: true }),
} as const;

export type SettingName = keyof typeof settingTable;

/** A value for each row of the table. */
export type Settings = {
  readonly [Name in SettingName]: (typeof settingTable)[Name] extends SettingRow<infer T> ? T : never;
};

/** The rows in the order of the table, with values of any type. */
export const settingRows: ReadonlyMap<SettingName, SettingRow<unknown>> = new Map(
  Object.entries(settingTable) as unknown as [SettingName, SettingRow<unknown>][],
);

/** `backgroundScanInterval` as a flag: `background-scan-interval`; capitals in a row stay one word. */
export function flagOf(name: string): string {
  return wordsOf(name).join("-");
}

/** `backgroundScanInterval` as a variable: `REARGUARD_BACKGROUND_SCAN_INTERVAL`. */
export function variableOf(name: string): string {
  return `REARGUARD_${wordsOf(name).join("_").toUpperCase()}`;
}

function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(" ");
}
