import type { ContextRequest } from "#engine/context/context-source.ts";
import { paramKindKey } from "./param-inputs.ts";

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
  /** Some object changed that may parameterize admission policies: one of the kind `apiVersion kind`. */
  paramsChanged(kind: string): void;
  /** Something else changed that verdicts depend on and that no memo holds: exceptions. */
  changedOutsideMemos(): void;
}

function keyOf(request: ContextRequest): string | undefined {
  if (request.kind === "configMap") return `configMap ${request.namespace}/${request.name}`;
  return request.kind === "params"
    ? `params ${paramKindKey(request.apiVersion, request.objectKind)}`
    : undefined;
}

/** Past this many changed inputs they are told apart no longer, which costs a second read at most. */
const maxInputs = 1_000;

export function createInputVersions(): InputVersions {
  const versions = new Map<string, number>();
  let total = 0;
  let floor = 0;
  const note = (key: string): void => {
    total += 1;
    if (versions.size >= maxInputs) {
      versions.clear();
      floor = total;
    }
    versions.set(key, total);
  };
  return {
    total: () => total,
    of(request) {
      const key = keyOf(request);
      return key === undefined ? 0 : (versions.get(key) ?? floor);
    },
    changed: (configMap) => note(`configMap ${configMap.namespace}/${configMap.name}`),
    paramsChanged: (kind) => note(`params ${kind}`),
    changedOutsideMemos() {
      total += 1;
    },
  };
}
