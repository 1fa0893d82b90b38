import type { ObjectTypes } from "./apply-configuration/object-type.ts";
import type { Budget } from "./budget.ts";
import type { CelExceptionSource } from "./cel-policy/cel-exception-source.ts";
import type { ContextSource } from "./context/context-source.ts";
import type { ExceptionSource } from "./exceptions/exception-source.ts";
import type { Json, JsonObject, NumberMode } from "./values/json.ts";

export type Operation = "CREATE" | "UPDATE" | "DELETE" | "CONNECT";

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The plural under which the kind is served, where that is known; guessed from the kind where it is not. */
  readonly resource?: string;
}

/** Who made a request. A scan does not know, and leaves it out. */
export interface RequestUser {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly roles: readonly string[];
  readonly clusterRoles: readonly string[];
}

/** A value under a dotted path of the document, such as `request.mode`; a segment may be quoted with `"`. */
export type InjectedValue = readonly [path: string, value: Json];

/** Values that a file given to the command line puts into the document of rules. */
export interface InjectedValues {
  readonly policy: readonly InjectedValue[];
  /** Those for one rule; they come where its context entries would. */
  rule(name: string): readonly InjectedValue[];
  /** Those for the elements of a rule's foreach. */
  foreach(rule: string): readonly InjectedValue[];
}

/** Everything that a verdict depends on. Two evaluations with equal inputs give equal responses. */
export interface EvaluationInput {
  /** The object as read, never changed by the engine. Empty for a DELETE. */
  readonly resource: JsonObject;
  readonly oldResource?: JsonObject;
  readonly gvk: GroupVersionKind;
  readonly subresource: string;
  readonly operation: Operation;
  readonly user?: RequestUser;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  /** Labels of that namespace; absent for a cluster-scoped object or a namespace that is not known. */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, frozen for the whole evaluation. */
  readonly nowMs: number;
  /** Seed of everything random. */
  readonly seed: number;
  readonly numbers: NumberMode;
  readonly budget: Budget;
  readonly context: ContextSource;
  /** Exceptions in force; none where it is absent. */
  readonly exceptions?: ExceptionSource;
  /** Exceptions from policies of the CEL kinds; none where it is absent. */
  readonly celExceptions?: CelExceptionSource;
  /** The object's Namespace, null for one that is not known; where it is absent the `context` is asked. */
  readonly namespaceObject?: JsonObject | null;
  /** `json`: the object is no Kubernetes object but any JSON, which only policies for such are held against. */
  readonly mode?: "json";
  /** The types by which apply configurations merge; where it is absent the `context` is asked for those of custom kinds. */
  readonly objectTypes?: ObjectTypes;
  readonly injected?: InjectedValues;
}
