import type { ResourceType } from "#api/meta/resource-type.ts";

export const eventType: ResourceType = {
  group: "events.k8s.io",
  version: "v1",
  kind: "Event",
  resource: "events",
  namespaced: true,
  preferred: true,
  verbs: ["create", "patch"],
};

type EventReason = "PolicyViolation" | "PolicyApplied" | "PolicyError" | "PolicySkipped";

type EventAction =
  | "Resource Blocked"
  | "Resource Passed"
  | "Resource Generated"
  | "Resource Mutated"
  | "Resource Cleaned Up"
  | "Retrying"
  | "None";

/** What Kyverno's controllers call themselves in Events. */
export type ReportingController =
  | "kyverno-scan"
  | "kyverno-generate"
  | "kyverno-admission"
  | "kyverno-mutate"
  | "kyverno-cleanup"
  | "globalcontext-controller";

export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
}

/** An Event before it has a name and a time. */
export interface EventContent {
  readonly controller: ReportingController;
  readonly regarding: ObjectReference;
  readonly related?: ObjectReference;
  readonly reason: EventReason;
  readonly action: EventAction;
  readonly note: string;
}

/** The API server refuses longer notes. */
const maxNoteBytes = 1_024;
const maxNameLength = 253;
const maxInstanceLength = 128;

/** The object of events.k8s.io/v1. `sequence` tells apart Events of one millisecond. */
export function buildEvent(
  content: EventContent,
  moment: { readonly nowMs: number; readonly sequence: number; readonly hostName: string },
): { readonly namespace: string; readonly body: object } {
  const { controller, regarding, related, reason, action, note } = content;
  const namespace = regarding.namespace ?? "default";
  const nanoseconds = BigInt(Math.trunc(moment.nowMs)) * 1_000_000n + BigInt(moment.sequence % 1_000_000);
  const body = {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name: eventName(regarding.name, nanoseconds), namespace },
    eventTime: new Date(moment.nowMs).toISOString().replace(/Z$/, "000Z"),
    reportingController: controller,
    reportingInstance: `${controller}-${moment.hostName}`.slice(0, maxInstanceLength),
    action,
    reason,
    regarding,
    ...(related === undefined ? {} : { related }),
    note: cutNote(note),
    type: reason === "PolicyApplied" || reason === "PolicySkipped" ? "Normal" : "Warning",
  };
  return { namespace, body };
}

/** `<name>.<hex of nanoseconds>`; names of roles have colons, which names of Events may not. */
function eventName(name: string, nanoseconds: bigint): string {
  const suffix = `.${nanoseconds.toString(16)}`;
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z\d.-]/g, "-")
    .slice(0, maxNameLength - suffix.length)
    .replaceAll(/^[^a-z\d]+|[^a-z\d]+$/g, "");
  return `${plain === "" ? "object" : plain}${suffix}`;
}

/** At most 1024 bytes of UTF-8; what is cut ends in three dots. */
export function cutNote(note: string): string {
  const bytes = Buffer.from(note, "utf8");
  if (bytes.length <= maxNoteBytes) return note;
  let end = maxNoteBytes - 3;
  // A character is cut before its first byte, never in its middle.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return `${bytes.subarray(0, end).toString("utf8")}...`;
}
