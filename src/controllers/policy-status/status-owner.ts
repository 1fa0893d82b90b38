import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { isForbidden, isNotFound } from "#kube/client/api-error.ts";

/** Whether we write the status of policies, and whether fields of others are taken over. */
export type StatusOwnership =
  | { readonly kind: "ours"; readonly force: boolean }
  | { readonly kind: "foreign"; readonly reason: string };

const managedByKyvernoWebhooks = "webhook.kyverno.io/managed-by=kyverno";

export interface StatusOwnerDeps {
  readonly client: Pick<KubeClient, "listPage" | "get">;
  readonly types: () => readonly ResourceType[];
  /** Kyverno's namespace, where its admission controller holds a Lease. */
  readonly namespace: string;
  readonly now: () => number;
}

const webhookKinds = ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"];

function isHeld(lease: KubeObject, nowMs: number): boolean {
  const spec = lease["spec"];
  if (typeof spec !== "object" || spec === null) return false;
  const { holderIdentity, renewTime, leaseDurationSeconds } = spec as Readonly<Record<string, unknown>>;
  if (typeof holderIdentity !== "string" || holderIdentity === "") return false;
  const renewedMs = typeof renewTime === "string" ? Date.parse(renewTime) : Number.NaN;
  const durationMs = typeof leaseDurationSeconds === "number" ? leaseDurationSeconds * 1000 : 0;
  // Clocks of nodes differ; a Lease that ran out by minutes is nobody's.
  return nowMs - renewedMs < durationMs + 120_000;
}

/**
 * Finds out who writes the status of policies: Kyverno's admission controller does where it runs, and it is told by its
 * webhook configurations or by the Lease that it holds. What we may not read does not count as Kyverno.
 */
export async function detectStatusOwner(
  mode: "auto" | "always" | "never",
  deps: StatusOwnerDeps,
): Promise<StatusOwnership> {
  if (mode === "never") return { kind: "foreign", reason: "the setting policyStatus is never" };
  if (mode === "always") return { kind: "ours", force: false };
  const webhooks = await Promise.all(webhookKinds.map((kind) => hasWebhooks(kind, deps)));
  if (webhooks.some(Boolean)) return { kind: "foreign", reason: "webhook configurations of Kyverno exist" };
  if (await admissionLeaseHeld(deps)) {
    return { kind: "foreign", reason: "an admission controller of Kyverno holds its Lease" };
  }
  return { kind: "ours", force: true };
}

async function hasWebhooks(kind: string, { client, types }: StatusOwnerDeps): Promise<boolean> {
  const type = types().find(
    (candidate) =>
      candidate.group === "admissionregistration.k8s.io" && candidate.kind === kind && candidate.preferred,
  );
  if (type === undefined) return false;
  try {
    const page = await client.listPage(type, {
      limit: 1,
      labelSelector: managedByKyvernoWebhooks,
      metadataOnly: true,
    });
    return page.items.length > 0;
  } catch (error) {
    if (isForbidden(error) || isNotFound(error)) return false;
    throw error;
  }
}

async function admissionLeaseHeld({ client, types, namespace, now }: StatusOwnerDeps): Promise<boolean> {
  const type = types().find(
    ({ group, kind, preferred }) => group === "coordination.k8s.io" && kind === "Lease" && preferred,
  );
  if (type === undefined) return false;
  try {
    return isHeld(await client.get(type, { namespace, name: "kyverno" }), now());
  } catch (error) {
    if (isForbidden(error) || isNotFound(error)) return false;
    throw error;
  }
}
