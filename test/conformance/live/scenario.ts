import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseAllDocuments } from "yaml";

/** Values that texts in parentheses may name. */
export type Bindings = Readonly<Record<string, unknown>>;

/** A thing to do, or to find, in a scenario. */
export type Operation =
  | {
      readonly kind: "apply" | "create" | "update" | "assert" | "error";
      readonly documents: readonly unknown[];
      readonly expect: Checks;
    }
  | { readonly kind: "delete"; readonly references: readonly DeleteReference[] }
  | { readonly kind: "sleep"; readonly ms: number }
  | { readonly kind: "script"; readonly content: string; readonly check: unknown; readonly timeoutMs: number }
  | {
      readonly kind: "command";
      readonly program: string;
      readonly args: readonly string[];
      readonly check: unknown;
      readonly timeoutMs: number;
    }
  | { readonly kind: "wait"; readonly text: string };

/** What must hold of the outcome of a write; empty where it must succeed. */
export type Checks = readonly { readonly match?: unknown; readonly check: unknown }[];

export interface DeleteReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface PlannedOperation {
  readonly step: string;
  readonly operation: Operation;
  readonly bindings: Bindings;
}

/** Milliseconds that operations may take. */
export interface Timeouts {
  readonly apply: number;
  readonly assert: number;
  readonly error: number;
  readonly delete: number;
  readonly exec: number;
}

export interface Scenario {
  readonly path: string;
  readonly folder: string;
  readonly namespace: string | undefined;
  readonly operations: readonly PlannedOperation[];
  /** Whether texts in parentheses of what is written are computed. */
  readonly isTemplated: boolean;
  readonly timeouts: Timeouts;
  /** What cannot be run here; empty where all can. */
  readonly unsupported: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

const record = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

const readDocuments = async (path: string): Promise<readonly unknown[]> => {
  const parsed = parseAllDocuments(await readFile(path, "utf8"));
  return parsed.map((document) => document.toJS() as unknown).filter((document) => document !== null);
};

/** `1m30s` in milliseconds. */
export const durationMs = (value: string): number => {
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  let total = 0;
  for (const [, count = "0", unit = "s"] of value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(count) * (units[unit] ?? 1_000);
  }
  return total;
};

const defaults: Timeouts = { apply: 5_000, assert: 30_000, error: 30_000, delete: 15_000, exec: 5_000 };

const overlay = (base: Timeouts, more: unknown): Timeouts => {
  const fields = record(more);
  const of = (name: keyof Timeouts): number => {
    const value = text(fields[name]);
    return value === undefined ? base[name] : durationMs(value);
  };
  return {
    apply: of("apply"),
    assert: of("assert"),
    error: of("error"),
    delete: of("delete"),
    exec: of("exec"),
  };
};

/** The configuration of the suite that a scenario belongs to; empty where it has none. */
const readSuite = async (root: string, path: string): Promise<Fields> => {
  const suite = path.split("/")[0] ?? "";
  try {
    const [document] = await readDocuments(join(root, suite, ".chainsaw.yaml"));
    return record(record(document)["spec"]);
  } catch {
    return {};
  }
};

/** Steps by which Kyverno's webhooks are waited for; here the policy has only to be there. */
const readyTemplates = /-ready\.yaml$/;

/** Reads a scenario folder in chainsaw's format, with its step templates. */
export const readScenario = async (root: string, path: string): Promise<Scenario> => {
  const folder = join(root, path);
  const [document] = await readDocuments(join(folder, "chainsaw-test.yaml"));
  const spec = record(record(document)["spec"]);
  const unsupported: string[] = [];
  const suite = await readSuite(root, path);
  const operations: PlannedOperation[] = [];
  for (const [index, step] of list(spec["steps"]).entries()) {
    const name = text(record(step)["name"]) ?? `step ${index + 1}`;
    operations.push(
      ...(await readStep(record(step), { name, folder, base: folder, bindings: {}, unsupported })),
    );
  }
  return {
    path,
    folder,
    namespace: text(spec["namespace"]),
    operations,
    isTemplated: record(suite["templating"])["enabled"] !== false && spec["template"] !== false,
    timeouts: overlay(overlay(defaults, suite["timeouts"]), spec["timeouts"]),
    unsupported,
  };
};

interface StepPlace {
  readonly name: string;
  /** Where the scenario's own files are. */
  readonly folder: string;
  /** Where a template's path is resolved from. */
  readonly base: string;
  readonly bindings: Bindings;
  readonly unsupported: string[];
}

const bindingsOf = (value: unknown, bindings: Bindings): Bindings =>
  Object.fromEntries([
    ...Object.entries(bindings),
    ...list(value).map((item) => [text(record(item)["name"]) ?? "", record(item)["value"]] as const),
  ]);

const readStep = async (step: Fields, place: StepPlace): Promise<readonly PlannedOperation[]> => {
  const bindings = bindingsOf(step["bindings"], place.bindings);
  const use = record(step["use"]);
  const template = text(use["template"]);
  if (template !== undefined) {
    const path = resolve(place.base, template);
    const inner = bindingsOf(record(use["with"])["bindings"], bindings);
    if (readyTemplates.test(path)) return [readyOperation(place.name, path, inner)];
    const [document] = await readDocuments(path);
    return readStep(record(record(document)["spec"]), { ...place, base: dirname(path), bindings: inner });
  }
  const planned: PlannedOperation[] = [];
  for (const item of [...list(step["try"]), ...list(step["finally"])]) {
    const operation = await readOperation(record(item), { ...place, bindings });
    if (operation !== undefined) planned.push({ step: place.name, operation, bindings });
  }
  for (const phase of ["catch", "cleanup"])
    if (step[phase] !== undefined) place.unsupported.push(`phase ${phase}`);
  return planned;
};

const readyKinds: readonly (readonly [part: string, apiVersion: string, kind: string])[] = [
  ["cluster-policy", "kyverno.io/v1", "ClusterPolicy"],
  ["namespaced-generating-policy", "policies.kyverno.io/v1", "NamespacedGeneratingPolicy"],
  ["namespaced-mutating-policy", "policies.kyverno.io/v1", "NamespacedMutatingPolicy"],
  ["generating-policy", "policies.kyverno.io/v1", "GeneratingPolicy"],
  ["image-validating-policy", "policies.kyverno.io/v1", "ImageValidatingPolicy"],
  ["mutating-policy", "policies.kyverno.io/v1", "MutatingPolicy"],
  ["validating-policy", "policies.kyverno.io/v1", "ValidatingPolicy"],
  ["policy", "kyverno.io/v1", "Policy"],
];

/** Classic policies must become Ready, which we write; for the others a webhook is waited for that is not ours. */
const readyOperation = (step: string, path: string, bindings: Bindings): PlannedOperation => {
  const [, apiVersion, kind] = readyKinds.find(([part]) => path.endsWith(`/${part}-ready.yaml`)) ?? [
    "",
    "",
    "",
  ];
  const isClassic = apiVersion === "kyverno.io/v1";
  const conditions = { "(conditions[?type == 'Ready'])": [{ reason: "Succeeded", status: "True" }] };
  const document = {
    apiVersion,
    kind,
    metadata: {
      name: "($name)",
      ...(/namespaced-|\/policy-/.test(path) ? { namespace: "($namespace)" } : {}),
    },
    ...(isClassic ? { status: conditions } : {}),
  };
  return { step, operation: { kind: "assert", documents: [document], expect: [] }, bindings };
};

const boundPath = (file: string, { folder, bindings }: StepPlace): string => {
  const name = /^\(\$(\w+)\)$/.exec(file)?.[1];
  return join(folder, name === undefined ? file : (text(bindings[name]) ?? ""));
};

const documentsOf = async (fields: Fields, place: StepPlace): Promise<readonly unknown[]> => {
  const file = text(fields["file"]);
  const documents = file === undefined ? [fields["resource"]] : await readDocuments(boundPath(file, place));
  return documents
    .flatMap((document) => {
      const { kind, items } = record(document);
      return Array.isArray(items) && (kind === undefined || text(kind)?.endsWith("List") === true)
        ? items
        : [document];
    })
    .map(forOurAccount);
};

const controllerAccount = /^kyverno-(?:admission|background|cleanup|reports)-controller$/;

/** What a scenario grants to one of Kyverno's controllers is granted to our one account, too. */
const forOurAccount = (document: unknown): unknown => {
  const { kind, subjects } = record(document);
  if ((kind !== "ClusterRoleBinding" && kind !== "RoleBinding") || !Array.isArray(subjects)) return document;
  const isController = (subject: unknown): boolean => {
    const { name, namespace } = record(subject);
    return namespace === "kyverno" && typeof name === "string" && controllerAccount.test(name);
  };
  const ours = { kind: "ServiceAccount", name: "rearguard", namespace: "kyverno" };
  return subjects.some(isController)
    ? { ...record(document), subjects: [...(subjects as readonly unknown[]), ours] }
    : document;
};

const checksOf = (value: unknown): Checks =>
  list(value).map((item) => {
    const { match, check } = record(item);
    return { ...(match === undefined ? {} : { match }), check };
  });

const readOperation = async (item: Fields, place: StepPlace): Promise<Operation | undefined> => {
  for (const kind of ["apply", "create", "update", "assert", "error"] as const) {
    if (item[kind] === undefined) continue;
    const fields = record(item[kind]);
    return { kind, documents: await documentsOf(fields, place), expect: checksOf(fields["expect"]) };
  }
  const { sleep, script, command, wait } = item;
  const execMs = (fields: Fields): number => durationMs(text(fields["timeout"]) ?? "0s");
  if (sleep !== undefined) return { kind: "sleep", ms: durationMs(text(record(sleep)["duration"]) ?? "0s") };
  if (item["delete"] !== undefined)
    return { kind: "delete", references: await referencesOf(record(item["delete"]), place) };
  if (script !== undefined) {
    const fields = record(script);
    return {
      kind: "script",
      content: text(fields["content"]) ?? "",
      check: fields["check"],
      timeoutMs: execMs(fields),
    };
  }
  if (command !== undefined) {
    const fields = record(command);
    const args = list(fields["args"]).map(String);
    return {
      kind: "command",
      program: text(fields["entrypoint"]) ?? "",
      args,
      check: fields["check"],
      timeoutMs: execMs(fields),
    };
  }
  if (wait !== undefined) return { kind: "wait", text: JSON.stringify(wait) };
  const unknown = Object.keys(item).filter((key) => key !== "description");
  if (unknown.length > 0) place.unsupported.push(`operation ${unknown.join(", ")}`);
  return undefined;
};

const referencesOf = async (fields: Fields, place: StepPlace): Promise<readonly DeleteReference[]> => {
  const file = text(fields["file"]);
  const documents = file === undefined ? [fields["ref"]] : await readDocuments(boundPath(file, place));
  return documents.map((document) => {
    const { apiVersion, kind, metadata, name, namespace, labels } = record(document);
    const meta = record(metadata);
    const at = {
      name: text(name) ?? text(meta["name"]),
      namespace: text(namespace) ?? text(meta["namespace"]),
    };
    return {
      apiVersion: text(apiVersion) ?? "",
      kind: text(kind) ?? "",
      ...(at.name === undefined ? {} : { name: at.name }),
      ...(at.namespace === undefined ? {} : { namespace: at.namespace }),
      ...(labels === undefined ? {} : { labels: record(labels) as Readonly<Record<string, string>> }),
    };
  });
};
