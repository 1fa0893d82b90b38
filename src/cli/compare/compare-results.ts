/** What a rule says of an object, as far as it is compared. */
export interface ComparedResult {
  /** As results name it. */
  readonly policy: string;
  /** Empty for policies that are not made of rules. */
  readonly rule: string;
  readonly result: string;
  readonly message: string;
}

/** What a rule said or says. */
export type ComparedVerdict = Pick<ComparedResult, "result" | "message">;

/** A result that comes, goes, or becomes another. */
export interface ResultChange {
  readonly change: "new" | "gone" | "changed";
  readonly policy: string;
  readonly rule: string;
  readonly before?: ComparedVerdict;
  readonly after?: ComparedVerdict;
}

/** Compares the results of one object. Of results of one rule the last one counts. */
export function compareResults(
  before: readonly ComparedResult[],
  after: readonly ComparedResult[],
): readonly ResultChange[] {
  const old = new Map(before.map((result) => [keyOf(result), result]));
  const now = new Map(after.map((result) => [keyOf(result), result]));
  const gone = [...old].filter(([key]) => !now.has(key)).map(([, result]) => result);
  return [
    ...[...now].flatMap(([key, result]) => changeOf(old.get(key), result)),
    ...gone.map((result): ResultChange => ({ change: "gone", ...ruleOf(result), before: verdictOf(result) })),
  ];
}

function changeOf(before: ComparedResult | undefined, after: ComparedResult): readonly ResultChange[] {
  const rule = ruleOf(after);
  if (before === undefined) return [{ change: "new", ...rule, after: verdictOf(after) }];
  if (before.result === after.result && before.message === after.message) return [];
  return [{ change: "changed", ...rule, before: verdictOf(before), after: verdictOf(after) }];
}

function keyOf({ policy, rule }: ComparedResult): string {
  return JSON.stringify([policy, rule]);
}

function ruleOf({ policy, rule }: ComparedResult): Pick<ResultChange, "policy" | "rule"> {
  return { policy, rule };
}

function verdictOf({ result, message }: ComparedResult): ComparedVerdict {
  return { result, message };
}
