import type { Budget } from "../budget.ts";
import type { Json, NumberMode } from "../values/json.ts";

/** What operators need besides their operands. */
export interface OperatorEnvironment {
  readonly numbers: NumberMode;
  readonly budget: Budget;
}

/** Whether a condition's key stands in the operator's relation to its value. Throws `BudgetExceeded` and nothing else. */
export type ConditionOperator = (key: Json, value: Json, environment: OperatorEnvironment) => boolean;
