import type { KubeObject } from "#api/meta/object-meta.ts";
import { parseJson, stringifyJson } from "#kube/client/json.ts";

/** The last state of triggers, as text, for rules that name `oldObject`. Beyond its bound the oldest go. */
export interface OldObjects {
  keep(object: KubeObject): void;
  /** The state that was kept; it stays. */
  find(uid: string): KubeObject | undefined;
  forget(uid: string): void;
  readings(): { readonly objects: number; readonly bytes: number; readonly dropped: number };
}

export function createOldObjects(maxBytes: number): OldObjects {
  const kept = new Map<string, string>();
  let bytes = 0;
  let dropped = 0;

  const forget = (uid: string): void => {
    bytes -= kept.get(uid)?.length ?? 0;
    kept.delete(uid);
  };

  return {
    keep(object) {
      const { uid } = object.metadata;
      const { managedFields: _managedFields, ...metadata } = object.metadata;
      const text = stringifyJson({ ...object, metadata });
      forget(uid);
      if (text.length > maxBytes) {
        dropped += 1;
        return;
      }
      for (const oldest of kept.keys()) {
        if (bytes + text.length <= maxBytes) break;
        forget(oldest);
        dropped += 1;
      }
      kept.set(uid, text);
      bytes += text.length;
    },
    find(uid) {
      const text = kept.get(uid);
      return text === undefined ? undefined : (parseJson(text) as KubeObject);
    },
    forget,
    readings: () => ({ objects: kept.size, bytes, dropped }),
  };
}
