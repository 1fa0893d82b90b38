import { reportsDisabledLabel } from "#api/labels.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { SourceHandlers } from "#kube/list-watch/source.ts";
import type { BindingKind, PolicyBinding } from "./policy-kinds.ts";
import type { UnreadablePolicy } from "./policy-watch.ts";

export interface BindingWatchOptions {
  readonly kind: BindingKind;
  /** Bindings of the policy with this name came, changed or went. */
  readonly onChange: (policy: string) => void;
  readonly onUnreadable: (binding: UnreadablePolicy) => void;
}

/** The bindings of one kind of the API server's admission policies, as far as they count for reports. */
export interface BindingWatch {
  readonly kind: BindingKind;
  readonly handlers: SourceHandlers;
  /** The bindings of a policy, in the order of their names. */
  of(policy: string): readonly PolicyBinding[];
}

interface Known {
  readonly uid: string;
  readonly epoch: number;
  /** Undefined for one that does not count. */
  readonly binding: PolicyBinding | undefined;
}

/** Keeps bindings as the API server has them; those with the label that keeps them out of reports do not count. */
export function createBindingWatch(options: BindingWatchOptions): BindingWatch {
  const bindings = new Map<string, Known>();

  const tell = (...changed: readonly (PolicyBinding | undefined)[]): void => {
    const policies = new Set(changed.flatMap((binding) => binding?.spec.policyName ?? []));
    for (const policy of policies) options.onChange(policy);
  };
  const take = (object: KubeObject, epoch: number): void => {
    const { name, uid } = object.metadata;
    const before = bindings.get(name)?.binding;
    const binding = countedBinding(object, options);
    bindings.set(name, { uid, epoch, binding });
    if (contentOf(before) !== contentOf(binding)) tell(before, binding);
  };
  const remove = (name: string): void => {
    const before = bindings.get(name)?.binding;
    bindings.delete(name);
    tell(before);
  };

  return {
    kind: options.kind,
    of: (policy) =>
      [...bindings.values()]
        .flatMap(({ binding }) => (binding?.spec.policyName === policy ? [binding] : []))
        .toSorted((a, b) => ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1)),
    handlers: {
      onListStart: () => {},
      onPage: (objects, page) => {
        for (const object of objects) {
          if (!page.superseded(object.metadata.uid)) take(object, page.epoch);
        }
        return Promise.resolve();
      },
      onEvent: (type, object, epoch) => {
        if (type !== "DELETED") take(object, epoch);
        // Another binding of that name may be there already.
        else if (bindings.get(object.metadata.name)?.uid === object.metadata.uid)
          remove(object.metadata.name);
        return Promise.resolve();
      },
      onSynced: (epoch) => {
        for (const [name, known] of bindings) if (known.epoch < epoch) remove(name);
        return Promise.resolve();
      },
      onState: () => {},
    },
  };
}

/** What counts of a binding, as one text. */
export function contentOf(binding: PolicyBinding | undefined): string {
  return binding === undefined ? "" : JSON.stringify([binding.metadata.name, binding.spec]);
}

function countedBinding(
  object: KubeObject,
  { kind, onUnreadable }: BindingWatchOptions,
): PolicyBinding | undefined {
  const decoded = kind.decode(object);
  if (!decoded.ok) {
    onUnreadable({ key: `${kind.kind}/${object.metadata.name}`, problems: decoded.problems });
    return undefined;
  }
  const isDisabled = Object.hasOwn(decoded.value.metadata.labels ?? {}, reportsDisabledLabel);
  return isDisabled && kind.honoursDisabledLabel ? undefined : decoded.value;
}
