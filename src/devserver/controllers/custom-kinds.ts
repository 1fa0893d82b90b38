import { draftOf, ensureDraft, listAt, textAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import { crdCollection } from "../resources/registry.ts";
import type { ServerContext } from "../rest/api-request.ts";
import { deleteStored } from "../rest/delete.ts";
import type { Change } from "../storage/store.ts";
import type { WorkLoop } from "./work-loop.ts";

/** Holds a CRD until its objects are gone. */
export const cleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

function isLeaving(crd: JsonObject): boolean {
  return (
    textAt(crd, "metadata", "deletionTimestamp") !== "" &&
    listAt(crd, "metadata", "finalizers").includes(cleanupFinalizer)
  );
}

/** Deletes the objects of CRDs on their way out, then lets the CRDs go. */
export function runCustomKinds(ctx: ServerContext, loop: WorkLoop): void {
  const { store } = ctx;
  store.subscribe(({ collection, key, object, removed }: Change) => {
    if (collection === crdCollection && !removed && isLeaving(object)) {
      loop.add(`crd ${key}`, () => emptyCrd(ctx, key));
    }
    if (!removed || collection === crdCollection) return;
    const slash = collection.indexOf("/");
    const name = `${collection.slice(slash + 1)}.${collection.slice(0, slash)}`;
    const crd = store.get(crdCollection, name);
    if (crd !== undefined && isLeaving(crd)) loop.add(`crd ${name}`, () => emptyCrd(ctx, name));
  });
}

function emptyCrd(ctx: ServerContext, name: string): void {
  const { store, registry } = ctx;
  const crd = store.get(crdCollection, name);
  if (crd === undefined || !isLeaving(crd)) return;
  const collection = `${textAt(crd, "spec", "group")}/${textAt(crd, "spec", "names", "plural")}`;
  const served = registry.collections().get(collection);
  for (const [, object] of served === undefined ? [] : store.list(collection)) {
    if (served === undefined || textAt(object, "metadata", "deletionTimestamp") !== "") continue;
    const objectName = textAt(object, "metadata", "name");
    const namespace = textAt(object, "metadata", "namespace");
    const options = { propagation: "Background", isDryRun: false } as const;
    deleteStored(ctx, { served, name: objectName, namespace }, object, options);
  }
  if (store.size(collection) > 0) return;
  const finalizers = listAt(crd, "metadata", "finalizers").filter((one) => one !== cleanupFinalizer);
  if (finalizers.length === 0) {
    store.remove(crdCollection, name);
    return;
  }
  store.put(crdCollection, name, (resourceVersion) => {
    const draft = draftOf(crd);
    Object.assign(ensureDraft(draft, "metadata"), { finalizers, resourceVersion });
    return draft;
  });
}
