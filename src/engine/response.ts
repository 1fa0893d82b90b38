/** The verdict of one rule on one resource. No entry at all means that the rule does not apply, which is no `skip`. */
export type RuleStatus = "pass" | "fail" | "warn" | "error" | "skip";

export type RuleType = "validate" | "mutate" | "generate" | "imageVerify";

export interface RuleResponse {
  readonly rule: string;
  readonly type: RuleType;
  readonly status: RuleStatus;
  readonly message: string;
  /** Report properties in the order they were set, without `process`. */
  readonly properties: Readonly<Record<string, string>>;
  /** Exceptions that turned the rule into a skip, as `namespace/name`. */
  readonly exceptions?: readonly string[];
  /** For an `error` because the engine lacks the feature: its stable name, such as `validate.manifests`. */
  readonly unsupported?: string;
}
