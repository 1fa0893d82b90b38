import { compareVersions } from "../crd/compare-versions.ts";
import { buildCustomResources } from "../crd/custom-resources.ts";
import { isEstablished } from "../crd/crd-status.ts";
import type { JsonObject } from "../json/json.ts";
import type { Change, Store } from "../storage/store.ts";
import { buildBuiltinResources } from "./builtin-collections.ts";
import type { Collection, ServedResource } from "./served-resource.ts";

export const crdCollection = "apiextensions.k8s.io/customresourcedefinitions";

/** A group with its versions, in the order of preference. */
export interface ServedGroup {
  readonly group: string;
  readonly versions: readonly {
    readonly version: string;
    readonly resources: readonly ServedResource[];
  }[];
}

/** Everything that is served now: the built-in kinds and those of the CRDs in the store. */
export class Registry {
  readonly #builtin: readonly ServedResource[];
  readonly #custom = new Map<string, readonly ServedResource[]>();
  #byPath = new Map<string, ServedResource>();
  #groups: readonly ServedGroup[] | undefined;

  constructor(store: Store) {
    this.#builtin = buildBuiltinResources();
    for (const [name, crd] of store.list(crdCollection)) this.#setCrd(name, crd);
    this.#index();
    store.subscribe((change) => this.#onChange(change));
  }

  #onChange({ collection, key, object, removed }: Change): void {
    if (collection !== crdCollection) return;
    if (removed) this.#custom.delete(key);
    else this.#setCrd(key, object);
    this.#index();
  }

  #setCrd(key: string, crd: JsonObject): void {
    this.#custom.set(key, isEstablished(crd) ? buildCustomResources(crd) : []);
  }

  #index(): void {
    this.#groups = undefined;
    this.#byPath = new Map(
      this.all().map((served) => [`${served.group}/${served.version}/${served.resource}`, served]),
    );
  }

  all(): readonly ServedResource[] {
    return [...this.#builtin, ...[...this.#custom.values()].flat()];
  }

  find(group: string, version: string, resource: string): ServedResource | undefined {
    return this.#byPath.get(`${group}/${version}/${resource}`);
  }

  /** The served form of a kind, in the version asked for or the preferred one. */
  findKind(apiVersion: string, kind: string): ServedResource | undefined {
    return this.all().find(
      (served) =>
        served.kind === kind &&
        (served.group === "" ? served.version : `${served.group}/${served.version}`) === apiVersion,
    );
  }

  /** One served form per collection. */
  collections(): ReadonlyMap<string, ServedResource> {
    const result = new Map<string, ServedResource>();
    for (const served of this.all()) {
      if (!result.has(served.collection.id)) result.set(served.collection.id, served);
    }
    return result;
  }

  collection(id: string): Collection | undefined {
    return this.all().find((served) => served.collection.id === id)?.collection;
  }

  /** Groups as discovery lists them: the built-in ones in their order, then the others by name. */
  groups(): readonly ServedGroup[] {
    this.#groups ??= this.#buildGroups();
    return this.#groups;
  }

  #buildGroups(): readonly ServedGroup[] {
    const builtin = Map.groupBy(this.#builtin, ({ group }) => group);
    const custom = Map.groupBy(
      [...this.#custom.values()].flat().filter(({ group }) => !builtin.has(group)),
      ({ group }) => group,
    );
    const ordered = [...builtin, ...[...custom].sort(([a], [b]) => (a < b ? -1 : 1))];
    return ordered.map(([group, resources]) => {
      const versions = [...Map.groupBy(resources, ({ version }) => version)];
      if (!builtin.has(group)) versions.sort(([a], [b]) => compareVersions(a, b));
      return {
        group,
        versions: versions.map(([version, served]) => ({
          version,
          resources: served.toSorted((a, b) => (a.resource < b.resource ? -1 : 1)),
        })),
      };
    });
  }
}
