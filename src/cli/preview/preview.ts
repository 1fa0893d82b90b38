import type { ChangeExplanation } from "../explain/explanation.ts";

/** What would become of one object. */
export interface PreviewedObject {
  readonly kind: string;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
  readonly action: "create" | "change" | "delete" | "keep" | "error";
  /** Why, or what to know before it happens. */
  readonly reason: string;
  /** With `change`: where the object would differ. What Secrets hold is not shown. */
  readonly changes?: readonly ChangeExplanation[];
}

/** What one policy would do now. */
export interface Preview {
  readonly policy: string;
  /** Of a policy that deletes on a schedule. */
  readonly schedule?: string;
  /** RFC 3339; absent where it never runs. */
  readonly nextRun?: string;
  /** `acts`: it creates and changes whenever it has to. */
  readonly outcome: "deletes" | "held" | "audits" | "acts" | "cannot run";
  /** Limits in the way, what cannot be read, warnings. */
  readonly notes: readonly string[];
  /** Objects that were looked at: candidates of a schedule, triggers and targets of the others. */
  readonly scanned: number;
  readonly objects: readonly PreviewedObject[];
}

export interface PreviewOptions {
  readonly nowMs: number;
  readonly ownNamespace: string;
  readonly timeZone: string;
}
