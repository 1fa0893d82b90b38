import type { ContextRequest } from "#engine/context/context-source.ts";

/**
 * Versions of the inputs that are watched (ConfigMaps named literally). What was read before an input changed is no
 * answer any more, in whichever memo it is.
 */
export interface InputVersions {
  /** Grows with each change of any input. */
  total(): number;
  /** The version of what a request asks for; the same number means that no change was told of. */
  of(request: ContextRequest): number;
  changed(configMap: { readonly namespace: string; readonly name: string }): void;
  /** Something else changed that verdicts depend on and that no memo holds: exceptions. */
  changedOutsideMemos(): void;
}

/** Past this many changed inputs they are told apart no longer, which costs a second read at most. */
const maxInputs = 1_000;

export function createInputVersions(): InputVersions {
  const versions = new Map<string, number>();
  let total = 0;
  let floor = 0;
  const keyOf = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string =>
    `${namespace}/${name}`;
  return {
    total: () => total,
    of: (request) => (request.kind === "configMap" ? (versions.get(keyOf(request)) ?? floor) : 0),
    changed(configMap) {
      total += 1;
      if (versions.size >= maxInputs) {
        versions.clear();
        floor = total;
      }
      versions.set(keyOf(configMap), total);
    },
    changedOutsideMemos() {
      total += 1;
    },
  };
}
