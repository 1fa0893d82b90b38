import type { GroupVersionKind, Operation, RequestUser } from "../input.ts";
import { isObject, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";

/** What match and exclude look at, read from the object once per evaluation and only when asked for. */
export interface MatchSubject {
  readonly gvk: GroupVersionKind;
  readonly subresource: string;
  readonly operation: Operation;
  readonly user: RequestUser | undefined;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  readonly namespaceLabels: Readonly<Record<string, string>>;
  /** `metadata.name`, or `metadata.generateName` where it is empty. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Where a subject's parts come from. */
export interface SubjectSource {
  readonly resource: JsonObject;
  readonly gvk: GroupVersionKind;
  readonly subresource: string;
  readonly operation: Operation;
  readonly user?: RequestUser;
  readonly namespace: string;
  readonly namespaceLabels?: Readonly<Record<string, string>>;
}

const noText: Readonly<Record<string, string>> = {};

/** The subject of one object. Metadata of the wrong shape reads as absent, as the API machinery reads it. */
export function matchSubjectOf(source: SubjectSource): MatchSubject {
  return new LazySubject(source);
}

class LazySubject implements MatchSubject {
  readonly gvk: GroupVersionKind;
  readonly subresource: string;
  readonly operation: Operation;
  readonly user: RequestUser | undefined;
  readonly namespace: string;
  readonly namespaceLabels: Readonly<Record<string, string>>;
  readonly #metadata: JsonObject | undefined;
  #labels: Readonly<Record<string, string>> | undefined;
  #annotations: Readonly<Record<string, string>> | undefined;

  constructor(source: SubjectSource) {
    this.gvk = source.gvk;
    this.subresource = source.subresource;
    this.operation = source.operation;
    this.user = source.user;
    this.namespace = source.namespace;
    this.namespaceLabels = source.namespaceLabels ?? noText;
    const metadata = own(source.resource, "metadata");
    this.#metadata = isObject(metadata) ? metadata : undefined;
  }

  get name(): string {
    return this.#text("name") || this.#text("generateName");
  }

  get labels(): Readonly<Record<string, string>> {
    return (this.#labels ??= textMap(this.#field("labels")));
  }

  get annotations(): Readonly<Record<string, string>> {
    return (this.#annotations ??= textMap(this.#field("annotations")));
  }

  #field(key: string): Json | undefined {
    return this.#metadata === undefined ? undefined : own(this.#metadata, key);
  }

  #text(key: string): string {
    const value = this.#field(key);
    return typeof value === "string" ? value : "";
  }
}

/** A map of texts; one value that is no text makes the whole map unreadable. */
function textMap(value: Json | undefined): Readonly<Record<string, string>> {
  if (!isObject(value)) return noText;
  for (const key of Object.keys(value)) {
    if (typeof value[key] !== "string") return noText;
  }
  return value as Readonly<Record<string, string>>;
}
