import type { RuleContext } from "../context/rule-context.ts";
import type { EvaluationInput } from "../input.ts";
import type { JsonObject } from "../values/json.ts";

/** What a mutation is carried out with. */
export interface MutationRun {
  readonly rule: string;
  readonly input: EvaluationInput;
  readonly context: RuleContext;
  /** Lets expressions see an object that an entry of a foreach has changed. */
  refresh(object: JsonObject): void;
}
