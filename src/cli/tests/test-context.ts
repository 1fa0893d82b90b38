import type { ContextAnswer, ContextRequest, ContextSource } from "#engine/context/context-source.ts";

import { offlineParams } from "../resources/offline-params.ts";
import type { ScanResource } from "../resources/scan-resource.ts";
import type { MockedCalls } from "./mocked-calls.ts";
import { globalEntryAnswer } from "./mocked-global-entries.ts";
import type { GlobalEntries } from "./mocked-global-entries.ts";

const unavailable: ContextAnswer = { kind: "unavailable" };

/**
 * What policies under test see of the world: declared answers first, then the cluster that the test describes. Without one
 * nothing is served, so that values can stand in for context entries.
 */
export function testContext(
  calls: MockedCalls | undefined,
  entries: GlobalEntries,
  cluster: ContextSource | undefined,
  params: readonly ScanResource[] = [],
): ContextSource {
  const mocked = (request: ContextRequest): ContextAnswer | undefined => {
    switch (request.kind) {
      case "apiCall":
      case "service":
        return calls?.(request);
      case "globalReference":
        return globalEntryAnswer(entries, request.entry, request.projection);
      case "configMap":
      case "imageRegistry":
      case "imageVerification":
        return undefined;
      case "params":
        return params.length === 0 ? undefined : offlineParams(params)(request);
      default:
        return request satisfies never;
    }
  };
  const servesCalls = calls !== undefined || cluster !== undefined;
  return {
    serves: (kind) => servesCalls || (kind !== "apiCall" && kind !== "service"),
    lookUp: (request, scope) => mocked(request) ?? cluster?.lookUp(request, scope) ?? unavailable,
  };
}
