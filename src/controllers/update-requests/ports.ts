import type { TriggerAnswer, TriggerRequest } from "#controllers/triggers/trigger-event.ts";

/** Who carries out the work that a request asks for. */
export interface RequestWorker {
  /** Names of the rules of a policy that this worker carries out; undefined where it knows no such policy. */
  rulesOf(policyKey: string): readonly string[] | undefined;
  submit(request: TriggerRequest): Promise<TriggerAnswer>;
  /** Carries a policy out where a request names no trigger. */
  submitWithoutTrigger?(policyKey: string): Promise<TriggerAnswer>;
  /** True once all policies are known: before that nothing can be said of one that is missing. */
  isReady(): boolean;
}
