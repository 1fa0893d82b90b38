import type { KubeObject } from "#api/meta/object-meta.ts";
import { Budget } from "#engine/budget.ts";
import type { BudgetLimits } from "#engine/budget.ts";
import type { CelExceptionSource } from "#engine/cel-policy/cel-exception-source.ts";
import type { ContextRequest, PermissionScope } from "#engine/context/context-source.ts";
import { evaluate } from "#engine/evaluate.ts";
import type { ExceptionSource } from "#engine/exceptions/exception-source.ts";
import type { EvaluationInput, GroupVersionKind } from "#engine/input.ts";
import type { RuleResponse } from "#engine/response.ts";
import type { JsonObject } from "#engine/values/json.ts";
import type { ContextEpoch } from "./context-epoch.ts";
import type { PolicyVerdicts } from "./ports.ts";
import { couldJudge } from "./scan-policy.ts";
import type { ScanPolicy } from "./scan-policy.ts";
import { untilAborted } from "./until-aborted.ts";

/** An object to judge and what belongs to it. */
export interface Subject {
  readonly object: KubeObject;
  readonly gvk: GroupVersionKind;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  readonly namespaceLabels?: Readonly<Record<string, string>>;
}

/** What one policy says about one object. */
export type Judgement = PolicyVerdicts;

export interface JudgeOptions {
  readonly now: () => number;
  readonly seed: () => number;
  readonly limits: () => BudgetLimits;
  readonly exceptions: ExceptionSource;
  /** The same for policies of the CEL kinds; none where it is absent. */
  readonly celExceptions?: CelExceptionSource;
  /** Told of every evaluation, with its duration. */
  readonly onEvaluated: (policy: ScanPolicy, ms: number) => void;
  readonly monotonicMs: () => number;
  /** How often a policy may ask for more data before it is given up. */
  readonly maxRounds: number;
}

/** Judges objects; external data is loaded by the epoch that it is given. */
export interface Judge {
  /** At once: the judgements that are ready, and the policies that wait for data. */
  start(subject: Subject, policies: Iterable<ScanPolicy>, epoch: ContextEpoch): StartedJudgement;
  /** Loads what is asked for and goes on until every policy has judged. Rejects when `signal` aborts. */
  finish(
    subject: Subject,
    started: StartedJudgement,
    epoch: ContextEpoch,
    signal: AbortSignal,
  ): Promise<readonly Judgement[]>;
}

export interface StartedJudgement {
  readonly judgements: readonly Judgement[];
  readonly waiting: readonly WaitingPolicy[];
}

interface WaitingPolicy {
  readonly policy: ScanPolicy;
  readonly requests: readonly ContextRequest[];
}

function scopeOf({ compiled }: ScanPolicy): PermissionScope {
  const { kind, name, namespace } = compiled.identity;
  return {
    policyKind: kind,
    policyName: name,
    ...(namespace === undefined ? {} : { policyNamespace: namespace }),
  };
}

/** What a policy that never stops asking gets: an error for each of its rules that could speak. */
function gaveUp(policy: ScanPolicy, kind: string, rounds: number): Judgement {
  const message = `external data was asked for in ${rounds} rounds without end; the rule was given up`;
  const { compiled } = policy;
  const whole = compiled.rules.map(({ type }) => ({ name: "evaluation", type }));
  const rules = compiled.judge === undefined ? compiled.rulesFor(kind) : whole;
  const responses = rules.map(({ name, type }): RuleResponse => ({
    rule: name,
    type,
    status: "error",
    message,
    properties: {},
  }));
  return { policy, responses };
}

export function createJudge(options: JudgeOptions): Judge {
  const inputOf = (subject: Subject, epoch: ContextEpoch): EvaluationInput => ({
    // What the client parses is JSON, and nothing else.
    resource: subject.object as unknown as JsonObject,
    gvk: subject.gvk,
    subresource: "",
    operation: "CREATE",
    namespace: subject.namespace,
    ...(subject.namespaceLabels === undefined ? {} : { namespaceLabels: subject.namespaceLabels }),
    nowMs: options.now(),
    seed: options.seed(),
    numbers: "int64",
    budget: new Budget(options.limits()),
    context: epoch,
    exceptions: options.exceptions,
    ...(options.celExceptions === undefined ? {} : { celExceptions: options.celExceptions }),
  });

  const start: Judge["start"] = (subject, policies, epoch) => {
    const judgements: Judgement[] = [];
    const waiting: WaitingPolicy[] = [];
    for (const policy of policies) {
      if (!couldJudge(policy, subject.gvk, subject.namespace)) continue;
      const startedMs = options.monotonicMs();
      const evaluation = evaluate(policy.compiled, inputOf(subject, epoch));
      options.onEvaluated(policy, options.monotonicMs() - startedMs);
      if (evaluation.kind === "completed") judgements.push({ policy, responses: evaluation.responses });
      else waiting.push({ policy, requests: evaluation.requests });
    }
    return { judgements, waiting };
  };

  return {
    start,
    async finish(subject, started, epoch, signal) {
      const judgements = [...started.judgements];
      let waiting = started.waiting;
      for (let round = 0; waiting.length > 0 && round < options.maxRounds; round += 1) {
        const loading = waiting.map(({ policy, requests }) => epoch.settle(requests, scopeOf(policy)));
        await untilAborted(Promise.all(loading), signal);
        const next = start(
          subject,
          waiting.map(({ policy }) => policy),
          epoch,
        );
        judgements.push(...next.judgements);
        waiting = next.waiting;
      }
      const { kind } = subject.gvk;
      return [...judgements, ...waiting.map(({ policy }) => gaveUp(policy, kind, options.maxRounds))];
    },
  };
}
