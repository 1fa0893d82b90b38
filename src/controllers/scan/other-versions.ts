import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Judgement } from "./judge.ts";
import type { KindScan } from "./kind-scan.ts";
import type { VerdictWriter, VerdictWriterOptions } from "./verdict-writer.ts";

export interface OtherVersionsDeps {
  /** Other versions of the kind that are judged too. */
  readonly siblingsOf: (type: ResourceType) => readonly KindScan[];
  /** Undefined where the object does not exist. */
  readonly read: (type: ResourceType, name: string, namespace: string) => Promise<KubeObject | undefined>;
  readonly writer: () => Pick<VerdictWriter, "judgeOnly">;
}

/**
 * One object may be judged in several versions of its kind, because each policy judges the one that it names; the
 * results share a report. Each other version costs a read.
 */
export function createOtherVersions(deps: OtherVersionsDeps): VerdictWriterOptions["otherVersions"] {
  return (candidate, epoch) => {
    const siblings = deps.siblingsOf(candidate.type);
    if (siblings.length === 0) return undefined;
    const { name, uid } = candidate.object.metadata;
    const judgeIn = async (scan: KindScan): Promise<readonly Judgement[]> => {
      const object = await deps.read(scan.type, name, candidate.subject.namespace);
      if (object?.metadata.uid !== uid) return [];
      return deps.writer().judgeOnly(await scan.candidate(object, candidate), epoch);
    };
    return Promise.all(siblings.map(judgeIn)).then((judged) => judged.flat());
  };
}
