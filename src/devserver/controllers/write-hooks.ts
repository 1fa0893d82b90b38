import { cleanupFinalizer } from "./custom-kinds.ts";
import { settleStatus } from "../crd/crd-status.ts";
import { invalid } from "../errors/api-failure.ts";
import { invalidField } from "../errors/field-error.ts";
import { ensureDraft, fieldOf, isObject, listAt, numberAt, textAt } from "../json/json.ts";
import type { Draft, JsonObject } from "../json/json.ts";
import { crdCollection } from "../resources/registry.ts";
import type { ServedResource } from "../resources/served-resource.ts";
import { timestamp } from "../rest/api-request.ts";
import type { WriteHooks } from "../rest/api-request.ts";
import type { Store } from "../storage/store.ts";

const services = "/services";
const firstNodePort = 30_000;
const lastNodePort = 32_767;

/** What the API server decides with a view of other objects: names of CRDs, addresses and node ports of services. */
export function createWriteHooks(store: Store, now: () => number): WriteHooks {
  return {
    beforeWrite(served, draft, before) {
      if (served.collection.id === crdCollection) settleCrd(store, now, draft, before);
      else if (served.collection.id === services) allocateService(store, served, draft, before);
    },
  };
}

function settleCrd(store: Store, now: () => number, draft: Draft, before: JsonObject | undefined): void {
  const name = textAt(draft, "metadata", "name");
  const group = textAt(draft, "spec", "group");
  const namesOf = (crd: JsonObject): readonly string[] => {
    const names = fieldOf(fieldOf(crd, "spec"), "names");
    const kinds = [textAt(names, "kind"), textAt(names, "listKind")];
    return [
      ...kinds,
      textAt(names, "plural"),
      textAt(names, "singular"),
      ...listAt(names, "shortNames").map(String),
    ];
  };
  const wanted = new Set(namesOf(draft));
  const other = store
    .list(crdCollection)
    .find(
      ([key, crd]) =>
        key !== name && textAt(crd, "spec", "group") === group && namesOf(crd).some((one) => wanted.has(one)),
    );
  if (before === undefined) delete draft["status"];
  settleStatus(draft, timestamp(now()), other?.[0]);
  const metadata = ensureDraft(draft, "metadata");
  const finalizers = listAt(metadata, "finalizers");
  if (before === undefined && !finalizers.includes(cleanupFinalizer)) {
    metadata["finalizers"] = [...finalizers, cleanupFinalizer];
  }
}

function allocateService(
  store: Store,
  served: ServedResource,
  draft: Draft,
  before: JsonObject | undefined,
): void {
  const spec = ensureDraft(draft, "spec");
  const { type } = spec;
  const name = textAt(draft, "metadata", "name");
  if (type === "ExternalName") {
    for (const field of ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]) delete spec[field];
    return;
  }
  const others = store
    .list(services)
    .map(([, service]) => service)
    .filter((service) => textAt(service, "metadata", "uid") !== textAt(before, "metadata", "uid"));
  const usedAddresses = new Set(others.map((service) => textAt(service, "spec", "clusterIP")));
  const given = textAt(spec, "clusterIP");
  if (given !== "" && given !== "None" && usedAddresses.has(given)) {
    throw invalid({ group: served.group, kind: served.kind, name }, [
      invalidField("spec.clusterIPs", [given], "failed to allocate IP: provided IP is already allocated"),
    ]);
  }
  if (given === "") spec["clusterIP"] = freeAddress(usedAddresses);
  spec["clusterIPs"] = [spec["clusterIP"]];
  const usedPorts = new Set(
    others.flatMap((service) => listAt(service, "spec", "ports").map((port) => numberAt(port, "nodePort"))),
  );
  for (const port of listAt(spec, "ports")) {
    if (!isObject(port)) continue;
    const wantsPort =
      type === "NodePort" || (type === "LoadBalancer" && spec["allocateLoadBalancerNodePorts"] !== false);
    if (!wantsPort) delete (port as Draft)["nodePort"];
    else if (numberAt(port, "nodePort") === undefined) {
      const free = freePort(usedPorts);
      usedPorts.add(free);
      (port as Draft)["nodePort"] = free;
    }
  }
}

/** Of 10.96.0.0/16; the first is the API server's own. */
function freeAddress(used: ReadonlySet<string>): string {
  for (let i = 2; i < 0xffff; i += 1) {
    const address = `10.96.${i >> 8}.${i & 0xff}`;
    if (!used.has(address)) return address;
  }
  throw new Error("no free service address in 10.96.0.0/16");
}

function freePort(used: ReadonlySet<number | undefined>): number {
  for (let port = firstNodePort; port <= lastNodePort; port += 1) if (!used.has(port)) return port;
  throw new Error(`no free node port between ${firstNodePort} and ${lastNodePort}`);
}
