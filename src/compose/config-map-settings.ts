import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { applyConfigMap } from "#controllers/settings/config-map-settings.ts";
import type { SettingsStore } from "#controllers/settings/settings-store.ts";
import type { ConfigMapRole } from "#controllers/settings/setting-table.ts";
import type { Selection, Source, SourceHandlers } from "#kube/list-watch/source.ts";

const configMapType: ResourceType = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  resource: "configmaps",
  namespaced: true,
  preferred: true,
  verbs: ["get", "list", "watch"],
};

/** Follows the ConfigMaps that settings are read from. */
export function followConfigMaps(options: {
  readonly openSource: (selection: Selection, handlers: SourceHandlers) => Source;
  readonly store: SettingsStore;
  readonly namespace: string;
  readonly names: Readonly<Record<ConfigMapRole, string>>;
}): {
  /** Resolves when they are known, or cannot be read for now. */
  readonly known: Promise<void>;
  stop(): Promise<void>;
} {
  const { store, namespace, names } = options;
  const { promise, resolve } = Promise.withResolvers<void>();
  const roles = Object.entries(names) as [ConfigMapRole, string][];
  let seen = new Set<string>();

  const apply = (object: KubeObject, gone: boolean): void => {
    const { name } = object.metadata;
    for (const [role, wanted] of roles) {
      if (wanted !== name) continue;
      if (!gone) seen.add(name);
      applyConfigMap(store, { role, namespace, name, content: gone ? undefined : { data: object["data"] } });
    }
  };

  const source = options.openSource(
    { type: configMapType, namespace },
    {
      onListStart: () => {
        seen = new Set();
      },
      onPage: (objects) => {
        for (const object of objects) apply(object, false);
        return Promise.resolve();
      },
      onEvent: (type, object) => {
        apply(object, type === "DELETED");
        return Promise.resolve();
      },
      onSynced: () => {
        for (const [role, name] of roles) {
          if (!seen.has(name)) applyConfigMap(store, { role, namespace, name, content: undefined });
        }
        resolve();
        return Promise.resolve();
      },
      onState: (state) => {
        if (state.kind === "degraded") resolve();
      },
    },
  );
  return { known: promise, stop: () => source.stop() };
}
