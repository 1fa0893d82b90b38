import type { KubeObject } from "#api/meta/object-meta.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { openSource } from "#kube/list-watch/open-source.ts";
import type { SourceHandlers } from "#kube/list-watch/source.ts";
import { kinds } from "../world/kinds.ts";
import { sortedResults } from "./compare-reports.ts";

/** Follows every version of every report, as a tool that shows them would. */
export interface ReportHistory {
  /** Resolves when the history sees everything from now on. */
  ready(): Promise<void>;
  /** Versions that said nothing new, as text; reports that were changed by hand are left out. */
  rewrites(): readonly string[];
  /** Writes seen. */
  writes(): number;
  /** Resolves when so many more writes were seen. */
  afterWrites(count: number): Promise<void>;
  /** From now on the report is somebody else's business. */
  ignore(uid: string): void;
  stop(): Promise<void>;
}

interface Version {
  readonly resourceVersion: string;
  readonly content: string;
  /** The list in which it was seen; versions of different lists may have others between them. */
  readonly epoch: number;
}

const contentOf = (report: KubeObject): string =>
  JSON.stringify([
    sortedResults((report["results"] ?? []) as readonly PolicyReportResult[]),
    report["summary"],
    report["scope"],
    report.metadata["labels"],
    report.metadata["ownerReferences"],
  ]);

export const followReports = (client: KubeClient): ReportHistory => {
  const versions = new Map<string, Version>();
  const ignored = new Set<string>();
  const rewrites: string[] = [];
  const waiting = new Set<{ readonly until: number; readonly resolve: () => void }>();
  let writes = 0;

  const countWrite = (): void => {
    writes += 1;
    for (const waiter of waiting) {
      if (writes < waiter.until) continue;
      waiting.delete(waiter);
      waiter.resolve();
    }
  };

  const take = (report: KubeObject, epoch: number): void => {
    const { name, resourceVersion, uid } = report.metadata;
    const before = versions.get(uid);
    if (before?.resourceVersion === resourceVersion) {
      versions.set(uid, { ...before, epoch });
      return;
    }
    const content = contentOf(report);
    versions.set(uid, { resourceVersion, content, epoch });
    countWrite();
    if (before?.content !== content || before.epoch !== epoch || ignored.has(name)) return;
    rewrites.push(`report ${name} was written again at ${resourceVersion} and says the same as before`);
  };

  const open = (type: (typeof kinds)["report" | "clusterReport"]) => {
    const synced = Promise.withResolvers<void>();
    const handlers: SourceHandlers = {
      onListStart: () => {},
      onPage: (objects, page) => {
        for (const object of objects) {
          if (!page.superseded(object.metadata.uid)) take(object, page.epoch);
        }
        return Promise.resolve();
      },
      onEvent: (event, object, epoch) => {
        if (event === "DELETED") versions.delete(object.metadata.uid);
        else take(object, epoch);
        return Promise.resolve();
      },
      onSynced: () => {
        synced.resolve();
        return Promise.resolve();
      },
      onState: () => {},
    };
    return { source: openSource({ client, selection: { type }, handlers }), synced: synced.promise };
  };
  const opened = [open(kinds.report), open(kinds.clusterReport)];

  return {
    ready: async () => {
      await Promise.all(opened.map(({ synced }) => synced));
    },
    rewrites: () => rewrites,
    writes: () => writes,
    afterWrites: (count) =>
      new Promise((resolve) => {
        waiting.add({ until: writes + count, resolve });
      }),
    ignore: (uid) => void ignored.add(uid),
    stop: async () => {
      for (const { resolve } of waiting) resolve();
      await Promise.all(opened.map(({ source }) => source.stop()));
    },
  };
};
