import { settingsOfConfigMap } from "./read-source.ts";
import { sourceOfRole } from "./setting-source.ts";
import type { SettingsStore } from "./settings-store.ts";
import type { ConfigMapRole } from "./setting-table.ts";

/** A ConfigMap as far as settings are concerned; undefined where it does not exist. */
export type ConfigMapContent = { readonly data?: unknown } | undefined;

/**
 * Puts a ConfigMap's content in force. One that was deleted leaves the defaults. The data of a ConfigMap are texts;
 * what is none is a problem of that key.
 */
export function applyConfigMap(
  store: SettingsStore,
  options: {
    readonly role: ConfigMapRole;
    readonly namespace: string;
    readonly name: string;
    readonly content: ConfigMapContent;
  },
): void {
  const { role, namespace, name, content } = options;
  const data = content?.data;
  const record = typeof data === "object" && data !== null ? (data as Readonly<Record<string, unknown>>) : {};
  store.replace(sourceOfRole[role], settingsOfConfigMap(record, `ConfigMap ${namespace}/${name}`));
}
