import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import type { WorkQueue } from "#controllers/runtime/work-queue.ts";
import type { CelExceptionIndex } from "#engine/cel-policy/cel-exception-index.ts";
import type { ExceptionIndex } from "#engine/exceptions/exception-index.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import type { Selection, Source, SourceHandlers } from "#kube/list-watch/source.ts";
import type { GlobalEntryPort, LoadContext } from "./context-epoch.ts";
import type { Judge } from "./judge.ts";
import type { KindScanDeps } from "./kind-scan.ts";
import type { ListPages } from "./pass-runner.ts";
import type { OptionalKinds } from "./policy-kinds.ts";
import type { UnreadablePolicy } from "./policy-watch.ts";
import type { ReportPort, ScanObserver } from "./ports.ts";
import type { ReportedVerdicts } from "./verdict-writer.ts";

/** What the scan is given: the cluster, the writer of reports, settings, time. */
export interface ScanDeps {
  readonly client: Pick<KubeClient, "get">;
  /** Objects to judge; those of other shards do not come. */
  readonly openSource: (selection: Selection, handlers: SourceHandlers) => Source;
  /** What everybody reads whole: policies, Namespaces, ConfigMaps that policies name. */
  readonly openShared: (selection: Selection, handlers: SourceHandlers) => Source;
  readonly listPages: ListPages;
  /** What the API server serves now. */
  readonly types: () => readonly ResourceType[];
  /** Made by the caller, because reports and scan know each other through ports only. */
  readonly reports: ReportPort;
  readonly observer: ScanObserver;
  readonly judge: Judge;
  /** Exceptions in force; the watch keeps it. Absent: PolicyExceptions are not honoured. */
  readonly exceptions?: ExceptionIndex;
  /** The same for exceptions from policies of the CEL kinds. */
  readonly celExceptions?: CelExceptionIndex;
  /** Kinds of policies that a setting turns on; none where it is absent. */
  readonly optionalKinds?: ReadonlySet<OptionalKinds>;
  /** The setting `forceFailurePolicyIgnore`. */
  readonly forcesIgnore?: boolean;
  /** Told of each compilation of a policy. */
  readonly onCompiled?: (kind: string) => void;
  readonly seenHash: KindScanDeps["seenHash"];
  readonly isLeftOut: KindScanDeps["isLeftOut"];
  readonly loadContext: LoadContext;
  readonly globalEntries: GlobalEntryPort;
  readonly reported: () => ReportedVerdicts;
  readonly rejudgeQueue: WorkQueue<string>;
  /** Passes over kinds that go on at once. */
  readonly concurrentPasses: number;
  readonly clock: Clock;
  readonly random: () => number;
  /** Told when policies, kinds or their states changed: for status, metrics and readiness. */
  readonly onChanged: () => void;
  readonly onUnreadable: (policy: UnreadablePolicy) => void;
  readonly signal: AbortSignal;
}
