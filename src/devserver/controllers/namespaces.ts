import { randomUUID } from "node:crypto";
import { draftOf, textAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import type { ServerContext } from "../rest/api-request.ts";
import { timestamp } from "../rest/api-request.ts";
import { deleteStored } from "../rest/delete.ts";
import type { Change } from "../storage/store.ts";
import type { WorkLoop } from "./work-loop.ts";

const namespaces = "/namespaces";

/** Gives new namespaces what every namespace has, and deletes the content of those on their way out. */
export function runNamespaces(ctx: ServerContext, loop: WorkLoop, rootCa: string): void {
  const { store } = ctx;
  const onChange = ({ collection, key, object, removed, before }: Change): void => {
    if (collection === namespaces) {
      if (removed) return;
      if (isLeaving(object)) loop.add(`namespace ${key}`, () => emptyNamespace(ctx, key));
      else if (before === undefined) loop.add(`namespace ${key}`, () => furnish(ctx, key, rootCa));
      return;
    }
    const slash = key.indexOf("/");
    const home = slash < 0 ? undefined : store.get(namespaces, key.slice(0, slash));
    if (home !== undefined && (removed || isLeaving(home))) {
      const name = key.slice(0, slash);
      if (isLeaving(home)) loop.add(`namespace ${name}`, () => emptyNamespace(ctx, name));
    }
  };
  store.subscribe(onChange);
}

function isLeaving(object: JsonObject): boolean {
  return textAt(object, "metadata", "deletionTimestamp") !== "";
}

function emptyNamespace(ctx: ServerContext, name: string): void {
  const { store, registry } = ctx;
  const namespace = store.get(namespaces, name);
  if (namespace === undefined || !isLeaving(namespace)) return;
  const prefix = `${name}/`;
  let left = 0;
  for (const [collection, served] of registry.collections()) {
    if (!served.namespaced) continue;
    for (const [key, object] of store.list(collection)) {
      if (!key.startsWith(prefix)) continue;
      const objectName = textAt(object, "metadata", "name");
      const options = { propagation: "Background", isDryRun: false } as const;
      if (!isLeaving(object))
        deleteStored(ctx, { served, name: objectName, namespace: name }, object, options);
      if (store.get(collection, key) !== undefined) left += 1;
    }
  }
  if (left > 0) return;
  const { finalizers, ...metadata } = namespace["metadata"] as JsonObject;
  if (!Array.isArray(finalizers) || finalizers.length === 0) {
    store.remove(namespaces, name);
    return;
  }
  // Its content is gone; finalizers of others still hold the namespace itself.
  store.put(namespaces, name, (resourceVersion) => ({
    ...draftOf(namespace),
    metadata: { ...metadata, finalizers, resourceVersion },
    spec: {},
  }));
}

/** The service account and the certificate of the API server that pods expect. */
function furnish(ctx: ServerContext, namespace: string, rootCa: string): void {
  const { store } = ctx;
  const home = store.get(namespaces, namespace);
  if (home === undefined || isLeaving(home)) return;
  const put = (collection: string, name: string, fields: JsonObject): void => {
    const key = `${namespace}/${name}`;
    if (store.get(collection, key) !== undefined) return;
    const creationTimestamp = timestamp(ctx.now());
    store.put(collection, key, (resourceVersion) => ({
      apiVersion: "v1",
      ...fields,
      metadata: {
        name,
        namespace,
        uid: randomUUID(),
        resourceVersion,
        creationTimestamp,
        ...rootCaNote(name),
      },
    }));
  };
  put("/serviceaccounts", "default", { kind: "ServiceAccount" });
  put("/configmaps", "kube-root-ca.crt", { kind: "ConfigMap", data: { "ca.crt": rootCa } });
}

function rootCaNote(name: string): JsonObject {
  if (name !== "kube-root-ca.crt") return {};
  const note =
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";
  return { annotations: { "kubernetes.io/description": note } };
}
