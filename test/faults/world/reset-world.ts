import type { ResourceType } from "#api/meta/resource-type.ts";
import { forEachConcurrently } from "../for-each-concurrently.ts";
import { createSeededRandom } from "../seeded-random.ts";
import { markOf, withMark } from "./content-mark.ts";
import { kinds } from "./kinds.ts";
import { initialObjects, worldNamespaces } from "./objects.ts";
import type { WorldObject } from "./objects.ts";
import type { PersistentClient } from "./persistent-client.ts";
import { initialPolicies } from "./policies.ts";
import type { PolicyManifest } from "./policies.ts";
import { widgetCrd } from "./widget-crd.ts";

const concurrency = 16;
const resetKinds = [kinds.pod, kinds.configMap, kinds.widget, kinds.deployment, kinds.cronJob];
/** Made by controllers, never by us. */
const isMadeByOthers = (name: string): boolean => name === "kube-root-ca.crt";

export const policyObject = (policy: PolicyManifest): WorldObject => {
  const { namespace, name, ...metadata } = policy.metadata;
  return {
    type: policy.kind === "Policy" ? kinds.policy : kinds.clusterPolicy,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    body: { metadata, spec: policy.spec },
  };
};

const keyOf = (type: ResourceType, namespace: unknown, name: string): string =>
  `${type.resource}/${typeof namespace === "string" ? namespace : ""}/${name}`;

/** The kind may be on its way out, or not there yet; it is ready when it can be listed. */
export const ensureWidgetKind = async (client: PersistentClient): Promise<void> => {
  const place = { type: kinds.crd, name: widgetCrd.metadata.name };
  for (;;) {
    const stored = await client.get(place);
    if (stored === undefined) await client.ensure(place, widgetCrd);
    else if (stored.metadata["deletionTimestamp"] === undefined && isEstablished(stored["status"])) return;
  }
};

const isEstablished = (status: unknown): boolean =>
  (
    (status as { conditions?: readonly { type: string; status: string }[] } | undefined)?.conditions ?? []
  ).some(({ type, status: value }) => type === "Established" && value === "True");

/** Brings objects and policies to what they are when a seed begins; touches only what is otherwise. */
export const resetWorld = async (client: PersistentClient): Promise<void> => {
  await ensureWidgetKind(client);
  const objects = initialObjects(createSeededRandom(1));
  const namespaces = objects.filter(({ type }) => type === kinds.namespace);
  await forEachConcurrently(namespaces, concurrency, async ({ type, name, body }) => {
    const place = { type, name };
    await client.ensure(place, body);
    const { labels } = body["metadata"] as { labels: Readonly<Record<string, string>> };
    const stored = (await client.get(place))?.metadata["labels"] as Record<string, string> | undefined;
    const wanted = { ...labels, "kubernetes.io/metadata.name": name };
    const removed = Object.keys(stored ?? {}).filter((label) => !Object.hasOwn(wanted, label));
    await client.merge(place, {
      metadata: { labels: { ...wanted, ...Object.fromEntries(removed.map((label) => [label, null])) } },
    });
  });
  const wanted = [
    ...objects.filter(({ type }) => type !== kinds.namespace),
    ...initialPolicies.map((policy) => policyObject(policy)),
  ].map((object) => ({ ...object, body: withMark(object.body) }));
  await resetObjects(client, wanted);
};

const resetObjects = async (client: PersistentClient, wanted: readonly WorldObject[]): Promise<void> => {
  const missing = new Map(
    wanted.map((object) => [keyOf(object.type, object.namespace, object.name), object]),
  );
  const superfluous: Pick<WorldObject, "type" | "namespace" | "name">[] = [];
  const compare = async (type: ResourceType, namespace?: string): Promise<void> => {
    const stored = await client.list(type, {
      metadataOnly: true,
      ...(namespace === undefined ? {} : { namespace }),
    });
    for (const { metadata } of stored) {
      if (isMadeByOthers(metadata.name)) continue;
      const key = keyOf(type, metadata["namespace"], metadata.name);
      const mark = missing.get(key)?.body["metadata"] as Readonly<Record<string, unknown>> | undefined;
      if (mark !== undefined && markOf(mark) === markOf(metadata)) missing.delete(key);
      else if (mark === undefined) {
        superfluous.push({ type, name: metadata.name, ...(namespace === undefined ? {} : { namespace }) });
      }
    }
  };
  await Promise.all(
    worldNamespaces.flatMap((namespace) =>
      [...resetKinds, kinds.policy].map((type) => compare(type, namespace)),
    ),
  );
  await compare(kinds.clusterPolicy);
  await forEachConcurrently(superfluous, concurrency, (place) => client.remove(place));
  await forEachConcurrently(missing.values(), concurrency, ({ body, ...place }) =>
    client.recreate(place, body),
  );
};
